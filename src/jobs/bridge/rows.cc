// The bridge's rows: linked threads, what was said in them, what the outside answered, and the
// figures of a channel.
#include "jobs/bridge/rows.h"

#include "jobs/bridge/reminder_rows.h"
#include "records/stored_json.h"
#include "records/ticket_row.h"
#include "sql/bridge.h"
#include "sql/tickets.h"

namespace dw {
namespace {

ThreadMessage said_in(const Row& row) {
  namespace col = columns::thread_message;
  ThreadMessage out;
  out.key = row.text(col::key);
  out.kind = row.text(col::kind);
  out.channel = row.text(col::channel);
  out.thread = row.text(col::thread);
  out.message = row.text(col::message);
  out.author = row.text(col::author);
  out.digest = row.text(col::digest);
  out.edited_at = row.text(col::edited_at);
  out.state = static_cast<ThreadMessageState>(row.integer(col::state));
  out.body = stored_json(row.text(col::body));
  out.at = row.time(col::at);
  return out;
}

}  // namespace

namespace bridge {

Result<std::optional<ThreadMessage>> message(ReadDb& db, const std::string& key) {
  std::optional<ThreadMessage> found;
  DW_CHECK(db.guard("said:" + key));
  DW_CHECK(db.run(stmt::said_by_key, {key}, [&](const Row& row) { found = said_in(row); }));
  return found;
}

Result<std::vector<ThreadMessage>> waiting_messages(ReadDb& db, const std::string& channel,
                                                    const std::string& thread, size_t limit) {
  std::vector<ThreadMessage> out;
  DW_CHECK(db.run(stmt::waiting_said, {channel, thread, static_cast<int64_t>(limit)},
                  [&](const Row& row) { out.push_back(said_in(row)); }));
  return out;
}

Result<std::vector<ThreadMessage>> thread_messages(ReadDb& db, const std::string& channel,
                                                   const std::string& thread, size_t limit) {
  std::vector<ThreadMessage> out;
  DW_CHECK(db.run(stmt::said_in_thread, {channel, thread, static_cast<int64_t>(limit)},
                  [&](const Row& row) { out.push_back(said_in(row)); }));
  return out;
}

Result<std::vector<ThreadMessage>> messages_between(ReadDb& db, const std::string& channel,
                                                    const std::string& thread,
                                                    const std::string& after,
                                                    const std::string& until, size_t limit) {
  std::vector<ThreadMessage> out;
  DW_CHECK(db.run(stmt::said_between, {channel, thread, after, until, static_cast<int64_t>(limit)},
                  [&](const Row& row) { out.push_back(said_in(row)); }));
  return out;
}

Result<std::string> last_message(ReadDb& db, const std::string& channel,
                                 const std::string& thread) {
  std::string last;
  DW_CHECK(db.run(stmt::last_said, {channel, thread}, [&](const Row& row) { last = row.text(0); }));
  return last;
}

Result<bool> has_reacted(ReadDb& db, const std::string& channel, const std::string& thread,
                         const std::string& author) {
  bool has = false;
  DW_CHECK(db.run(stmt::reactions_by, {channel, thread, author}, [&](const Row&) { has = true; }));
  return has;
}

Result<int64_t> count_messages(ReadDb& db, const std::string& channel, const std::string& thread,
                               TimePoint since, int64_t count_max) {
  int64_t count = 0;
  DW_CHECK(db.run(stmt::count_said, {channel, thread, since, count_max},
                  [&](const Row& row) { count = row.integer(0); }));
  return count;
}

Result<std::optional<CachedLookup>> lookup(ReadDb& db, const std::string& id) {
  std::optional<CachedLookup> found;
  const auto look = [&] {
    return db.run(stmt::known_by_id, {id}, [&](const Row& row) {
      found = CachedLookup{std::string(row.text(0)), stored_json(row.text(1)), row.time(2)};
    });
  };
  DW_CHECK(db.lock(stmt::lock_known, {id}));
  DW_CHECK(look());
  if (found || !db.is_guarding()) return found;
  DW_CHECK(db.guard_shared("known:" + id));
  DW_CHECK(look());
  return found;
}

Result<std::vector<std::string>> names_of_people(ReadDb& db) {
  std::vector<std::string> out;
  DW_CHECK(db.run(stmt::known_people, {}, [&out](const Row& row) {
    const Result<json::value> body = parse_json(row.text(0));
    if (!body.ok()) return;
    const std::string name = JsonView(*body)["name"].text().value_or("");
    if (!name.empty()) out.push_back(name);
  }));
  return out;
}

Result<TicketMetrics> channel_metrics(ReadDb& db, const std::string& channel, TimePoint since) {
  TicketMetrics metrics;
  DW_CHECK(db.run(stmt::channel_counts, {channel, since}, [&](const Row& row) {
    metrics.open_now = row.integer(0);
    metrics.opened = row.integer(1);
    metrics.solved = row.integer(2);
  }));
  std::vector<int64_t> times;
  const auto collect = [&](const Row& row) { times.push_back(row.integer(0)); };
  DW_CHECK(db.run(stmt::channel_first_replies, {channel, since}, collect));
  metrics.first_reply = quantiles_of(times);
  times.clear();
  DW_CHECK(db.run(stmt::channel_cycles, {channel, since}, collect));
  metrics.cycle = quantiles_of(times);
  return metrics;
}

Result<std::vector<OpenTicketRow>> channel_tickets(ReadDb& db, const std::string& channel,
                                                   ChannelTickets which, TimePoint since,
                                                   size_t limit) {
  std::vector<OpenTicketRow> out;
  DW_CHECK(db.run(stmt::channel_tickets,
                  {channel, since, static_cast<int>(which), static_cast<int64_t>(limit)},
                  [&](const Row& row) {
                    out.push_back({ticket_in(row), std::string(row.text(columns::ticket::behind))});
                  }));
  return out;
}

Result<std::vector<Ticket>> unsolved_shadows(ReadDb& db, size_t limit) {
  std::vector<Ticket> out;
  DW_CHECK(db.run(stmt::unsolved_shadows, {static_cast<int64_t>(limit)},
                  [&](const Row& row) { out.push_back(ticket_in(row)); }));
  return out;
}

Result<void> set_message(Db& db, const ThreadMessage& said) {
  const std::string body = said.body.is_null() ? std::string() : to_text(said.body);
  DW_CHECK(db.guard("said:" + said.key));
  DW_CHECK(db.send(stmt::set_said,
                   {said.key, said.kind, said.channel, said.thread, said.message, said.author,
                    said.digest, said.edited_at, static_cast<int>(said.state), body, said.at}));
  return {};
}

Result<void> set_lookup(Db& db, const CachedLookup& known) {
  const std::string body = known.body.is_null() ? std::string() : to_text(known.body);
  DW_CHECK(db.guard("known:" + known.id));
  DW_CHECK(db.send(stmt::set_known, {known.id, body, known.at}));
  return {};
}

Result<int64_t> prune_threads(Db& db, const std::string& tickets, int64_t limit) {
  DW_TRY(const int64_t messages, db.run(stmt::prune_said_of_tickets, {tickets, limit}));
  if (messages > 0) return messages;
  DW_CHECK(db.send(stmt::prune_bridge_links, {tickets}));
  DW_CHECK(prune_reminders(db, tickets));
  return int64_t{0};
}

Result<int64_t> prune(Db& db, TimePoint before, int64_t limit) {
  int64_t total = 0;
  for (const Statement* statement :
       {&stmt::prune_said, &stmt::mark_bridged_said, &stmt::prune_known}) {
    if (total >= limit) break;
    DW_TRY(const int64_t rows, db.run(*statement, {before, limit - total}));
    total += rows;
  }
  return total;
}

}  // namespace bridge

Result<void> SetThreadMessage::write(Db& db, TimePoint) const {
  return bridge::set_message(db, said);
}

Result<void> SetCachedLookup::write(Db& db, TimePoint) const {
  return bridge::set_lookup(db, known);
}

}  // namespace dw
