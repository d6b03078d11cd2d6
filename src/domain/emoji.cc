// Slack writes an emoji that a person picked as ":name:" wherever it stands, "done:tada:" too, and
// what a person typed between colons looks the same: MAC addresses, IPv6, times, keys of a
// configuration. What tells them apart is what stands beside the colons, and how much a name looks
// like a number or a short word.
#include "domain/emoji.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "domain/emoji_table.h"

namespace dw {
namespace {

constexpr size_t name_bytes_max = 64;
constexpr std::string_view tone_mark = "::skin-tone-";
constexpr std::string_view coloured = "\uFE0F";

bool is_of_name(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_' || c == '-' || c == '+' || c == '\'';
}

std::optional<EmojiRow> find_row(std::string_view name) {
  size_t first = 0;
  for (size_t end = emoji_count(); first < end;) {
    const size_t middle = first + (end - first) / 2;
    const EmojiRow row = emoji_row(middle);
    if (row.name == name) return row;
    if (row.name < name) {
      first = middle + 1;
    } else {
      end = middle;
    }
  }
  return {};
}

/// "skin-tone-2" is the lightest of five; empty: no tone.
std::string_view tone_of(char digit) {
  constexpr std::string_view tones[] = {"\U0001F3FB", "\U0001F3FC", "\U0001F3FD", "\U0001F3FE",
                                        "\U0001F3FF"};
  return digit >= '2' && digit <= '6' ? tones[digit - '2'] : std::string_view();
}

std::string with_tone(const EmojiRow& row, std::string_view tone) {
  if (tone.empty() || row.tones == 0) return std::string(row.text);
  size_t first = 1;
  while (first < row.text.size() &&
         (static_cast<unsigned char>(row.text[first]) & 0xC0U) == 0x80U) {
    ++first;
  }
  std::string_view rest = row.text.substr(first);
  if (rest.starts_with(coloured)) rest.remove_prefix(coloured.size());
  std::string out(row.text.substr(0, first));
  out += tone;
  out += rest;
  if (row.tones == 2) out += tone;
  return out;
}

/// ":name:" or ":name::skin-tone-3:" at the start of `text`.
struct Code {
  std::string_view name;
  size_t bytes = 0;  ///< 0: there is none
};

Code code_at(std::string_view text) {
  size_t end = 1;
  while (end < text.size() && end <= name_bytes_max && is_of_name(text[end])) ++end;
  if (end == 1 || end >= text.size() || text[end] != ':') return {};
  const size_t tone_end = end + tone_mark.size() + 1;
  const bool has_tone =
      text.substr(end).starts_with(tone_mark) && text.size() > tone_end && text[tone_end] == ':';
  const size_t name_end = has_tone ? tone_end : end;
  return {text.substr(1, name_end - 1), name_end + 1};
}

/// "de", "100", "abc", "key": as likely a piece of something else.
bool is_plain_name(std::string_view name) {
  constexpr size_t plain_bytes_max = 5;
  const bool is_plain = std::all_of(name.begin(), name.end(), is_letter_or_digit);
  const bool is_hex = name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return is_plain && (is_hex || name.size() <= plain_bytes_max);
}

bool is_of_address(char c) {
  constexpr std::string_view signs = "/\\=@%&";
  return c != '\0' && signs.find(c) != std::string_view::npos;
}

/// Whether a code may stand between these characters; 0: the end of the text, or an emoji.
bool may_stand(std::string_view name, char before, char after) {
  if (is_of_address(before) || is_of_address(after)) return false;
  const bool has_left = is_letter_or_digit(before);
  const bool has_right = is_letter_or_digit(after);
  if (!is_plain_name(name)) return !has_left || !has_right;
  // "scope::key:", "fe80::100"
  return !has_left && !has_right && before != ':' && after != ':';
}

}  // namespace

std::string emoji_named(std::string_view name) {
  const size_t mark = name.find(tone_mark);
  const auto row = find_row(name.substr(0, mark));
  if (!row) return {};
  const size_t digit = mark == std::string_view::npos ? mark : mark + tone_mark.size();
  return with_tone(*row, digit < name.size() ? tone_of(name[digit]) : std::string_view());
}

std::string with_emoji(std::string_view text, std::string_view before) {
  if (text.find(':') == std::string_view::npos) return std::string(text);
  std::string out;
  out.reserve(text.size());
  char last = before.empty() ? '\0' : before.back();
  for (size_t at = 0; at < text.size();) {
    const Code code = text[at] == ':' ? code_at(text.substr(at)) : Code{};
    std::string emoji = code.bytes == 0 ? std::string() : emoji_named(code.name);
    if (!emoji.empty()) {
      const std::string_view rest = text.substr(at + code.bytes);
      const Code next = rest.starts_with(':') ? code_at(rest) : Code{};
      // ":our_logo:" of the workspace is one, too.
      const char after = rest.empty() || next.bytes != 0 ? '\0' : rest.front();
      if (!may_stand(code.name, last, after)) emoji.clear();
    }
    const bool is_custom = emoji.empty() && code.bytes != 0 && last != ':' &&
                           !is_letter_or_digit(last) && !is_of_address(last) &&
                           !is_plain_name(code.name);
    if (is_custom) emoji = text.substr(at, code.bytes);
    if (emoji.empty()) {
      last = text[at];
      out += text[at++];
    } else {
      last = '\0';
      out += emoji;
      at += code.bytes;
    }
  }
  return out;
}

}  // namespace dw
