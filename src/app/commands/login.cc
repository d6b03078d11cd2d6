// `deskwire login …`: a person's browser gives Deskwire its tokens.
#include <fmt/format.h>

#include "app/browser_sign_in.h"
#include "app/commands/commands.h"
#include "app/oauth_callback.h"
#include "app/print.h"
#include "base/hash.h"
#include "net/url.h"

namespace dw {
namespace {

constexpr Millis timeout{600'000};
constexpr Millis exchange_timeout{30'000};
constexpr Millis look_again{500};

/// One sign-in at Zendesk: what a person is shown, and what its answer must know.
struct ZendeskLogin {
  std::string state = random_url_word();
  std::string verifier = random_url_word();

  void invite(const ZendeskSettings& settings, const std::string& redirect) const {
    print(
        "Open this address, signed in to Zendesk as the agent that Deskwire acts as:\n\n"
        "{}/oauth/authorizations/new?response_type=code&client_id={}&redirect_uri={}&"
        "scope=read%20write&state={}&code_challenge={}&code_challenge_method=S256\n\n"
        "The OAuth client must have the redirect URL {}\n",
        settings.url, encode_url_part(settings.oauth_client_id), encode_url_part(redirect), state,
        to_base64url(bytes_of(sha256(verifier))), redirect);
    std::fflush(stdout);
  }
};

BrowserSignIn zendesk_here(Core& core, const std::string& listen) {
  const ZendeskLogin login;
  BrowserSignIn how{
      .system = "zendesk", .listen = listen, .path = oauth_callback_path, .state = login.state};
  how.invite = [&core, login](const std::string& redirect) {
    login.invite(core.settings.zendesk, redirect);
    return Result<void>();
  };
  how.exchange = [&core, login](std::string code, std::string redirect) {
    ZendeskCode given{std::move(code), std::move(redirect), login.verifier};
    return core.zendesk->sign_in().exchange(std::move(given), exchange_timeout);
  };
  return how;
}

/// The daemon takes the answer at its public address: this waits until it is noted in the store.
Task<Result<void>> sign_in_public(Core& core) {
  const ZendeskLogin login;
  const std::string redirect = core.public_url + oauth_callback_path;
  DW_CO_TRY(const StoredValue before, co_await core.key_values->read(oauth_login_note));
  const Monotonic until = core.clock.monotonic() + timeout;
  const std::string note = encode_oauth_login({.state = login.state,
                                               .verifier = login.verifier,
                                               .redirect_uri = redirect,
                                               .expires_at = core.clock.now() + timeout,
                                               .outcome = {}});
  DW_CO_CHECK(co_await core.key_values->write(oauth_login_note, note, before.version));
  login.invite(core.settings.zendesk, redirect);
  AsyncEvent pause(core.loop, core.clock);
  while (core.clock.monotonic() < until) {
    co_await pause.wait(core.clock.monotonic() + look_again);
    const Result<StoredValue> now = co_await core.key_values->read(oauth_login_note);
    const auto noted = now.ok() ? decode_oauth_login(now->text) : std::nullopt;
    if (!noted || noted->state != login.state || noted->outcome.empty()) continue;
    if (noted->outcome == "ok") co_return Result<void>();
    co_return Error{ErrorKind::denied, "zendesk", noted->outcome};
  }
  co_return Error{ErrorKind::busy, "zendesk", "no sign-in within 10 minutes"};
}

void log_in_zendesk(Invocation& invocation, const std::string& listen, bool is_public) {
  const auto core = open_core(invocation, OpenMode::visit, {"zendesk"});
  if (!core) return;
  if (!core->zendesk || core->settings.zendesk.oauth_client_id.empty()) {
    return fail(invocation, {ErrorKind::missing, "zendesk",
                             "set zendesk.oauth_client_id and zendesk.oauth_client_secret first"});
  }
  const Result<void> done =
      run_task(*core, is_public ? sign_in_public(*core)
                                : sign_in_by_browser(*core, zendesk_here(*core, listen)));
  if (!done.ok()) return fail(invocation, done.error());
  print_one(invocation, json::object{{"zendesk", "signed in"}});
}

}  // namespace

void log_in_google(Invocation& invocation, Core& core) {
  const std::string verifier = random_url_word();
  BrowserSignIn how{.system = "google sign-in", .path = "/cb", .state = random_url_word()};
  how.invite = [&core, verifier, state = how.state](const std::string& redirect) -> Result<void> {
    DW_TRY(const std::string url, core.google->consent_url(redirect, verifier, state));
    print("Open this address and allow reading:\n\n{}\n\n", url);
    std::fflush(stdout);
    return {};
  };
  how.exchange = [&core, verifier](std::string code, std::string redirect) {
    return core.google->finish(std::move(code), std::move(redirect), verifier);
  };
  const Result<void> done = run_task(core, sign_in_by_browser(core, std::move(how)));
  if (!done.ok()) return fail(invocation, done.error());
  print("signed in; the token is in {}\n", core.settings.google.token_file);
}

void add_login(Command app, Invocation& invocation) {
  auto listen = std::make_shared<std::string>("127.0.0.1:8765");  // shared with a later callback
  auto is_public = std::make_shared<bool>(false);                 // shared with a later callback
  Command login = app.add_group("login", "Sign in to an outside system with a browser");
  Command command = add_command(
      login, invocation, "zendesk", "OAuth with an authorization code and PKCE",
      [&invocation, listen, is_public] { log_in_zendesk(invocation, *listen, *is_public); });
  command.add_flag("--public", *is_public,
                   "the running daemon receives the browser's response, at server.public_url");
  command.add_option("--listen", *listen,
                     "the port on this machine that receives the browser's response");
  add_command(login, invocation, "google", "The same as `deskwire notices login`", [&invocation] {
    if (const auto core = open_core(invocation, OpenMode::visit, {"google"}))
      log_in_google(invocation, *core);
  });
}

}  // namespace dw
