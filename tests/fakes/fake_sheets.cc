// Google Sheets as a program: `fake_sheets [--port N]` prints its address, obeys orders at /fake/…
// and serves until it is ended.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "fakes/sheets.h"
#include "net/loop_clock.h"

int main(int count, char** arguments) {
  const bool has_port = count == 3 && std::strcmp(arguments[1], "--port") == 0;
  std::signal(SIGTERM, [](int) { std::_Exit(0); });
  dw::FakeSheets fake;
  dw::Loop loop;
  dw::LoopClock clock(loop);
  dw::TaskGroup tasks(loop, clock);
  const int port = has_port ? std::atoi(arguments[2]) : 0;
  dw::HttpScript script(loop, tasks, static_cast<unsigned short>(port));
  fake.url = script.url();
  script.otherwise([&fake](const dw::HttpScript::Seen& seen) { return fake.answer(seen); });
  std::printf("fake sheets on %s\n", script.url().c_str());
  std::fflush(stdout);
  loop.run();
}
