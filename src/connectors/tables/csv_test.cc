#include "connectors/tables/csv.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace dw {
namespace {

/// Rows as "1[a|b] 2[c]", with the bytes given in pieces of `size`.
std::string parse(std::string_view text, size_t size,
                  TableEncoding encoding = TableEncoding::utf8) {
  CsvParser parser(encoding);
  std::string out;
  const TableSink sink = [&](const TableRow& row) {
    out += (out.empty() ? "" : " ") + std::to_string(row.number) + "[";
    for (size_t i = 0; i < row.cells.size(); ++i) {
      out += (i == 0 ? "" : "|") + std::string(row.cells[i].text);
    }
    out += "]";
  };
  for (size_t at = 0; at < text.size(); at += size) {
    const Result<void> taken = parser.take(text.substr(at, size), sink);
    if (!taken.ok()) return taken.error().what;
  }
  const Result<void> finished = parser.finish(sink);
  return finished.ok() ? out : finished.error().what;
}

void expect_rows(std::string_view text, const std::string& rows,
                 TableEncoding encoding = TableEncoding::utf8) {
  for (const size_t size : {size_t{1}, size_t{2}, size_t{3}, size_t{7}, size_t{1000}}) {
    EXPECT_EQ(parse(text, size, encoding), rows) << text << " in pieces of " << size;
  }
}

TEST(csv, rows_and_cells_whatever_the_pieces) {
  expect_rows("a,b\nc,d\n", "1[a|b] 2[c|d]");
  expect_rows("a,b\r\nc,d", "1[a|b] 2[c|d]");
  expect_rows("a,,\n\n,b\n", "1[a||] 2[] 3[|b]");
  expect_rows("", "");
}

TEST(csv, quotes_hold_separators_line_breaks_and_quotes) {
  expect_rows("\"a,b\",\"c\nd\"\n\"e \"\"f\"\"\",g\n", "1[a,b|c\nd] 2[e \"f\"|g]");
  expect_rows("\"\",x\r\n\"y\"\r\n", "1[|x] 2[y]");
  expect_rows("\"a\"b,c\n", "1[ab|c]");
  expect_rows("a\"b,c\n", "1[a\"b|c]");
  expect_rows("x,\"y\"", "1[x|y]");
}

TEST(csv, the_separator_is_found_out) {
  expect_rows("a;b,c;d\n1;2;3\n", "1[a|b,c|d] 2[1|2|3]");
  expect_rows("a\tb\tc\n", "1[a|b|c]");
  expect_rows("\"a;b;c;d\",e\n", "1[a;b;c;d|e]");
}

TEST(csv, a_bom_is_no_part_of_the_first_cell) {
  expect_rows(
      "\xEF\xBB\xBF"
      "Näme,b\n",
      "1[Näme|b]");
  expect_rows("\xEF\xBB\xBF\"Name\",b\n", "1[Name|b]");
}

TEST(csv, latin1_becomes_utf8) {
  expect_rows("M\xFCller,\"\xC5ngstr\xF6m\"\n", "1[Müller|Ångström]", TableEncoding::latin1);
}

TEST(csv, what_is_no_csv_is_said_so) {
  expect_rows("a,\"b\nc\n", "row 1: a quote is opened and never closed");
  EXPECT_EQ(parse("\xFF\xFE"
                  "a\0\n",
                  100),
            "the file is UTF-16: save it as \"CSV UTF-8\"");
  const std::string endless = "\"" + std::string(3 << 20, 'x');
  EXPECT_NE(parse(endless, 65536).find("longer than 1 MiB"), std::string::npos);
}

TEST(csv, any_bytes_in_any_pieces_give_the_same_rows) {
  Random random(7);
  const std::string_view letters = "ab,;\t\"\n\r\xC3\xBC";
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (uint64_t i = random.below(40); i > 0; --i) text += letters[random.below(letters.size())];
    const std::string whole = parse(text, 1000);
    EXPECT_EQ(parse(text, 1 + random.below(5)), whole) << text;
  }
}

}  // namespace
}  // namespace dw
