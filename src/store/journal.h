// The verbs of the store, written once over Db: one file per noun. An object lives as long as one
// transaction's work.
#pragma once
#include <limits>
#include <map>
#include <string>

#include "ports/store.h"
#include "store/db.h"

namespace dw {

/// What a transaction is for. One that writes decides on what it reads: until its commit nobody
/// else may change that (README.md has the table of what guards what).
enum class Access { read, write };

class SqlJournal : public Journal {
 public:
  SqlJournal(Db& db, Access access)
      : db_(db), is_guarding_(access == Access::write && !db.is_sqlite()) {}

  /// Writes down the lanes that this work added to, sorted, so that replicas lock them in one
  /// order. Called once, at the end of the work.
  Result<void> settle_lanes();
  const Touched& touched() const { return touched_; }

  // event_rows.cc
  Result<Recorded> record(const Event& event) override;
  Result<void> conclude(EventId id, EventState state, const std::string& reason,
                        const json::value& reply) override;
  Result<std::optional<StoredEvent>> event(EventId id) override;
  Result<Page<StoredEvent>> parked_events(const PageRequest& page) override;
  Result<std::vector<ChangeNote>> changes_after(const std::string& position, size_t limit) override;
  Result<std::string> last_change() override;

  // retention_rows.cc
  Result<int64_t> prune(TimePoint before, size_t limit, int64_t changes_kept) override;
  Result<int64_t> queue_expire(const std::string& queue, TimePoint sent_before, TimePoint now,
                               size_t limit) override;

  // rate_rows.cc
  Result<RateTurn> book_rates(const std::vector<RateRule>& rules, Millis patience) override;
  Result<void> pause_rate(const std::string& name, Millis length) override;

  // ticket_rows.cc
  Result<TicketId> fresh_ticket() override;
  Result<std::optional<Ticket>> ticket(TicketId id) override;
  Result<Page<Ticket>> tickets(const TicketQuery& query) override;
  Result<std::vector<Comment>> comments(TicketId id) override;
  Result<std::vector<Link>> links(TicketId id) override;
  Result<TicketFigures> ticket_figures(TimePoint since) override;
  Result<void> open_ticket(const Ticket& ticket) override;
  Result<void> change_ticket(TicketId id, const TicketPatch& patch, TimePoint now) override;
  Result<CommentId> add_comment(const Comment& comment) override;
  Result<int64_t> index_words(size_t limit) override;

  // delivery_rows.cc
  Result<std::optional<Delivery>> delivery(DeliveryId id) override;
  Result<Page<Delivery>> deliveries(const DeliveryQuery& query) override;
  Result<BacklogFigures> backlog() override;
  Result<DeliveryId> add_delivery(const Delivery& delivery) override;
  Result<void> retry_delivery(DeliveryId id, TimePoint now) override;
  Result<void> discard_delivery(DeliveryId id, const std::string& why, TimePoint now) override;

  // lane_rows.cc
  Result<std::optional<TimePoint>> next_lane_due(const LaneWorker& worker, TimePoint now) override;
  Result<std::vector<LaneClaim>> claim_lanes(const LaneWorker& worker, TimePoint now,
                                             TimePoint until, size_t limit) override;
  Result<std::vector<Delivery>> take(const LaneClaim& claim, TimePoint now,
                                     const BatchMax& batch_max) override;
  Result<void> put_off(const Delivery& one, const std::string& why, TimePoint until);
  Result<void> unmark(const LaneClaim& claim, const Delivery& taken) override;
  Result<void> finish(const LaneClaim& claim, const Finished& finished, TimePoint now) override;
  Result<void> release_lane(const LaneClaim& claim, TimePoint now) override;
  Result<std::vector<LaneClaim>> renew_lanes(const LaneWorker& worker, TimePoint now,
                                             TimePoint until) override;
  Result<void> free_lanes() override;
  Result<bool> hold_lease(const std::string& name, const std::string& holder, TimePoint now,
                          TimePoint until) override;
  Result<void> drop_lease(const std::string& name, const std::string& holder) override;

  // queue_rows.cc
  Result<QueueFigures> queue_figures(const std::string& queue, TimePoint now) override;
  Result<Page<QueueMessage>> queue_peek(const std::string& queue, const PageRequest& page) override;
  Result<MessageId> queue_send(const QueueMessage& message, TimePoint now) override;
  Result<std::vector<QueueMessage>> queue_receive(const QueueReceive& receive,
                                                  TimePoint now) override;
  Result<bool> queue_delete(const std::string& queue, const std::string& handle) override;
  Result<void> queue_hide(const std::string& queue, const std::string& handle, Millis visibility,
                          TimePoint now) override;
  Result<MessageId> queue_last(const std::string& queue) override;
  Result<int64_t> queue_purge(const std::string& queue, MessageId upto, size_t limit) override;
  Result<int64_t> queue_redrive(const std::string& dead_queue, MessageId upto, TimePoint now,
                                size_t limit) override;

  // kept_rows.cc
  Result<Kept> kept(const std::string& name) override;
  Result<void> keep(const std::string& name, const std::string& text, int64_t version) override;
  // tally_rows.cc
  Result<std::vector<TallyAgent>> tally(const TallyQuery& query) override;
  Result<std::vector<TallyBar>> tally_bars(TimePoint since) override;
  Result<std::optional<TallyBar>> tally_bar(int64_t id, TimePoint since) override;
  Result<std::vector<std::string>> tally_channels() override;
  Result<Page<TallyRow>> tally_rows(const TallyQuery& query, const std::string& username,
                                    const PageRequest& page) override;
  Result<std::vector<TallyMessage>> tally_texts(const std::string& channel,
                                                const std::string& after, size_t limit) override;
  Result<std::string> tally_rule(const std::string& channel) override;
  Result<void> keep_tally(const TallyMessage& message) override;
  Result<void> drop_tally(const std::string& channel, const std::string& message,
                          TimePoint at) override;
  Result<void> set_tally_balances(const std::vector<TallyBalance>& balances,
                                  TimePoint now) override;
  Result<void> set_tally_rule(const std::string& channel, const std::string& rule) override;

  // account_rows.cc
  Result<std::vector<Account>> accounts() override;
  Result<std::optional<Account>> account(const std::string& name) override;
  Result<std::optional<Account>> account_of_subject(const std::string& subject) override;
  Result<std::optional<OpenSession>> session(const std::string& hash) override;
  Result<int64_t> add_account(const Account& account) override;
  Result<void> change_account(const Account& account) override;
  Result<void> remove_account(int64_t id) override;
  Result<void> add_session(const Session& session) override;
  Result<void> touch_session(const std::string& hash, TimePoint now) override;
  Result<void> drop_session(const std::string& hash) override;
  Result<std::string> server_key(const std::string& name, const std::string& fresh) override;
  // notices_rows.cc
  Result<NoticeMarks> notice_marks() override;
  Result<void> notice_closures(int32_t since, const TicketSink& sink) override;
  Result<void> notice_customers(const std::string& period, const TextSink& sink) override;
  Result<std::optional<NoticeRun>> notice_run(int64_t id) override;
  Result<Page<NoticeRun>> notice_runs(const PageRequest& page) override;
  Result<Page<NoticeLetter>> notice_letters(int64_t run, const PageRequest& page) override;
  Result<std::vector<NoticeLetter>> notices_of(const std::string& email) override;
  Result<NoticeCounts> notice_counts(int64_t run) override;
  Result<int64_t> open_notices() override;
  Result<void> set_notice_marks(const NoticeMarks& marks) override;
  Result<bool> move_notice_ledger(int64_t version) override;
  Result<int64_t> add_notice_run(const NoticeRun& run) override;
  Result<void> add_notice_letter(const NoticeLetter& letter) override;
  Result<std::optional<NoticeRun>> applying_notice_run() override;
  Result<bool> finish_notice_plan(int64_t id, NoticeState state) override;
  Result<int64_t> drop_replaced_letters(size_t limit) override;
  Result<bool> begin_notice_run(int64_t id, TimePoint now) override;
  Result<bool> advance_notice_run(int64_t id, const std::string& from,
                                  const std::string& to) override;
  Result<bool> end_notice_run(int64_t id) override;
  Result<bool> reserve_notice(const std::string& period, const std::string& email,
                              int64_t run) override;
  Result<void> mark_notice_closure(const std::string& ticket, int32_t day, int64_t run) override;
  Result<void> send_notice_letter(const NoticeLetter& letter) override;
  // volume_rows.cc
  Result<std::vector<HourCount>> volume_hours(TimePoint from, TimePoint until) override;
  Result<std::vector<VolumeIncident>> incidents(TimePoint since) override;
  Result<std::optional<VolumeIncident>> incident(int64_t id) override;
  Result<std::string> volume_cursor(const std::string& name) override;
  Result<std::vector<HourCount>> opened_per_hour(TimePoint from, TimePoint until) override;
  Result<std::vector<TaggedTicket>> opened_between(TimePoint from, TimePoint until,
                                                   size_t limit) override;
  Result<void> keep_volume_hours(const std::vector<HourCount>& hours, TimePoint now) override;
  Result<void> keep_incident(const VolumeIncident& incident) override;
  Result<void> keep_feedback(int64_t id, const std::string& verdict, const std::string& who,
                             TimePoint now) override;
  Result<void> keep_volume_cursor(const std::string& name, const std::string& position,
                                  TimePoint now) override;

  // access_rows.cc
  Result<std::vector<Token>> tokens() override;
  Result<std::vector<AuditEntry>> audit(const PageRequest& page) override;
  Result<int64_t> add_token(const Token& token) override;
  Result<void> revoke_token(const std::string& name, TimePoint now) override;
  Result<void> touch_token(int64_t id, TimePoint now) override;
  Result<void> add_audit(const AuditEntry& entry) override;

  // bridge_rows.cc
  Result<void> guard_thread(const std::string& channel, const std::string& thread) override;
  Result<std::optional<BridgeLink>> link_of_thread(const std::string& channel,
                                                   const std::string& thread) override;
  Result<std::optional<BridgeLink>> link_of_ticket(TicketId ticket) override;
  Result<std::vector<BridgeLink>> live_links(TimePoint since, size_t limit) override;
  Result<std::optional<Said>> said(const std::string& key) override;
  Result<std::vector<Said>> waiting_said(const std::string& channel, const std::string& thread,
                                         size_t limit) override;
  Result<std::vector<Said>> said_between(const std::string& channel, const std::string& thread,
                                         const std::string& after, const std::string& until,
                                         size_t limit) override;
  Result<std::string> last_said(const std::string& channel, const std::string& thread) override;
  Result<int64_t> count_said(const std::string& channel, const std::string& thread,
                             TimePoint since) override;
  Result<std::optional<Known>> known(const std::string& id) override;
  Result<std::optional<TicketId>> ticket_at_desk(const std::string& desk,
                                                 const std::string& external_id) override;
  Result<std::vector<Delivery>> open_in_lane(const std::string& lane, size_t limit) override;
  Result<TicketFigures> channel_figures(const std::string& channel, TimePoint since) override;
  Result<std::vector<OpenTicketRow>> channel_tickets(const std::string& channel,
                                                     ChannelTickets which, TimePoint since,
                                                     size_t limit) override;
  Result<void> set_link(const BridgeLink& link) override;
  Result<void> set_said(const Said& said) override;
  Result<void> set_known(const Known& known) override;

 private:
  Result<void> check_kept(const std::string& position);
  Result<int64_t> prune_tickets(TimePoint before, int64_t limit);
  Result<int64_t> prune_events(TimePoint before, int64_t limit);
  Result<int64_t> prune_tally(TimePoint before, int64_t limit);
  Result<int64_t> prune_notices(TimePoint before, int64_t limit);
  Result<std::vector<TallyUpdate>> counted(const std::string& channel, const std::string& message);
  Result<void> count_anew(const TallyMessage& message, const std::vector<TallyUpdate>& before);
  Result<void> note_bars(const std::string& channel, const std::vector<TallyUpdate>& updates);
  Result<void> note(const char* topic, int64_t subject);
  Result<void> guard_number(const std::string& desk, const std::string& number);
  Result<void> wake_lane(const std::string& lane, TimePoint now);
  Result<MessageId> claim_deduplication(const QueueMessage& message, TimePoint now);
  Result<TimePoint> hold(const LaneClaim& claim, TimePoint until);

  /// Locks a row until the commit, with a statement that travels with the next one. SQLite has one
  /// writer and needs none of these.
  Result<void> lock(const Statement& row, std::initializer_list<Value> values);
  /// Until the commit nobody else gets past this name: for what may not have a row yet.
  Result<void> guard(const std::string& name);
  /// Readers of the same name pass each other; whoever writes under it waits for them.
  Result<void> guard_shared(const std::string& name);

  Db& db_;
  bool is_guarding_;
  Touched touched_;
  TicketId fresh_{};                        ///< the latest number that this work was given
  std::map<std::string, TimePoint> lanes_;  ///< added to by this work, with the earliest time
};

/// JSON that the store wrote itself; null for an empty text. One that can't be read means a damaged
/// file, which `store verify` reports: it is null too.
json::value stored_json(std::string_view text);
/// What is kept of a body that retention has emptied: enough to tell another one from it.
std::string body_digest(std::string_view body);

/// The first page of a list with the highest ids first: below all of them.
constexpr int64_t from_the_top = std::numeric_limits<int64_t>::max();

/// What a cursor is that no list has given.
Error bad_cursor();
/// The id behind which a page starts, as next_cursor() wrote it; `front` without a cursor.
/// errors  invalid: bad_cursor()
Result<int64_t> id_in(const std::string& cursor, int64_t front = from_the_top);
/// Trims the extra row that was asked for and gives the cursor of the next page.
template <class T, class IdOf>
std::string next_cursor(std::vector<T>& items, size_t limit, IdOf id_of) {
  if (items.size() <= limit) return {};
  items.resize(limit);
  return std::to_string(id_of(items.back()));
}

}  // namespace dw
