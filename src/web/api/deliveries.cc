// /v1/deliveries: what is on its way out, and what needs a person.
#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"
#include "web/api/api.h"
#include "web/problem.h"

namespace dw {
namespace {

constexpr size_t why_characters_max = 500;

}  // namespace

void Api::add_deliveries(Routes& routes) {
  add(routes, "GET", "/v1/deliveries", &Api::list_deliveries);
  add(routes, "POST", "/v1/deliveries/{}/retry", &Api::retry_delivery);
  add(routes, "POST", "/v1/deliveries/{}/discard", &Api::discard_delivery);
}

Task<Response> Api::list_deliveries(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::viewer);
  if (!caller.ok()) co_return refusal(caller.error());
  std::vector<Problem> problems;
  DeliveryQuery query;
  query.page = page_parameters(request, problems);
  query.lane = request.parameter("lane").value_or("");
  const std::string states = request.parameter("state").value_or("");
  for (const std::string_view name : split(states, ',')) {
    if (name.empty()) continue;
    if (const auto state = delivery_state_named(name)) {
      query.states.push_back(*state);
    } else {
      problems.push_back({"state", "must be one of pending, unsure, dead, done, discarded"});
    }
  }
  if (!problems.empty()) co_return bad_parameters(std::move(problems));
  Page<Delivery> page;
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(page, reader.deliveries(query));
    return {};
  };
  const Result<void> read = co_await parts_.store.read(work);
  if (!read.ok()) co_return problem(read.error());
  json::array items;
  for (const Delivery& delivery : page.items) items.push_back(shape_of(delivery, parts_.shapes));
  co_return json_answer(200, page_of(std::move(items), page.next_cursor));
}

Task<Response> Api::retry_delivery(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::agent);
  if (!caller.ok()) co_return refusal(caller.error());
  const Result<json::value> body = read_body(request);
  if (!body.ok()) co_return body_refusal(body.error());
  const DeliveryId id = delivery_id_named(request.path_parameters.at(0)).value_or(DeliveryId{});
  std::optional<Delivery> delivery;
  auto work = [&](Journal& journal) -> Result<void> {
    const TimePoint now = parts_.clock.now();
    DW_CHECK(journal.retry_delivery(id, now));
    DW_TRY(delivery, journal.delivery(id));
    return journal.add_audit({now, caller->name, "delivery.retry", to_text(id)});
  };
  const Result<void> written = co_await parts_.store.write(work);
  if (!written.ok()) co_return problem(written.error());
  parts_.lanes_changed();
  log_info("api", "delivery tried again",
           {{"id", to_text(delivery->event)}, {"delivery", to_text(id)}, {"by", caller->name}});
  co_return json_answer(200, shape_of(*delivery, parts_.shapes));
}

Task<Response> Api::discard_delivery(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::admin);
  if (!caller.ok()) co_return refusal(caller.error());
  const Result<json::value> body = read_body(request);
  if (!body.ok()) co_return body_refusal(body.error());
  std::vector<Problem> problems;
  const JsonView view(*body, problems);
  const std::string why(trim(view["why"].required_text()));
  if (problems.empty() && why.empty()) problems.push_back({"why", "say why it need not happen"});
  if (count_characters(why) > why_characters_max) {
    problems.push_back({"why", "is longer than 500 characters"});
  }
  if (!problems.empty()) {
    co_return problem(Error{.kind = ErrorKind::invalid,
                            .where = "",
                            .what = "a discarded delivery needs a reason",
                            .problems = std::move(problems)});
  }
  const DeliveryId id = delivery_id_named(request.path_parameters.at(0)).value_or(DeliveryId{});
  std::optional<Delivery> delivery;
  auto work = [&](Journal& journal) -> Result<void> {
    const TimePoint now = parts_.clock.now();
    DW_CHECK(journal.discard_delivery(id, why, now));
    DW_TRY(delivery, journal.delivery(id));
    return journal.add_audit({now, caller->name, "delivery.discard", to_text(id) + ": " + why});
  };
  const Result<void> written = co_await parts_.store.write(work);
  if (!written.ok()) co_return problem(written.error());
  parts_.lanes_changed();
  log_info("api", "delivery discarded",
           {{"id", to_text(delivery->event)}, {"delivery", to_text(id)}, {"by", caller->name}});
  co_return json_answer(200, shape_of(*delivery, parts_.shapes));
}

}  // namespace dw
