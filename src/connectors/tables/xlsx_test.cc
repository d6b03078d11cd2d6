#include "connectors/tables/xlsx.h"

#include <gtest/gtest.h>
#include <zip.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

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

using Parts = std::vector<std::pair<std::string, std::string>>;

/// A workbook of these parts, read by the name of a sheet.
std::string rows_of_parts(const Parts& parts, const std::string& name, bool is_default) {
  const auto file = std::filesystem::temp_directory_path() / (random_uuid() + ".xlsx");
  zip_t* archive = zip_open(file.c_str(), ZIP_CREATE, nullptr);
  for (const auto& [path, text] : parts) {
    zip_file_add(archive, path.c_str(), zip_source_buffer(archive, text.data(), text.size(), 0), 0);
  }
  zip_close(archive);
  Result<std::unique_ptr<ReportTable>> table = XlsxTable::open(file, "r.xlsx", name, is_default);
  std::filesystem::remove(file);
  if (!table.ok()) return table.error().what;
  std::string out;
  const TableSink sink = [&](const TableRow& row) {
    for (const Cell& one : row.cells) out += std::string(one.text) + "|";
  };
  Loop loop;
  std::string wrong;
  asio::co_spawn(loop, read_all(**table, sink, wrong), asio::detached);
  loop.run();
  return wrong.empty() ? out : wrong;
}

std::string sheet_with(const std::string& text) {
  return "<x:worksheet xmlns:x=\"m\"><x:sheetData><x:row><x:c t=\"inlineStr\"><x:is><x:t>" + text +
         "</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>";
}

/// A package in which nothing is where Excel puts it, with a chart, a hidden sheet and two others.
Parts odd_package() {
  const std::string rel = "<Relationship Type=\"http://purl.example/relationships/";
  return {{"_rels/.rels", "<Relationships>" + rel +
                              "officeDocument\" Id=\"a\" Target=\"/Office/Book%20One.xml\"/>"
                              "</Relationships>"},
          {"Office/Book One.xml",
           "<n:workbook xmlns:n=\"m\" xmlns:q=\"r\"><n:sheets>"
           "<n:sheet name=\"Chart\" sheetId=\"1\" q:id=\"c\"/>"
           "<n:sheet name=\"Sheet1\" sheetId=\"2\" state=\"hidden\" q:id=\"h\"/>"
           "<n:sheet name=\"Report\" sheetId=\"3\" q:id=\"s\"/>"
           "<n:sheet name=\"Other\" sheetId=\"4\" q:id=\"o\"/></n:sheets></n:workbook>"},
          {"Office/_rels/Book One.xml.rels",
           "<Relationships>" + rel + "chartsheet\" Id=\"c\" Target=\"charts/c.xml\"/>" + rel +
               "worksheet\" Id=\"h\" Target=\"../hidden.xml\"/>" + rel +
               "worksheet\" Id=\"s\" Target=\"SHEETS/Report.XML\"/>" + rel +
               "worksheet\" Id=\"o\" Target=\"/Office/sheets/./other.xml\"/></Relationships>"},
          {"Office/charts/c.xml", "<chartsheet/>"},
          {"hidden.xml", sheet_with("hidden")},
          {"Office/sheets/report.xml", sheet_with("report")},
          {"Office/sheets/other.xml", sheet_with("other")}};
}

TEST(xlsx, parts_are_where_the_packages_relationships_say) {
  EXPECT_EQ(rows_of_parts(odd_package(), "other", false), "other|");
  EXPECT_EQ(rows_of_parts(odd_package(), "Sheet1", false), "hidden|") << "it was asked for by name";
}

TEST(xlsx, the_first_worksheet_that_can_be_seen_is_read_where_nobody_chose_one) {
  EXPECT_EQ(rows_of_parts(odd_package(), "Sheet1", true), "report|");
  EXPECT_EQ(rows_of_parts(odd_package(), "", true), "report|");
  EXPECT_EQ(rows_of_parts(odd_package(), "Other", true), "other|");
}

TEST(xlsx, what_is_no_worksheet_is_said) {
  EXPECT_EQ(rows_of_parts(odd_package(), "Chart", false),
            "\"Chart\" is no worksheet but a chartsheet: set notices.range");
}

TEST(xlsx, errors_booleans_and_escapes_by_the_cells_type) {
  EXPECT_EQ(rows_of("<row r=\"1\"><c t=\"e\"><v>#N/A</v></c><c t=\"b\"><v>1</v></c>"
                    "<c t=\"inlineStr\"><is><t>a_x000D_b _x005F_x0041_ _x00G1_</t></is></c>"
                    "<c><v> 1041\n</v></c></row>"),
            "1[#N/A|TRUE|a\rb _x0041_ _x00G1_|1041@-24528]");
}

TEST(xlsx, a_formula_that_no_program_calculated_has_no_value) {
  EXPECT_EQ(rows_of("<row r=\"1\"><c><f>A1</f></c><c><f>A1</f><v/></c>"
                    "<c t=\"str\"><f>A1</f><v></v></c><c s=\"1\"/>"
                    "<c><f t=\"shared\" si=\"0\"/><v>7</v></c></row>"),
            "1[#UNCALCULATED!|#UNCALCULATED!|||7@-25562]");
}

TEST(xlsx, a_password_is_named) {
  const auto file = std::filesystem::temp_directory_path() / (random_uuid() + ".xlsx");
  std::ofstream(file, std::ios::binary)
      << std::string("\xD0\xCF\x11\xE0....E\0n\0c\0r\0y\0p\0t\0e\0d\0", 26);
  EXPECT_EQ(XlsxTable::open(file, "x", "").error().what, "has a password: save it without one");
  std::filesystem::remove(file);
}

TEST(xlsx, what_is_no_workbook_is_said_so) {
  EXPECT_EQ(rows_of("", "", "Nowhere"),
            "sheet \"Nowhere\" not found (sheets: Other, Report): set notices.range");
  EXPECT_NE(rows_of("<row><c>").find("broken XML"), std::string::npos);
  EXPECT_EQ(XlsxTable::open("/dev/null", "x", "").error().what,
            "is not an .xlsx workbook: a CSV report's name ends with .csv");
  EXPECT_EQ(XlsxTable::open("/nowhere.xlsx", "x", "").error().kind, ErrorKind::missing);
}

}  // namespace
}  // namespace dw
