#include "jobs/bridge/waiting_target.h"

#include "records/tickets.h"

namespace dw {
namespace {

TicketId ticket_in(const Delivery& delivery) {
  const auto* asked = std::get_if<Lookup>(&delivery.payload);
  if (asked == nullptr || asked->about != "waits") return {};
  const json::value details = asked->details;
  return {JsonView(details)["ticket"].integer().value_or(0)};
}

}  // namespace

Task<std::vector<Outcome>> WaitingTarget::perform(std::vector<Delivery> deliveries, Attempt) {
  std::vector<Outcome> out;
  for (const Delivery& one : deliveries) {
    const TicketId ticket = ticket_in(one);
    if (!ticket) {
      out.push_back(Outcome::refused("asked for something else than whether a ticket waits"));
      continue;
    }
    bool waits = false;
    auto work = [&](ReadDb& db) -> Result<void> {
      DW_TRY(waits, tickets::waits(db, ticket));
      return {};
    };
    const Result<void> read = co_await store_.look(work);
    if (!read.ok()) {
      out.push_back(Outcome::later(read.error().text()));
      continue;
    }
    out.push_back(Outcome::done(
        json::object{{"stands", waits}, {"why", waits ? "" : "it no longer waits for a reply"}}));
  }
  co_return out;
}

Task<Settled> WaitingTarget::settle(Delivery, Attempt) {
  co_return Settled{.kind = Settled::Kind::repeatable};
}

Task<std::vector<Probe>> WaitingTarget::probe(Millis) {
  co_return std::vector<Probe>{};
}

}  // namespace dw
