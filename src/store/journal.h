// The verbs of the store, written once over Db: one file per noun. An object lives as long as one
// transaction's work.
#pragma once
#include <map>
#include <string>

#include "ports/store.h"
#include "store/db.h"

namespace dw {

class SqlJournal : public Journal {
 public:
  explicit SqlJournal(Db& db) : db_(db) {}

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
  Result<int64_t> prune(TimePoint before, size_t limit, int64_t changes_kept) override;

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
  Result<std::optional<TimePoint>> next_lane_due(TimePoint now) override;
  Result<std::vector<LaneClaim>> claim_lanes(const std::string& holder, TimePoint now,
                                             TimePoint until, size_t limit) override;
  Result<std::vector<Delivery>> take(const LaneClaim& claim, TimePoint now,
                                     const BatchMax& batch_max) override;
  Result<void> finish(const LaneClaim& claim, const Finished& finished, TimePoint now) override;
  Result<void> release_lane(const LaneClaim& claim, TimePoint now) override;
  Result<void> renew_lanes(const std::string& holder, TimePoint now, TimePoint until) override;
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
  Result<int64_t> queue_purge(const std::string& queue) override;
  Result<int64_t> queue_redrive(const std::string& dead_queue, TimePoint now) override;

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

 private:
  Result<void> check_kept(const std::string& position);
  Result<int64_t> empty_bodies(TimePoint before, int64_t limit);
  Result<void> note(const char* topic, int64_t subject);
  Result<void> wake_lane(const std::string& lane, TimePoint now);
  Result<TimePoint> hold(const LaneClaim& claim, TimePoint until);

  Db& db_;
  Touched touched_;
  TicketId fresh_{};                        ///< the latest number that this work was given
  std::map<std::string, TimePoint> lanes_;  ///< added to by this work, with the earliest time
};

/// A cursor is the id after which the next page starts; anything else starts at the front.
int64_t id_below(const std::string& cursor);
/// Trims the extra row that was asked for and gives the cursor of the next page.
template <class T, class IdOf>
std::string next_cursor(std::vector<T>& items, size_t limit, IdOf id_of) {
  if (items.size() <= limit) return {};
  items.resize(limit);
  return std::to_string(id_of(items.back()));
}

}  // namespace dw
