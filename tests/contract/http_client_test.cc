// Outgoing HTTP against a server that hangs up: what may be sent again, and bodies on disk.
#include <gtest/gtest.h>

#include "net/temp_file.h"
#include "support/loop_world.h"

namespace dw {
namespace {

constexpr Millis plenty{5000};

struct ClientWorld : LoopWorld {
  Result<HttpAnswer> send(const std::string& method, const std::string& body = "") {
    HttpCall call{.method = method, .url = script.url() + "/", .headers = {}, .body = body};
    return wait_for(http.send(std::move(call), plenty));
  }
  /// So that the next request goes over a connection that is kept.
  void warm_up() {
    script.then(HttpStep::answer(200, "{}"));
    EXPECT_TRUE(send("GET").ok());
  }
};

TEST(HttpClient, what_changes_something_is_not_sent_twice_when_a_kept_connection_breaks) {
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    ClientWorld w;
    w.warm_up();
    w.script.then(HttpStep::fault(HttpStep::Kind::hang_up));
    w.script.then(HttpStep::answer(200, "{}"));
    const Result<HttpAnswer> answer = w.send(method, "{}");
    ASSERT_FALSE(answer.ok()) << method;
    EXPECT_EQ(answer.error().kind, ErrorKind::unsure) << method;
    EXPECT_EQ(w.script.seen().size(), 2U) << method;
  }
}

TEST(HttpClient, a_request_says_who_sends_it) {
  ClientWorld w;
  w.script.then(HttpStep::answer(200, "{}"));
  ASSERT_TRUE(w.send("GET").ok());
  EXPECT_TRUE(w.script.seen().at(0).header("user-agent").starts_with("Deskwire/0."));
}

TEST(HttpClient, a_question_may_be_asked_again) {
  ClientWorld w;
  w.warm_up();
  w.script.then(HttpStep::fault(HttpStep::Kind::hang_up));
  w.script.then(HttpStep::answer(200, "again"));
  const Result<HttpAnswer> answer = w.send("GET");
  ASSERT_TRUE(answer.ok()) << answer.error().text();
  EXPECT_EQ(answer->body, "again");
}

TEST(HttpClient, a_body_goes_to_disk_and_from_there_to_another_server) {
  ClientWorld w;
  const std::string bytes(3'000'000, 'x');
  w.script.then(HttpStep::answer(200, bytes));
  w.script.then(HttpStep::answer(201, "{}"));
  Result<ScratchFile> file = ScratchFile::make();
  ASSERT_TRUE(file.ok());
  HttpCall down{.url = w.script.url() + "/", .headers = {}, .body = {}, .answer_file = &*file};
  const Result<HttpAnswer> fetched = w.wait_for(w.http.send(std::move(down), plenty));
  ASSERT_TRUE(fetched.ok()) << fetched.error().text();
  EXPECT_EQ(fetched->body, "");
  EXPECT_EQ(file->bytes(), 3'000'000);
  HttpCall up{.method = "POST",
              .url = w.script.url() + "/",
              .headers = {{"Content-Type", "image/png"}},
              .body = {},
              .body_file = &*file};
  const Result<HttpAnswer> sent = w.wait_for(w.http.send(std::move(up), plenty));
  ASSERT_TRUE(sent.ok()) << sent.error().text();
  EXPECT_EQ(w.script.seen().back().body, bytes);
  EXPECT_EQ(w.script.seen().back().header("content-type"), "image/png");
}

TEST(HttpClient, a_body_on_disk_has_a_limit_too) {
  ClientWorld w;
  w.script.then(HttpStep::answer(200, std::string(100'000, 'x')));
  Result<ScratchFile> file = ScratchFile::make();
  ASSERT_TRUE(file.ok());
  HttpCall down{.url = w.script.url() + "/",
                .headers = {},
                .body = {},
                .answer_bytes_max = 50'000,
                .answer_file = &*file};
  EXPECT_FALSE(w.wait_for(w.http.send(std::move(down), plenty)).ok());
  EXPECT_LE(file->bytes(), 50'000);
}

}  // namespace
}  // namespace dw
