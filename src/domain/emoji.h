// Emoji by the names that chats write between colons: those that people use in support.
#pragma once
#include <string_view>

namespace dw {

/// "white_check_mark" -> "✅"; a skin tone behind the name is left out. Empty: not known here.
std::string_view emoji_named(std::string_view name);

}  // namespace dw
