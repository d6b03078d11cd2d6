#include "web/deadlines.h"

#include <gtest/gtest.h>

#include "net/loop_clock.h"
#include "web/problem.h"

namespace dw {
namespace {

/// A store that says how it is, and nothing else.
class MuteStore : public Store {
 public:
  Task<Result<void>> write(WriteWork) override { co_return Error{ErrorKind::full, "store", ""}; }
  Task<Result<void>> read(ReadWork) override { co_return Error{ErrorKind::full, "store", ""}; }
  void close() override {}
  Result<void> write_now(const WriteWork&) override { return Error{ErrorKind::full, "store", ""}; }
  Result<void> read_now(const ReadWork&) override { return Error{ErrorKind::full, "store", ""}; }
  void on_change(std::function<void(DirtyFlags)>) override {}
  StoreHealth health() const override { return {false, "a write has not ended since 10:04"}; }
  std::string kind() const override { return "mute"; }
  Result<void> backup(const std::string&) override { return {}; }
  Result<std::vector<std::string>> verify() override { return std::vector<std::string>(); }
};

/// Requests whose handlers wait for release().
struct World {
  Loop loop;
  LoopClock clock{loop};
  TaskGroup tasks{loop, clock};
  MuteStore store;
  Deadlines deadlines{
      loop, clock, tasks, store, {.answer = Millis(30), .report = Millis(30), .given_up_max = 2}};
  AsyncEvent released{loop, clock};
  bool is_released = false;
  std::vector<std::string> seen;  // by handlers, at their end
  Routes routes;

  World() {
    routes.add("POST", "/slow", [this](Request& request) { return slow(request); });
    routes.add("GET", "/slow", [this](Request& request) { return slow(request); });
    routes.add("GET", "/readyz", [this](Request& request) { return slow(request); });
    routes.add("GET", "/fast", [this](Request& request) { return fast(request); });
    deadlines.guard(routes);
  }
  Task<Response> slow(Request& request) {
    while (!is_released) co_await released.wait();
    seen.push_back(std::string(request.method) + " " + std::string(request.host) + " " +
                   std::string(request.header("x-a")) + " " + std::string(request.body) +
                   (request.is_gone() ? " gone" : ""));
    co_return problem(204, "");
  }
  Task<Response> fast(Request&) { co_return problem(204, ""); }

  /// What the caller hears. Its buffer is overwritten as soon as it has heard it.
  Task<void> ask(std::string method, std::string path, std::optional<Response>& out) {
    std::string host = "desk.example:8080";
    std::string name = "X-A";
    std::string value = "a long value of a header";
    std::string body = "a body that is longer than a short text";
    Request request;
    request.method = method;
    request.path = path;
    request.host = host;
    request.body = body;
    request.headers.emplace_back(name, value);
    request.is_gone = [] { return false; };
    const Routes::Found found = routes.find(method, path);
    out = co_await (*found.handler)(request);
    for (std::string* one : {&host, &name, &value, &body}) one->assign(one->size(), '#');
  }
  Response heard(const std::string& method, const std::string& path) {
    std::optional<Response> out;
    tasks.run("caller", ask(method, path, out));
    loop.restart();
    while (!out && loop.run_one() > 0) {
    }
    return out.value_or(Response{
        .status = 0, .content_type = {}, .body = "nothing was heard", .headers = {}, .stream = {}});
  }
  void release() {
    is_released = true;
    released.notify();
    loop.restart();
    loop.run();
  }
};

bool has_retry_after(const Response& response) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [](const auto& header) { return header.first == "Retry-After"; });
}

TEST(Deadlines, tell_a_caller_in_time_what_is_known_and_let_the_handler_end) {
  World w;
  EXPECT_EQ(w.heard("GET", "/fast").status, 204);
  const Response changed = w.heard("POST", "/slow");
  EXPECT_EQ(changed.status, 503);
  EXPECT_EQ(changed.content_type, "application/problem+json");
  EXPECT_TRUE(has_retry_after(changed));
  EXPECT_NE(changed.body.find("store: a write has not ended since 10:04"), std::string::npos);
  EXPECT_NE(changed.body.find("unknown whether this was written"), std::string::npos);
  EXPECT_EQ(w.deadlines.given_up(), 1U);
  w.release();
  EXPECT_EQ(w.deadlines.given_up(), 0U);
  const std::vector<std::string> expected = {
      "POST desk.example:8080 a long value of a header a body that is longer than a short text "
      "gone"};
  EXPECT_EQ(w.seen, expected) << "the handler owns what it reads";
}

TEST(Deadlines, keep_only_so_many_handlers_that_nobody_waits_for) {
  World w;
  for (int i = 0; i < 2; ++i) {
    const Response read = w.heard("GET", "/slow");
    EXPECT_EQ(read.status, 503);
    EXPECT_NE(read.body.find("try again"), std::string::npos);
  }
  const Response refused = w.heard("POST", "/slow");
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(has_retry_after(refused));
  EXPECT_NE(refused.body.find("nothing was written"), std::string::npos);
  EXPECT_EQ(w.deadlines.given_up(), 2U);
  w.release();
  EXPECT_EQ(w.seen.size(), 2U);
  EXPECT_EQ(w.heard("POST", "/slow").status, 204);
}

TEST(Deadlines, leave_out_what_must_answer_whatever_happens) {
  World w;
  w.is_released = true;
  EXPECT_EQ(w.heard("GET", "/readyz").status, 204);
  EXPECT_EQ(w.seen.size(), 1U);
}

}  // namespace
}  // namespace dw
