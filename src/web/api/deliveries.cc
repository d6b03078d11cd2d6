// /v1/deliveries: what is on its way out, and what needs a person.
#include "records/deliveries.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/outside_text.h"
#include "base/text.h"
#include "domain/day.h"
#include "records/audit.h"
#include "records/delivery_groups.h"
#include "records/paging.h"
#include "web/api/operations.h"
#include "web/list_shapes.h"
#include "web/story.h"

namespace dw {
namespace {

constexpr size_t why_characters_max = 500;

/// Why a delivery need not happen.
Result<std::string> reason_in(const json::value& body) {
  std::vector<Problem> problems;
  const std::string why(trim(JsonView(body, problems)["why"].required_text()));
  if (problems.empty() && is_blank(why)) {
    problems.push_back({"why", "is required: the reason to discard the delivery"});
  }
  if (count_characters(why) > why_characters_max) {
    problems.push_back({"why", "is longer than 500 characters"});
  }
  if (problems.empty()) return why;
  return Error{.kind = ErrorKind::invalid,
               .where = "",
               .what = "a discarded delivery needs a reason",
               .problems = std::move(problems)};
}

/// "d-000191", "191". errors  `kind`: it names no delivery, whichever there are
Result<DeliveryId> id_named(const std::string& text, ErrorKind kind) {
  const auto id = delivery_id_named(text);
  if (id) return *id;
  const bool is_event = text.starts_with("e-");
  return Error{
      kind, "",
      fmt::format("{} is {}not a delivery (d-000191); {}", text, is_event ? "an event, " : "",
                  is_event ? "`deskwire why " + text + "` shows its deliveries"
                           : "`deskwire delivery list` shows what there is")};
}

Result<std::vector<DeliveryId>> ids_in(const json::value& body) {
  std::vector<Problem> problems;
  std::vector<DeliveryId> ids;
  for (const std::string& text : JsonView(body, problems)["ids"].texts()) {
    DW_TRY(const DeliveryId id, id_named(text, ErrorKind::invalid));
    ids.push_back(id);
  }
  return ids;
}

Result<void> add_dead(Db& db, std::vector<DeliveryId>& ids) {
  DeliveryQuery dead{.states = {DeliveryState::dead}, .page = {.limit = 500}};
  for (;;) {
    DW_TRY(const Page<Delivery> page, deliveries::list(db, dead));
    for (const Delivery& one : page.items) ids.push_back(one.id);
    if (page.next_cursor.empty()) return {};
    dead.page.cursor = page.next_cursor;
  }
}

/// errors  missing: there is nothing of that group any more
Result<void> add_group(Db& db, const std::string& group, std::vector<DeliveryId>& ids) {
  DW_TRY(const DeliveryGroups found, deliveries::groups(db, TimePoint::max()));
  for (const DeliveryGroup& one : found.items) {
    if (one.id == group) ids = one.deliveries;
  }
  if (!ids.empty()) return {};
  return Error{ErrorKind::missing, "", "nothing is left of this group; load the page again"};
}

}  // namespace

void Operations::add_deliveries() {
  add_own("listDeliveries", &Operations::list_deliveries);
  add_own("getDelivery", &Operations::show_delivery);
  add_own("retryDelivery", &Operations::retry_delivery);
  add_own("discardDelivery", &Operations::discard_delivery);
  add_own("retryDeliveries", &Operations::retry_deliveries);
  add_own("discardDeliveries", &Operations::discard_deliveries);
  add_own("groupDeliveries", &Operations::group_deliveries);
  add_own("retryDeliveryGroup", &Operations::retry_group);
  add_own("discardDeliveryGroup", &Operations::discard_group);
}

Task<ApiAnswer> Operations::list_deliveries(Call& call) {
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
  ShapeContext shapes;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(page, deliveries::list(db, query));
    DW_TRY(shapes, with_numbers(db, parts_.shapes, page.items));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  co_return shape_of(page, shapes);
}

Task<ApiAnswer> Operations::group_deliveries(Call&) {
  ShownDeliveryGroups shown;
  shown.as_of = parts_.clock.now();
  const TimePoint today = day_start(shown.as_of, parts_.shapes.timezone);
  ShapeContext shapes;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(shown.groups, deliveries::groups(db, today));
    DW_TRY(shapes, with_numbers(db, parts_.shapes, {}, shown.groups.items));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  co_return shape_of(shown, shapes);
}

Task<ApiAnswer> Operations::show_delivery(Call& call) {
  DW_CO_TRY(const DeliveryId id, id_named(call.name(), ErrorKind::missing));
  std::optional<Delivery> found;
  ShapeContext shapes;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(found, deliveries::find(db, id));
    if (!found) return {};
    DW_TRY(found, shown_delivery(db, std::move(*found)));
    DW_TRY(shapes, with_numbers(db, parts_.shapes, std::vector<Delivery>(1, *found)));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  if (!found) {
    co_return Error{ErrorKind::missing, "", fmt::format("there is no delivery {}", to_text(id))};
  }
  co_return shape_of(WholeDelivery{std::move(*found)}, shapes);
}

/// What a person decides about deliveries: they are tried again, or with a reason discarded.
struct Operations::Decision {
  std::vector<DeliveryId> ids;
  bool is_all_dead = false;
  std::string group{};               ///< given: all of this group
  std::optional<std::string> why{};  ///< given: discard
};

/// Deliveries as they are after a decision.
struct Operations::Decided {
  Page<Delivery> page;
  ShapeContext shapes;
};

/// All in one commit, each in the audit list; as they are afterwards. What cannot be decided so
/// leaves all as they were.
Task<Result<Operations::Decided>> Operations::decide(Call& call, Decision decision) {
  Decided out;
  auto work = [&](Db& db) -> Result<void> {
    out.page.items.clear();
    const TimePoint now = parts_.clock.now();
    std::vector<DeliveryId> ids = decision.ids;
    if (decision.is_all_dead) DW_CHECK(add_dead(db, ids));
    if (!decision.group.empty()) DW_CHECK(add_group(db, decision.group, ids));
    for (const DeliveryId id : ids) {
      const std::string name = to_text(id);
      if (decision.why) {
        DW_CHECK(deliveries::discard(db, id, *decision.why, now));
        const std::string subject = name + ": " + *decision.why;
        DW_CHECK(audit::add(db, {now, call.caller.name, "delivery.discard", subject}));
      } else {
        DW_CHECK(deliveries::retry(db, id, now));
        DW_CHECK(audit::add(db, {now, call.caller.name, "delivery.retry", name}));
      }
      DW_TRY(auto changed, deliveries::find(db, id));
      out.page.items.push_back(std::move(*changed));
    }
    DW_TRY(out.shapes, with_numbers(db, parts_.shapes, out.page.items));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.write(work));
  parts_.lanes_changed();
  co_return out;
}

/// The delivery that the path names; `what` is for the log.
Task<ApiAnswer> Operations::decide_one(Call& call, Decision decision, std::string what) {
  DW_CO_TRY(const DeliveryId id, id_named(call.name(), ErrorKind::missing));
  decision.ids.push_back(id);
  DW_CO_TRY(const Decided decided, co_await decide(call, std::move(decision)));
  const Delivery& delivery = decided.page.items.front();
  log_info("api", what,
           {{"id", to_text(delivery.event)},
            {"delivery", to_text(delivery.id)},
            {"by", call.caller.name}});
  co_return shape_of(delivery, decided.shapes);
}

Task<ApiAnswer> Operations::retry_delivery(Call& call) {
  DW_CO_CHECK(call.body());
  Decision decision;
  co_return co_await decide_one(call, std::move(decision), "delivery tried again");
}

Task<ApiAnswer> Operations::discard_delivery(Call& call) {
  DW_CO_TRY(const json::value body, call.body());
  Decision decision;
  DW_CO_TRY(decision.why, reason_in(body));
  co_return co_await decide_one(call, std::move(decision), "delivery discarded");
}

Task<ApiAnswer> Operations::retry_deliveries(Call& call) {
  DW_CO_TRY(const json::value body, call.body());
  Decision decision;
  DW_CO_TRY(decision.ids, ids_in(body));
  std::vector<Problem> problems;
  decision.is_all_dead = JsonView(body, problems)["all_dead"].boolean().value_or(false);
  if (decision.ids.empty() && !decision.is_all_dead) {
    co_return Error{ErrorKind::invalid, "delivery retry", "pass delivery ids, or --all-dead"};
  }
  DW_CO_TRY(const Decided decided, co_await decide(call, std::move(decision)));
  co_return shape_of(decided.page, decided.shapes);
}

Task<ApiAnswer> Operations::discard_deliveries(Call& call) {
  DW_CO_TRY(const json::value body, call.body());
  Decision decision;
  DW_CO_TRY(decision.why, reason_in(body));
  DW_CO_TRY(decision.ids, ids_in(body));
  DW_CO_TRY(const Decided decided, co_await decide(call, std::move(decision)));
  co_return shape_of(decided.page, decided.shapes);
}

Task<ApiAnswer> Operations::decide_group(Call& call, Decision decision) {
  decision.group = call.name();
  DW_CO_TRY(const Decided decided, co_await decide(call, std::move(decision)));
  co_return shape_of(Redriven{static_cast<int64_t>(decided.page.items.size())});
}

Task<ApiAnswer> Operations::retry_group(Call& call) {
  DW_CO_CHECK(call.body());
  Decision decision;
  co_return co_await decide_group(call, std::move(decision));
}

Task<ApiAnswer> Operations::discard_group(Call& call) {
  DW_CO_TRY(const json::value body, call.body());
  Decision decision;
  DW_CO_TRY(decision.why, reason_in(body));
  co_return co_await decide_group(call, std::move(decision));
}

}  // namespace dw
