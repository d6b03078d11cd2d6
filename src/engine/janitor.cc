#include "engine/janitor.h"

#include "base/log.h"

namespace dw {
namespace {

constexpr size_t rows_per_commit = 500;
/// A board that slept may resume this many changes back without loading all anew.
constexpr int64_t changes_kept = 100'000;
constexpr Millis lease{120'000};
constexpr const char* lease_name = "janitor";

}  // namespace

Janitor::Janitor(Store& store, Clock& clock, Metrics& metrics, JanitorSettings settings)
    : store_(store), clock_(clock), metrics_(metrics), settings_(std::move(settings)) {
  metrics_.declare_counter("deskwire_pruned_rows_total", "Rows removed because of store.retention");
}

Task<void> Janitor::sweep() {
  int64_t total = 0;
  for (bool has_more = true; has_more;) {
    int64_t removed = 0;
    bool is_ours = false;
    auto work = [&](Journal& journal) -> Result<void> {
      const TimePoint now = clock_.now();
      removed = 0;
      DW_TRY(is_ours, journal.hold_lease(lease_name, settings_.holder, now, now + lease));
      if (!is_ours) return {};
      const TimePoint before =
          settings_.retention == Millis(0) ? TimePoint{} : now - settings_.retention;
      DW_TRY(removed, journal.prune(before, rows_per_commit, changes_kept));
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
