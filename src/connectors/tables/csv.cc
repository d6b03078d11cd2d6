#include "connectors/tables/csv.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cstring>
#include <map>
#include <utility>

#include "base/text.h"

namespace dw {
namespace {

constexpr size_t row_bytes_max = 1 << 20;
constexpr size_t piece_bytes = 256 * 1024;
constexpr size_t cells_max = 2000;
constexpr std::string_view bom = "\xEF\xBB\xBF";
/// So much is looked at to know the separator, and the coding.
constexpr size_t rows_looked_at = 20;
constexpr size_t start_bytes_max = 64 * 1024;
constexpr size_t coding_bytes = 256;

Error wrong(std::string what) {
  return {ErrorKind::invalid, "csv", std::move(what)};
}

/// How many bytes of a row's end, 0 if there is none here yet: LF, CRLF, CR, or CRs in front of an
/// LF. A CR that nothing follows yet may be half of one.
size_t row_end_bytes(std::string_view at, bool is_end) {
  if (at.starts_with('\n')) return 1;
  const size_t behind = at.find_first_not_of('\r');
  if (behind == std::string_view::npos) return is_end ? 1 : 0;
  return at[behind] == '\n' ? behind + 1 : 1;
}

/// The start of each of the first rows, outside of quotes; those that are there as a whole.
std::vector<std::string_view> first_rows(std::string_view text) {
  std::vector<std::string_view> out;
  bool is_quoted = false;
  size_t begin = 0;
  for (size_t i = 0; i < text.size() && out.size() < rows_looked_at; ++i) {
    if (text[i] == '"') is_quoted = !is_quoted;
    if (is_quoted || (text[i] != '\n' && text[i] != '\r')) continue;
    if (i > begin) out.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  return out;
}

size_t count_outside_quotes(std::string_view row, char wanted) {
  size_t count = 0;
  bool is_quoted = false;
  for (const char c : row) {
    if (c == '"') is_quoted = !is_quoted;
    count += !is_quoted && c == wanted ? 1 : 0;
  }
  return count;
}

/// What a file is that has text, and no rows of it; or nothing.
std::string_view other_kind_of(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin != std::string_view::npos) text.remove_prefix(begin);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kinds = {{
      {"<!doctype html", "the file is a web page"},
      {"<html", "the file is a web page"},
      {"<table", "the file is a web page"},
      {"<meta", "the file is a web page"},
      {"<?xml", "the file is XML"},
      {"[{", "the file is JSON"},
      {"{\"", "the file is JSON"},
      {"%PDF-", "the file is a PDF"},
      {"\x1F\x8B", "the file is compressed"},
  }};
  for (const auto& [start, what] : kinds) {
    if (equals_ignoring_case(text.substr(0, start.size()), start)) return what;
  }
  return {};
}

/// Of ',', ';', tab and '|' the one that parts most rows into equally many cells: a title above
/// them has none of it, and a text in them has others.
char separator_of(std::string_view text) {
  std::vector<std::string_view> rows = first_rows(text);
  if (rows.empty()) rows.push_back(text);
  char best = ',';
  size_t best_score = 0;
  for (const char one : {',', ';', '\t', '|'}) {
    std::map<size_t, size_t> rows_with;
    for (const std::string_view row : rows) ++rows_with[count_outside_quotes(row, one)];
    size_t score = 0;
    for (const auto& [count, times] : rows_with) score = std::max(score, count * times);
    if (score > best_score) best = one;
    best_score = std::max(score, best_score);
  }
  return best;
}

/// Eight bytes with the first one lowest, whatever the processor's order.
uint64_t eight_bytes(const char* at) {
  uint64_t out = 0;
  std::memcpy(&out, at, sizeof out);
  return std::endian::native == std::endian::little ? out : __builtin_bswap64(out);
}

/// What parts cells and rows, looked for in eight bytes at a time: each byte below `bytes_below`,
/// the quote and the line ends among them, and the separator wherever it is. Nothing carries into
/// the next byte, so that the high bit is right of each byte, and not only of the first.
class Parting {
 public:
  explicit Parting(char separator) : separators_(ones * static_cast<unsigned char>(separator)) {}
  uint64_t in(uint64_t eight) const {
    const uint64_t differing = eight ^ separators_;
    const uint64_t others = ((differing & low_bits) + low_bits) | differing;
    const uint64_t from_below = ((eight & low_bits) + ones * (0x80 - bytes_below)) | eight;
    return ~(others & from_below) & ~low_bits;
  }

 private:
  static constexpr uint64_t ones = 0x0101010101010101, low_bits = ones * 0x7F;
  /// Letters, digits and '@', '.', '-', '/' are not below it, and ',' is.
  static constexpr uint64_t bytes_below = ',' + 1;
  uint64_t separators_;
};

bool has_high_byte(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return true;
  }
  return false;
}

/// What windows-1252 has between 0x80 and 0x9F; 0: nothing.
constexpr std::array<uint16_t, 32> windows_1252 = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

void append_windows_1252(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_special = byte >= 0x80 && byte < 0xA0;
    const unsigned code_point = is_special ? windows_1252.at(byte - 0x80U) : byte;
    append_utf8(out, is_special && code_point == 0 ? 0xFFFDU : code_point);
  }
}

/// `="00123"`, which keeps a spreadsheet from making a number of it.
std::string_view without_formula(std::string_view cell) {
  const bool is_text = cell.size() >= 3 && cell[0] == '=' && cell[1] == '"' && cell.back() == '"';
  if (!is_text) return cell;
  const std::string_view inside = cell.substr(2, cell.size() - 3);
  return inside.find('"') == std::string_view::npos ? inside : cell;
}

/// Without a BOM: in UTF-16 each other byte of what programs write is zero, by far the most.
size_t zeros_at(std::string_view bytes, size_t first) {
  size_t zeros = 0;
  for (size_t i = first; i < bytes.size(); i += 2) zeros += bytes[i] == '\0' ? 1 : 0;
  return zeros;
}

}  // namespace

void CsvParser::find_coding() {
  const std::string_view start(undecoded_);
  const size_t half = start.size() / 2;
  coding_ = Coding::bytes;
  if (start.starts_with("\xFF\xFE")) {
    coding_ = Coding::utf16_little;
  } else if (start.starts_with("\xFE\xFF")) {
    coding_ = Coding::utf16_big;
  } else if (half > 1 && zeros_at(start, 1) * 2 > half && zeros_at(start, 0) * 10 < half) {
    coding_ = Coding::utf16_little;
  } else if (half > 1 && zeros_at(start, 0) * 2 > half && zeros_at(start, 1) * 10 < half) {
    coding_ = Coding::utf16_big;
  }
  // What says itself that it is UTF-8 is not read as something else.
  if (start.starts_with(bom) || coding_ != Coding::bytes) encoding_ = TableEncoding::utf8;
}

/// A surrogate without its other half is U+FFFD.
void CsvParser::append_utf16(std::string_view bytes) {
  undecoded_.append(bytes);
  const bool is_big = coding_ == Coding::utf16_big;
  const auto unit_at = [&](size_t at) -> unsigned {
    const auto first = static_cast<unsigned char>(undecoded_[at]);
    const auto second = static_cast<unsigned char>(undecoded_[at + 1]);
    return is_big ? first * 256U + second : second * 256U + first;
  };
  size_t at = 0;
  while (at + 1 < undecoded_.size()) {
    const unsigned unit = unit_at(at);
    if (unit < 0xD800 || unit > 0xDBFF) {
      append_utf8(buffer_, unit >= 0xDC00 && unit <= 0xDFFF ? 0xFFFD : unit);
      at += 2;
      continue;
    }
    if (at + 3 >= undecoded_.size()) break;
    const unsigned low = unit_at(at + 2);
    const bool is_pair = low >= 0xDC00 && low <= 0xDFFF;
    append_utf8(buffer_, is_pair ? 0x10000 + ((unit - 0xD800) << 10U) + (low - 0xDC00) : 0xFFFD);
    at += is_pair ? 4 : 2;
  }
  undecoded_.erase(0, at);
}

/// Into the buffer, as UTF-8; of windows-1252 the separators are the same bytes, and its cells are
/// converted where they have others.
void CsvParser::decode(std::string_view bytes, bool is_end) {
  if (coding_ == Coding::unknown) {
    undecoded_.append(bytes);
    if (undecoded_.size() < coding_bytes && !is_end) return;
    find_coding();
    const std::string start = std::exchange(undecoded_, {});
    return decode(start, is_end);
  }
  if (coding_ == Coding::bytes) {
    buffer_.append(bytes);
  } else {
    append_utf16(bytes);
    if (is_end && undecoded_.size() > 1) append_utf8(buffer_, 0xFFFD);
  }
}

/// The first rows tell the separator: they must be there, or be long.
bool CsvParser::is_early() const {
  return !has_started_ && buffer_.size() < start_bytes_max &&
         first_rows(buffer_).size() < rows_looked_at;
}

Result<void> CsvParser::take(std::string_view bytes, const TableSink& sink) {
  decode(bytes, false);
  if (is_early()) return {};
  return rows(sink, false);
}

Result<void> CsvParser::finish(const TableSink& sink) {
  decode({}, true);
  return rows(sink, true);
}

Result<void> CsvParser::start() {
  has_started_ = true;
  cells_.resize(cells_max);
  if (buffer_.starts_with("PK\x03\x04")) {
    return wrong("the file is a zip archive: a workbook's name ends with .xlsx");
  }
  if (buffer_.starts_with("\xD0\xCF\x11\xE0")) {
    return wrong("the file is a workbook of Excel 97 to 2003: save it as .xlsx or CSV");
  }
  // Some programs write one in front of a text that has one.
  while (buffer_.starts_with(bom)) buffer_.erase(0, bom.size());
  if (const std::string_view other = other_kind_of(buffer_); !other.empty()) {
    return wrong(fmt::format("{}: export the report as CSV or .xlsx", other));
  }
  separator_ = separator_of(buffer_);
  take_separator_line();
  return {};
}

/// "sep=;" tells Excel the separator. It is a line of the file, and no row of the report.
void CsvParser::take_separator_line() {
  const size_t end = buffer_.find_first_of("\r\n");
  if (end == std::string::npos) return;
  std::string_view line = std::string_view(buffer_).substr(0, end);
  const bool is_quoted = line.size() > 2 && line.front() == '"' && line.back() == '"';
  if (is_quoted) line = line.substr(1, line.size() - 2);
  if (line.size() != 5 || !equals_ignoring_case(line.substr(0, 4), "sep=")) return;
  separator_ = line[4];
  ++row_;
  buffer_.erase(0, end + row_end_bytes(std::string_view(buffer_).substr(end), true));
}

Result<void> CsvParser::rows(const TableSink& sink, bool is_end) {
  if (!has_started_) DW_CHECK(start());
  std::string_view left = buffer_;
  while (!left.empty()) {
    cell_count_ = 0;
    spans_.clear();
    rewritten_.clear();
    size_t used = quick_row(left);
    if (used == 0) {
      DW_TRY(const bool is_whole, slow_row(left, is_end, used));
      if (!is_whole) break;
    }
    left.remove_prefix(used);
    give(sink);
  }
  if (left.size() > row_bytes_max) {
    return wrong(fmt::format("row {} is longer than 1 MiB: a quote may not be closed", row_ + 1));
  }
  buffer_.erase(0, buffer_.size() - left.size());
  return {};
}

/// The cells of a row that ends with LF or CRLF and has no quote; how many bytes it is with its
/// end. 0: slow_row() reads it, and finds the same in what this finds.
size_t CsvParser::quick_row(std::string_view text) {
  const Parting parting(separator_);
  size_t begin = 0;
  for (size_t at = 0; at + sizeof(uint64_t) <= text.size(); at += sizeof(uint64_t)) {
    uint64_t found = parting.in(eight_bytes(text.data() + at));
    for (; found != 0; found &= found - 1) {
      const size_t end = at + static_cast<size_t>(std::countr_zero(found)) / 8;
      const std::string_view cell(text.data() + begin, end - begin);
      const char c = text[end];
      if (c == '\n' || (c == '\r' && text.substr(end + 1).starts_with('\n'))) {
        add(cell);
        return end + (c == '\n' ? 1 : 2);
      }
      if (c == '"' || c == '\r') return 0;
      if (c != separator_) continue;
      add(cell);
      begin = end + 1;
    }
  }
  return 0;
}

/// Any other row; false: its end is not here yet.
Result<bool> CsvParser::slow_row(std::string_view left, bool is_end, size_t& used) {
  cell_count_ = 0;
  const auto* feed = static_cast<const char*>(std::memchr(left.data(), '\n', left.size()));
  size_t length = feed == nullptr ? left.size() : static_cast<size_t>(feed - left.data());
  const auto* back = static_cast<const char*>(std::memchr(left.data(), '\r', length));
  if (back != nullptr) length = static_cast<size_t>(back - left.data());
  const bool has_end = length < left.size();
  const size_t end_bytes = has_end ? row_end_bytes(left.substr(length), is_end) : 0;
  if (end_bytes == 0 && !(is_end && !has_end)) return false;
  used = length + end_bytes;
  if (std::memchr(left.data(), '"', length) == nullptr) {
    plain_row(left.substr(0, length));
    return true;
  }
  if (quoted_row(left, is_end, used)) return true;
  if (!is_end) return false;
  return wrong(fmt::format("row {}: a quote is opened and never closed", row_ + 1));
}

void CsvParser::plain_row(std::string_view line) {
  for (;;) {
    const auto* at = static_cast<const char*>(std::memchr(line.data(), separator_, line.size()));
    if (at == nullptr || line.empty()) break;
    const auto length = static_cast<size_t>(at - line.data());
    add(line.substr(0, length));
    line.remove_prefix(length + 1);
  }
  add(line);
}

/// Cells until the row's end; false if that is not here yet. Characters behind a closing quote
/// belong to the cell, as spreadsheets read it.
bool CsvParser::quoted_row(std::string_view text, bool is_end, size_t& used) {
  size_t at = 0;
  std::string cell;
  for (;;) {
    cell.clear();
    if (at < text.size() && text[at] == '"') {
      for (++at;;) {
        const size_t quote = text.find('"', at);
        if (quote == std::string_view::npos) return false;
        cell.append(text.substr(at, quote - at));
        at = quote + 1;
        if (at >= text.size() && !is_end) return false;
        if (at >= text.size() || text[at] != '"') break;
        cell += '"';
        ++at;
      }
    }
    const char ends[] = {separator_, '\n', '\r', '\0'};
    const size_t end = text.find_first_of(ends, at, 3);
    if (end == std::string_view::npos && !is_end) return false;
    const bool is_last = end == std::string_view::npos || text[end] != separator_;
    const bool has_end = is_last && end != std::string_view::npos;
    const size_t end_bytes = has_end ? row_end_bytes(text.substr(end), is_end) : 1;
    if (end_bytes == 0) return false;
    cell.append(text.substr(at, end == std::string_view::npos ? end : end - at));
    spans_.emplace_back(rewritten_.size(), cell_count_);
    rewritten_ += cell;
    add({nullptr, cell.size()});
    at = end == std::string_view::npos ? text.size() : end + end_bytes;
    if (is_last) break;
  }
  used = at;
  return true;
}

void CsvParser::add(std::string_view cell) {
  if (cell_count_ < cells_.size()) cells_[cell_count_++].text = cell;
}

void CsvParser::give(const TableSink& sink) {
  const std::span<Cell> cells = std::span(cells_).first(cell_count_);
  for (const auto& [from, cell] : spans_) {
    if (cell >= cells.size()) continue;
    std::string_view& text = cells[cell].text;
    text = std::string_view(rewritten_).substr(from, text.size());
  }
  std::string converted;
  if (encoding_ == TableEncoding::latin1) {
    size_t bytes = 0;
    for (const Cell& one : cells) bytes += one.text.size();
    converted.reserve(bytes * 3);  // views into it must stay
    for (Cell& one : cells) {
      // What is UTF-8 is no windows-1252, whatever the settings say: nobody is called "ZoÃ«".
      if (!has_high_byte(one.text) || is_utf8(one.text)) continue;
      const size_t from = converted.size();
      append_windows_1252(converted, one.text);
      one.text = std::string_view(converted).substr(from);
    }
  }
  for (Cell& one : cells) one.text = without_formula(one.text);
  sink({++row_, cells});
}

Task<Result<bool>> CsvTable::more(const TableSink& sink) {
  if (piece_.empty()) piece_.resize(piece_bytes);
  const Result<size_t> bytes = co_await bytes_->read(piece_);
  if (!bytes.ok()) co_return bytes.error();
  Result<void> parsed =
      *bytes == 0 ? parser_.finish(sink) : parser_.take({piece_.data(), *bytes}, sink);
  if (!parsed.ok()) {
    parsed.error().where = label_;
    co_return parsed.error();
  }
  co_return *bytes > 0;
}

}  // namespace dw
