// What every queue can carry, embedded or Amazon's: 1 MiB with attributes, and XML 1.0's
// characters (SQS API reference, SendMessage, read 2026-11).
#pragma once
#include <string>
#include <string_view>

#include "domain/delivery.h"

namespace dw {

/// What is done to a whole queue is done in pieces, so that nobody waits long for the store.
constexpr size_t queue_rows_per_commit = 500;

constexpr size_t message_bytes_max = 1024 * 1024;

/// Body, and names, types and values of the attributes.
size_t message_bytes(const QueueSend& send);
/// U+9, U+A, U+D, U+20 and above without surrogates, U+FFFE and U+FFFF; well-formed UTF-8.
bool has_allowed_characters(std::string_view text);
/// "" or why a queue will never take this message.
std::string refusal_of_message(const QueueSend& send);

}  // namespace dw
