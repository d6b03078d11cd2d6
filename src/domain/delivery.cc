#include "domain/delivery.h"

#include <fmt/format.h>

#include <array>

#include "base/number.h"

namespace dw {
namespace {

constexpr std::array<std::string_view, 5> states = {"pending", "unsure", "dead", "done",
                                                    "discarded"};

}  // namespace

std::string_view name_of(DeliveryState state) {
  return states.at(static_cast<size_t>(state));
}

std::optional<DeliveryState> delivery_state_named(std::string_view name) {
  for (size_t i = 0; i < states.size(); ++i) {
    if (states[i] == name) return static_cast<DeliveryState>(i);
  }
  return std::nullopt;
}

std::string to_text(DeliveryId id) {
  return fmt::format("d-{:06}", id.value);
}

std::optional<DeliveryId> delivery_id_named(std::string_view text) {
  if (text.starts_with("d-")) text.remove_prefix(2);
  const auto value = number_in(text);
  if (!value || *value <= 0) return std::nullopt;
  return DeliveryId{*value};
}

}  // namespace dw
