#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/commands/commands.h"
#include "app/oauth_callback.h"
#include "base/hash.h"
#include "base/random.h"
#include "net/http_server.h"
#include "net/url.h"

namespace dw {
namespace {

constexpr Millis patience{600'000};
constexpr Millis exchange_timeout{30'000};
constexpr Millis look_again{500};
constexpr size_t random_size = 32;

/// One sign-in: the address that a person opens, and what comes back to this machine.
class Login {
 public:
  Login(Core& core, std::string listen)
      : core_(core), listen_(std::move(listen)), answered_(core.loop, core.clock) {}

  Task<void> run(Result<void>& out) {
    TaskGroup tasks(core_.loop, core_.clock);
    Routes routes;
    routes.add("GET", oauth_callback_path, [this](Request& request) { return take(request); });
    ServerOptions options;
    options.listen = listen_;
    options.refuse = [](int status, std::string_view, std::string detail) {
      return Response{.status = status, .content_type = "text/plain", .body = std::move(detail)};
    };
    HttpServer server(core_.loop, core_.clock, tasks, std::move(routes), std::move(options));
    const Result<std::string> bound = server.start();
    if (!bound.ok()) {
      out = bound.error();
      co_return;
    }
    redirect_ = "http://" + *bound + oauth_callback_path;
    tell();
    co_await answered_.wait(core_.clock.monotonic() + patience);
    out = outcome_;
    server.stop();
    co_await tasks.stop(Millis(1000));
  }

  /// The daemon takes the answer at its public address: this waits until it is noted in the store.
  Task<void> run_public(Result<void>& out) {
    redirect_ = core_.public_url + oauth_callback_path;
    const Result<Kept> before = co_await core_.notebook->read(oauth_login_note);
    if (!before.ok()) {
      out = before.error();
      co_return;
    }
    const Monotonic until = core_.clock.monotonic() + patience;
    const std::string note = encode_oauth_login({.state = state_,
                                                 .verifier = verifier_,
                                                 .redirect_uri = redirect_,
                                                 .expires_at = core_.clock.now() + patience,
                                                 .outcome = {}});
    out = co_await core_.notebook->write(oauth_login_note, note, before->version);
    if (!out.ok()) co_return;
    tell();
    out = outcome_;
    while (core_.clock.monotonic() < until) {
      co_await answered_.wait(core_.clock.monotonic() + look_again);
      const Result<Kept> now = co_await core_.notebook->read(oauth_login_note);
      const auto login = now.ok() ? decode_oauth_login(now->text) : std::nullopt;
      if (!login || login->state != state_ || login->outcome.empty()) continue;
      if (login->outcome == "ok") out = Result<void>();
      if (login->outcome != "ok") out = Error{ErrorKind::denied, "zendesk", login->outcome};
      co_return;
    }
  }

 private:
  void tell() const {
    fmt::print(
        "Open this address, signed in to Zendesk as the agent that Deskwire shall be:\n\n"
        "{}\n\nThe OAuth client must have the redirect URL {}\n",
        address(), redirect_);
    std::fflush(stdout);
  }

  std::string address() const {
    const ZendeskSettings& settings = core_.settings.zendesk;
    return fmt::format(
        "{}/oauth/authorizations/new?response_type=code&client_id={}&redirect_uri={}&"
        "scope=read%20write&state={}&code_challenge={}&code_challenge_method=S256",
        settings.url, encode_url_part(settings.oauth_client_id), encode_url_part(redirect_), state_,
        to_base64url(bytes_of(sha256(verifier_))));
  }

  Task<Response> take(Request& request) {
    const std::string state = request.parameter("state").value_or("");
    const std::string code = request.parameter("code").value_or("");
    if (!equal_constant_time(state, state_)) {
      co_return Response{.status = 400,
                         .content_type = "text/plain; charset=utf-8",
                         .body = "This answer belongs to no sign-in that waits here.\n"};
    }
    if (code.empty()) {
      const std::string why = request.parameter("error").value_or("no code came back");
      outcome_ = Error{ErrorKind::denied, "zendesk", "the sign-in was not granted: " + why};
    } else {
      ZendeskCode given{code, redirect_, verifier_};
      outcome_ = co_await core_.zendesk->sign_in().exchange(std::move(given), exchange_timeout);
    }
    answered_.notify();
    const std::string words = outcome_.ok() ? "Deskwire is signed in. You can close this page.\n"
                                            : outcome_.error().text() + "\n";
    co_return Response{.status = outcome_.ok() ? 200 : 400,
                       .content_type = "text/plain; charset=utf-8",
                       .body = words};
  }

  Core& core_;
  std::string listen_, redirect_;
  std::string state_ = to_base64url(random_bytes(random_size));
  std::string verifier_ = to_base64url(random_bytes(random_size));
  Wake answered_;
  Result<void> outcome_ = Error{ErrorKind::busy, "zendesk", "nobody signed in within ten minutes"};
};

void log_in_zendesk(Invocation& invocation, const std::string& listen, bool is_public) {
  const auto core = open_core(invocation);
  if (!core) return;
  if (!core->zendesk || core->settings.zendesk.oauth_client_id.empty()) {
    return fail(invocation, {ErrorKind::missing, "zendesk",
                             "set zendesk.oauth_client_id and zendesk.oauth_client_secret first"});
  }
  Login login(*core, listen);
  Result<void> done;
  run_task(*core, is_public ? login.run_public(done) : login.run(done));
  if (!done.ok()) return fail(invocation, done.error());
  print_one(invocation, json::object{{"zendesk", "signed in"}});
}

}  // namespace

void add_login(CLI::App& app, Invocation& invocation) {
  auto listen = std::make_shared<std::string>("127.0.0.1:8765");  // shared with a later callback
  auto is_public = std::make_shared<bool>(false);                 // shared with a later callback
  CLI::App* login = app.add_subcommand("login", "Sign in to an outside system with a browser");
  login->require_subcommand(1);
  CLI::App& command = add_command(
      *login, invocation, "zendesk", "OAuth with an authorization code and PKCE",
      [&invocation, listen, is_public] { log_in_zendesk(invocation, *listen, *is_public); });
  command.add_flag("--public", *is_public,
                   "the running daemon takes the browser's answer, at its server.public_url");
  command.add_option("--listen", *listen, "where the browser's answer is taken, on this machine");
}

}  // namespace dw
