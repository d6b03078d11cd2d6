// Events, change notes, and retention.
#include <charconv>
#include <limits>

#include "statements.h"
#include "store/journal.h"

namespace dw {
namespace {

json::value parse_stored(std::string_view text) {
  if (text.empty()) return nullptr;
  Result<json::value> parsed = parse_json(text);
  // Written by to_text() only; a broken one means a damaged file, which `store verify` reports.
  return parsed.ok() ? std::move(*parsed) : json::value(nullptr);
}

StoredEvent event_in(const Row& row) {
  StoredEvent stored;
  stored.id = {row.integer(0)};
  stored.event = {.source = std::string(row.text(1)),
                  .key = std::string(row.text(2)),
                  .kind = std::string(row.text(3)),
                  .at = row.time(4),
                  .body = parse_stored(row.text(5)),
                  .is_for_ever = row.integer(6) != 0};
  stored.state = static_cast<EventState>(row.integer(7));
  stored.reason = row.text(8);
  stored.reply = parse_stored(row.text(9));
  return stored;
}

std::pair<std::string, int64_t> position_of(const std::string& text) {
  const size_t dot = text.find('.');
  int64_t seq = -1;
  if (dot != std::string::npos) {
    const char* last = text.data() + text.size();
    const auto [end, failed] = std::from_chars(text.data() + dot + 1, last, seq);
    if (failed != std::errc{} || end != last) seq = -1;
  }
  const std::string before = text.substr(0, dot == std::string::npos ? 0 : dot);
  const bool is_number = !before.empty() &&
                         before.find_first_not_of("0123456789") == std::string::npos &&
                         before.size() <= 19;
  return {is_number ? before : "", seq};
}

}  // namespace

int64_t id_below(const std::string& cursor) {
  int64_t id = 0;
  const auto [end, failed] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), id);
  if (failed != std::errc{} || cursor.empty()) return std::numeric_limits<int64_t>::max();
  return id;
}

Result<Recorded> SqlJournal::record(const Event& event) {
  Recorded recorded;
  recorded.is_first = false;
  const std::string body = to_text(event.body);
  DW_CHECK(db_.run(stmt::record_event,
                   {event.source, event.key, event.kind, event.at, body, event.is_for_ever},
                   [&](const Row& row) {
                     recorded.id = {row.integer(0)};
                     recorded.is_first = true;
                   }));
  if (recorded.is_first) return recorded;
  DW_CHECK(db_.run(stmt::event_by_key, {event.source, event.key}, [&](const Row& row) {
    recorded.id = {row.integer(0)};
    recorded.is_same_body = row.text(1).empty() || row.text(1) == body;
    recorded.reply = parse_stored(row.text(2));
  }));
  return recorded;
}

Result<void> SqlJournal::conclude(EventId id, EventState state, const std::string& reason,
                                  const json::value& reply) {
  if (state == EventState::done && reply.is_null()) return {};  // as it was recorded
  const std::string text = reply.is_null() ? "" : to_text(reply);
  DW_CHECK(db_.run(stmt::conclude_event, {id, static_cast<int>(state), reason, text}));
  return {};
}

Result<std::optional<StoredEvent>> SqlJournal::event(EventId id) {
  std::optional<StoredEvent> found;
  DW_CHECK(db_.run(stmt::event_by_id, {id}, [&](const Row& row) { found = event_in(row); }));
  return found;
}

Result<Page<StoredEvent>> SqlJournal::parked_events(const PageRequest& page) {
  Page<StoredEvent> out;
  DW_CHECK(db_.run(stmt::parked_events,
                   {id_below(page.cursor), static_cast<int64_t>(page.limit + 1)},
                   [&](const Row& row) { out.items.push_back(event_in(row)); }));
  out.next_cursor =
      next_cursor(out.items, page.limit, [](const StoredEvent& one) { return one.id.value; });
  return out;
}

Result<void> SqlJournal::note(const char* topic, int64_t subject) {
  touched_.notes = true;
  DW_CHECK(db_.run(stmt::add_note, {topic, subject}));
  return {};
}

Result<std::vector<ChangeNote>> SqlJournal::changes_after(const std::string& position,
                                                          size_t limit) {
  std::string first;
  DW_CHECK(db_.run(stmt::first_change, {}, [&](const Row& row) { first = row.text(0); }));
  const auto [after_xid, after_seq] =
      position.empty() ? std::pair{std::string("0"), int64_t{0}} : position_of(position);
  const Error gone{ErrorKind::missing, "live", "changes since then are no longer kept"};
  if (after_xid.empty() || after_seq < 0) return gone;
  if (!position.empty() && !first.empty()) {
    // The one behind `position` must still be there, or something between may be gone.
    const auto [first_xid, first_seq] = position_of(first);
    if (after_seq + 1 < first_seq && after_seq > 0) return gone;
    // Ahead of everything: the reader saw another store.
    DW_TRY(const std::string last, last_change());
    if (db_.is_sqlite() && after_seq > position_of(last).second) return gone;
  }
  std::vector<ChangeNote> notes;
  DW_CHECK(db_.run(
      stmt::changes_after, {after_xid, after_seq, static_cast<int64_t>(limit)},
      [&](const Row& row) {
        notes.push_back({std::string(row.text(0)), std::string(row.text(1)), row.integer(2)});
      }));
  return notes;
}

Result<std::string> SqlJournal::last_change() {
  std::string last;
  DW_CHECK(db_.run(stmt::last_change, {}, [&](const Row& row) { last = row.text(0); }));
  return last;
}

Result<int64_t> SqlJournal::prune(TimePoint before, size_t limit, int64_t changes_kept) {
  const auto at_most = static_cast<int64_t>(limit);
  int64_t removed = 0;
  for (const Statement* statement :
       {&stmt::prune_comments, &stmt::prune_links, &stmt::prune_ticket_words}) {
    DW_CHECK(db_.run(*statement, {before, at_most}));
  }
  for (const Statement* statement : {&stmt::prune_tickets, &stmt::prune_deliveries,
                                     &stmt::prune_events, &stmt::prune_event_bodies}) {
    DW_TRY(const int64_t rows, db_.run(*statement, {before, at_most}));
    removed += rows;
  }
  DW_TRY(const int64_t notes, db_.run(stmt::prune_notes, {changes_kept, at_most}));
  return removed + notes;
}

}  // namespace dw
