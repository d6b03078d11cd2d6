// Groups of tickets, their words and what was decided about them.
#include "jobs/storm/rows.h"

#include "base/json.h"
#include "jobs/storm/incident_rows.h"
#include "jobs/storm/matching.h"
#include "records/changes.h"
#include "records/stored_json.h"
#include "sql/storm.h"

namespace dw {
namespace {

constexpr const char* live_topic_name = "incident";

Result<void> add_tickets(Db& db, int64_t group, const std::vector<TicketId>& tickets) {
  for (const TicketId ticket : tickets) {
    DW_CHECK(db.send(stmt::add_storm_ticket, {ticket, group}));
  }
  return {};
}

Incident incident_in(const Row& row) {
  namespace col = columns::storm_group;
  Incident out{.group = row.integer(col::id),
               .state = static_cast<IncidentState>(row.integer(col::state)),
               .words = {},
               .largest = row.integer(col::largest),
               .tickets = row.integer(col::tickets),
               .requesters = row.integer(col::requesters),
               .since = row.time(col::since),
               .seen_at = row.time(col::seen_at),
               .updated_at = row.time(col::updated_at),
               .channel = std::string(row.text(col::channel)),
               .message = std::string(row.text(col::message)),
               .announced = row.integer(col::announced),
               .dismissed_tickets = row.integer(col::dismissed_tickets)};
  const Result<json::value> words = parse_json(row.text(col::words));
  if (words.ok()) out.words = storm::decode_words(*words);
  out.parent = {row.integer(col::parent)};
  if (!out.parent) return out;
  out.title = row.text(col::title);
  out.desk = row.text(col::desk);
  const bool is_here = out.desk == "embedded";
  out.number = is_here ? std::to_string(out.parent.value) : std::string(row.text(col::external_id));
  out.url = row.text(col::external_url);
  out.opened_at = row.time_or_none(col::opened_at);
  out.opened_by = row.text(col::opened_by);
  out.first_answer_at = row.time_or_none(col::first_answer_at);
  out.ended_at = row.time_or_none(col::ended_at);
  out.ended_by = row.text(col::ended_by);
  out.joined = row.integer(col::joined);
  out.joined_at = row.time_or_none(col::joined_at);
  return out;
}

Result<std::optional<Incident>> find_one(ReadDb& db, int64_t group, bool is_counted) {
  std::optional<Incident> found;
  DW_CHECK(db.run(stmt::storm_group_by_id, {group, is_counted ? 1 : 0},
                  [&found](const Row& row) { found = incident_in(row); }));
  return found;
}

double real_in(const JsonView& view) {
  const json::value* raw = view.raw();
  if (raw == nullptr || !raw->is_number()) return 0;
  return raw->to_number<double>();
}

}  // namespace

Result<void> AddIncident::write(Db& db, TimePoint now) const {
  DW_TRY(const int64_t id, storm::add_group(db, group, now));
  return changes::add(db, live_topic_name, id);
}

Result<void> GrowIncident::write(Db& db, TimePoint now) const {
  const std::string words = to_text(storm::encode_words(fresh.words));
  DW_CHECK(db.send(stmt::grow_storm_group, {group, words, in_window, fresh.since, now}));
  DW_CHECK(add_tickets(db, group, fresh.tickets));
  if (is_shown_again) DW_CHECK(db.send(stmt::show_storm_group_again, {group, now}));
  return changes::add(db, live_topic_name, group);
}

Result<void> DismissIncident::write(Db& db, TimePoint now) const {
  DW_CHECK(db.send(stmt::dismiss_storm_group, {group, now}));
  return changes::add(db, live_topic_name, group);
}

Result<void> SetAnnouncement::write(Db& db, TimePoint) const {
  return db.send(stmt::announce_storm_group, {group, channel, message});
}

Result<void> CountAnnounced::write(Db& db, TimePoint) const {
  return db.send(stmt::count_announced_storm, {group, tickets});
}

namespace storm {

Result<int64_t> add_group(Db& db, const SeenGroup& group, TimePoint now) {
  const std::string words = to_text(encode_words(group.words));
  const auto count = static_cast<int64_t>(group.tickets.size());
  DW_TRY(const int64_t id, db.insert(stmt::add_storm_group, {words, count, group.since, now}));
  DW_CHECK(add_tickets(db, id, group.tickets));
  return id;
}

json::array encode_words(const std::vector<IncidentWord>& words) {
  json::array out;
  for (const IncidentWord& one : words) {
    out.push_back(json::object{{"word", one.word.word},
                               {"tickets", one.word.tickets},
                               {"requesters", one.word.requesters},
                               {"usual", one.word.usual},
                               {"weight", one.word.weight},
                               {"is_name", one.is_name}});
  }
  return out;
}

std::vector<IncidentWord> decode_words(const json::value& list) {
  std::vector<IncidentWord> out;
  for (const JsonView& one : JsonView(list).elements()) {
    out.push_back({{.word = one["word"].text().value_or(""),
                    .tickets = one["tickets"].integer().value_or(0),
                    .requesters = one["requesters"].integer().value_or(0),
                    .usual = one["usual"].integer().value_or(0),
                    .weight = real_in(one["weight"])},
                   one["is_name"].boolean().value_or(false)});
  }
  return out;
}

Result<std::optional<Incident>> find(ReadDb& db, int64_t group) {
  return find_one(db, group, true);
}

Result<std::optional<Incident>> find_uncounted(ReadDb& db, int64_t group) {
  return find_one(db, group, false);
}

Result<Page<Incident>> list(ReadDb& db, std::optional<IncidentState> state,
                            const PageRequest& page) {
  DW_TRY(const int64_t below, id_in(page.cursor));
  std::vector<int64_t> ids;
  DW_CHECK(db.run(
      stmt::storm_group_ids,
      {state ? static_cast<int64_t>(*state) : -1, below, static_cast<int64_t>(page.limit + 1)},
      [&ids](const Row& row) { ids.push_back(row.integer(0)); }));
  Page<Incident> out;
  out.next_cursor = next_cursor(ids, page.limit, [](int64_t id) { return id; });
  for (const int64_t id : ids) {
    DW_TRY(auto one, find(db, id));
    if (one) out.items.push_back(std::move(*one));
  }
  return out;
}

Result<std::vector<IncidentTicket>> tickets_of(ReadDb& db, int64_t group, size_t limit) {
  std::vector<IncidentTicket> out;
  DW_CHECK(
      db.run(stmt::storm_tickets_of, {group, static_cast<int64_t>(limit)}, [&out](const Row& row) {
        out.push_back({{row.integer(0)}, std::string(row.text(1))});
      }));
  return out;
}

Result<std::map<int64_t, int64_t>> groups_of(ReadDb& db, const std::vector<TicketId>& tickets) {
  std::map<int64_t, int64_t> out;
  const std::string ids = ids_text(tickets);
  DW_CHECK(db.run(stmt::storm_groups_of, {ids},
                  [&out](const Row& row) { out[row.integer(0)] = row.integer(1); }));
  return out;
}

Result<int64_t> prune(Db& db, TimePoint before, int64_t limit) {
  std::vector<int64_t> old;
  DW_CHECK(db.run(stmt::old_storm_groups, {before, limit},
                  [&old](const Row& row) { old.push_back(row.integer(0)); }));
  for (const int64_t group : old) {
    DW_CHECK(storm::prune_answers(db, group));
    DW_CHECK(storm::prune_maybe(db, group));
    DW_CHECK(db.send(stmt::drop_storm_tickets, {group}));
    DW_CHECK(db.send(stmt::drop_storm_group, {group}));
  }
  return static_cast<int64_t>(old.size());
}

Result<int64_t> prune_tickets(Db& db, const std::string& tickets, int64_t) {
  DW_CHECK(prune_heard(db, tickets));
  DW_CHECK(prune_maybe_tickets(db, tickets));
  // At most one row of a ticket: no more than there are tickets.
  return db.run(stmt::prune_storm_tickets, {tickets});
}

}  // namespace storm

}  // namespace dw
