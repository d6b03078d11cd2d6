#include "connectors/shadow/shadow.h"

#include <fmt/format.h>

namespace dw {

Result<Outcome> Shadow::apply(Db&, const Delivery& delivery, TimePoint) {
  if (const auto* open = std::get_if<DeskOpen>(&delivery.payload)) {
    return Outcome::done(json::object{{"id", fmt::format("shadow-{}", open->ticket.value)}});
  }
  return Outcome::done(json::object{});
}

}  // namespace dw
