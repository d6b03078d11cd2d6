#include "records/received.h"

#include "records/stored_json.h"
#include "sql/received.h"

namespace dw::received {

Result<void> add(Db& db, const Event& event, const std::string& channel, int64_t said_at) {
  const std::string body = to_text(event.body);
  return db.send(stmt::add_received, {channel, said_at, event.source, event.key, event.kind,
                                      event.at, body, event.is_for_ever});
}

Result<std::vector<Event>> take(Db& db, const std::string& channel, int64_t until, int64_t limit) {
  namespace col = columns::received_event;
  DW_CHECK(db.guard("received:" + channel));
  std::vector<Event> out;
  std::vector<int64_t> ids;
  DW_CHECK(db.run(stmt::received_until, {channel, until, limit}, [&](const Row& row) {
    ids.push_back(row.integer(col::id));
    out.push_back({.source = std::string(row.text(col::source)),
                   .key = std::string(row.text(col::key)),
                   .kind = std::string(row.text(col::kind)),
                   .at = row.time(col::at),
                   .body = stored_json(row.text(col::body)),
                   .is_for_ever = row.integer(col::for_ever) != 0});
  }));
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
