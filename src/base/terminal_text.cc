#include "base/terminal_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/plain_text.h"

namespace dw {
namespace {

struct HiddenCharacter {
  std::string_view bytes;
  unsigned code;
};

/// Turns the direction of what stands beside it, or can't be seen. Joiners are none of these: they
/// mean something inside of words and emoji.
constexpr std::array<HiddenCharacter, 27> hidden = {
    {{"\u00AD", 0xAD},   {"\u061C", 0x61C},  {"\u180E", 0x180E}, {"\u200B", 0x200B},
     {"\u200E", 0x200E}, {"\u200F", 0x200F}, {"\u202A", 0x202A}, {"\u202B", 0x202B},
     {"\u202C", 0x202C}, {"\u202D", 0x202D}, {"\u202E", 0x202E}, {"\u2060", 0x2060},
     {"\u2061", 0x2061}, {"\u2062", 0x2062}, {"\u2063", 0x2063}, {"\u2064", 0x2064},
     {"\u2065", 0x2065}, {"\u2066", 0x2066}, {"\u2067", 0x2067}, {"\u2068", 0x2068},
     {"\u2069", 0x2069}, {"\u206A", 0x206A}, {"\u206B", 0x206B}, {"\u206C", 0x206C},
     {"\u206D", 0x206D}, {"\u206E", 0x206E}, {"\u206F", 0x206F}}};
constexpr HiddenCharacter byte_order_mark{"\uFEFF", 0xFEFF};
/// A terminal may take them for line ends.
constexpr std::array<HiddenCharacter, 2> line_ends = {{{"\u2028", 0x2028}, {"\u2029", 0x2029}}};

const HiddenCharacter* hidden_at(std::string_view text) {
  const auto begins = [text](const HiddenCharacter& one) { return text.starts_with(one.bytes); };
  if (static_cast<unsigned char>(text.front()) < 0x80) return nullptr;
  if (begins(byte_order_mark)) return &byte_order_mark;
  const auto* found = std::find_if(hidden.begin(), hidden.end(), begins);
  return found == hidden.end() ? nullptr : found;
}

const HiddenCharacter* line_end_at(std::string_view text) {
  const auto* found =
      std::find_if(line_ends.begin(), line_ends.end(),
                   [text](const HiddenCharacter& one) { return text.starts_with(one.bytes); });
  return found == line_ends.end() ? nullptr : found;
}

/// How many bytes of a control character begin here; 0: none does.
size_t control_bytes(std::string_view text, size_t at) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(at) < 0x20 || byte(at) == 0x7F) return 1;
  const bool is_late =
      byte(at) == 0xC2 && at + 1 < text.size() && byte(at + 1) >= 0x80 && byte(at + 1) < 0xA0;
  return is_late ? 2 : 0;
}

}  // namespace

std::string for_terminal(std::string_view text, std::string_view line_break) {
  std::string out;
  out.reserve(text.size());
  append_for_terminal(out, text, line_break);
  return out;
}

void append_for_terminal(std::string& out, std::string_view text, std::string_view line_break) {
  for (size_t i = 0; i < text.size();) {
    if (const size_t plain = plain_bytes(text.substr(i)); plain > 0) {
      out += text.substr(i, plain);
      i += plain;
      continue;
    }
    const size_t control = control_bytes(text, i);
    if (const HiddenCharacter* one = hidden_at(text.substr(i)); one != nullptr) {
      i += one->bytes.size();
      continue;
    }
    if (const HiddenCharacter* one = line_end_at(text.substr(i)); one != nullptr) {
      out += line_break;
      i += one->bytes.size();
      continue;
    }
    if (text[i] == '\n') {
      out += line_break;
    } else if (control == 0 || text[i] == '\t') {
      out += text[i];
    }
    i += control == 0 ? 1 : control;
  }
}

std::string json_for_terminal(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (size_t i = 0; i < json.size();) {
    if (const size_t plain = plain_bytes(json.substr(i)); plain > 0) {
      out += json.substr(i, plain);
      i += plain;
      continue;
    }
    const size_t control = control_bytes(json, i);
    const HiddenCharacter* one = hidden_at(json.substr(i));
    if (one == nullptr) one = line_end_at(json.substr(i));
    if (one != nullptr) {
      out += fmt::format("\\u{:04x}", one->code);
      i += one->bytes.size();
      continue;
    }
    if (control == 2) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(json[i + 1]));
    } else if (json[i] == '\x7F') {
      out += "\\u007f";
    } else {
      out += json[i];  // line ends, where JSON is laid out over lines
    }
    i += control == 0 ? 1 : control;
  }
  return out;
}

}  // namespace dw
