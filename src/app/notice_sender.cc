#include "app/notice_sender.h"

#include "engine/outbox.h"
#include "jobs/notices/rows.h"

namespace dw {
namespace {

constexpr Millis look_again{20};
/// A process that is killed while it sends must not hold its lanes for long: the next run waits.
constexpr Millis stop_over_timeout{5000};

Task<Result<int64_t>> open_now(Core& core) {
  int64_t open = 0;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(open, notices::open_count(db));
    return {};
  };
  DW_CO_CHECK(co_await core.store->read(work));
  co_return open;
}

Task<Result<void>> watch(Core& core, Millis wait_max) {
  int64_t before = -1;
  Monotonic moved_at = core.clock.monotonic();
  AsyncEvent pause(core.loop, core.clock);
  for (;;) {
    DW_CO_TRY(const int64_t open, co_await open_now(core));
    if (open == 0) co_return Result<void>();
    if (open != before) moved_at = core.clock.monotonic();
    before = open;
    if (core.clock.monotonic() - moved_at > wait_max) co_return Result<void>();
    co_await pause.wait(core.clock.monotonic() + look_again);
  }
}

}  // namespace

Task<Result<void>> send_notices(Core& core, bool is_alone, Millis wait_max) {
  if (!is_alone) co_return co_await watch(core, wait_max);
  TaskGroup tasks(core.loop, core.clock);
  Outbox outbox(core.loop, core.clock, core.random, *core.store, *core.inbox, core.metrics, tasks,
                core.outside_targets(), core.outbox_settings());
  core.store->on_change([&outbox](DirtyFlags touched) {
    if (touched.lanes) outbox.notify();
  });
  outbox.start();
  const Result<void> watched = co_await watch(core, wait_max);
  outbox.stop();
  co_await tasks.stop(core.settings.retry.timeout + stop_over_timeout);
  core.store->on_change({});
  co_return watched;
}

}  // namespace dw
