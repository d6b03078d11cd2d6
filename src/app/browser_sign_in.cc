#include "app/browser_sign_in.h"

#include "base/hash.h"
#include "base/random.h"
#include "net/http_server.h"

namespace dw {
namespace {

constexpr Millis timeout{600'000};
constexpr Millis stop_deadline{2000};
constexpr size_t word_bytes = 32;

/// What comes back to the port; the first answer with the right state counts.
class Answer {
 public:
  Answer(Core& core, BrowserSignIn how)
      : core_(core), how_(std::move(how)), came_(core.loop, core.clock) {
    outcome_ = Error{ErrorKind::busy, how_.system, "no sign-in within 10 minutes"};
  }

  Task<Result<void>> wait(std::string bound) {
    redirect_ = "http://" + bound + how_.path;
    DW_CO_CHECK(how_.invite(redirect_));
    co_await came_.wait(core_.clock.monotonic() + timeout);
    co_return outcome_;
  }

  Task<Response> take(Request& request) {
    const std::string code = request.parameter("code").value_or("");
    // A browser may fetch an address twice; a code is good for once.
    if (is_taken_) co_return said(400, "This sign-in is already complete.");
    if (!equal_constant_time(request.parameter("state").value_or(""), how_.state)) {
      co_return said(400, "No sign-in is waiting for this response.");
    }
    is_taken_ = true;
    if (code.empty()) {
      const std::string why = request.parameter("error").value_or("the response has no code");
      outcome_ = Error{ErrorKind::denied, how_.system, "the sign-in was denied: " + why};
    } else {
      outcome_ = co_await how_.exchange(code, redirect_);
    }
    came_.notify();
    if (!outcome_.ok()) co_return said(400, outcome_.error().text());
    co_return said(200, "Deskwire is signed in. You can close this page.");
  }

 private:
  static Response said(int status, const std::string& words) {
    return {.status = status, .content_type = "text/plain; charset=utf-8", .body = words + "\n"};
  }

  Core& core_;
  BrowserSignIn how_;
  std::string redirect_;
  AsyncEvent came_;
  Result<void> outcome_;
  bool is_taken_ = false;
};

}  // namespace

std::string random_url_word() {
  return to_base64url(random_bytes(word_bytes));
}

Task<Result<void>> sign_in_by_browser(Core& core, BrowserSignIn how) {
  TaskGroup tasks(core.loop, core.clock);
  ServerOptions options;
  options.listen = how.listen;
  options.refuse = [](int status, std::string_view, std::string detail) {
    return Response{.status = status, .content_type = "text/plain", .body = std::move(detail)};
  };
  Routes routes;
  const std::string path = how.path;
  Answer answer(core, std::move(how));
  routes.add("GET", path, [&answer](Request& request) { return answer.take(request); });
  HttpServer server(core.loop, core.clock, tasks, std::move(routes), std::move(options));
  DW_CO_TRY(const std::string bound, server.start());
  const Result<void> signed_in = co_await answer.wait(bound);
  server.stop();
  co_await tasks.stop(stop_deadline);
  co_return signed_in;
}

}  // namespace dw
