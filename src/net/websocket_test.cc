#include "net/websocket.h"

#include <gtest/gtest.h>

#include "net/http_server.h"
#include "net/loop_clock.h"

namespace dw {
namespace {

struct World {
  Loop loop;
  LoopClock clock{loop};
  TaskGroup tasks{loop, clock};
  HttpServer server{loop, clock, tasks, Routes{}, options()};
  std::string bound = *server.start();

  ~World() {
    server.stop();
    loop.restart();
    loop.run_for(Millis(50));
  }
  static ServerOptions options() {
    ServerOptions out;
    out.listen = "127.0.0.1:0";
    out.refuse = [](int status, std::string_view, std::string) {
      return Response{.status = status};
    };
    return out;
  }
  static Task<void> keep(Loop& loop, std::string url, std::optional<Error>* out) {
    WebSocketLimits limits;
    limits.connect_timeout = Millis(2000);
    const Result<std::unique_ptr<WebSocket>> socket =
        co_await WebSocket::connect(loop, std::move(url), limits);
    *out = socket.ok() ? Error{} : socket.error();
    loop.stop();
  }
  Error connect(const std::string& url) {
    std::optional<Error> out;
    tasks.run("connect", keep(loop, url, &out));
    loop.restart();
    loop.run();
    return *out;
  }
};

TEST(WebSocket, what_can_not_be_connected_says_which_step_failed) {
  World world;
  EXPECT_EQ(world.connect("http://127.0.0.1/").kind, ErrorKind::invalid);
  EXPECT_EQ(world.connect("ws://").kind, ErrorKind::invalid);
  const Error refused = world.connect("ws://127.0.0.1:1/");
  EXPECT_EQ(refused.kind, ErrorKind::unreachable);
  EXPECT_NE(refused.what.find("can't connect"), std::string::npos) << refused.what;
  const Error declined = world.connect("ws://" + world.bound + "/link?ticket=secret");
  EXPECT_NE(declined.what.find("HTTP 404"), std::string::npos) << declined.what;
  EXPECT_EQ(declined.text().find("secret"), std::string::npos);
  const Error plain = world.connect("wss://" + world.bound + "/");
  EXPECT_NE(plain.what.find("no TLS"), std::string::npos) << plain.what;
}

}  // namespace
}  // namespace dw
