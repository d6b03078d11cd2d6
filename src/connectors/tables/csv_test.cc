#include "connectors/tables/csv.h"

#include <gtest/gtest.h>

#include <optional>

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
  expect_rows("a|b|c, d\n1|2|3\n", "1[a|b|c, d] 2[1|2|3]");
  expect_rows("a,b,c|d\n1,2,3\n", "1[a|b|c|d] 2[1|2|3]");
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

/// ASCII as UTF-16.
std::string utf16(std::string_view text, bool is_big, bool has_bom) {
  std::string out;
  const auto add = [&](unsigned unit) {
    const auto high = static_cast<char>(unit >> 8U), low = static_cast<char>(unit & 0xFFU);
    out += is_big ? high : low;
    out += is_big ? low : high;
  };
  if (has_bom) add(0xFEFF);
  for (const char c : text) add(static_cast<unsigned char>(c));
  return out;
}

TEST(csv, rows_end_with_lf_crlf_or_cr) {
  expect_rows("a,b\rc,d\re,f", "1[a|b] 2[c|d] 3[e|f]");
  expect_rows("a,b\rc,d\r", "1[a|b] 2[c|d]");
  expect_rows("\"a\",b\r\"c\rd\",e\r", "1[a|b] 2[c\rd|e]");
  expect_rows("a,b\r\r\nc,d\r\r\n", "1[a|b] 2[c|d]");
  expect_rows("a,b\r\nc,d\ne,f\rg,h", "1[a|b] 2[c|d] 3[e|f] 4[g|h]");
}

TEST(csv, a_line_with_the_separator_is_no_row) {
  expect_rows("sep=;\r\na,x;b\r\n1;2\r\n", "2[a,x|b] 3[1|2]");
  expect_rows("\xEF\xBB\xBF\"sep=|\"\na|b\n", "2[a|b]");
  expect_rows("SEP=\t\ra\tb\r", "2[a|b]");
  expect_rows("sep,x\na,b\n", "1[sep|x] 2[a|b]");
}

TEST(csv, a_title_and_texts_do_not_hide_the_separator) {
  expect_rows("Report, of the desk\na;b;c\n1, 2;3;4\n",
              "1[Report, of the desk] 2[a|b|c] 3[1, 2|3|4]");
}

TEST(csv, utf16_is_read_with_and_without_a_bom) {
  for (const bool is_big : {false, true}) {
    for (const bool has_bom : {false, true}) {
      const std::string text = utf16("Name,\"b,c\"\r\nAnn,2\r\n", is_big, has_bom);
      expect_rows(text, "1[Name|b,c] 2[Ann|2]");
      expect_rows(text, "1[Name|b,c] 2[Ann|2]", TableEncoding::latin1);
    }
  }
  // A character of two units, and half of one.
  expect_rows(std::string_view("\xFF\xFE\x3D\xD8\x00\xDE,\0\x3D\xD8", 10), "1[\U0001F600|\uFFFD]");
}

TEST(csv, two_boms_are_one) {
  expect_rows("\xEF\xBB\xBF\xEF\xBB\xBFName,b\n", "1[Name|b]");
}

TEST(csv, latin1_is_windows_1252_unless_the_file_says_that_it_is_utf8) {
  expect_rows(
      "O\x92"
      "Brien,\x8A"
      "imek,\x80\n",
      "1[O\u2019Brien|\u0160imek|\u20AC]", TableEncoding::latin1);
  expect_rows(
      "Zo\u00EB,O\x92"
      "Brien\n",
      "1[Zo\u00EB|O\u2019Brien]", TableEncoding::latin1);
  expect_rows("\uFEFFB\u00F6hm,b\n", "1[B\u00F6hm|b]", TableEncoding::latin1);
}

TEST(csv, a_number_kept_as_a_text_is_the_text) {
  expect_rows("=\"00123\",b\n\"=\"\"00124\"\"\",=1+1\n", "1[00123|b] 2[00124|=1+1]");
}

TEST(csv, what_is_no_csv_is_said_so) {
  expect_rows("a,\"b\nc\n", "row 1: a quote is opened and never closed");
  EXPECT_NE(parse("\xD0\xCF\x11\xE0", 100).find("Excel 97"), std::string::npos);
  for (const char* page : {"<!DOCTYPE html>\n<html>", "\n <html lang=en>", "<table><tr>"}) {
    expect_rows(page, "the file is a web page: export the report as CSV or .xlsx");
  }
  expect_rows("<?xml version=\"1.0\"?>", "the file is XML: export the report as CSV or .xlsx");
  expect_rows("[{\"a\":1}]", "the file is JSON: export the report as CSV or .xlsx");
  expect_rows("\x1F\x8B\x08", "the file is compressed: export the report as CSV or .xlsx");
  expect_rows("[a],{b}\n<c>\n", "1[[a]|{b}] 2[<c>]");
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

/// The same character by character, of a text as a whole: what the parser's words of eight bytes
/// must not change. Nothing: a quote is not closed.
std::optional<std::string> by_the_rule(std::string_view text, char separator, int64_t row) {
  std::string out;
  size_t at = 0;
  const auto is_at = [&](char c) { return at < text.size() && text[at] == c; };
  while (at < text.size()) {
    out += (out.empty() ? "" : " ") + std::to_string(++row) + "[";
    for (bool is_last = false; !is_last;) {
      if (is_at('"')) {
        for (++at; !is_at('"') || text.substr(at).starts_with("\"\""); ++at) {
          if (is_at('"')) ++at;
          if (at >= text.size()) return std::nullopt;
          out += text[at];
        }
        ++at;
      }
      while (at < text.size() && !is_at(separator) && !is_at('\n') && !is_at('\r'))
        out += text[at++];
      is_last = !is_at(separator);
      out += is_last ? ']' : '|';
      if (!is_last) ++at;
    }
    const size_t behind = std::min(text.find_first_not_of('\r', at), text.size());
    const bool has_feed = behind < text.size() && text[behind] == '\n';
    at = has_feed ? behind + 1 : at + 1;
  }
  return out;
}

TEST(csv, rows_are_the_same_as_character_by_character) {
  Random random(11);
  const std::string_view often = "abcdefghijklmnopqrstuvwxyz0123456789 @.-";
  const std::string_view seldom = "\"\r\x01\x7F\x80\x8A\x8D\xA2\xAC\x2D\x2B\x0B\x0C\x23\x21";
  for (int round = 0; round < 4000; ++round) {
    const char separator = ",;\t|\xE9 "[random.below(6)];
    std::string text;
    const uint64_t kinds = 10 + random.below(60);
    for (uint64_t i = random.below(300); i > 0; --i) {
      const uint64_t kind = random.below(kinds);
      if (kind < 3) text += separator;
      if (kind == 3) text += '\n';
      if (kind == 4 && round % 2 == 0) text += "\r\n";
      if (kind == 5 && round % 3 == 0) text += seldom[random.below(seldom.size())];
      if (kind == 6 && round % 3 == 0)
        text += separator + ("\"a,b\"\"\n\"" + std::string(1, separator));
      if (kind > 6) text += often[random.below(often.size())];
    }
    const auto rows = by_the_rule(text, separator, 1);
    for (const size_t size : {size_t{1000}, 1 + random.below(90)}) {
      const std::string found = parse("sep=" + (separator + ("\n" + text)), size);
      if (rows) {
        EXPECT_EQ(found, *rows) << text;
      } else {
        EXPECT_NE(found.find("a quote is opened"), std::string::npos) << text;
      }
    }
  }
}

}  // namespace
}  // namespace dw
