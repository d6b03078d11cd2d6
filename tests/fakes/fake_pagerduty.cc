// The fake PagerDuty as a program: `fake_pagerduty --port 4001` prints its address and serves until
// it is killed. Bo Ek is primary and Ana Lopez secondary of policy P1.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "fakes/oncall.h"
#include "net/loop_clock.h"

int main(int count, char** arguments) {
  const bool has_port = count == 3 && std::strcmp(arguments[1], "--port") == 0;
  std::signal(SIGTERM, [](int) { std::_Exit(0); });
  dw::FakePagerduty fake;
  fake.shifts = {{"P1", "U1", "Bo Ek", "bo@acme.example", "S1", 1},
                 {"P1", "U2", "Ana Lopez", "ana@acme.example", "", 2}};
  dw::Loop loop;
  dw::LoopClock clock(loop);
  dw::TaskGroup tasks(loop, clock);
  const int port = has_port ? std::atoi(arguments[2]) : 0;
  dw::HttpScript script(loop, tasks, static_cast<unsigned short>(port));
  script.otherwise([&fake](const dw::HttpScript::Seen& seen) { return fake.answer(seen); });
  std::printf("fake pagerduty on %s\n", script.url().c_str());
  std::fflush(stdout);
  loop.run();
}
