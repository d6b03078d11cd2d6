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
    out = CopiedAnswer{.id = row.integer(0),
                       .body = std::string(row.text(1)),
                       .solver = std::string(row.text(2)),
                       .solver_at = row.time_or_none(3).value_or(TimePoint{}),
                       .heard = {}};
    const int64_t heard = row.integer(4);
    if (heard >= 0) out->heard = static_cast<HeardState>(heard);
  }));
  return out;
}

Result<ParentAtDesk> parent_at_desk(ReadDb& db, int64_t group) {
  ParentAtDesk out;
  DW_CHECK(db.run(stmt::storm_parent_at_desk, {group}, [&out](const Row& row) {
    out.updates_until = row.text(0);
    out.solver = row.text(1);
    out.solver_at = row.time_or_none(2).value_or(TimePoint{});
    out.has_answer = !row.text(3).empty();
    out.answer = row.integer(4);
  }));
  return out;
}

Result<std::optional<MemberRow>> member_of(ReadDb& db, TicketId ticket) {
  std::optional<MemberRow> out;
  DW_CHECK(db.run(stmt::storm_member_of, {ticket}, [&out](const Row& row) {
    out = MemberRow{.group = row.integer(0),
                    .state = static_cast<MemberState>(row.integer(1)),
                    .link = static_cast<MemberLink>(row.integer(2)),
                    .type_before = static_cast<TicketType>(row.integer(3)),
                    .replied_at = row.time_or_none(4)};
  }));
  return out;
}

}  // namespace storm

}  // namespace dw
