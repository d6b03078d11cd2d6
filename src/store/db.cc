#include "store/db.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace dw {
namespace {

/// Nearly every text is ASCII; eight bytes at a time.
bool is_ascii(std::string_view text) {
  constexpr uint64_t high_bits = 0x8080808080808080U;
  size_t at = 0;
  for (; at + sizeof(uint64_t) <= text.size(); at += sizeof(uint64_t)) {
    uint64_t eight = 0;
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if ((eight & high_bits) != 0) return false;
  }
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Why no engine can keep this text exactly as it is; null if they can.
const char* problem_of(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return "a NUL character";
  if (!is_ascii(text) && !is_utf8(text)) return "bytes that are not UTF-8";
  return nullptr;
}

}  // namespace

Result<void> check_texts(const Statement& statement, std::initializer_list<Value> values) {
  int place = 0;
  for (const Value& value : values) {
    ++place;
    const auto* text = std::get_if<std::string_view>(&value.get());
    const char* problem = text == nullptr ? nullptr : problem_of(*text);
    if (problem == nullptr) continue;
    return Error{ErrorKind::invalid, "store",
                 fmt::format("text {} of {} has {}, which the store does not keep; it must be "
                             "removed before the text is given",
                             place, statement.name, problem)};
  }
  return {};
}

}  // namespace dw
