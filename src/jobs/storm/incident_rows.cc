// One incident: its tickets, its answers and who has heard them.
#include "jobs/storm/incident_rows.h"

#include <algorithm>

#include "base/json.h"
#include "domain/file_link.h"
#include "records/changes.h"
#include "records/links.h"
#include "records/tickets.h"
#include "sql/incident.h"

namespace dw {
namespace {

constexpr const char* live_topic_name = "incident";

IncidentAnswer answer_in(const Row& row) {
  namespace col = columns::storm_answer;
  const Result<json::value> hanging = parse_json(row.text(col::files));
  return {.id = row.integer(col::id),
          .key = std::string(row.text(col::said_key)),
          .author = std::string(row.text(col::author)),
          .author_email = std::string(row.text(col::author_email)),
          .body = std::string(row.text(col::body)),
          .at = row.time(col::at),
          .digest = std::string(row.text(col::digest)),
          .files = hanging.ok() ? files_in(*hanging) : std::vector<FileLink>()};
}

/// Nothing, where the ticket is gone.
Result<std::optional<IncidentMember>> read_member(ReadDb& db, TicketId id) {
  DW_TRY(auto ticket, tickets::find(db, id));
  if (!ticket) return std::optional<IncidentMember>();
  IncidentMember out;
  out.ticket = std::move(*ticket);
  DW_TRY(out.link, links::of_ticket(db, id));
  return std::optional(std::move(out));
}

}  // namespace

Result<void> OpenIncident::write(Db& db, TimePoint now) const {
  int64_t opened = group;
  if (opened == 0) {
    SeenGroup named = fresh;
    named.tickets.clear();
    DW_TRY(opened, storm::add_group(db, named, now));
  }
  // What a person names is joined, wherever it was counted before.
  for (const TicketId one : fresh.tickets) {
    DW_CHECK(db.send(stmt::add_storm_member, {one, opened, now}));
  }
  DW_CHECK(db.send(stmt::open_storm_incident, {opened, parent, now, by}));
  DW_CHECK(db.send(stmt::join_storm_group, {opened, now}));
  return changes::add(db, live_topic_name, opened);
}

Result<void> EndIncident::write(Db& db, TimePoint now) const {
  DW_CHECK(db.send(stmt::end_storm_incident, {group, static_cast<int64_t>(state), now, by}));
  if (state == IncidentState::dissolved) {
    DW_CHECK(db.send(stmt::remove_storm_members, {group, now}));
  }
  return changes::add(db, live_topic_name, group);
}

Result<void> ReopenIncident::write(Db& db, TimePoint now) const {
  DW_CHECK(db.send(stmt::reopen_storm_incident, {group, now}));
  return changes::add(db, live_topic_name, group);
}

Result<void> AddMember::write(Db& db, TimePoint now) const {
  DW_CHECK(db.send(stmt::add_storm_member, {ticket, group, now}));
  return changes::add(db, live_topic_name, group);
}

Result<void> JoinMember::write(Db& db, TimePoint now) const {
  DW_CHECK(db.send(stmt::join_storm_ticket, {ticket, now, group}));
  return changes::add(db, live_topic_name, group);
}

Result<void> RemoveMember::write(Db& db, TimePoint now) const {
  DW_CHECK(db.send(stmt::remove_storm_member, {ticket, now}));
  return changes::add(db, live_topic_name, group);
}

Result<void> SetMember::write(Db& db, TimePoint now) const {
  return db.send(stmt::set_storm_member, {ticket, static_cast<int64_t>(state), now});
}

Result<void> AddAnswer::write(Db& db, TimePoint now) const {
  const std::string files =
      answer.files.empty() ? "" : to_text(json::object{{"files", encode_files(answer.files)}});
  DW_CHECK(db.send(stmt::add_storm_answer, {group, answer.key, answer.author, answer.author_email,
                                            answer.body, answer.at, answer.digest, files}));
  DW_CHECK(db.send(stmt::note_first_storm_answer, {group, now}));
  return changes::add(db, live_topic_name, group);
}

Result<void> SetHeard::write(Db& db, TimePoint) const {
  DW_CHECK(db.send(stmt::set_storm_heard, {answer, ticket, static_cast<int64_t>(state)}));
  int64_t group = 0;
  DW_CHECK(db.run(stmt::storm_group_of_answer, {answer},
                  [&group](const Row& row) { group = row.integer(0); }));
  return changes::add(db, live_topic_name, group);
}

namespace storm {

Result<int64_t> group_of_parent(ReadDb& db, TicketId parent) {
  int64_t group = 0;
  DW_CHECK(db.run(stmt::storm_group_of_parent, {parent},
                  [&group](const Row& row) { group = row.integer(0); }));
  return group;
}

Result<std::optional<Incident>> find_by_parent(ReadDb& db, TicketId parent) {
  DW_TRY(const int64_t group, group_of_parent(db, parent));
  if (group == 0) return std::optional<Incident>();
  return find(db, group);
}

Result<int64_t> group_of_message(ReadDb& db, const std::string& channel,
                                 const std::string& message) {
  int64_t group = 0;
  DW_CHECK(db.run(stmt::storm_group_of_message, {channel, message},
                  [&group](const Row& row) { group = row.integer(0); }));
  return group;
}

Result<int64_t> group_of_number(ReadDb& db, const std::string& number, const std::string& desk) {
  int64_t group = 0;
  DW_CHECK(db.run(stmt::storm_group_of_number, {number, desk},
                  [&group](const Row& row) { group = row.integer(0); }));
  return group;
}

Result<bool> is_mostly_outside(ReadDb& db, int64_t group) {
  bool is_mostly = false;
  DW_CHECK(db.run(stmt::storm_outside, {group}, [&is_mostly](const Row& row) {
    is_mostly = row.integer(0) * 2 > row.integer(1);
  }));
  return is_mostly;
}

Result<std::vector<IncidentMember>> members_in(ReadDb& db, int64_t group, MemberState state,
                                               size_t limit) {
  struct Found {
    TicketId ticket;
    TicketType type_before;
    MemberLink desk_link;
  };
  std::vector<Found> found;
  DW_CHECK(db.run(stmt::storm_members_in,
                  {group, static_cast<int64_t>(state), static_cast<int64_t>(limit)},
                  [&found](const Row& row) {
                    found.push_back({{row.integer(0)},
                                     static_cast<TicketType>(row.integer(1)),
                                     static_cast<MemberLink>(row.integer(2))});
                  }));
  std::vector<IncidentMember> out;
  for (const Found& one : found) {
    DW_TRY(auto member, read_member(db, one.ticket));
    if (!member) continue;
    member->state = state;
    member->type_before = one.type_before;
    member->desk_link = one.desk_link;
    out.push_back(std::move(*member));
  }
  return out;
}

Result<std::vector<Unheard>> unheard(ReadDb& db, int64_t group, size_t limit) {
  struct Found {
    int64_t answer;
    TicketId ticket;
    MemberState state;
    TicketType type_before;
  };
  std::vector<Found> found;
  DW_CHECK(
      db.run(stmt::storm_unheard, {group, static_cast<int64_t>(limit)}, [&found](const Row& row) {
        found.push_back({row.integer(0),
                         {row.integer(1)},
                         static_cast<MemberState>(row.integer(2)),
                         static_cast<TicketType>(row.integer(3))});
      }));
  std::map<int64_t, IncidentAnswer> answers;
  std::vector<Unheard> out;
  for (const Found& one : found) {
    if (answers.count(one.answer) == 0) {
      DW_CHECK(db.run(stmt::storm_answer_by_id, {one.answer},
                      [&](const Row& row) { answers[one.answer] = answer_in(row); }));
    }
    DW_TRY(auto member, read_member(db, one.ticket));
    if (!member) continue;
    member->state = one.state;
    member->type_before = one.type_before;
    out.push_back({answers[one.answer], std::move(*member)});
  }
  return out;
}

Result<std::vector<TicketId>> replied(ReadDb& db, int64_t group) {
  std::optional<TimePoint> last;
  DW_CHECK(db.run(stmt::last_storm_answer_at, {group},
                  [&last](const Row& row) { last = row.time_or_none(0); }));
  std::vector<TicketId> out;
  if (!last) return out;
  DW_CHECK(db.run(stmt::storm_replied, {group, *last},
                  [&out](const Row& row) { out.push_back({row.integer(0)}); }));
  return out;
}

Result<std::vector<IncidentAnswer>> answers_of(ReadDb& db, int64_t group, size_t limit) {
  std::vector<IncidentAnswer> out;
  DW_CHECK(db.run(stmt::storm_answers_of, {group, static_cast<int64_t>(limit)},
                  [&out](const Row& row) { out.push_back(answer_in(row)); }));
  return out;
}

Result<std::vector<JoinedTicket>> joined_tickets(ReadDb& db, int64_t group, size_t limit,
                                                 bool with_unjoined) {
  std::vector<JoinedTicket> out;
  const auto add = [&out](const Row& row) {
    namespace col = columns::joined_ticket;
    const std::string_view name = row.text(col::requester_name);
    out.push_back({.ticket = {row.integer(col::ticket)},
                   .number = std::string(row.text(col::number)),
                   .title = std::string(row.text(col::title)),
                   .source = std::string(row.text(col::source)),
                   .requester = std::string(name.empty() ? row.text(col::requester_email) : name),
                   .priority = static_cast<Priority>(row.integer(col::priority)),
                   .status = static_cast<Status>(row.integer(col::status)),
                   .state = static_cast<MemberState>(row.integer(col::state)),
                   .how = static_cast<JoinedHow>(row.integer(col::how)),
                   .joined_at = row.time_or_none(col::joined_at),
                   .left_at = row.time_or_none(col::left_at)});
  };
  DW_CHECK(db.run(stmt::storm_members_of,
                  {group, static_cast<int64_t>(limit), with_unjoined ? 1 : 0}, add));
  const auto find_one = [&out](TicketId id) {
    return std::lower_bound(
        out.begin(), out.end(), id,
        [](const JoinedTicket& one, TicketId wanted) { return one.ticket.value < wanted.value; });
  };
  DW_CHECK(db.run(stmt::storm_heard_of, {group}, [&](const Row& row) {
    const auto one = find_one({row.integer(0)});
    if (one == out.end() || one->ticket.value != row.integer(0)) return;
    one->heard.push_back({row.integer(1), static_cast<HeardState>(row.integer(2))});
  }));
  DW_TRY(const auto written, replied(db, group));
  for (const TicketId id : written) {
    const auto one = find_one(id);
    if (one != out.end() && one->ticket == id) one->has_replied = true;
  }
  return out;
}

Result<void> prune_answers(Db& db, int64_t group) {
  DW_CHECK(db.send(stmt::drop_storm_heard, {group}));
  return db.send(stmt::drop_storm_answers, {group});
}

Result<void> prune_heard(Db& db, const std::string& tickets) {
  return db.send(stmt::prune_storm_heard, {tickets});
}

}  // namespace storm

}  // namespace dw
