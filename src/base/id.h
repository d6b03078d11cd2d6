// Numbers that cannot be mixed up: a TicketId is not a DeliveryId.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>

namespace dw {

template <class Tag>
struct Id {
  int64_t value = 0;  ///< 0 = none; the store numbers from 1

  explicit operator bool() const { return value != 0; }
  friend auto operator<=>(const Id&, const Id&) = default;
};

using TicketId = Id<struct TicketTag>;
using EventId = Id<struct EventTag>;
using DeliveryId = Id<struct DeliveryTag>;
using CommentId = Id<struct CommentTag>;
using MessageId = Id<struct MessageTag>;  ///< a message in an embedded queue

}  // namespace dw

template <class Tag>
struct std::hash<dw::Id<Tag>> {
  size_t operator()(const dw::Id<Tag>& id) const { return std::hash<int64_t>{}(id.value); }
};
