#include "engine/janitor.h"

#include "base/log.h"
#include "records/leases.h"
#include "records/queues.h"
#include "records/retention.h"
#include "records/tickets.h"

namespace dw {
namespace {

constexpr size_t rows_per_commit = 500;
/// A board that slept may resume this many changes back without loading all anew.
constexpr int64_t changes_kept = 100'000;
constexpr Millis lease{120'000};
constexpr const char* lease_name = "janitor";
/// A storm of intakes is indexed after it, in pieces that no intake waits for long.
constexpr size_t words_per_commit = 200;
constexpr Millis words_pause{1000};
constexpr Millis words_piece_pause{20};

}  // namespace

Janitor::Janitor(Loop& loop, Store& store, Clock& clock, Metrics& metrics, JanitorSettings settings)
    : loop_(loop),
      store_(store),
      clock_(clock),
      metrics_(metrics),
      settings_(std::move(settings)),
      has_news_(loop, clock) {
  metrics_.declare_counter("deskwire_pruned_rows_total", "Rows removed because of store.retention");
  metrics_.declare_counter("deskwire_queue_expired_total",
                           "Messages removed unread because of their queue's retention, by queue");
}

void Janitor::stop() {
  is_stopping_ = true;
  has_news_.notify();
}

Task<void> Janitor::index_until_stopped() {
  int64_t indexed = 1;  // what an earlier process left is looked for once
  while (!is_stopping_) {
    if (indexed == 0) co_await has_news_.wait();
    AsyncEvent pause(loop_, clock_);
    co_await pause.wait(clock_.monotonic() + (indexed > 0 ? words_piece_pause : words_pause));
    if (is_stopping_) break;
    auto work = [&indexed](Db& db) -> Result<void> {
      DW_TRY(indexed, tickets::index_words(db, words_per_commit));
      return {};
    };
    const Result<void> written = co_await store_.write(work);
    if (!written.ok()) indexed = 0;
  }
}

Task<void> Janitor::expire_messages() {
  for (const QueueRetention& one : settings_.queues) {
    int64_t removed = 0, total = 0;
    auto work = [&](Db& db) -> Result<void> {
      const TimePoint now = clock_.now();
      DW_TRY(removed, queues::expire(db, one.queue, now - one.retention, now, rows_per_commit));
      return {};
    };
    do {
      const Result<void> written = co_await store_.write(work);
      if (!written.ok()) {
        log_warn("janitor", written.error().text(), {{"queue", one.queue}});
        co_return;
      }
      total += removed;
    } while (removed > 0 && !is_stopping_);
    if (total == 0) continue;
    log_warn("janitor", "removed unread messages older than their queue's retention",
             {{"queue", one.queue}, {"messages", total}});
    metrics_.add("deskwire_queue_expired_total", {{"queue", one.queue}},
                 static_cast<double>(total));
  }
}

Task<void> Janitor::sweep() {
  int64_t total = 0;
  for (bool has_more = true; has_more;) {
    int64_t removed = 0;
    bool is_ours = false;
    auto work = [&](Db& db) -> Result<void> {
      const TimePoint now = clock_.now();
      removed = 0;
      DW_TRY(is_ours, leases::hold(db, lease_name, settings_.holder, now, now + lease));
      if (!is_ours) return {};
      const TimePoint before =
          settings_.retention == Millis(0) ? TimePoint{} : now - settings_.retention;
      DW_TRY(removed, retention::prune(db, settings_.old, before, rows_per_commit, changes_kept));
      return {};
    };
    const Result<void> written = co_await store_.write(work);
    if (!written.ok()) {
      log_warn("janitor", written.error().text());
      co_return;
    }
    total += removed;
    has_more = is_ours && removed > 0;
  }
  if (total > 0) {
    log_info("janitor", "removed what is older than store.retention", {{"rows", total}});
    metrics_.add("deskwire_pruned_rows_total", {}, static_cast<double>(total));
  }
}

}  // namespace dw
