#include "records/events.h"

#include "records/stored_json.h"
#include "sql/events.h"

namespace dw {
namespace {

StoredEvent event_in(const Row& row) {
  namespace col = columns::event;
  StoredEvent stored;
  stored.id = {row.integer(col::id)};
  stored.event = {.source = std::string(row.text(col::source)),
                  .key = std::string(row.text(col::key)),
                  .kind = std::string(row.text(col::kind)),
                  .at = row.time(col::at),
                  .body = stored_json(row.text(col::body)),
                  .is_for_ever = row.integer(col::for_ever) != 0};
  stored.state = static_cast<EventState>(row.integer(col::state));
  stored.reason = row.text(col::reason);
  stored.reply = stored_json(row.text(col::reply));
  return stored;
}

}  // namespace

namespace events {

namespace {

/// What is there of an event that is a repeat; no id: retention has removed it a moment ago.
Result<Recorded> first_of(Db& db, const Event& event) {
  Recorded first{.id = {}, .is_first = false};
  const std::string body = to_text(event.body);
  DW_CHECK(db.run(stmt::event_by_key, {event.source, event.key}, [&](const Row& row) {
    first.id = {row.integer(0)};
    const std::string_view kept = row.text(1), digest = row.text(3);
    first.is_same_body = kept.empty() ? digest == body_digest(body) : kept == body;
    first.reply = stored_json(row.text(2));
  }));
  return first;
}

}  // namespace

Result<void> record_later(Db& db, const Event& event, EventId& id) {
  const std::string body = to_text(event.body);
  return db.insert_later(stmt::record_event,
                         {event.source, event.key, event.kind, event.at, body, event.is_for_ever},
                         &id.value);
}

Result<Recorded> record(Db& db, const Event& event) {
  EventId id;
  DW_CHECK(record_later(db, event, id));
  DW_CHECK(db.settle());
  return recorded(db, event, id);
}

Result<Recorded> recorded(Db& db, const Event& event, EventId id) {
  if (id) return Recorded{.id = id};
  DW_TRY(Recorded first, first_of(db, event));
  if (first.id) return first;
  // It was a repeat when it was sent, and is none any more.
  DW_CHECK(record_later(db, event, id));
  DW_CHECK(db.settle());
  if (id) return Recorded{.id = id};
  return Error{ErrorKind::busy, "store", "the same event is being recorded; retry", Millis(1000)};
}

Result<void> lock(Db& db, EventId id) {
  return db.lock(stmt::lock_event, {id});
}

Result<void> set_state(Db& db, EventId id, EventState state, const std::string& reason,
                       const json::value& reply) {
  if (state == EventState::done && reply.is_null()) return {};  // as it was recorded
  const std::string text = reply.is_null() ? "" : to_text(reply);
  DW_CHECK(db.send(stmt::set_event_state, {id, static_cast<int>(state), reason, text}));
  return {};
}

Result<void> set_body(Db& db, EventId id, const json::value& body) {
  const std::string text = to_text(body);
  DW_CHECK(db.send(stmt::replace_body, {id, text}));
  return {};
}

Result<std::optional<StoredEvent>> find(ReadDb& db, EventId id) {
  std::optional<StoredEvent> found;
  DW_CHECK(db.run(stmt::event_by_id, {id}, [&](const Row& row) { found = event_in(row); }));
  return found;
}

Result<std::optional<EventId>> find_by_key(ReadDb& db, const std::string& source,
                                           const std::string& key) {
  std::optional<EventId> found;
  DW_CHECK(db.run(stmt::event_by_key, {source, key},
                  [&](const Row& row) { found = EventId{row.integer(0)}; }));
  return found;
}

Result<Page<StoredEvent>> parked(ReadDb& db, const PageRequest& page) {
  Page<StoredEvent> out;
  DW_TRY(const int64_t below, id_in(page.cursor));
  DW_CHECK(db.run(stmt::parked_events, {below, static_cast<int64_t>(page.limit + 1)},
                  [&](const Row& row) { out.items.push_back(event_in(row)); }));
  out.next_cursor =
      next_cursor(out.items, page.limit, [](const StoredEvent& one) { return one.id.value; });
  return out;
}

/// Of keys that are for ever the body alone goes.
Result<int64_t> prune(Db& db, TimePoint before, int64_t limit) {
  std::vector<std::tuple<EventId, bool, std::string>> old;
  DW_CHECK(db.run(stmt::old_events, {before, limit}, [&](const Row& row) {
    const bool is_for_ever = row.integer(1) != 0;
    old.emplace_back(EventId{row.integer(0)}, is_for_ever,
                     is_for_ever ? body_digest(row.text(2)) : std::string());
  }));
  for (const auto& [id, is_for_ever, digest] : old) {
    if (is_for_ever) {
      DW_CHECK(db.send(stmt::empty_body, {id, digest}));
    } else {
      DW_CHECK(db.send(stmt::drop_event, {id}));
    }
  }
  return static_cast<int64_t>(old.size());
}

}  // namespace events
}  // namespace dw
