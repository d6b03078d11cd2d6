// Hand-over: Slack ends each connection after some hours and says so shortly before. The one that
// is about to end counts no more, so the keeper opens another at once; only when that one has said
// hello the old one is closed, still read and acknowledged until then. So there is no moment
// without a connection, and none is needed: what nobody acknowledged comes again.
#include "connectors/slack/socket.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "connectors/slack/inbound.h"

namespace dw {
namespace {

/// Payloads being committed; what comes beyond is left unread, and Slack waits.
constexpr size_t in_work_max = 1024;
constexpr Millis open_timeout{15'000};
constexpr Millis end_timeout{2'000};

std::string text_at(const json::value& value, std::string_view key) {
  return JsonView(value)[key].text().value_or("");
}

/// Nothing that waiting mends.
bool is_refused(const Error& error) {
  return error.kind == ErrorKind::denied || error.kind == ErrorKind::invalid;
}

}  // namespace

struct SlackSocket::Session {
  std::unique_ptr<WebSocket> socket;
  Monotonic opened_at{};
  bool has_said_hello = false;
  bool is_leaving = false;  ///< Slack is about to end it
  bool is_ended = false;

  bool is_good() const { return has_said_hello && !is_leaving && !is_ended; }
};

SlackSocket::SlackSocket(SlackApi& api, EventSink& sink, TaskGroup& tasks, Random& random,
                         Told told, SlackSocketSettings settings)
    : api_(api),
      sink_(sink),
      tasks_(tasks),
      random_(random),
      told_(std::move(told)),
      settings_(settings),
      changed_(api.loop(), api.clock()) {}

SlackSocket::~SlackSocket() {
  api_.on_answer({});
}

void SlackSocket::start() {
  api_.on_answer([this] { hear_answer(); });
  heard_at_ = api_.clock().monotonic();
  tasks_.run("slack socket", keep_until_stopped());
}

/// Slack answers again: a connection that waits because nobody could be reached waits no more.
void SlackSocket::hear_answer() {
  if (!is_away_ || is_stopping_) return;
  is_away_ = false;
  const Monotonic soon =
      std::max(api_.clock().monotonic(), failed_at_ + settings_.backoff_first / 2);
  refused_until_ = std::min(refused_until_, soon);
  changed_.notify();
}

void SlackSocket::stop() {
  is_stopping_ = true;
  changed_.notify();
}

size_t SlackSocket::connections() const {
  return static_cast<size_t>(std::count_if(sessions_.begin(), sessions_.end(),
                                           [](const auto& one) { return one->is_good(); }));
}

Task<void> SlackSocket::keep_until_stopped() {
  // Which messages are ours is asked once; until it is known the envelopes tell.
  const Result<SlackSelf> self = co_await api_.self(api_.clock().monotonic() + open_timeout);
  if (!self.ok()) log_warn("slack", self.error().text());
  while (!is_stopping_) {
    const bool may_open = api_.clock().monotonic() >= refused_until_;
    if (may_open) is_away_ = false;
    const auto waiting = std::count_if(sessions_.begin(), sessions_.end(), [](const auto& one) {
      return !one->has_said_hello && !one->is_ended;
    });
    const bool is_short = connections() + static_cast<size_t>(waiting) < settings_.connections;
    std::optional<Error> failed;
    if (is_short && may_open) {
      const Result<void> opened = co_await open_one();
      if (!opened.ok()) failed = opened.error();
    }
    if (is_stopping_) break;
    const bool is_still_short =
        !failed && is_short && may_open && sessions_.size() < settings_.connections;
    if (is_still_short) continue;
    const Monotonic until = next_look(failed ? &*failed : nullptr);
    co_await changed_.wait(until);
    // A connection that never says hello is none.
    const Monotonic now = api_.clock().monotonic();
    for (const auto& one : sessions_) {
      const bool is_mute = !one->has_said_hello && now - one->opened_at > settings_.hello_timeout;
      if (is_mute) one->socket->cut();
    }
    co_await listen_for_deafness();
  }
  co_await end();
}

/// When the keeper looks again if nothing happens before; after a failure it waits longer and
/// longer, each process for a time of its own.
Monotonic SlackSocket::next_look(const Error* failed) {
  const Monotonic now = api_.clock().monotonic();
  if (failed == nullptr) {
    if (now < refused_until_) return refused_until_;
    return now + std::min(settings_.hello_timeout, settings_.deaf_after);
  }
  Millis pause = settings_.backoff_first * (1 << std::min(failures_, 10));
  pause = std::min(pause, settings_.backoff_max);
  pause = pause / 2 +
          Millis(static_cast<int64_t>(random_.below(static_cast<uint64_t>(pause.count() / 2 + 1))));
  if (failed->when) pause = std::max(pause, *failed->when);
  if (is_refused(*failed)) pause = settings_.refused_pause;
  failed_at_ = now;
  is_away_ = failed->kind == ErrorKind::unreachable || failed->kind == ErrorKind::unsure ||
             (failed->kind == ErrorKind::busy && !failed->when);
  ++failures_;
  // Notices (an ending connection) must not hurry what Slack asked us to wait with.
  refused_until_ = now + pause;
  log_warn("slack", failed->text(), {{"again_ms", pause.count()}});
  if (connections() == 0) told_(false, failed->what);
  return refused_until_;
}

Task<Result<void>> SlackSocket::open_one() {
  SlackCall call{.method = "apps.connections.open", .fields = {}, .is_app = true};
  const Monotonic until = api_.clock().monotonic() + open_timeout;
  const Result<SlackAnswer> answer = co_await api_.call(std::move(call), until);
  if (!answer.ok()) co_return answer.error();
  std::string url = text_at(answer->body, "url");
  // Where the Web API is asked over TLS, its events come over TLS.
  const bool is_encrypted = url.starts_with("wss://");
  if (api_.settings().api_url.starts_with("https://") && !is_encrypted) {
    co_return Error{ErrorKind::invalid, "slack socket", "Slack gave an address without TLS"};
  }
  Result<std::unique_ptr<WebSocket>> socket =
      co_await WebSocket::connect(api_.loop(), std::move(url), settings_.limits);
  if (!socket.ok()) co_return socket.error();
  // Shared by the list, its own task, and its envelopes.
  auto session = std::make_shared<Session>();
  session->socket = std::move(*socket);
  session->opened_at = api_.clock().monotonic();
  sessions_.push_back(session);
  tasks_.run("slack connection", run(std::move(session)));
  co_return Result<void>();
}

// Shared: see the header.
Task<void> SlackSocket::run(std::shared_ptr<Session> session) {
  std::string why;
  for (;;) {
    Result<std::string> text = co_await session->socket->read();
    if (!text.ok()) {
      why = text.error().text();
      break;
    }
    Result<json::value> frame = parse_json(*text);
    if (frame.ok()) hear(session, std::move(*frame));
    while (in_work_ > in_work_max && !session->is_ended) {
      AsyncEvent pause(api_.loop(), api_.clock());
      co_await pause.wait(api_.clock().monotonic() + Millis(10));
    }
  }
  session->is_ended = true;
  log_debug("slack", "a connection ended", {{"why", why}});
  std::erase(sessions_, session);
  const bool is_expected = session->is_leaving || is_stopping_;
  if (!is_expected && !session->has_said_hello) {
    // It ended right after it was opened: a failure too, or we would open for ever.
    const Error failed{ErrorKind::unreachable, "slack socket", why};
    next_look(&failed);
  } else if (!is_expected && connections() == 0) {
    told_(false, why);
    refused_until_ =
        std::max(refused_until_, api_.clock().monotonic() + settings_.backoff_first / 10);
  }
  changed_.notify();
}

void SlackSocket::hear(const std::shared_ptr<Session>& session,  // shared: see the header
                       json::value frame) {
  heard_at_ = api_.clock().monotonic();
  const std::string type = text_at(frame, "type");
  if (type == "hello") {
    session->has_said_hello = true;
    failures_ = 0;
    told_(true, "");
    log_info("slack", "connected", {{"connections", connections()}});
    replace_leaving();
    changed_.notify();
  } else if (type == "disconnect") {
    hear_disconnect(*session, text_at(frame, "reason"));
  } else if (!text_at(frame, "envelope_id").empty()) {
    tasks_.run("slack envelope", take(session, std::move(frame)));
  }
}

void SlackSocket::hear_disconnect(Session& session, std::string_view reason) {
  log_info("slack", "Slack requested a disconnect", {{"reason", reason}});
  session.is_leaving = true;
  const Monotonic now = api_.clock().monotonic();
  if (reason == "link_disabled") {
    refused_until_ = now + settings_.refused_pause;
    told_(false, "Socket Mode is switched off in the app's settings");
    for (const auto& one : sessions_) one->socket->close();
  } else if (reason == "too_many_websockets") {
    refused_until_ = now + settings_.backoff_max;
    told_(connections() > 0, "Slack has too many connections of this app already");
    session.socket->close();
  }
  changed_.notify();
}

/// A new connection says hello: one that Slack is about to end may go.
void SlackSocket::replace_leaving() {
  for (const auto& one : sessions_) {
    if (!one->is_leaving || one->is_ended) continue;
    one->socket->close();
    return;
  }
}

// Shared: see the header.
Task<void> SlackSocket::take(std::shared_ptr<Session> session, json::value envelope) {
  ++in_work_;
  const JsonView view(envelope);
  const json::value* payload = view["payload"].raw();
  const bool has_payload = payload != nullptr;
  const std::string type = text_at(envelope, "type");
  json::object answer{{"envelope_id", text_at(envelope, "envelope_id")}};
  Result<json::value> reply{json::value()};
  if (has_payload) reply = co_await accept(type, *payload);
  --in_work_;
  if (is_stopping_) changed_.notify();
  const bool is_hopeless = !reply.ok() && reply.error().kind == ErrorKind::invalid;
  if (!reply.ok()) log_warn("slack", reply.error().text(), {{"type", type}});
  // Not acknowledged: Slack sends it again.
  if (!reply.ok() && !is_hopeless) co_return;
  if (reply.ok() && view["accepts_response_payload"].boolean().value_or(false)) {
    if (const auto said = slack_reply(*reply)) answer["payload"] = *said;
  }
  session->socket->send(to_text(answer));
}

Task<Result<json::value>> SlackSocket::accept(std::string type, json::value payload) {
  const TimePoint now = api_.clock().now();
  std::optional<Event> event;
  if (type == "events_api") {
    event = decode_callback(payload, api_.reading(), now);
  } else if (type == "slash_commands") {
    Result<Event> command = decode_command(payload, now);
    if (!command.ok()) co_return command.error();
    event = std::move(*command);
  } else if (type == "interactive") {
    event = decode_interactive(payload, now);
  }
  if (!event || !sink_.takes(event->kind)) co_return json::value();
  if (event->kind == "chat.message") {
    last_channel_ = text_at(event->body, "channel");
    last_message_ = std::max(last_message_, text_at(event->body, "message"));
  }
  co_return co_await sink_.accept(std::move(*event));
}

/// A socket can be connected, answer pings, and bring nothing. Where somebody has talked before,
/// the channel's history tells silence from deafness; what was missed is taken from it.
Task<void> SlackSocket::listen_for_deafness() {
  const Monotonic now = api_.clock().monotonic();
  const bool is_quiet = now - heard_at_ >= settings_.deaf_after;
  if (!is_quiet || last_channel_.empty() || connections() == 0) co_return;
  heard_at_ = now;
  SlackCall call{.method = "conversations.history",
                 .fields = {{"channel", last_channel_},
                            {"oldest", last_message_},
                            {"include_all_metadata", "true"},
                            {"limit", "100"}}};
  const Result<SlackAnswer> answer = co_await api_.call(std::move(call), now + open_timeout);
  if (!answer.ok()) co_return;
  std::vector<Event> missed;
  const TimePoint at = api_.clock().now();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at - settings_.late_after);
  for (const JsonView& one : JsonView(answer->body)["messages"].elements()) {
    json::object body = message_body(*one.raw(), last_channel_, api_.reading());
    const bool is_late = body["sent_at"].as_int64() <= seconds.time_since_epoch().count();
    if (!is_late || !is_speech(*one.raw())) continue;
    Event event{.source = std::string(slack_name),
                .key = last_channel_ + "/" + std::string(body["message"].as_string()),
                .kind = "chat.message",
                .at = at};
    event.body = std::move(body);
    missed.insert(missed.begin(), std::move(event));  // the newest came first
  }
  if (missed.empty()) co_return;
  while (!missed.empty()) {
    last_message_ = std::max(last_message_, text_at(missed.front().body, "message"));
    Event event = std::move(missed.front());
    missed.erase(missed.begin());
    const Result<json::value> taken = co_await sink_.accept(std::move(event));
    if (!taken.ok()) log_warn("slack", taken.error().text());
  }
  const auto silence = std::chrono::duration_cast<std::chrono::seconds>(settings_.deaf_after);
  log_warn("slack", fmt::format("no events received for {} s; reconnecting", silence.count()));
  for (const auto& one : sessions_) one->socket->cut();
}

Task<void> SlackSocket::end() {
  const Monotonic until = api_.clock().monotonic() + end_timeout;
  while (in_work_ > 0 && api_.clock().monotonic() < until) co_await changed_.wait(until);
  for (const auto& one : sessions_) one->socket->close();
  while (!sessions_.empty() && api_.clock().monotonic() < until) co_await changed_.wait(until);
  for (const auto& one : sessions_) one->socket->cut();
}

}  // namespace dw
