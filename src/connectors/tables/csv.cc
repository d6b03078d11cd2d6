#include "connectors/tables/csv.h"

#include <fmt/format.h>

#include <cstring>

#include "base/text.h"

namespace dw {
namespace {

constexpr size_t row_bytes_max = 1 << 20;
constexpr size_t piece_bytes = 256 * 1024;
constexpr size_t cells_max = 2000;
constexpr std::string_view bom = "\xEF\xBB\xBF";

Error wrong(std::string what) {
  return {ErrorKind::invalid, "csv", std::move(what)};
}

/// Of ',', ';' and tab the one that the first row has most of, outside of quotes.
char separator_of(std::string_view text) {
  size_t commas = 0, semicolons = 0, tabs = 0;
  bool is_quoted = false;
  for (const char c : text) {
    if (c == '"') is_quoted = !is_quoted;
    if (is_quoted) continue;
    if (c == '\n') break;
    commas += c == ',' ? 1 : 0;
    semicolons += c == ';' ? 1 : 0;
    tabs += c == '\t' ? 1 : 0;
  }
  if (semicolons > commas && semicolons >= tabs) return ';';
  return tabs > commas ? '\t' : ',';
}

/// A line end outside of quotes: what comes later can't change what the separator is.
bool has_whole_row(std::string_view text) {
  bool is_quoted = false;
  for (const char c : text) {
    if (c == '"') is_quoted = !is_quoted;
    if (c == '\n' && !is_quoted) return true;
  }
  return false;
}

bool has_high_byte(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return true;
  }
  return false;
}

void append_latin1(std::string& out, std::string_view text) {
  for (const char c : text) append_utf8(out, static_cast<unsigned char>(c));
}

}  // namespace

Result<void> CsvParser::take(std::string_view bytes, const TableSink& sink) {
  buffer_.append(bytes);
  // The first row tells the separator: it must be there as a whole, or be long.
  const bool is_early = !has_started_ && buffer_.size() < row_bytes_max && !has_whole_row(buffer_);
  if (is_early) return {};
  return rows(sink, false);
}

Result<void> CsvParser::finish(const TableSink& sink) {
  return rows(sink, true);
}

Result<void> CsvParser::start() {
  has_started_ = true;
  if (buffer_.starts_with("\xFF\xFE") || buffer_.starts_with("\xFE\xFF")) {
    return wrong("the file is UTF-16: save it as \"CSV UTF-8\"");
  }
  if (buffer_.starts_with("PK\x03\x04")) {
    return wrong("the file is a zip archive: a workbook's name ends with .xlsx");
  }
  if (buffer_.starts_with(bom)) buffer_.erase(0, bom.size());
  separator_ = separator_of(buffer_);
  return {};
}

Result<void> CsvParser::rows(const TableSink& sink, bool is_end) {
  if (!has_started_) DW_CHECK(start());
  std::string_view left = buffer_;
  while (!left.empty()) {
    const auto* end = static_cast<const char*>(std::memchr(left.data(), '\n', left.size()));
    if (end == nullptr && !is_end) break;
    const size_t length = end == nullptr ? left.size() : static_cast<size_t>(end - left.data());
    cells_.clear();
    spans_.clear();
    rewritten_.clear();
    size_t used = length + (end == nullptr ? 0 : 1);
    if (std::memchr(left.data(), '"', length) != nullptr) {
      if (!quoted_row(left, is_end, used)) {
        if (is_end) {
          return wrong(fmt::format("row {}: a quote is opened and never closed", row_ + 1));
        }
        break;
      }
    } else {
      std::string_view line = left.substr(0, length);
      if (line.ends_with('\r')) line.remove_suffix(1);
      plain_row(line);
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
    const char ends[] = {separator_, '\n', '\0'};
    const size_t end = text.find_first_of(ends, at, 2);
    if (end == std::string_view::npos && !is_end) return false;
    const bool is_last = end == std::string_view::npos || text[end] == '\n';
    std::string_view rest = text.substr(at, end == std::string_view::npos ? end : end - at);
    if (is_last && rest.ends_with('\r')) rest.remove_suffix(1);
    cell.append(rest);
    spans_.emplace_back(rewritten_.size(), cells_.size());
    rewritten_ += cell;
    if (cells_.size() < cells_max) cells_.push_back({{nullptr, cell.size()}});
    at = end == std::string_view::npos ? text.size() : end + 1;
    if (is_last) break;
  }
  used = at;
  return true;
}

void CsvParser::add(std::string_view cell) {
  if (cells_.size() < cells_max) cells_.push_back({cell});
}

void CsvParser::give(const TableSink& sink) {
  for (const auto& [from, cell] : spans_) {
    if (cell >= cells_.size()) continue;
    std::string_view& text = cells_[cell].text;
    text = std::string_view(rewritten_).substr(from, text.size());
  }
  std::string converted;
  if (encoding_ == TableEncoding::latin1) {
    size_t bytes = 0;
    for (const Cell& one : cells_) bytes += one.text.size();
    converted.reserve(bytes * 2);  // views into it must stay
    for (Cell& one : cells_) {
      if (!has_high_byte(one.text)) continue;
      const size_t from = converted.size();
      append_latin1(converted, one.text);
      one.text = std::string_view(converted).substr(from);
    }
  }
  sink({++row_, cells_});
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
