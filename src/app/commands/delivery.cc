#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "web/shapes.h"

namespace dw {
namespace {

struct DeliveryArguments {
  std::string state, lane, why;
  std::vector<std::string> ids;
  int64_t limit = 50;
  bool is_all_dead = false;
};

const std::vector<Column> columns = {
    {"ID", "id"},          {"STATE", "state"},          {"TICKET", "ticket"}, {"TARGET", "target"},
    {"TRIES", "attempts"}, {"NEXT", "next_attempt_at"}, {"REASON", "reason"}};

void list(Invocation& invocation, const DeliveryArguments& given) {
  const std::unique_ptr<Core> core = open_core(invocation);
  if (!core) return;
  DeliveryQuery query{.lane = given.lane, .page = {.limit = static_cast<size_t>(given.limit)}};
  if (const auto state = delivery_state_named(given.state)) query.states.push_back(*state);
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(const Page<Delivery> page, reader.deliveries(query));
    json::array items;
    for (const Delivery& one : page.items) {
      if (one.state == DeliveryState::dead) invocation.exit_code = exit_found;
      items.push_back(shape_of(one, core->shapes()));
    }
    print_items(invocation, items, columns);
    return {};
  };
  const Result<void> read = core->store->read_now(work);
  if (!read.ok()) fail(invocation, read.error());
}

void show(Invocation& invocation, const DeliveryArguments& given) {
  const std::unique_ptr<Core> core = open_core(invocation);
  if (!core) return;
  auto work = [&](Reader& reader) -> Result<void> {
    const DeliveryId id = delivery_id_named(given.ids.front()).value_or(DeliveryId{});
    DW_TRY(const auto found, reader.delivery(id));
    if (!found) {
      return Error{ErrorKind::missing, "",
                   fmt::format("there is no delivery {}", given.ids.front())};
    }
    json::object shape = shape_of(*found, core->shapes());
    shape["payload"] = encode(found->payload);
    print_one(invocation, shape);
    return {};
  };
  const Result<void> read = core->store->read_now(work);
  if (!read.ok()) fail(invocation, read.error());
}

Result<std::vector<DeliveryId>> chosen(Journal& journal, const DeliveryArguments& given) {
  std::vector<DeliveryId> ids;
  for (const std::string& text : given.ids) {
    const auto id = delivery_id_named(text);
    if (!id) return Error{ErrorKind::invalid, "", text + " is no delivery (d-000191)"};
    ids.push_back(*id);
  }
  DeliveryQuery dead{.states = {DeliveryState::dead}, .page = {.limit = 500}};
  while (given.is_all_dead) {
    DW_TRY(const Page<Delivery> page, journal.deliveries(dead));
    for (const Delivery& one : page.items) ids.push_back(one.id);
    if (page.next_cursor.empty()) break;
    dead.page.cursor = page.next_cursor;
  }
  return ids;
}

/// Retries, or discards with `why`.
void decide(Invocation& invocation, const DeliveryArguments& given, bool is_discard) {
  if (given.ids.empty() && !given.is_all_dead) {
    return fail(invocation,
                {ErrorKind::invalid, "delivery retry", "which? Give ids, or --all-dead"});
  }
  const std::unique_ptr<Core> core = open_core(invocation);
  if (!core) return;
  json::array items;
  auto work = [&](Journal& journal) -> Result<void> {
    items.clear();
    const TimePoint now = core->clock.now();
    DW_TRY(const std::vector<DeliveryId> ids, chosen(journal, given));
    for (const DeliveryId id : ids) {
      if (is_discard) {
        DW_CHECK(journal.discard_delivery(id, given.why, now));
      } else {
        DW_CHECK(journal.retry_delivery(id, now));
      }
      DW_CHECK(journal.add_audit({now, "command line",
                                  is_discard ? "delivery.discard" : "delivery.retry",
                                  is_discard ? to_text(id) + ": " + given.why : to_text(id)}));
      DW_TRY(const auto changed, journal.delivery(id));
      items.push_back(shape_of(*changed, core->shapes()));
    }
    return {};
  };
  const Result<void> written = core->store->write_now(work);
  if (!written.ok()) return fail(invocation, written.error());
  print_items(invocation, items, columns);
}

}  // namespace

void add_delivery(Command app, Invocation& invocation) {
  auto given = std::make_shared<DeliveryArguments>();  // shared with callbacks that run later
  Command delivery = app.add_group("delivery", "What is on its way out, and what needs a person");
  Command all = add_command(delivery, invocation, "list", "Deliveries, newest first",
                            [&invocation, given] { list(invocation, *given); });
  all.add_option("--state", given->state, "pending, dead, unsure, done or discarded")
      .one_of({"pending", "dead", "unsure", "done", "discarded"});
  all.add_option("--lane", given->lane, "of one lane");
  all.add_option("--limit", given->limit, "how many at most").within(1, 500);
  Command one = add_command(delivery, invocation, "show", "One delivery, with its payload",
                            [&invocation, given] { show(invocation, *given); });
  one.add_option("id", given->ids, "d-000191").required().single();
  Command again = add_command(delivery, invocation, "retry", "Try again now",
                              [&invocation, given] { decide(invocation, *given, false); });
  again.add_option("ids", given->ids, "d-000191 …");
  again.add_flag("--all-dead", given->is_all_dead, "every dead one");
  Command drop = add_command(delivery, invocation, "discard", "It need not happen",
                             [&invocation, given] { decide(invocation, *given, true); });
  drop.add_option("id", given->ids, "d-000191 …").required();
  drop.add_option("--why", given->why, "the reason; it is kept").required();
}

}  // namespace dw
