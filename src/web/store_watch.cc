#include "web/store_watch.h"

#include <fmt/format.h>

#include "net/async_event.h"
#include "records/changes.h"

namespace dw {
namespace {

/// A board's dear query may hold the reader for a moment: that is no silence.
constexpr Millis silent_after{3000};
constexpr Millis wait_max{800};
constexpr Millis step_max{50};

}  // namespace

StoreWatch::StoreWatch(Loop& loop, Clock& clock, TaskGroup& tasks, Store& store)
    : loop_(loop), clock_(clock), tasks_(tasks), store_(store) {}

std::string StoreWatch::known_error() const {
  const StoreHealth health = store_.health();
  if (!health.is_ok) return health.detail;
  if (!asked_at_) return refused_;
  const Millis silent = std::chrono::duration_cast<Millis>(clock_.monotonic() - *asked_at_);
  if (silent < silent_after) return {};
  return fmt::format("has not answered for {} s",
                     std::chrono::floor<std::chrono::seconds>(silent).count());
}

Task<std::string> StoreWatch::trouble() {
  if (!store_.health().is_ok) co_return known_error();
  if (!asked_at_) {
    asked_at_ = clock_.monotonic();
    tasks_.run("store watch", ask());
  }
  const Monotonic until = clock_.monotonic() + wait_max;
  AsyncEvent pause(loop_, clock_);
  for (Millis step{1}; asked_at_ && known_error().empty() && clock_.monotonic() < until;
       step = std::min(step * 2, step_max)) {
    co_await pause.wait(std::min(until, clock_.monotonic() + step));
  }
  co_return known_error();
}

Task<void> StoreWatch::ask() {
  auto work = [](ReadDb& db) -> Result<void> {
    DW_CHECK(changes::last(db));
    return {};
  };
  const Result<void> read = co_await store_.read(work);
  refused_ = read.ok() ? "" : read.error().what;
  asked_at_.reset();
}

}  // namespace dw
