// Deliveries: added, listed, and decided by a person.
#include "records/deliveries.h"

#include <fmt/format.h>

#include "records/changes.h"
#include "records/delivery_row.h"
#include "records/lanes.h"
#include "sql/deliveries.h"
#include "sql/events.h"
#include "sql/lanes.h"

namespace dw {
namespace {

constexpr int every_state = 31;  // one bit for each of the five

Error not_open(DeliveryId id) {
  return {ErrorKind::conflict, "store",
          fmt::format("{} is already done or discarded", to_text(id))};
}

Error not_there(DeliveryId id) {
  return {ErrorKind::missing, "store", fmt::format("there is no delivery {}", to_text(id))};
}

}  // namespace

Delivery delivery_in(const Row& row) {
  return read_delivery(row).delivery;
}

DeliveryRead read_delivery(const Row& row) {
  namespace col = columns::delivery;
  DeliveryRead read;
  Delivery& out = read.delivery;
  out.id = {row.integer(col::id)};
  out.event = {row.integer(col::event)};
  out.ticket = {row.integer(col::ticket)};
  out.lane = row.text(col::lane);
  out.target = row.text(col::target);
  const Result<json::value> body = parse_json(row.text(col::payload));
  Result<Payload> payload =
      body.ok() ? decode_payload(row.text(col::operation), *body) : Result<Payload>(body.error());
  if (payload.ok()) {
    out.payload = std::move(*payload);
  } else {
    read.unreadable =
        fmt::format("this version of Deskwire can't read it ({}: {}): a newer replica sends it",
                    row.text(col::operation), payload.error().what);
  }
  out.holds_lane = row.integer(col::holds_lane) != 0;
  out.state = static_cast<DeliveryState>(row.integer(col::state));
  out.is_in_doubt = row.integer(col::in_doubt) != 0;
  out.attempts = static_cast<int>(row.integer(col::attempts));
  out.reason = row.text(col::reason);
  out.created_at = row.time(col::created_at);
  out.next_attempt_at = row.time_or_none(col::next_attempt_at);
  out.done_at = row.time_or_none(col::done_at);
  out.answer_kind = row.text(col::answer_kind);
  out.reference = row.text(col::reference);
  return read;
}

namespace deliveries {

Result<std::optional<Delivery>> find(ReadDb& db, DeliveryId id) {
  std::optional<Delivery> found;
  // The lane's row before the delivery's, as whoever sends from it does.
  DW_CHECK(db.lock(stmt::lock_lane_of_delivery, {id}));
  DW_CHECK(db.lock(stmt::lock_delivery, {id}));
  DW_CHECK(db.run(stmt::delivery_by_id, {id}, [&](const Row& row) { found = delivery_in(row); }));
  return found;
}

Result<Page<Delivery>> list(ReadDb& db, const DeliveryQuery& query) {
  Page<Delivery> page;
  const auto collect = [&](const Row& row) { page.items.push_back(delivery_in(row)); };
  DW_TRY(const int64_t below, id_in(query.page.cursor));
  const auto limit = static_cast<int64_t>(query.page.limit + 1);
  int states = query.states.empty() ? every_state : 0;
  for (const DeliveryState state : query.states) states |= 1 << static_cast<int>(state);
  if (query.ticket) {
    DW_CHECK(db.run(stmt::deliveries_of_ticket, {below, query.ticket, limit}, collect));
  } else if (query.event) {
    DW_CHECK(db.run(stmt::deliveries_of_event, {below, query.event, limit}, collect));
  } else if (query.states.size() == 1 && is_open(query.states.front())) {
    DW_CHECK(db.run(stmt::list_open_deliveries,
                    {below, static_cast<int>(query.states.front()), query.lane, limit}, collect));
  } else {
    DW_CHECK(db.run(stmt::list_deliveries, {below, states, query.lane, limit}, collect));
  }
  page.next_cursor =
      next_cursor(page.items, query.page.limit, [](const Delivery& one) { return one.id.value; });
  return page;
}

Result<BacklogMetrics> backlog(ReadDb& db) {
  BacklogMetrics metrics;
  DW_CHECK(db.run(stmt::count_open_deliveries, {}, [&](const Row& row) {
    const auto state = static_cast<DeliveryState>(row.integer(0));
    int64_t& count = state == DeliveryState::pending  ? metrics.pending
                     : state == DeliveryState::unsure ? metrics.unsure
                                                      : metrics.dead;
    count = row.integer(1);
  }));
  const auto number = [](int64_t& out) { return [&out](const Row& row) { out = row.integer(0); }; };
  DW_CHECK(db.run(stmt::oldest_pending, {},
                  [&](const Row& row) { metrics.oldest_pending_at = row.time(0); }));
  DW_CHECK(db.run(stmt::longest_lane, {}, number(metrics.longest_lane)));
  DW_CHECK(db.run(stmt::count_lanes, {}, number(metrics.lanes)));
  DW_CHECK(db.run(stmt::count_parked, {}, number(metrics.parked_events)));
  return metrics;
}

namespace {

Result<void> insert(Db& db, const Delivery& delivery, int64_t* id) {
  return db.insert_later(
      stmt::add_delivery,
      {delivery.event, delivery.ticket, delivery.lane, delivery.target,
       operation_of(delivery.payload), to_text(encode(delivery.payload)), delivery.holds_lane,
       static_cast<int>(delivery.state), delivery.attempts, delivery.reason, delivery.created_at,
       delivery.next_attempt_at, delivery.done_at, delivery.answer_kind, delivery.reference},
      id);
}

void touch_lane_of(Db& db, const Delivery& delivery) {
  if (delivery.state != DeliveryState::pending) return;
  const TimePoint due = delivery.next_attempt_at.value_or(delivery.created_at);
  db.send_last(stmt::touch_lane, delivery.lane, due);
  db.touch({.lanes = true});
}

/// Of a delivery that waits, or needs a person, the board hears.
bool is_told(const Delivery& delivery) {
  return delivery.state == DeliveryState::pending || delivery.state == DeliveryState::dead;
}

}  // namespace

Result<DeliveryId> add(Db& db, const Delivery& delivery) {
  DeliveryId id;
  DW_CHECK(insert(db, delivery, &id.value));
  DW_CHECK(db.settle());
  touch_lane_of(db, delivery);
  if (is_told(delivery)) DW_CHECK(changes::add(db, "delivery", id.value));
  return id;
}

Result<void> add_unseen(Db& db, const Delivery& delivery) {
  DW_CHECK(insert(db, delivery, nullptr));
  touch_lane_of(db, delivery);
  if (!is_told(delivery)) return {};
  db.touch({.notes = true});
  return db.send(stmt::note_new_delivery);
}

Result<void> retry(Db& db, DeliveryId id, TimePoint now) {
  std::string lane;
  DW_CHECK(db.lock(stmt::lock_lane_of_delivery, {id}));
  DW_CHECK(db.run(stmt::retry_delivery, {id, now}, [&](const Row& row) { lane = row.text(0); }));
  if (lane.empty()) {
    DW_TRY(const auto found, find(db, id));
    return found ? not_open(id) : not_there(id);
  }
  DW_CHECK(lanes::unblock(db, lane, now));
  return changes::add(db, "delivery", id.value);
}

Result<void> discard(Db& db, DeliveryId id, const std::string& why, TimePoint now) {
  std::string lane;
  DW_CHECK(db.lock(stmt::lock_lane_of_delivery, {id}));
  DW_CHECK(
      db.run(stmt::discard_delivery, {id, why, now}, [&](const Row& row) { lane = row.text(0); }));
  if (lane.empty()) {
    DW_TRY(const auto found, find(db, id));
    return found ? not_open(id) : not_there(id);
  }
  DW_CHECK(lanes::unblock(db, lane, now));
  return changes::add(db, "delivery", id.value);
}

Result<std::vector<Delivery>> open_in_lane(ReadDb& db, const std::string& lane, size_t limit) {
  std::vector<Delivery> out;
  // Whoever sends from it, or decides about what is in it, changes the lane's row first.
  DW_CHECK(db.lock(stmt::lock_lane, {lane}));
  DW_CHECK(db.run(stmt::open_in_lane, {lane, static_cast<int64_t>(limit)},
                  [&](const Row& row) { out.push_back(delivery_in(row)); }));
  return out;
}

Result<int64_t> prune(Db& db, TimePoint before, int64_t limit) {
  return db.run(stmt::prune_deliveries, {before, limit});
}

}  // namespace deliveries

Result<void> DropDelivery::write(Db& db, TimePoint now) const {
  const Result<void> dropped = deliveries::discard(db, delivery, why, now);
  // A person was faster: it is discarded already.
  const bool is_over = !dropped.ok() && dropped.error().kind == ErrorKind::conflict;
  return is_over ? Result<void>() : dropped;
}

}  // namespace dw
