#include "records/received.h"

#include <set>

#include "records/stored_json.h"
#include "sql/received.h"

namespace dw::received {
namespace {

Event event_in(const Row& row) {
  namespace col = columns::received_event;
  return {.source = std::string(row.text(col::source)),
          .key = std::string(row.text(col::key)),
          .kind = std::string(row.text(col::kind)),
          .at = row.time(col::at),
          .body = stored_json(row.text(col::body)),
          .is_for_ever = row.integer(col::for_ever) != 0};
}

/// The key of the message that was edited or deleted: "C1/100.1" of "C1/100.1/101.5".
std::string changed_word(std::string_view key) {
  return std::string(key.substr(0, key.rfind('/')));
}

}  // namespace

Result<void> add(Db& db, const Event& event, const std::string& channel, int64_t said_at) {
  const std::string body = to_text(event.body);
  return db.send(stmt::add_received, {channel, said_at, event.source, event.key, event.kind,
                                      event.at, body, event.is_for_ever});
}

Result<std::vector<Event>> take(Db& db, const std::string& channel, int64_t until, int64_t limit) {
  namespace col = columns::received_event;
  DW_CHECK(db.guard("received:" + channel));
  std::vector<Event> out;
  std::set<int64_t> ids;
  std::set<std::string> words;
  int64_t last = until;
  const auto add = [&](const Row& row) {
    if (ids.insert(row.integer(col::id)).second) out.push_back(event_in(row));
  };
  DW_CHECK(db.run(stmt::received_until, {channel, until, limit}, [&](const Row& row) {
    add(row);
    last = row.integer(col::said_at);
    if (row.text(col::kind) == "chat.message") words.emplace(row.text(col::key));
  }));
  if (!words.empty()) {
    DW_CHECK(db.run(stmt::received_changes, {channel, last}, [&](const Row& row) {
      if (words.contains(changed_word(row.text(col::key)))) add(row);
    }));
  }
  for (const int64_t id : ids) DW_CHECK(db.send(stmt::drop_received, {id}));
  return out;
}

Result<SaidUntil> waiting(ReadDb& db, TimePoint before) {
  SaidUntil out;
  DW_CHECK(db.run(stmt::received_before, {before},
                  [&](const Row& row) { out.emplace(row.text(0), row.integer(1)); }));
  return out;
}

}  // namespace dw::received
