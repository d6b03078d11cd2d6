// /v1/deliveries: what is on its way out, and what needs a person.
#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"
#include "web/api/operations.h"

namespace dw {
namespace {

constexpr size_t why_characters_max = 500;

}  // namespace

void Operations::add_deliveries() {
  add_own("listDeliveries", &Operations::list_deliveries);
  add_own("retryDelivery", &Operations::retry_delivery);
  add_own("discardDelivery", &Operations::discard_delivery);
}

Task<Answer> Operations::list_deliveries(Call& call) {
  std::vector<Problem> problems;
  DeliveryQuery query;
  query.page = page_parameters(call.request, problems);
  query.lane = call.request.parameter("lane").value_or("");
  const std::string states = call.request.parameter("state").value_or("");
  for (const std::string_view name : split(states, ',')) {
    if (name.empty()) continue;
    if (const auto state = delivery_state_named(name)) {
      query.states.push_back(*state);
    } else {
      problems.push_back({"state", "must be one of pending, unsure, dead, done, discarded"});
    }
  }
  DW_CO_CHECK(check_parameters(std::move(problems)));
  Page<Delivery> page;
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(page, reader.deliveries(query));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  co_return shape_of(page, parts_.shapes);
}

Task<Answer> Operations::retry_delivery(Call& call) {
  DW_CO_CHECK(call.body());
  const DeliveryId id = delivery_id_named(call.name()).value_or(DeliveryId{});
  std::optional<Delivery> delivery;
  auto work = [&](Journal& journal) -> Result<void> {
    const TimePoint now = parts_.clock.now();
    DW_CHECK(journal.retry_delivery(id, now));
    DW_TRY(delivery, journal.delivery(id));
    return journal.add_audit({now, call.caller.name, "delivery.retry", to_text(id)});
  };
  DW_CO_CHECK(co_await parts_.store.write(work));
  parts_.lanes_changed();
  log_info("api", "delivery tried again",
           {{"id", to_text(delivery->event)}, {"delivery", to_text(id)}, {"by", call.caller.name}});
  co_return shape_of(*delivery, parts_.shapes);
}

Task<Answer> Operations::discard_delivery(Call& call) {
  DW_CO_TRY(const json::value body, call.body());
  std::vector<Problem> problems;
  const JsonView view(body, problems);
  const std::string why(trim(view["why"].required_text()));
  if (problems.empty() && why.empty())
    problems.push_back({"why", "is required: the reason to discard the delivery"});
  if (count_characters(why) > why_characters_max) {
    problems.push_back({"why", "is longer than 500 characters"});
  }
  if (!problems.empty()) {
    co_return Error{.kind = ErrorKind::invalid,
                    .where = "",
                    .what = "a discarded delivery needs a reason",
                    .problems = std::move(problems)};
  }
  const DeliveryId id = delivery_id_named(call.name()).value_or(DeliveryId{});
  std::optional<Delivery> delivery;
  auto work = [&](Journal& journal) -> Result<void> {
    const TimePoint now = parts_.clock.now();
    DW_CHECK(journal.discard_delivery(id, why, now));
    DW_TRY(delivery, journal.delivery(id));
    return journal.add_audit({now, call.caller.name, "delivery.discard", to_text(id) + ": " + why});
  };
  DW_CO_CHECK(co_await parts_.store.write(work));
  parts_.lanes_changed();
  log_info("api", "delivery discarded",
           {{"id", to_text(delivery->event)}, {"delivery", to_text(id)}, {"by", call.caller.name}});
  co_return shape_of(*delivery, parts_.shapes);
}

}  // namespace dw
