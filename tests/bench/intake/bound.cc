// The upper bound of intake: the same HTTP server, signature, decoding and planning, and nothing
// kept. Each activity gets a fresh number, also one that came before.
//
//   bench_intake_bound serve --config FILE
#include <csignal>
#include <cstdio>

#include "app/settings.h"
#include "connectors/teams/teams.h"
#include "jobs/intake/intake.h"
#include "net/http_server.h"
#include "net/loop_clock.h"
#include "web/problem.h"

namespace dw {
namespace {

class Bound {
 public:
  Bound(const TeamsSettings& teams, IntakeParts parts) : source_(teams), job_(std::move(parts)) {}

  const std::string& path() const { return source_.path(); }

  Task<Response> take(Request& request) {
    const RawHook hook{.body = request.body,
                       .header = [&request](std::string_view name) { return request.header(name); },
                       .at = system_now(),
                       .is_loopback_caller = request.is_loopback};
    const Result<void> verified = source_.verify(hook);
    if (!verified.ok()) co_return answer(source_.encode_error(verified.error()));
    const Result<Event> event = source_.decode(hook);
    if (!event.ok()) co_return answer(source_.encode_error(event.error()));
    IntakeView view;
    view.written = job_.written_in(*event);
    view.fresh_ticket = {++last_ticket_};
    const Plan plan = job_.plan(*event, view);
    co_return answer(source_.encode_reply(plan.reply));
  }

 private:
  static Response answer(HookAnswer from) {
    return {.status = from.status,
            .content_type = std::move(from.content_type),
            .body = std::move(from.body),
            .headers = {},
            .stream = {}};
  }

  TeamsSource source_;
  Intake job_;
  int64_t last_ticket_ = 0;
};

int serve(const std::string& file) {
  Result<Settings> settings = load_settings(file, process_environment());
  if (!settings.ok() || settings->teams.empty()) {
    std::fprintf(stderr, "%s needs a [teams.NAME] section\n", file.c_str());
    return 1;
  }
  Bound bound(settings->teams.front(),
              {settings->intake, settings->queues, settings->routes, "http://localhost"});
  Loop loop;
  LoopClock clock(loop);
  TaskGroup tasks(loop, clock);
  Routes routes;
  routes.add("POST", bound.path(), [&bound](Request& request) { return bound.take(request); });
  ServerOptions options;
  options.listen = settings->server.listen;
  options.refuse = [](int status, std::string_view, std::string detail) {
    return problem(status, detail);
  };
  HttpServer server(loop, clock, tasks, std::move(routes), options);
  if (!server.start().ok()) return 1;
  std::signal(SIGTERM, [](int) { std::_Exit(0); });
  loop.run();
  return 0;
}

}  // namespace
}  // namespace dw

int main(int count, char** arguments) {
  const bool is_known = count == 4 && std::string(arguments[1]) == "serve";
  return is_known ? dw::serve(arguments[3]) : 64;
}
