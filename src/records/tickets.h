// Tickets, their comments and links, search, and figures.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "domain/ticket.h"
#include "ports/retention.h"
#include "records/paging.h"

namespace dw {

struct TicketQuery {
  std::optional<Status> status;
  std::optional<Priority> priority;
  /// Words that title or description contain, all of them; the last may be a beginning. Or the
  /// ticket's number, ours or the desk's ("3451", "#3451").
  std::string text;
  std::optional<TimePoint> since;  ///< opened at or after
  PageRequest page;                ///< newest first
};

/// Medians and 90th percentiles in seconds, absent where nothing was measured.
struct Quantiles {
  std::optional<double> median, p90;
};

struct TicketMetrics {
  int64_t open_now = 0;  ///< open or pending, whenever opened
  int64_t opened = 0;    ///< since the given time, as the next two
  int64_t solved = 0;
  Quantiles first_reply;  ///< of tickets first replied to since then
  Quantiles cycle;        ///< opened to solved, of tickets solved since then
};

/// How many tickets were opened in an hour (UTC).
struct OpenedHour {
  TimePoint hour{};
  int64_t count = 0;
};

/// What a ticket is about, without its texts.
struct OpenedTicket {
  TicketId id;
  std::string title;
  std::vector<std::string> tags;
  TimePoint opened_at{};
};

/// Opens a ticket under the number that was reserved for it.
struct OpenTicket {
  static constexpr const char* counted = "deskwire_tickets_opened_total";
  Ticket ticket;
  Result<void> write(Db& db, TimePoint now) const;
};

/// Changes our record of a ticket.
struct ChangeTicket {
  TicketId ticket;
  TicketPatch patch;
  Result<void> write(Db& db, TimePoint now) const;
};

/// Adds a comment to our record of a ticket; `comment.id` is given by the store.
struct AddComment {
  Comment comment;
  Result<void> write(Db& db, TimePoint now) const;
};

/// Removes a comment from our record: it was taken back before the desk had it, or deleted where
/// it was said. One that is not there is no error.
struct RemoveComment {
  Comment comment;  ///< its ticket, author_name, body, is_public and source say which
  Result<void> write(Db& db, TimePoint now) const;
};

/// Somebody else than the requester spoke where the requester sees it, and our record has no public
/// comment of it.
struct MarkReplied {
  TicketId ticket;
  TimePoint at{};
  Result<void> write(Db& db, TimePoint now) const;
};

/// A record that no desk had becomes a ticket of one now: it counts as opened now, and waits for
/// its first reply.
struct BeginWaiting {
  TicketId ticket;
  Result<void> write(Db& db, TimePoint now) const;
};

/// Other words for our record of a ticket: the first ones were taken back.
struct RewordTicket {
  TicketId ticket;
  std::string title, description;
  Result<void> write(Db& db, TimePoint now) const;
};

namespace tickets {

/// The number that the next ticket gets; reserved for this transaction, lost if unused.
Result<TicketId> reserve_id(ReadDb& db);
/// Asks for the number that this work's next reserve_id() gives, so that it is there when its time
/// comes (see WriteWork). Where a number costs no exchange with a server, it does nothing.
Result<void> reserve_id_later(ReadDb& db);

Result<std::optional<Ticket>> find(ReadDb& db, TicketId id);

/// Whether it waits for its first reply: it is not solved, never was, is part of no incident, and
/// nobody has replied.
Result<bool> waits(ReadDb& db, TicketId id);

/// The incidents of a problem with ids above `after`, in the order of their ids; none joins or
/// leaves until the transaction of a plan that reads them ends.
Result<std::vector<Ticket>> incidents_of(ReadDb& db, TicketId problem, TicketId after,
                                         size_t limit);

Result<std::vector<Comment>> comments(ReadDb& db, TicketId id);

Result<std::vector<Link>> links(ReadDb& db, TicketId id);

Result<TicketMetrics> metrics(ReadDb& db, TimePoint since);

/// Tickets opened here per hour, hours without one left out, `until` excluded.
Result<std::vector<OpenedHour>> opened_per_hour(ReadDb& db, TimePoint from, TimePoint until);

/// Tickets opened here in that time, oldest first; `until` excluded.
Result<std::vector<OpenedTicket>> opened_between(ReadDb& db, TimePoint from, TimePoint until,
                                                 size_t limit);

/// Our ticket for a desk's own number.
Result<std::optional<TicketId>> find_at_desk(ReadDb& db, const std::string& desk,
                                             const std::string& external_id);

/// The ticket that a person calls "3451" or "#3451": the desk's own number counts before ours.
Result<std::optional<TicketId>> find_numbered(ReadDb& db, std::string_view number);

/// The number that people know a ticket by: its desk's own, or else ours.
std::string number_of(const Ticket& ticket);

Result<void> open(Db& db, const Ticket& ticket);

/// errors  missing
Result<void> change(Db& db, TicketId id, const TicketPatch& patch, TimePoint now);

/// Also sets the ticket's first_reply_at when the comment is public and not the requester's own.
Result<CommentId> add_comment(Db& db, const Comment& comment);

/// Makes at most `limit` of the newest tickets quick to search; how many. Those not yet indexed
/// are found as well, one by one.
Result<int64_t> index_words(Db& db, size_t limit);

/// Removes at most `limit` rows of tickets that were closed before then, what hangs on them first;
/// how many.
Result<int64_t> prune(Db& db, const std::vector<PruneOfTickets>& of_tickets, TimePoint before,
                      int64_t limit);

}  // namespace tickets

}  // namespace dw
