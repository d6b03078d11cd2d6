#include "base/terminal_text.h"

#include <fmt/format.h>

namespace dw {
namespace {

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
  for (size_t i = 0; i < text.size();) {
    const size_t control = control_bytes(text, i);
    if (text[i] == '\n') {
      out += line_break;
    } else if (control == 0 || text[i] == '\t') {
      out += text[i];
    }
    i += control == 0 ? 1 : control;
  }
  return out;
}

std::string json_for_terminal(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (size_t i = 0; i < json.size();) {
    const size_t control = control_bytes(json, i);
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
