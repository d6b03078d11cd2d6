// Printable ASCII, which nearly every text is: found eight bytes at a time, so that what others
// need costs nothing here. It knows no other characters.
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

namespace dw {

/// Whether eight bytes are all between 0x20 and 0x7E. Below 0x20 the subtraction borrows, 0x7F and
/// more carries or has the high bit already; what a borrow does to the byte behind is of no
/// account, since there is one then.
constexpr bool is_plain(uint64_t eight) {
  constexpr uint64_t ones = 0x0101010101010101, high_bits = 0x8080808080808080;
  return (((eight - ones * 0x20) | (eight + ones) | eight) & high_bits) == 0;
}

/// Whether all of it is printable ASCII, spaces among it.
inline bool is_plain(std::string_view text) {
  uint64_t eight = 0;
  size_t at = 0;
  for (; at + sizeof eight <= text.size(); at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if (!is_plain(eight)) return false;
  }
  if (at == text.size()) return true;
  if (text.size() >= sizeof eight) {  // the last eight, some of them again
    std::memcpy(&eight, text.data() + text.size() - sizeof eight, sizeof eight);
    return is_plain(eight);
  }
  for (const char c : text.substr(at)) {
    if (c < 0x20 || c >= 0x7F) return false;
  }
  return true;
}

/// How many bytes at the start are printable ASCII.
inline size_t plain_bytes(std::string_view text) {
  uint64_t eight = 0;
  size_t at = 0;
  for (; at + sizeof eight <= text.size(); at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if (!is_plain(eight)) break;
  }
  while (at < text.size() && text[at] >= 0x20 && text[at] < 0x7F) ++at;
  return at;
}

}  // namespace dw
