// What pages ask about tickets beside one ticket: lists by many criteria, how many there are of
// each kind, who works on them, what changed, and counts of past hours.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "records/tickets.h"

namespace dw {

/// Which tickets a list shows. Empty texts and absent values ask for nothing.
struct TicketFilter {
  enum class Assigned { any, nobody, anybody, to };

  TicketQuery plain;               ///< text: words, or a number here or at the desk
  bool is_unsolved = false;        ///< open or pending
  std::optional<bool> is_waiting;  ///< for a first reply; true asks for unsolved ones alone
  Assigned assigned = Assigned::any;
  std::string assignee, tag, queue, source;
};

/// A ticket that waits for its first reply: what its waiting time is counted from.
struct Waiter {
  TicketId id;
  TimePoint opened_at{};
  std::string source;
};

struct WaitingTime {
  Millis waited{};
  bool is_counting = true;  ///< false: outside its office hours
};

/// How long each of them has waited at that time.
using WaitedOf =
    std::function<Result<std::vector<Millis>>(const std::vector<Waiter>& waiters, TimePoint at)>;

/// How many unsolved tickets each view has.
struct TicketViews {
  int64_t unsolved = 0, unanswered = 0, mine = 0, unassigned = 0, pending = 0;
};

/// A value of a ticket that changed.
struct TicketChange {
  TimePoint at{};
  std::string field;  ///< "status", "priority", "assignee", "tags"
  std::string old_value, new_value;
};

/// What happened in one hour (UTC).
struct DeskHour {
  int64_t opened = 0, solved = 0;
  int64_t answered = 0;                 ///< that waited for a first reply, and wait no more
  std::vector<int64_t> reply_seconds;   ///< times of first replies, in no order; a sample of many
  std::vector<int64_t> office_seconds;  ///< of the same, in office time
};

/// How much office time there is in [from, until).
using OfficeTime = std::function<Millis(TimePoint from, TimePoint until)>;

struct DeskHours {
  TimePoint from{};             ///< where the first hour begins
  std::vector<DeskHour> hours;  ///< one after the other
};

/// A page of a list; a first page knows how many tickets the list has, if they are few.
struct CountedTickets : Page<Ticket> {
  std::optional<int64_t> total;  ///< nothing: more than tickets::counted_max, or a later page
};

namespace tickets {

/// Nobody counts further.
constexpr int64_t counted_max = 1000;

/// Newest first.
Result<CountedTickets> filtered(ReadDb& db, const TicketFilter& filter);
Result<Page<Ticket>> list(ReadDb& db, const TicketQuery& query);

/// Unsolved ones: who waits longest for a first reply stands first, then the others, newest first.
/// The longest of a thousand that were opened one after the other come before those of the next
/// thousand. What is found by words stays in the order of filtered().
Result<CountedTickets> longest_waiting(ReadDb& db, TicketFilter filter, const WaitedOf& waited,
                                       TimePoint now);

/// Those that wait, in the order in which they were opened, behind `after`.
Result<std::vector<Waiter>> waiters(ReadDb& db, const TicketFilter& filter, const Waiter& after,
                                    size_t limit);
/// Those among these that wait.
Result<std::vector<Waiter>> waiters_among(ReadDb& db, const std::vector<TicketId>& ids);
/// In the order of `ids`; what is not there is left out.
Result<std::vector<Ticket>> by_ids(ReadDb& db, const std::vector<TicketId>& ids);

/// `me`: whose tickets are "mine"; empty: none are.
Result<TicketViews> views(ReadDb& db, const std::string& me);

/// Those that are not solved.
struct Unsolved {
  int64_t count = 0, unanswered = 0;
  int64_t joined = 0;  ///< without a reply, but part of an incident: not among the unanswered
};
/// cost: an entry of an index for each of them, none of tickets
Result<Unsolved> unsolved(ReadDb& db);
/// How many wait for a first reply of those that were opened before `before`.
Result<int64_t> waiting_since(ReadDb& db, TimePoint before);

/// Everybody who has a ticket or had one, by name.
Result<std::vector<std::string>> assignees(ReadDb& db, size_t limit);

/// The numbers that tickets have at their desk, by id; one that has none is not there.
/// cost: one row of the primary key for each
Result<std::map<int64_t, std::string>> numbers_at_desk(ReadDb& db,
                                                       const std::vector<TicketId>& ids);

/// What changed on a ticket, oldest first.
Result<std::vector<TicketChange>> changes_of(ReadDb& db, TicketId id);

/// Whole hours from `from`, `until` excluded. cost: entries of an index, none of tickets
Result<DeskHours> hours(ReadDb& db, TimePoint from, TimePoint until, const OfficeTime& office);

/// When the first ticket was opened.
Result<std::optional<TimePoint>> oldest(ReadDb& db);

}  // namespace tickets

}  // namespace dw
