#include "net/chunked_body.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/number.h"
#include "base/text.h"

namespace dw {
namespace {

constexpr size_t size_line_bytes_max = 512;
constexpr size_t size_digits_max = 16;

/// RFC 9110, section 5.6.2.
bool is_token_character(char c) {
  return is_letter_or_digit(c) ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

size_t token_bytes(std::string_view text) {
  size_t bytes = 0;
  while (bytes < text.size() && is_token_character(text[bytes])) ++bytes;
  return bytes;
}

/// A quoted string at the beginning of `text`; 0 if there is none. ASCII that prints, blanks, tabs.
size_t quoted_bytes(std::string_view text) {
  if (!text.starts_with('"')) return 0;
  for (size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
    const bool is_allowed =
        at < text.size() && (text[at] == '\t' || (text[at] >= ' ' && text[at] < 0x7F));
    if (!is_allowed) return 0;
  }
  return 0;
}

/// ";name", ";name=token" and ";name=\"text\"", any number of them, and nothing between.
bool is_extension(std::string_view text) {
  while (!text.empty()) {
    if (!text.starts_with(';')) return false;
    text.remove_prefix(1);
    const size_t name = token_bytes(text);
    if (name == 0) return false;
    text.remove_prefix(name);
    if (!text.starts_with('=')) continue;
    text.remove_prefix(1);
    const size_t value = std::max(token_bytes(text), quoted_bytes(text));
    if (value == 0) return false;
    text.remove_prefix(value);
  }
  return true;
}

/// The size in "1a;name=value".
std::optional<uint64_t> size_in(std::string_view line) {
  const size_t digits = std::min(line.find_first_not_of("0123456789abcdefABCDEF"), line.size());
  if (digits == 0 || digits > size_digits_max) return std::nullopt;
  if (!is_extension(line.substr(digits))) return std::nullopt;
  return number_in<uint64_t>(line.substr(0, digits), 16);
}

/// A field that is no part of the framing. It is read to be forgotten.
bool is_trailer(std::string_view line) {
  static constexpr std::array<std::string_view, 5> forbidden = {
      "transfer-encoding", "content-length", "host", "connection", "proxy-connection"};
  const size_t name = token_bytes(line);
  if (name == 0 || name == line.size() || line[name] != ':') return false;
  const auto is_it = [&](std::string_view one) {
    return equals_ignoring_case(one, line.substr(0, name));
  };
  const auto is_text = [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != 0x7F);
  };
  const std::string_view value = line.substr(name + 1);
  return std::none_of(forbidden.begin(), forbidden.end(), is_it) &&
         std::all_of(value.begin(), value.end(), is_text);
}

}  // namespace

ChunkedBody::Verdict ChunkedBody::take(std::string_view bytes, std::string& body) {
  for (taken_ = 0; taken_ < bytes.size();) {
    if (state_ == State::content) {
      const auto size = static_cast<size_t>(std::min<uint64_t>(left_, bytes.size() - taken_));
      body.append(bytes, taken_, size);
      taken_ += size;
      left_ -= size;
      if (left_ == 0) state_ = State::content_end;
      continue;
    }
    const char c = bytes[taken_++];
    if (!append_to_line(c)) return Verdict::broken;
    if (c != '\n') continue;
    const Verdict verdict = end_line(body.size());
    if (verdict != Verdict::more) return verdict;
    line_.clear();
  }
  return Verdict::more;
}

/// False for a line that is longer than it may be, or that could end in two places.
bool ChunkedBody::append_to_line(char c) {
  const bool is_after_cr = line_.ends_with('\r');
  if (is_after_cr != (c == '\n')) return false;
  line_ += c;
  if (state_ == State::trailer) return ++trailer_bytes_ <= trailer_bytes_max_;
  // Behind a chunk's bytes stands CR LF and nothing else.
  return line_.size() <= (state_ == State::content_end ? 2 : size_line_bytes_max);
}

ChunkedBody::Verdict ChunkedBody::end_line(size_t body_bytes) {
  const std::string_view line = std::string_view(line_).substr(0, line_.size() - 2);
  if (state_ == State::content_end) {
    state_ = State::size;
    return Verdict::more;
  }
  if (state_ == State::trailer) {
    if (line.empty()) return Verdict::whole;
    return is_trailer(line) ? Verdict::more : Verdict::broken;
  }
  const std::optional<uint64_t> size = size_in(line);
  if (!size) return Verdict::broken;
  if (*size > bytes_max_ - std::min(bytes_max_, body_bytes)) return Verdict::too_large;
  left_ = *size;
  state_ = left_ == 0 ? State::trailer : State::content;
  return Verdict::more;
}

}  // namespace dw
