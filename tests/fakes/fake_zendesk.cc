// The fake Zendesk as a program: `fake_zendesk --port 4000` prints its address and serves until it
// is killed. Besides Zendesk's API it takes, without a sign-in:
//   POST /_fake/mail {"subject","text","email"}     a ticket that came by mail
//   POST /_fake/say {"ticket","html","public","by","files":[{"name","content_type","text"}]}
//                                                   a comment by an agent, or "by":"requester"
//   GET /_fake/count                                how many comments there are
//   GET /_fake/dump                                 all tickets with their comments
//   POST /_fake/options {"per_minute","telling","type_field","solve_lag"}
//                                                   the limit; whether webhooks are called; whether
//                                                   the Type field is active; milliseconds
//   POST /_fake/change {"ticket","fields":{…}}      a change by an agent
//   POST /_fake/fault {"method","path","kind","status","retry_after","after"}
//   POST /_fake/expire, GET /_fake/code             access tokens end; an authorization code
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "fakes/zendesk.h"
#include "fakes/zendesk_answers.h"
#include "net/http_client.h"
#include "net/loop_clock.h"

namespace dw {
namespace {

using namespace fake_zendesk;

constexpr Millis invocation_timeout{12'000};

HttpStep::Kind kind_named(const std::string& name) {
  if (name == "hang_up") return HttpStep::Kind::hang_up;
  if (name == "hang") return HttpStep::Kind::hang;
  if (name == "half") return HttpStep::Kind::half;
  return name == "noise" ? HttpStep::Kind::noise : HttpStep::Kind::answer;
}

class Program {
 public:
  explicit Program(unsigned short port) : script_(loop_, tasks_, port) {
    script_.otherwise([this](const HttpScript::Seen& seen) { return answer(seen); });
    std::printf("fake zendesk on %s\n", script_.url().c_str());
    std::fflush(stdout);
  }
  void run() { loop_.run(); }

 private:
  HttpStep answer(const HttpScript::Seen& seen) {
    const bool is_control = seen.path.starts_with("/_fake/");
    HttpStep step = is_control ? control(seen) : fake_.answer(seen);
    for (FakeInvocation& invocation : fake_.take_invocations()) {
      tasks_.run("invocation", invoke(std::move(invocation)));
    }
    return step;
  }

  HttpStep control(const HttpScript::Seen& seen) {
    const Result<json::value> parsed = parse_json(seen.body.empty() ? "{}" : seen.body);
    if (!parsed.ok() || !parsed->is_object()) return failure(400, "Invalid", "no JSON object");
    const json::object& body = parsed->get_object();
    const int64_t ticket = number_in(body, "ticket");
    if (seen.path == "/_fake/mail") {
      const int64_t id =
          fake_.mail_in(text_in(body, "subject"), text_in(body, "text"), text_in(body, "email"));
      return success(201, {{"ticket", id}});
    }
    if (seen.path == "/_fake/say") {
      const json::value* is_public = body.if_contains("public");
      std::vector<std::string> uploads;
      const json::value* files = body.if_contains("files");
      for (const json::value& file : files == nullptr ? json::array() : files->as_array()) {
        uploads.push_back(fake_.add_file(text_in(file, "name"), text_in(file, "content_type"),
                                         text_in(file, "text")));
      }
      const int64_t id = fake_.say(
          ticket, text_in(body, "html"), is_public == nullptr || *is_public == json::value(true),
          text_in(body, "by") == "requester" ? number_in(fake_.ticket(ticket), "requester_id")
                                             : FakeZendesk::ida,
          uploads);
      return success(201, {{"comment", id}});
    }
    if (seen.path == "/_fake/change") {
      fake_.change(ticket, object_in(body, "fields"));
    } else if (seen.path == "/_fake/fault") {
      add_fault(body);
    } else if (seen.path == "/_fake/dump") {
      return success(200, fake_.dump());
    } else if (seen.path == "/_fake/count") {
      return success(200, {{"comments", fake_.comment_count()}});
    } else if (seen.path == "/_fake/options") {
      change_options(body);
    } else if (seen.path == "/_fake/expire") {
      fake_.expire_tokens();
    } else if (seen.path == "/_fake/code") {
      return success(200, {{"code", fake_.authorize()}});
    } else {
      return failure(404, "RecordNotFound", "Not found");
    }
    return success(200, {});
  }

  void change_options(const json::object& body) {
    if (const int64_t limit = number_in(body, "per_minute"); limit != 0) {
      fake_.options.per_minute_max = static_cast<int>(limit);
    }
    const json::value* is_telling = body.if_contains("telling");
    if (is_telling != nullptr) fake_.options.is_telling = *is_telling == json::value(true);
    const json::value* has_type = body.if_contains("type_field");
    if (has_type != nullptr) fake_.options.is_type_field_active = *has_type == json::value(true);
    if (const int64_t lag = number_in(body, "solve_lag"); lag != 0) {
      fake_.options.solve_lag = Millis(lag);
    }
  }

  void add_fault(const json::object& body) {
    FakeFault fault{.method = text_in(body, "method"), .path = text_in(body, "path"), .step = {}};
    fault.step = HttpStep::fault(kind_named(text_in(body, "kind")));
    if (const int64_t status = number_in(body, "status"); status != 0) {
      fault.step = HttpStep::answer(static_cast<int>(status), text_in(body, "body"));
    }
    const std::string retry_after = text_in(body, "retry_after");
    if (!retry_after.empty()) fault.step.headers.emplace_back("Retry-After", retry_after);
    const json::value* is_after = body.if_contains("after");
    fault.is_after = is_after != nullptr && *is_after == json::value(true);
    fake_.fail_next(std::move(fault));
  }

  Task<void> invoke(FakeInvocation invocation) {
    HttpCall call{.method = "POST",
                  .url = invocation.url,
                  .headers = invocation.headers,
                  .body = invocation.body};
    const Result<HttpAnswer> answer = co_await http_.send(std::move(call), invocation_timeout);
    if (!answer.ok()) std::fprintf(stderr, "webhook: %s\n", answer.error().text().c_str());
  }

  Loop loop_;
  LoopClock clock_{loop_};
  TaskGroup tasks_{loop_, clock_};
  HttpClient http_{loop_};
  HttpScript script_;
  FakeZendesk fake_{system_now, script_.url()};
};

}  // namespace
}  // namespace dw

int main(int count, char** arguments) {
  const bool has_port = count == 3 && std::strcmp(arguments[1], "--port") == 0;
  std::signal(SIGTERM, [](int) { std::_Exit(0); });
  dw::Program(static_cast<unsigned short>(has_port ? std::atoi(arguments[2]) : 0)).run();
}
