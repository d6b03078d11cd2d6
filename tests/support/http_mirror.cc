// A server for tests in other languages: Deskwire's HTTP server, whose answer to each request says
// in a header what the request was understood to be.
#include <cstdio>

#include "base/hash.h"
#include "net/http_server.h"
#include "net/loop_clock.h"

namespace dw {
namespace {

std::optional<Response> mirror(const Request& request) {
  std::string seen;
  for (const std::string_view part : {request.method, request.host, request.path, request.query}) {
    seen += std::string(part) + "\n";
  }
  seen += request.body;
  Response response{.content_type = "text/plain", .body = "ok"};
  response.headers.emplace_back("X-Seen", to_hex(seen));
  return response;
}

int serve() {
  Loop loop;
  LoopClock clock(loop);
  TaskGroup tasks(loop, clock);
  ServerOptions options;
  options.listen = "127.0.0.1:0";
  options.limits.body_bytes_max = 4096;
  options.refuse = [](int status, std::string_view, std::string detail) {
    return Response{status, "text/plain", std::move(detail), {}, {}};
  };
  // Before any route: of every method and path.
  options.admit = mirror;
  HttpServer server(loop, clock, tasks, Routes(), options);
  const Result<std::string> address = server.start();
  if (!address.ok()) {
    std::fprintf(stderr, "%s\n", address.error().text().c_str());
    return 1;
  }
  std::printf("ready on http://%s\n", address->c_str());
  std::fflush(stdout);
  loop.run();
  return 0;
}

}  // namespace
}  // namespace dw

int main() {
  return dw::serve();
}
