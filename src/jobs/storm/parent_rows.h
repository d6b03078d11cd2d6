// What is kept of an incident whose parent is at an outside desk: how far its updates were read,
// who solved it there, and which tickets the desk has linked.
#pragma once
#include <optional>
#include <string>

#include "domain/ticket.h"
#include "jobs/storm/records.h"
#include "ports/db.h"

namespace dw {

/// Of the parent, as its desk tells.
struct ParentAtDesk {
  std::string updates_until;  ///< the newest update that was read; empty: none
  std::string solver;         ///< who solved it there, as the desk counts; empty: nobody
  TimePoint solver_at{};      ///< when, by the desk's clock
  bool has_answer = false;    ///< it was solved with one, which the desk copies
  int64_t answer = 0;         ///< that one
};

struct SetUpdatesUntil {
  int64_t group = 0;
  std::string until;
  Result<void> write(Db& db, TimePoint now) const;
};

/// Behind EndIncident: somebody solved the parent at its desk, which solves what it has linked and
/// copies the answer there. `solved_with`: the answer's key; empty: without one.
struct SolveAtDesk {
  int64_t group = 0;
  std::string solver;
  TimePoint at{};
  std::string solved_with;
  Result<void> write(Db& db, TimePoint now) const;
};

struct SetMemberLink {
  int64_t group = 0;
  TicketId ticket;
  MemberLink link = MemberLink::unknown;
  Result<void> write(Db& db, TimePoint now) const;
};

/// Its requester has written at the desk, where no thread shows it.
struct SetReplied {
  int64_t group = 0;
  TicketId ticket;
  TimePoint at{};
  Result<void> write(Db& db, TimePoint now) const;
};

/// An agent linked it to the parent at the desk.
struct JoinAtDesk {
  int64_t group = 0;
  TicketId ticket;
  Result<void> write(Db& db, TimePoint now) const;
};

/// A ticket's place in its group.
struct MemberRow {
  int64_t group = 0;
  MemberState state = MemberState::seen;
  MemberLink link = MemberLink::unknown;
  TicketType type_before = TicketType::none;
  std::optional<TimePoint> replied_at;  ///< at the desk, where no thread shows it
};

/// The answer that a ticket's parent was solved with at its desk, which the desk copies there.
struct CopiedAnswer {
  int64_t id = 0;
  std::string body;
  std::string solver;
  TimePoint solver_at{};
  std::optional<HeardState> heard;  ///< nothing: Deskwire has not sent it to that ticket
};

namespace storm {

/// Nothing, where nobody solved a parent of that ticket at its desk with an answer.
Result<std::optional<CopiedAnswer>> copied_answer(ReadDb& db, TicketId ticket);
Result<ParentAtDesk> parent_at_desk(ReadDb& db, int64_t group);
/// Nothing, where the ticket is in no group.
Result<std::optional<MemberRow>> member_of(ReadDb& db, TicketId ticket);

}  // namespace storm

}  // namespace dw
