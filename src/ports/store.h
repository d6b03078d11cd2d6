// The store: durable rows and transactions. Two engines stand behind it, SQLite and PostgreSQL,
// and pass one contract suite (tests/contract/store_test.cc).
//
// Reader asks, Journal writes; both live inside one transaction on the store's own thread and
// their calls are plain. Store hands them out: write() runs many pieces of work in one commit,
// each under a savepoint of its own; read() sees the last commit and never waits for writers.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "domain/account.h"
#include "domain/bridge_link.h"
#include "domain/delivery.h"
#include "domain/event.h"
#include "domain/plan.h"
#include "domain/tally.h"
#include "domain/ticket.h"
#include "domain/volume.h"
#include "net/task.h"
#include "ports/notebook.h"
#include "ports/notice_rows.h"
#include "ports/rates.h"

namespace dw {

template <class T>
struct Page {
  std::vector<T> items;
  std::string next_cursor;  ///< empty: no more
};

struct PageRequest {
  size_t limit = 50;   ///< 1 to 500
  std::string cursor;  ///< as the last page gave it; empty: from the start
};

struct TicketQuery {
  std::optional<Status> status;
  std::optional<Priority> priority;
  std::string
      text;  ///< words that title or description contain, all of them; the last may be a beginning
  std::optional<TimePoint> since;  ///< opened at or after
  PageRequest page;                ///< newest first
};

struct DeliveryQuery {
  std::vector<DeliveryState> states;  ///< empty: all
  std::string lane;
  TicketId ticket;
  EventId event;
  PageRequest page;  ///< newest first
};

/// Medians and 90th percentiles in seconds, absent where nothing was measured.
struct Quantiles {
  std::optional<double> median, p90;
};

struct TicketFigures {
  int64_t open_now = 0;  ///< open or pending, whenever opened
  int64_t opened = 0;    ///< since the given time, as the next two
  int64_t solved = 0;
  Quantiles first_reply;  ///< of tickets first replied to since then
  Quantiles cycle;        ///< opened to solved, of tickets solved since then
};

enum class ChannelTickets {
  open,    ///< open or pending now, whenever opened
  opened,  ///< opened since the given time
  solved,  ///< solved since then, and still so
};

struct QueueFigures {
  std::string name;
  int64_t depth = 0;      ///< visible now
  int64_t in_flight = 0;  ///< received, not yet deleted
  int64_t delayed = 0;
  std::optional<TimePoint> oldest_at;  ///< when the oldest message was sent
};

/// A message in an embedded queue.
struct QueueMessage {
  MessageId id;
  std::string queue;
  std::string body;
  json::value attributes{};  ///< as SQS carries them:
                             ///< {"priority":{"DataType":"String","StringValue":"high"}}
  std::string group, deduplication;
  TimePoint sent_at{};
  TimePoint visible_at{};
  int receives = 0;
  std::optional<TimePoint> first_received_at;
  std::string receipt;       ///< of the latest receive; a handle is "ID.RECEIPT"
  std::string source_queue;  ///< in a dead-letter queue: where it came from
};

struct QueueReceive {
  std::string queue;
  int count_max = 1;  ///< 1 to 10
  Millis visibility{30'000};
  int receives_max = 5;    ///< after that many receives it goes to `dead_queue` instead
  std::string dead_queue;  ///< empty: never moved
  bool is_fifo = false;    ///< a group with a message in flight gives no other
};

/// One recorded change, for the board: read by all replicas, in commit order.
struct ChangeNote {
  std::string position;  ///< where this change stands; opaque, ascending in commit order
  std::string topic;     ///< "ticket", "delivery"
  int64_t id = 0;
};

struct BacklogFigures {
  int64_t pending = 0, unsure = 0, dead = 0;
  std::optional<TimePoint> oldest_pending_at;
  int64_t lanes = 0;  ///< that have something to send
  int64_t longest_lane = 0;
  int64_t parked_events = 0;
};

/// An API token; the secret itself is never stored, only its SHA-256. For SQS access keys the
/// secret must be known to check SigV4, so `sqs_secret` keeps it.
struct Token {
  int64_t id = 0;
  std::string name;
  std::string role;        ///< "viewer", "agent", "admin"
  std::string hash;        ///< hex SHA-256 of the token; empty for SQS keys
  std::string sqs_key_id;  ///< empty for API tokens
  std::string sqs_secret;
  TimePoint created_at{};
  std::optional<TimePoint> revoked_at, last_used_at;
  /// "tally:read tickets": the nouns under /v1 that it opens, to read or whole; empty: all.
  std::string scopes{};
};

struct AuditEntry {
  TimePoint at{};
  std::string who, what, subject;  ///< "token ci", "delivery.discard", "d-000191"
  int64_t id = 0;                  ///< its place in the list
};

struct Recorded {
  EventId id;
  bool is_first = true;
  json::value reply{};       ///< of the first time, when this is a repeat
  bool is_same_body = true;  ///< a repeat under the same key with other contents is suspicious
};

/// A lane that this process holds until `until`. Whoever holds a later `generation` has taken it
/// over; what the earlier holder still writes is refused (`conflict`).
struct LaneClaim {
  std::string lane;
  int64_t generation = 0;
  TimePoint until{};
};

/// A process that works lanes. What it works right now is in its memory: the table's holder alone
/// never keeps a lane from anyone.
struct LaneWorker {
  std::string name;                   ///< this process among its replicas
  std::vector<std::string> worked{};  ///< the lanes that it works right now
};

/// `where` of the errors of verbs that are given a LaneClaim.
constexpr std::string_view lane_lost = "lane lost";
/// Another process has taken the lane over: nothing of the work was written. Any other error is the
/// store's or the plan's own.
inline bool is_lane_lost(const Error& error) {
  return error.where == lane_lost;
}

/// How many deliveries one try may take together, given the first of them.
using BatchMax = std::function<size_t(const Delivery& head)>;

/// What a commit touched, for those who wait for it.
struct Touched {
  bool lanes = false;   ///< a lane fell due
  bool queues = false;  ///< a message became visible in an embedded queue
  bool notes = false;   ///< there are new change notes
};

/// What finish() writes about one delivery.
struct Finished {
  DeliveryId id;
  DeliveryState state = DeliveryState::done;
  bool is_in_doubt = false;
  std::string reason;
  std::optional<TimePoint> next_attempt_at;
};

class Reader {
 public:
  virtual ~Reader() = default;

  /// The number that the next ticket gets; reserved for this transaction, lost if unused.
  virtual Result<TicketId> fresh_ticket() = 0;
  virtual Result<std::optional<Ticket>> ticket(TicketId id) = 0;
  virtual Result<Page<Ticket>> tickets(const TicketQuery& query) = 0;
  virtual Result<std::vector<Comment>> comments(TicketId id) = 0;
  virtual Result<std::vector<Link>> links(TicketId id) = 0;
  virtual Result<TicketFigures> ticket_figures(TimePoint since) = 0;

  virtual Result<std::optional<StoredEvent>> event(EventId id) = 0;
  /// Parked ones, newest first.
  virtual Result<Page<StoredEvent>> parked_events(const PageRequest& page) = 0;
  virtual Result<std::optional<Delivery>> delivery(DeliveryId id) = 0;
  virtual Result<Page<Delivery>> deliveries(const DeliveryQuery& query) = 0;
  virtual Result<BacklogFigures> backlog() = 0;
  /// When the next lane that claim_lanes() would give this worker falls due; absent if none waits.
  virtual Result<std::optional<TimePoint>> next_lane_due(const LaneWorker& worker,
                                                         TimePoint now) = 0;

  virtual Result<QueueFigures> queue_figures(const std::string& queue, TimePoint now) = 0;
  /// The newest message of a queue; 0 if there is none.
  virtual Result<MessageId> queue_last(const std::string& queue) = 0;
  /// Looks without taking, oldest first.
  virtual Result<Page<QueueMessage>> queue_peek(const std::string& queue,
                                                const PageRequest& page) = 0;

  /// Counts of the ticket volume, ascending, `until` excluded.
  virtual Result<std::vector<HourCount>> volume_hours(TimePoint from, TimePoint until) = 0;
  /// Incidents that ended at or after `since`, oldest first.
  virtual Result<std::vector<VolumeIncident>> incidents(TimePoint since) = 0;
  virtual Result<std::optional<VolumeIncident>> incident(int64_t id) = 0;
  /// Where a backfill of that name stopped; empty: nowhere.
  virtual Result<std::string> volume_cursor(const std::string& name) = 0;
  /// Tickets opened here per hour, hours without one left out, `until` excluded.
  virtual Result<std::vector<HourCount>> opened_per_hour(TimePoint from, TimePoint until) = 0;
  /// Tickets opened here in that time, oldest first; `until` excluded.
  virtual Result<std::vector<TaggedTicket>> opened_between(TimePoint from, TimePoint until,
                                                           size_t limit) = 0;

  /// Changes after `position` (empty: from the oldest kept), at most `limit`.
  /// errors  missing: that position is no longer kept
  virtual Result<std::vector<ChangeNote>> changes_after(const std::string& position,
                                                        size_t limit) = 0;
  /// The position of the newest change.
  virtual Result<std::string> last_change() = 0;

  /// What a connector keeps under this name; version 0 if nothing.
  virtual Result<Kept> kept(const std::string& name) = 0;
  /// A bar per agent, longest first, then by username.
  virtual Result<std::vector<TallyAgent>> tally(const TallyQuery& query) = 0;
  /// The same per channel, without opening balances: what the live stream counts on from.
  virtual Result<std::vector<TallyBar>> tally_bars(TimePoint since) = 0;
  /// One bar, counted since then. Absent: there is none with that number.
  virtual Result<std::optional<TallyBar>> tally_bar(int64_t id, TimePoint since) = 0;
  /// Channels that ever counted anything.
  virtual Result<std::vector<std::string>> tally_channels() = 0;
  /// The lines behind an agent's number (`username` empty: everybody's), newest first.
  virtual Result<Page<TallyRow>> tally_rows(const TallyQuery& query, const std::string& username,
                                            const PageRequest& page) = 0;
  /// Kept messages of a channel that still have their text, by id, behind `after`; without what
  /// they count.
  virtual Result<std::vector<TallyMessage>> tally_texts(const std::string& channel,
                                                        const std::string& after, size_t limit) = 0;
  /// What the counts of a channel were made with; empty: never counted.
  virtual Result<std::string> tally_rule(const std::string& channel) = 0;

  virtual Result<std::vector<Token>> tokens() = 0;
  /// By name.
  virtual Result<std::vector<Account>> accounts() = 0;
  virtual Result<std::optional<Account>> account(const std::string& name) = 0;
  virtual Result<std::optional<Account>> account_of_subject(const std::string& subject) = 0;
  virtual Result<std::optional<OpenSession>> session(const std::string& hash) = 0;
  virtual Result<std::vector<AuditEntry>> audit(const PageRequest& page) = 0;

  /// Until the commit, no other replica gets past this for the same thread. Asked for before
  /// anything about the thread is read, whether it is linked yet or not.
  virtual Result<void> guard_thread(const std::string& channel, const std::string& thread) = 0;
  virtual Result<std::optional<BridgeLink>> link_of_thread(const std::string& channel,
                                                           const std::string& thread) = 0;
  virtual Result<std::optional<BridgeLink>> link_of_ticket(TicketId ticket) = 0;
  /// Links that are not solved, or were since then; the newest first.
  virtual Result<std::vector<BridgeLink>> live_links(TimePoint since, size_t limit) = 0;
  virtual Result<std::optional<Said>> said(const std::string& key) = 0;
  /// What waits in a thread, in the order in which it was said.
  virtual Result<std::vector<Said>> waiting_said(const std::string& channel,
                                                 const std::string& thread, size_t limit) = 0;
  /// The greatest message id of a thread; empty if nothing was said.
  virtual Result<std::string> last_said(const std::string& channel, const std::string& thread) = 0;
  /// Messages of a thread that people wrote, with ids above `after` and up to `until`, ascending.
  virtual Result<std::vector<Said>> said_between(const std::string& channel,
                                                 const std::string& thread,
                                                 const std::string& after, const std::string& until,
                                                 size_t limit) = 0;
  /// How much was carried to the other side of what was said since then.
  virtual Result<int64_t> count_said(const std::string& channel, const std::string& thread,
                                     TimePoint since) = 0;
  virtual Result<std::optional<Known>> known(const std::string& id) = 0;
  /// Our ticket for a desk's own number.
  virtual Result<std::optional<TicketId>> ticket_at_desk(const std::string& desk,
                                                         const std::string& external_id) = 0;
  /// What a lane has still to do, in order.
  virtual Result<std::vector<Delivery>> open_in_lane(const std::string& lane, size_t limit) = 0;
  /// Of tickets that a channel brought, by thread or by email; an empty channel is all of them.
  virtual Result<TicketFigures> channel_figures(const std::string& channel, TimePoint since) = 0;
  /// The same tickets, the oldest first.
  virtual Result<std::vector<OpenTicketRow>> channel_tickets(const std::string& channel,
                                                             ChannelTickets which, TimePoint since,
                                                             size_t limit) = 0;
  virtual Result<NoticeMarks> notice_marks() = 0;
  /// The newest closing of each ticket that was told, of `since` and later days; in no order.
  virtual Result<void> notice_closures(int32_t since, const TicketSink& sink) = 0;
  /// The customers who have heard in a period; in no order.
  virtual Result<void> notice_customers(const std::string& period, const TextSink& sink) = 0;
  virtual Result<std::optional<NoticeRun>> notice_run(int64_t id) = 0;
  /// Newest first.
  virtual Result<Page<NoticeRun>> notice_runs(const PageRequest& page) = 0;
  /// By address; those left out are among them.
  virtual Result<Page<NoticeLetter>> notice_letters(int64_t run, const PageRequest& page) = 0;
  /// One customer's, newest first; `email` in lower case.
  virtual Result<std::vector<NoticeLetter>> notices_of(const std::string& email) = 0;
  /// What became of a run's deliveries.
  virtual Result<NoticeCounts> notice_counts(int64_t run) = 0;
  /// The run that is `applying`; one at most.
  virtual Result<std::optional<NoticeRun>> applying_notice_run() = 0;
  /// How many notices of all runs are still on their way.
  virtual Result<int64_t> open_notices() = 0;
};

class Journal : public Reader {
 public:
  /// Records an event. A repeat (same source and key) changes nothing and says so.
  virtual Result<Recorded> record(const Event& event) = 0;
  /// Writes down what became of a recorded event.
  virtual Result<void> conclude(EventId id, EventState state, const std::string& reason,
                                const json::value& reply) = 0;

  virtual Result<void> open_ticket(const Ticket& ticket) = 0;
  /// errors  missing
  virtual Result<void> change_ticket(TicketId id, const TicketPatch& patch, TimePoint now) = 0;
  /// Also sets the ticket's first_reply_at when the comment is public and not the requester's own.
  virtual Result<CommentId> add_comment(const Comment& comment) = 0;

  /// Adds a delivery in the state that it carries: pending, or done for a local one. A pending one
  /// joins its lane.
  virtual Result<DeliveryId> add_delivery(const Delivery& delivery) = 0;
  /// Takes lanes whose head is due, most overdue first: those that nobody holds, and those that the
  /// table says `worker` holds while it does not work them (a claim that it never heard of). What
  /// it works it keeps until it releases it, however late its clock says it is.
  virtual Result<std::vector<LaneClaim>> claim_lanes(const LaneWorker& worker, TimePoint now,
                                                     TimePoint until, size_t limit) = 0;
  /// Takes every lane from whoever held it: for an engine whose store nobody else can have open, so
  /// that what a crash left need not wait for the end of a lease.
  virtual Result<void> free_lanes() = 0;
  /// The due deliveries at the head of a held lane, in order, at most as many as `batch_max` says
  /// for the first of them, all for the same target and operation; marks them in doubt and counts
  /// an attempt, so that a crash leaves a doubt, not a loss. Stops in front of one that is not due,
  /// that holds the lane as dead or unsure, or that was in doubt before (that one comes alone,
  /// first, with is_in_doubt as it was found). One that can't be read here (another version wrote
  /// it) is put off, with the reason, for a replica that can. The lane is held until `claim.until`
  /// at least.
  /// errors  conflict: the lane was taken over (is_lane_lost)
  virtual Result<std::vector<Delivery>> take(const LaneClaim& claim, TimePoint now,
                                             const BatchMax& batch_max) = 0;
  /// Undoes what take() marked, for one that was not sent: its attempt is not counted, and it is in
  /// doubt as `taken` says. Nothing, if the mark does not stand. errors  conflict, as above
  virtual Result<void> unmark(const LaneClaim& claim, const Delivery& taken) = 0;
  /// errors  conflict: the lane was taken over; nothing is written
  virtual Result<void> finish(const LaneClaim& claim, const Finished& finished, TimePoint now) = 0;
  /// Gives a lane back: it falls due with its head, rests while its head waits for a person, and
  /// is forgotten when it is empty. errors  conflict, as above
  virtual Result<void> release_lane(const LaneClaim& claim, TimePoint now) = 0;
  /// Extends the lanes that `worker` works and holds, and says which; those it has lost stay lost.
  virtual Result<std::vector<LaneClaim>> renew_lanes(const LaneWorker& worker, TimePoint now,
                                                     TimePoint until) = 0;
  /// A dead, unsure or waiting one becomes pending and due now. An unsure one is in doubt no more:
  /// the person who retries it has decided that it be sent. One that waits is settled first.
  /// errors  missing; conflict: it is done or discarded
  virtual Result<void> retry_delivery(DeliveryId id, TimePoint now) = 0;
  virtual Result<void> discard_delivery(DeliveryId id, const std::string& why, TimePoint now) = 0;

  /// For FIFO queues a deduplication id seen in the last five minutes gives the earlier message's
  /// id.
  virtual Result<MessageId> queue_send(const QueueMessage& message, TimePoint now) = 0;
  virtual Result<std::vector<QueueMessage>> queue_receive(const QueueReceive& receive,
                                                          TimePoint now) = 0;
  /// True if it was there; the receipt must be of the latest receive.
  virtual Result<bool> queue_delete(const std::string& queue, const std::string& handle) = 0;
  /// errors  conflict: not in flight under this handle
  virtual Result<void> queue_hide(const std::string& queue, const std::string& handle,
                                  Millis visibility, TimePoint now) = 0;
  /// Removes at most `limit` messages, oldest first, none sent after `upto`; how many.
  virtual Result<int64_t> queue_purge(const std::string& queue, MessageId upto, size_t limit) = 0;
  /// Moves messages of a dead-letter queue back to the queue they came from, as above; how many.
  virtual Result<int64_t> queue_redrive(const std::string& dead_queue, MessageId upto,
                                        TimePoint now, size_t limit) = 0;
  /// Removes messages that were sent before then and that nobody works on, at most `limit`; of a
  /// dead-letter queue those that have been dead since. How many.
  virtual Result<int64_t> queue_expire(const std::string& queue, TimePoint sent_before,
                                       TimePoint now, size_t limit) = 0;

  /// Books the next turn of all those rates together, by the store's own clock: all processes
  /// count in one row for each. Where it would come after `patience` nothing is booked, and the
  /// turn says when to ask again.
  virtual Result<RateTurn> book_rates(const std::vector<RateRule>& rules, Millis patience) = 0;
  /// No turn of that rate comes within `length`: the other side asked for it.
  virtual Result<void> pause_rate(const std::string& name, Millis length) = 0;

  /// Takes or keeps a named lease; true if `holder` has it now.
  virtual Result<bool> hold_lease(const std::string& name, const std::string& holder, TimePoint now,
                                  TimePoint until) = 0;
  virtual Result<void> drop_lease(const std::string& name, const std::string& holder) = 0;

  /// Removes at most `limit` finished rows older than `before` (of change notes: all but the newest
  /// `changes_kept`); how many went. What stays of them: store/README.md.
  /// cost    each step walks an index to the first row that is young enough, and stops
  virtual Result<int64_t> prune(TimePoint before, size_t limit, int64_t changes_kept) = 0;

  /// Makes at most `limit` of the newest tickets quick to search; how many. Those not yet indexed
  /// are found as well, one by one.
  virtual Result<int64_t> index_words(size_t limit) = 0;

  /// Replaces what is kept in `version`. errors  conflict: there is another version by now
  virtual Result<void> keep(const std::string& name, const std::string& text, int64_t version) = 0;
  /// Keeps a message with what it counts, unless a newer text is known or the message is gone.
  virtual Result<void> keep_tally(const TallyMessage& message) = 0;
  /// Takes a message back for good; also one that was never seen.
  virtual Result<void> drop_tally(const std::string& channel, const std::string& message,
                                  TimePoint at) = 0;
  /// Sets opening balances; those of other agents stay.
  virtual Result<void> set_tally_balances(const std::vector<TallyBalance>& balances,
                                          TimePoint now) = 0;
  virtual Result<void> set_tally_rule(const std::string& channel, const std::string& rule) = 0;
  /// Adds counts of the ticket volume, or corrects them.
  virtual Result<void> keep_volume_hours(const std::vector<HourCount>& hours, TimePoint now) = 0;
  /// Id 0 is a new one. What people said of it stays as it is.
  virtual Result<void> keep_incident(const VolumeIncident& incident) = 0;
  /// "real", "false_alarm" or "" to take it back. errors  missing
  virtual Result<void> keep_feedback(int64_t id, const std::string& verdict, const std::string& who,
                                     TimePoint now) = 0;
  virtual Result<void> keep_volume_cursor(const std::string& name, const std::string& position,
                                          TimePoint now) = 0;

  virtual Result<int64_t> add_token(const Token& token) = 0;
  /// errors  missing
  virtual Result<void> revoke_token(const std::string& name, TimePoint now) = 0;
  virtual Result<void> touch_token(int64_t id, TimePoint now) = 0;
  /// errors  conflict: the name, or the subject, is taken
  virtual Result<int64_t> add_account(const Account& account) = 0;
  /// Writes role and password, and ends all its sessions. errors  missing
  virtual Result<void> change_account(const Account& account) = 0;
  /// With its sessions.
  virtual Result<void> remove_account(int64_t id) = 0;
  virtual Result<void> add_session(const Session& session) = 0;
  virtual Result<void> touch_session(const std::string& hash, TimePoint now) = 0;
  virtual Result<void> drop_session(const std::string& hash) = 0;
  /// The key of that name; `fresh` becomes it if there is none. All replicas get the same.
  virtual Result<std::string> server_key(const std::string& name, const std::string& fresh) = 0;
  virtual Result<void> add_audit(const AuditEntry& entry) = 0;

  /// Adds a link or writes it anew; one with a ticket is shown with the ticket.
  virtual Result<void> set_link(const BridgeLink& link) = 0;
  virtual Result<void> set_said(const Said& said) = 0;
  virtual Result<void> set_known(const Known& known) = 0;
  /// All but the ledger's version, which move_notice_ledger() alone moves.
  virtual Result<void> set_notice_marks(const NoticeMarks& marks) = 0;
  /// False: the ledger is not of that version any more, another run came first.
  virtual Result<bool> move_notice_ledger(int64_t version) = 0;
  virtual Result<int64_t> add_notice_run(const NoticeRun& run) = 0;
  virtual Result<void> add_notice_letter(const NoticeLetter& letter) = 0;
  /// All letters of a run that is `writing` are there. A plan replaces those before it that were
  /// not applied. False: a newer one came first.
  virtual Result<bool> finish_notice_plan(int64_t id, NoticeState state) = 0;
  /// Removes at most so many letters of plans that were replaced; how many.
  virtual Result<int64_t> drop_replaced_letters(size_t limit) = 0;
  /// A plan becomes `applying`. False: it is no plan any more, or another run is applying.
  virtual Result<bool> begin_notice_run(int64_t id, TimePoint now) = 0;
  /// Moves the place up to which letters are written. False: it is not at `from`, another process
  /// came first; whatever else this transaction writes must not stand.
  virtual Result<bool> advance_notice_run(int64_t id, const std::string& from,
                                          const std::string& to) = 0;
  /// `applying` becomes `applied`.
  virtual Result<bool> end_notice_run(int64_t id) = 0;
  /// False: this customer has heard in this period.
  virtual Result<bool> reserve_notice(const std::string& period, const std::string& email,
                                      int64_t run) = 0;
  virtual Result<void> mark_notice_closure(const std::string& ticket, int32_t day, int64_t run) = 0;
  /// Writes down a letter's number and delivery, or why it was left out after all.
  virtual Result<void> send_notice_letter(const NoticeLetter& letter) = 0;
};

/// What the store shows to /readyz, /metrics and /v1/status.
struct StoreHealth {
  bool is_ok = true;
  std::string detail;  ///< why not: "disk full since 10:04", "a write has not ended since 10:04"
};

using WriteWork = std::function<Result<void>(Journal&)>;
using ReadWork = std::function<Result<void>(Reader&)>;

class Store {
 public:
  virtual ~Store() = default;

  /// Runs `work` in the next commit and returns when that commit is on disk. An error that work
  /// returns undoes its part alone. Work may run twice (after a deadlock, or because another work
  /// of the same commit failed) and must set its outputs anew each time.
  /// errors  what work returned; full: the store could not commit, or is closed: nothing is kept;
  ///         busy: too many wait already;
  ///         unsure: the store was closed before it could find out whether its commit stands
  virtual Task<Result<void>> write(WriteWork work) = 0;
  virtual Task<Result<void>> read(ReadWork work) = 0;
  /// As write(), in a transaction of its own where other processes may hold what it asks for: it
  /// waits for them, and nobody else behind it. What it writes may be lost if the database dies.
  virtual Task<Result<void>> write_alone(WriteWork work) { return write(std::move(work)); }
  /// As read(), for the engine's own short looks: they never wait behind a board's or a search's
  /// long query.
  virtual Task<Result<void>> look(ReadWork work) { return read(std::move(work)); }

  /// Ends all work: what is new and what waits is refused (`full`), what runs is finished or, after
  /// a short grace, broken off; then the threads are joined. It blocks, needs no loop, and may be
  /// called twice. After it nothing of the store runs and no work is called any more; answers that
  /// were posted to the loop before may still be delivered there, or be dropped with it.
  virtual void close() = 0;

  /// The same two for code without an event loop (commands, tests): they block.
  virtual Result<void> write_now(const WriteWork& work) = 0;
  virtual Result<void> read_now(const ReadWork& work) = 0;

  /// Called on the loop after a commit, here or (PostgreSQL) by another replica, that added to
  /// lanes, queues or change notes. Set once, before the first write.
  virtual void on_change(std::function<void(Touched)> notice) = 0;

  virtual StoreHealth health() const = 0;
  /// "sqlite" or "postgresql".
  virtual std::string kind() const = 0;
  /// A consistent copy while others write. errors  invalid: this engine has its own tool
  virtual Result<void> backup(const std::string& file) = 0;
  /// Integrity of the file and of what Deskwire promises about its rows; one problem a line.
  virtual Result<std::vector<std::string>> verify() = 0;
};

}  // namespace dw
