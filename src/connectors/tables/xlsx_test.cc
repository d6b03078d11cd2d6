#include "connectors/tables/xlsx.h"

#include <gtest/gtest.h>
#include <zip.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/random.h"

namespace dw {
namespace {

const std::string workbook =
    "<workbook xmlns:r=\"x\"><workbookPr/><sheets><sheet name=\"Other\" r:id=\"r1\"/>"
    "<sheet name=\"Report\" r:id=\"r2\"/></sheets></workbook>";
const std::string relations =
    "<Relationships><Relationship Id=\"r1\" Target=\"worksheets/sheet1.xml\"/>"
    "<Relationship Id=\"r2\" Target=\"/xl/worksheets/sheet2.xml\"/></Relationships>";

Task<void> read_all(ReportTable& table, const TableSink& sink, std::string& wrong) {
  for (;;) {
    const Result<bool> has_more = co_await table.more(sink);
    if (!has_more.ok()) wrong = has_more.error().what;
    if (!has_more.ok() || !*has_more) co_return;
  }
}

/// Rows as "1[a|b]"; a day behind '@'; or what is wrong.
std::string rows_of(std::string sheet, const std::string& strings = "",
                    const std::string& name = "Report", const std::string& book = workbook) {
  const auto file = std::filesystem::temp_directory_path() / (random_uuid() + ".xlsx");
  zip_t* archive = zip_open(file.c_str(), ZIP_CREATE, nullptr);
  const auto add = [&](const char* path, const std::string& text) {
    // The archive reads it when it is closed, so it gets a copy of its own.
    void* copy = std::malloc(text.size());
    std::memcpy(copy, text.data(), text.size());
    zip_file_add(archive, path, zip_source_buffer(archive, copy, text.size(), 1), 0);
  };
  sheet = "<worksheet><sheetData>" + sheet + "</sheetData></worksheet>";
  const std::string shared = "<sst>" + strings + "</sst>";
  add("xl/workbook.xml", book);
  add("xl/_rels/workbook.xml.rels", relations);
  add("xl/worksheets/sheet1.xml", "<worksheet/>");
  add("xl/worksheets/sheet2.xml", sheet);
  if (!strings.empty()) add("xl/sharedStrings.xml", shared);
  zip_close(archive);
  Result<std::unique_ptr<ReportTable>> table = XlsxTable::open(file, "r.xlsx", name);
  std::filesystem::remove(file);
  if (!table.ok()) return table.error().what;
  std::string out;
  const TableSink sink = [&](const TableRow& row) {
    out += (out.empty() ? "" : " ") + std::to_string(row.number) + "[";
    for (size_t i = 0; i < row.cells.size(); ++i) {
      out += (i == 0 ? "" : "|") + std::string(row.cells[i].text);
      if (row.cells[i].serial_day) out += "@" + std::to_string(*row.cells[i].serial_day);
    }
    out += "]";
  };
  Loop loop;
  std::string wrong;
  asio::co_spawn(loop, read_all(**table, sink, wrong), asio::detached);
  loop.run();
  return wrong.empty() ? out : wrong;
}

TEST(xlsx, shared_inline_and_formula_texts) {
  EXPECT_EQ(rows_of("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>1</v></c>"
                    "<c r=\"C1\" t=\"inlineStr\"><is><r><t>in</t></r><r><t>line</t></r></is></c>"
                    "<c r=\"D1\" t=\"str\"><f>A1&amp;B1</f><v>stored</v></c></row>",
                    "<si><t>zero</t></si><si><r><t>Mü</t></r><r><t>ller</t></r>"
                    "<rPh><t>no</t></rPh></si>"),
            "1[Müller||inline|stored]");
}

TEST(xlsx, numbers_are_written_as_people_see_them_and_may_be_days) {
  EXPECT_EQ(rows_of("<row r=\"3\"><c t=\"n\"><v>1041</v></c><c><v>1.041E3</v></c>"
                    "<c s=\"1\"><v>46342.5</v></c><c t=\"d\"><v>2026-11-16T00:00:00</v></c></row>"),
            "3[1041@-24528|1041@-24528|46342.5@20773|2026-11-16T00:00:00@20773]");
}

TEST(xlsx, the_other_epoch) {
  std::string book = workbook;
  book.replace(book.find("<workbookPr/>"), 13, "<workbookPr date1904=\"1\"/>");
  EXPECT_EQ(rows_of("<row><c><v>44880</v></c></row>", "", "report", book), "1[44880@20773]");
}

TEST(xlsx, what_is_no_workbook_is_said_so) {
  EXPECT_EQ(rows_of("", "", "Nowhere"),
            "sheet \"Nowhere\" not found (sheets: Other, Report): set notices.range");
  EXPECT_NE(rows_of("<row><c>").find("broken XML"), std::string::npos);
  EXPECT_EQ(XlsxTable::open("/dev/null", "x", "").error().what, "is not an .xlsx workbook");
  EXPECT_EQ(XlsxTable::open("/nowhere.xlsx", "x", "").error().kind, ErrorKind::missing);
}

}  // namespace
}  // namespace dw
