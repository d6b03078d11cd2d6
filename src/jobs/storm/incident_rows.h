// What is kept of a group that is one incident: which ticket is joined, what was answered, and who
// has heard it.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/bridge_link.h"
#include "jobs/storm/records.h"
#include "jobs/storm/rows.h"

namespace dw {

/// Makes a group one incident, or (`group.group` 0) a new one of `fresh`; its tickets that can be
/// joined are joining.
struct OpenIncident {
  int64_t group = 0;
  TicketId parent;
  std::string by;
  SeenGroup fresh;  ///< of a new one: tickets that a person named
  Result<void> write(Db& db, TimePoint now) const;
};

/// `state`: solved or dissolved; when it is dissolved all leave.
struct EndIncident {
  int64_t group = 0;
  IncidentState state = IncidentState::solved;
  std::string by;
  Result<void> write(Db& db, TimePoint now) const;
};

struct ReopenIncident {
  int64_t group = 0;
  Result<void> write(Db& db, TimePoint now) const;
};

/// A person adds a ticket, whatever it was before.
struct AddMember {
  int64_t group = 0;
  TicketId ticket;
  Result<void> write(Db& db, TimePoint now) const;
};

/// A ticket of the group that came later joins by itself, if it was never joined.
struct JoinMember {
  int64_t group = 0;
  TicketId ticket;
  Result<void> write(Db& db, TimePoint now) const;
};

struct RemoveMember {
  int64_t group = 0;
  TicketId ticket;
  Result<void> write(Db& db, TimePoint now) const;
};

struct SetMember {
  TicketId ticket;
  MemberState state = MemberState::joined;
  Result<void> write(Db& db, TimePoint now) const;
};

/// One whose key is known is there already.
struct AddAnswer {
  int64_t group = 0;
  IncidentAnswer answer;
  Result<void> write(Db& db, TimePoint now) const;
};

struct SetHeard {
  int64_t answer = 0;
  TicketId ticket;
  HeardState state = HeardState::pending;
  Result<void> write(Db& db, TimePoint now) const;
};

/// A ticket for which a step has something to do.
struct IncidentMember {
  Ticket ticket;
  std::optional<BridgeLink> link;
  MemberState state = MemberState::joined;
  TicketType type_before = TicketType::none;
  MemberLink desk_link = MemberLink::unknown;
};

/// An answer that a joined ticket has not heard.
struct Unheard {
  IncidentAnswer answer;
  IncidentMember member;
};

/// A ticket of an incident as its page shows it.
struct JoinedTicket {
  struct Heard {
    int64_t answer = 0;
    HeardState state = HeardState::pending;
  };

  TicketId ticket;
  std::string number, title, source;
  std::string requester;  ///< the name, or the address
  Priority priority = Priority::medium;
  Status status = Status::open;
  MemberState state = MemberState::joined;
  JoinedHow how = JoinedHow::seen;
  std::optional<TimePoint> joined_at, left_at;
  bool has_replied = false;  ///< its requester, since the last answer
  std::vector<Heard> heard;
};

namespace storm {

Result<std::optional<Incident>> find_by_parent(ReadDb& db, TicketId parent);
/// 0: it is no parent.
Result<int64_t> group_of_parent(ReadDb& db, TicketId parent);

/// Under whose announcement a thread is; 0: no group's.
Result<int64_t> group_of_message(ReadDb& db, const std::string& channel,
                                 const std::string& message);

/// The open incident whose parent's desk gives it that number; of two that of `desk`. 0: there is
/// none.
Result<int64_t> group_of_number(ReadDb& db, const std::string& number, const std::string& desk);

/// Whether most of its tickets are at an outside desk, those of shadow mode aside.
Result<bool> is_mostly_outside(ReadDb& db, int64_t group);

/// At most `limit` tickets in that state whose desk has opened them, or never will because they
/// were withdrawn.
Result<std::vector<IncidentMember>> members_in(ReadDb& db, int64_t group, MemberState state,
                                               size_t limit);

/// At most `limit`, the oldest answers first.
Result<std::vector<Unheard>> unheard(ReadDb& db, int64_t group, size_t limit);

/// Joined tickets whose requester has written since the last answer; none before the first one.
Result<std::vector<TicketId>> replied(ReadDb& db, int64_t group);

Result<std::vector<IncidentAnswer>> answers_of(ReadDb& db, int64_t group, size_t limit);
/// `with_unjoined`: every ticket of the group; else those that ever joined.
Result<std::vector<JoinedTicket>> joined_tickets(ReadDb& db, int64_t group, size_t limit,
                                                 bool with_unjoined = false);

/// Of a group that goes.
Result<void> prune_answers(Db& db, int64_t group);
/// Of tickets that go, as a JSON list.
Result<void> prune_heard(Db& db, const std::string& tickets);

}  // namespace storm

}  // namespace dw
