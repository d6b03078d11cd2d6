#include "net/request_head.h"

#include <algorithm>

namespace dw {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

/// %00 to %1F and %7F.
bool has_escaped_control(std::string_view path) {
  for (size_t at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1)) {
    const std::string_view digits = path.substr(at + 1, 2);
    if (digits.size() < 2) return false;
    if (digits[0] == '0' || digits[0] == '1') return true;
    if (digits[0] == '7' && (digits[1] == 'F' || digits[1] == 'f')) return true;
  }
  return false;
}

}  // namespace

HeadScan::Verdict HeadScan::look(std::string_view bytes) {
  for (;;) {
    const size_t end = bytes.find('\n', seen_);
    const std::string_view fresh = bytes.substr(seen_, end - seen_);
    if (fresh.find('\0') != std::string_view::npos) return Verdict::broken;
    if (end == std::string_view::npos) {
      seen_ = bytes.size();
      return Verdict::more;
    }
    if (end == 0 || bytes[end - 1] != '\r') return Verdict::broken;
    const bool is_first = line_ == 0;
    const bool is_folded = bytes[line_] == ' ' || bytes[line_] == '\t';
    const bool is_empty = end == line_ + 1;
    // Nobody sends an empty line first but those who counted a body wrong.
    if (is_folded || (is_first && is_empty)) return Verdict::broken;
    seen_ = line_ = end + 1;
    if (is_empty) return Verdict::whole;
  }
}

bool is_clean_target(std::string_view target) {
  if (!target.starts_with('/')) return false;
  const bool is_plain =
      std::none_of(target.begin(), target.end(), [](char c) { return is_control(c) || c == ' '; });
  return is_plain && !has_escaped_control(target.substr(0, target.find('?')));
}

}  // namespace dw
