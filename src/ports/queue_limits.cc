#include "ports/queue_limits.h"

#include <fmt/format.h>

#include "base/text.h"

namespace dw {
namespace {

constexpr size_t string_type_bytes = 6;  // "String"

}  // namespace

size_t message_bytes(const QueueSend& send) {
  size_t bytes = send.body.size();
  for (const auto& [name, value] : send.attributes) {
    bytes += name.size() + string_type_bytes + value.size();
  }
  return bytes;
}

bool has_allowed_characters(std::string_view text) {
  if (!is_utf8(text)) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') return false;
  }
  // U+FFFE and U+FFFF, the two code points of three bytes that are none.
  return text.find("\xEF\xBF\xBE") == std::string_view::npos &&
         text.find("\xEF\xBF\xBF") == std::string_view::npos;
}

std::string refusal_of_message(const QueueSend& send) {
  if (send.body.empty()) return "the message body is empty, which queues reject";
  if (const size_t bytes = message_bytes(send); bytes > message_bytes_max) {
    return fmt::format("the message has {} bytes with its attributes; the limit of a queue is {}",
                       bytes, message_bytes_max);
  }
  if (!has_allowed_characters(send.body)) {
    return "the message has control characters, which queues reject";
  }
  return {};
}

}  // namespace dw
