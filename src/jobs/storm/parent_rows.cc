#include "jobs/storm/parent_rows.h"

#include "records/changes.h"
#include "sql/parent.h"

namespace dw {
namespace {

constexpr const char* live_topic_name = "incident";

}  // namespace

Result<void> SetUpdatesUntil::write(Db& db, TimePoint) const {
  return db.send(stmt::set_storm_updates_until, {group, until});
}

Result<void> SolveAtDesk::write(Db& db, TimePoint) const {
  DW_CHECK(db.send(stmt::solve_storm_parent_at_desk, {group, solver, at, solved_with}));
  return db.send(stmt::watch_storm_members, {group});
}

Result<void> SetMemberLink::write(Db& db, TimePoint) const {
  return db.send(stmt::set_storm_link, {ticket, static_cast<int64_t>(link), group});
}

Result<void> SetReplied::write(Db& db, TimePoint) const {
  DW_CHECK(db.send(stmt::set_storm_replied, {ticket, group, at}));
  return changes::add(db, live_topic_name, group);
}

Result<void> JoinAtDesk::write(Db& db, TimePoint now) const {
  DW_CHECK(db.send(stmt::join_storm_member_at_desk, {ticket, group, now}));
  return changes::add(db, live_topic_name, group);
}

namespace storm {

Result<std::optional<CopiedAnswer>> copied_answer(ReadDb& db, TicketId ticket) {
  std::optional<CopiedAnswer> out;
  DW_CHECK(db.run(stmt::storm_copied_answer, {ticket}, [&out](const Row& row) {
    namespace col = columns::copied_answer;
    out = CopiedAnswer{.id = row.integer(col::id),
                       .body = std::string(row.text(col::body)),
                       .solver = std::string(row.text(col::solver)),
                       .solver_at = row.time_or_none(col::solver_at).value_or(TimePoint{}),
                       .heard = {}};
    const int64_t heard = row.integer(col::heard);
    if (heard >= 0) out->heard = static_cast<HeardState>(heard);
  }));
  return out;
}

Result<ParentAtDesk> parent_at_desk(ReadDb& db, int64_t group) {
  ParentAtDesk out;
  DW_CHECK(db.run(stmt::storm_parent_at_desk, {group}, [&out](const Row& row) {
    namespace col = columns::parent_at_desk;
    out.updates_until = row.text(col::updates_until);
    out.solver = row.text(col::solver);
    out.solver_at = row.time_or_none(col::solver_at).value_or(TimePoint{});
    out.has_answer = !row.text(col::solved_with).empty();
    out.answer = row.integer(col::answer);
  }));
  return out;
}

Result<std::optional<MemberRow>> member_of(ReadDb& db, TicketId ticket) {
  std::optional<MemberRow> out;
  DW_CHECK(db.run(stmt::storm_member_of, {ticket}, [&out](const Row& row) {
    namespace col = columns::member_row;
    out = MemberRow{.group = row.integer(col::grouped),
                    .state = static_cast<MemberState>(row.integer(col::state)),
                    .link = static_cast<MemberLink>(row.integer(col::linked)),
                    .type_before = static_cast<TicketType>(row.integer(col::type_before)),
                    .replied_at = row.time_or_none(col::replied_at)};
  }));
  return out;
}

}  // namespace storm

}  // namespace dw
