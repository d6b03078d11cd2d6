#include "net/loop_clock.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "net/async_event.h"

namespace dw {
namespace {

TEST(LoopClock, timers_fire_in_order_and_those_forgotten_never) {
  Loop loop;
  LoopClock clock(loop);
  const Monotonic now = clock.monotonic();
  std::string fired;
  clock.call_at(now + Millis(40), [&] { fired += "c"; });
  clock.call_at(now + Millis(10), [&] { fired += "a"; });
  const Clock::TimerId gone = clock.call_at(now + Millis(20), [&] { fired += "x"; });
  clock.call_at(now - Millis(5), [&] {
    fired += "0";
    clock.call_at(now + Millis(30), [&] { fired += "b"; });
    clock.cancel(gone);
  });
  loop.run();
  EXPECT_EQ(fired, "0abc");
  EXPECT_GE(clock.monotonic() - now, Millis(40));
  clock.cancel(gone);
}

TEST(LoopClock, a_loop_on_which_nothing_waits_ends) {
  Loop loop;
  LoopClock clock(loop);
  const Clock::TimerId timer = clock.call_at(clock.monotonic() + Millis(60'000), [] {});
  loop.poll();
  clock.cancel(timer);
  const Monotonic began = clock.monotonic();
  loop.restart();
  loop.run();
  EXPECT_LT(clock.monotonic() - began, Millis(5000));
  bool has_fired = false;
  clock.call_at(clock.monotonic() + Millis(5), [&] { has_fired = true; });
  loop.restart();
  loop.run();
  EXPECT_TRUE(has_fired);
}

/// In a world whose machine was suspended for an hour: 0 if the clock counts that hour.
int look_at_a_machine_that_slept() {
  const int offsets = ::open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
  const std::string hour = "boottime 3600 0\n";
  if (offsets < 0 || ::write(offsets, hour.data(), hour.size()) < 0) return 2;
  const pid_t child = ::fork();
  if (child == 0) {
    timespec without{};
    ::clock_gettime(CLOCK_MONOTONIC, &without);
    Loop loop;
    LoopClock clock(loop);
    const auto more = clock.monotonic().time_since_epoch() - std::chrono::seconds(without.tv_sec);
    bool has_fired = false;
    clock.call_at(clock.monotonic() + Millis(20), [&] { has_fired = true; });
    loop.run_for(Millis(5000));
    ::_exit(more > std::chrono::seconds(3500) && has_fired ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST(LoopClock, the_time_that_a_machine_was_suspended_counts) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(::unshare(CLONE_NEWTIME) == 0 ? look_at_a_machine_that_slept() : 2);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WEXITSTATUS(status) == 2) GTEST_SKIP() << "no time namespaces here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace dw
