// Events and change notes.
#include <charconv>
#include <optional>

#include "base/hash.h"
#include "ports/change_position.h"
#include "statements.h"
#include "store/journal.h"

namespace dw {
namespace {

constexpr size_t digest_bytes = 16;

StoredEvent event_in(const Row& row) {
  StoredEvent stored;
  stored.id = {row.integer(0)};
  stored.event = {.source = std::string(row.text(1)),
                  .key = std::string(row.text(2)),
                  .kind = std::string(row.text(3)),
                  .at = row.time(4),
                  .body = stored_json(row.text(5)),
                  .is_for_ever = row.integer(6) != 0};
  stored.state = static_cast<EventState>(row.integer(7));
  stored.reason = row.text(8);
  stored.reply = stored_json(row.text(9));
  return stored;
}

}  // namespace

std::string body_digest(std::string_view body) {
  return to_hex(bytes_of(sha256(body)).substr(0, digest_bytes));
}

json::value stored_json(std::string_view text) {
  if (text.empty()) return nullptr;
  Result<json::value> parsed = parse_json(text);
  return parsed.ok() ? std::move(*parsed) : json::value(nullptr);
}

Error bad_cursor() {
  return {.kind = ErrorKind::invalid,
          .where = "cursor",
          .what = "the list can't be continued from there; begin without a cursor",
          .problems = {{"cursor", "is none that this list has given as next_cursor"}}};
}

Result<int64_t> id_in(const std::string& cursor, int64_t front) {
  if (cursor.empty()) return front;
  int64_t id = 0;
  const char* last = cursor.data() + cursor.size();
  const auto [end, failed] = std::from_chars(cursor.data(), last, id);
  const bool is_ours = failed == std::errc{} && end == last && id > 0 && cursor.front() != '0';
  if (!is_ours) return bad_cursor();
  return id;
}

Result<Recorded> SqlJournal::record(const Event& event) {
  Recorded recorded;
  const std::string body = to_text(event.body);
  DW_TRY(recorded.id.value, db_.insert(stmt::record_event, {event.source, event.key, event.kind,
                                                            event.at, body, event.is_for_ever}));
  recorded.is_first = recorded.id.value != 0;
  if (recorded.is_first) return recorded;
  DW_CHECK(db_.run(stmt::event_by_key, {event.source, event.key}, [&](const Row& row) {
    recorded.id = {row.integer(0)};
    const std::string_view kept = row.text(1), digest = row.text(3);
    recorded.is_same_body = kept.empty() ? digest == body_digest(body) : kept == body;
    recorded.reply = stored_json(row.text(2));
  }));
  return recorded;
}

Result<void> SqlJournal::conclude(EventId id, EventState state, const std::string& reason,
                                  const json::value& reply) {
  if (state == EventState::done && reply.is_null()) return {};  // as it was recorded
  const std::string text = reply.is_null() ? "" : to_text(reply);
  DW_CHECK(db_.send(stmt::conclude_event, {id, static_cast<int>(state), reason, text}));
  return {};
}

Result<std::optional<StoredEvent>> SqlJournal::event(EventId id) {
  std::optional<StoredEvent> found;
  DW_CHECK(db_.run(stmt::event_by_id, {id}, [&](const Row& row) { found = event_in(row); }));
  return found;
}

Result<Page<StoredEvent>> SqlJournal::parked_events(const PageRequest& page) {
  Page<StoredEvent> out;
  DW_TRY(const int64_t below, id_in(page.cursor));
  DW_CHECK(db_.run(stmt::parked_events, {below, static_cast<int64_t>(page.limit + 1)},
                   [&](const Row& row) { out.items.push_back(event_in(row)); }));
  out.next_cursor =
      next_cursor(out.items, page.limit, [](const StoredEvent& one) { return one.id.value; });
  return out;
}

Result<void> SqlJournal::note(const char* topic, int64_t subject) {
  touched_.notes = true;
  DW_CHECK(db_.send(stmt::add_note, {topic, subject}));
  return {};
}

Result<void> SqlJournal::check_kept(const std::string& position) {
  const Error gone{ErrorKind::missing, "live", "changes since then are no longer kept"};
  const std::optional<ChangePosition> after = change_position(position);
  if (!after) return gone;
  DW_TRY(const std::string newest, last_change());
  const ChangePosition last = change_position(newest).value_or(ChangePosition{});
  if (*after > last) return gone;  // ahead of everything: the reader saw another store
  std::string oldest;
  DW_CHECK(db_.run(stmt::first_change, {}, [&](const Row& row) { oldest = row.text(0); }));
  const ChangePosition first = change_position(oldest).value_or(ChangePosition{});
  int64_t lowest = 0;
  DW_CHECK(db_.run(stmt::lowest_note, {}, [&](const Row& row) { lowest = row.integer(0); }));
  // A copied store begins above all numbers of its origin, whose places may well be greater.
  if (*after >= first && after->number >= lowest) return {};
  int64_t gone_before = 0;
  DW_CHECK(db_.run(stmt::changes_gone_before, {},
                   [&](const Row& row) { gone_before = row.integer(0); }));
  if (after->number < gone_before) return gone;
  return {};
}

Result<std::vector<ChangeNote>> SqlJournal::changes_after(const std::string& position,
                                                          size_t limit) {
  if (!position.empty()) DW_CHECK(check_kept(position));
  const ChangePosition after = change_position(position).value_or(ChangePosition{});
  std::vector<ChangeNote> notes;
  DW_CHECK(db_.run(
      stmt::changes_after, {after.commit, after.number, static_cast<int64_t>(limit)},
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

}  // namespace dw
