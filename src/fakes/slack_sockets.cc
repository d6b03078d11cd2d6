#include "fakes/slack_sockets.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <list>
#include <set>

#include "base/hash.h"
#include "base/random.h"
#include "net/async_event.h"
#include "net/url.h"
#include "net/websocket.h"

namespace dw {
namespace {

constexpr Millis tick{20};
constexpr Millis warning_end{500};
constexpr int http_tries_max = 4;
constexpr size_t unsent_max = 1'000'000;  // of tests that measure, too

/// One connection. Shared by the state and its reading task.
struct Session {
  void send(std::string text) {
    if (!is_silent) ws->send(std::move(text));
  }
  void drop() {
    is_dropped = true;
    ws->cut();
  }
  bool takes_events() const { return is_open && !is_silent && !is_deaf && !is_leaving; }

  std::unique_ptr<WebSocket> ws;
  bool is_open = false, is_silent = false, is_deaf = false, is_leaving = false, is_dropped = false;
  std::optional<Monotonic> drop_at;
};

struct Pending {
  std::string type;
  json::value payload;
  std::string envelope;
  int attempt = 0;
  std::weak_ptr<Session> sent_to;
  Monotonic sent_at{};
  bool is_under_way = false;
};

}  // namespace

// Shared by this object's owner and its tasks.
struct FakeSlackSockets::State : std::enable_shared_from_this<State> {
  State(Loop& l, Clock& c, TaskGroup& t, HttpClient& h, const FakeSlackOptions& o)
      : loop(l), clock(c), tasks(t), http(h), options(o) {}

  Loop& loop;
  Clock& clock;
  TaskGroup& tasks;
  HttpClient& http;
  FakeSlackOptions options;
  std::set<std::string> tickets;
  std::vector<std::shared_ptr<Session>> sessions;  // shared: see Session
  std::list<Pending> pending;
  std::vector<Acknowledged> acknowledged;
  size_t connected_ever = 0, next_session = 0;
  Monotonic pinged_at{};
  std::vector<std::chrono::microseconds> delays;
  bool is_stopping = false, is_losing = false, is_keeping = true;

  size_t open_count() const {
    return static_cast<size_t>(std::count_if(sessions.begin(), sessions.end(),
                                             [](const auto& one) { return one->is_open; }));
  }
  /// Shared by this object and its tasks.
  static Task<void> serve(std::shared_ptr<State> self, TcpSocket socket, std::string head);
  static Task<void> run(std::shared_ptr<State> self);  // shared: see above
  static Task<void> send_by_http(std::shared_ptr<State> self, std::string envelope);
  void take_frame(const std::string& text);
  void deliver();
  std::shared_ptr<Session> next_taker();                                // shared: see Session
  void send_to(Pending& one, const std::shared_ptr<Session>& session);  // shared: see Session
};

// Shared: see State.
Task<void> FakeSlackSockets::State::serve(std::shared_ptr<State> self, TcpSocket socket,
                                          std::string head) {
  WebSocketLimits limits;
  limits.unsent_max = unsent_max;
  Result<std::unique_ptr<WebSocket>> accepted =
      co_await WebSocket::accept(std::move(socket), std::move(head), limits);
  if (!accepted.ok() || self->is_stopping) co_return;
  const auto session = std::make_shared<Session>();  // shared: see Session
  session->ws = std::move(*accepted);
  const bool is_one_too_many = self->open_count() >= static_cast<size_t>(self->options.sockets_max);
  self->sessions.push_back(session);
  if (is_one_too_many) {
    session->send(R"({"type":"disconnect","reason":"too_many_websockets"})");
    session->drop_at = self->clock.monotonic() + warning_end;
  } else {
    session->is_open = true;
    ++self->connected_ever;
    const json::object hello{
        {"type", "hello"},
        {"num_connections", self->open_count()},
        {"debug_info", json::object{{"host", "applink-1"}, {"approximate_connection_time", 18060}}},
        {"connection_info", json::object{{"app_id", self->options.app}}}};
    session->send(to_text(hello));
  }
  while (!self->is_stopping) {
    const Result<std::string> frame = co_await session->ws->read();
    // Silence: nothing is read, so no ping is answered either.
    while (session->is_silent && !session->is_dropped) {
      AsyncEvent pause(self->loop, self->clock);
      co_await pause.wait(self->clock.monotonic() + tick);
    }
    if (!frame.ok()) break;
    if (!session->is_silent) self->take_frame(*frame);
  }
  session->is_open = false;
  session->drop();
  std::erase(self->sessions, session);
}

void FakeSlackSockets::State::take_frame(const std::string& text) {
  const Result<json::value> frame = parse_json(text);
  if (!frame.ok()) return;
  const JsonView view(*frame);
  const std::string envelope = view["envelope_id"].text().value_or("");
  const auto found = std::find_if(pending.begin(), pending.end(),
                                  [&](const Pending& one) { return one.envelope == envelope; });
  if (envelope.empty() || found == pending.end()) return;
  const json::value* answer = view["payload"].raw();
  const auto delay = clock.monotonic() - found->sent_at;
  delays.push_back(std::chrono::duration_cast<std::chrono::microseconds>(delay));
  if (is_keeping) {
    acknowledged.push_back(
        {found->type, std::move(found->payload), answer == nullptr ? json::value() : *answer});
  }
  pending.erase(found);
}

// Shared: see Session.
std::shared_ptr<Session> FakeSlackSockets::State::next_taker() {
  for (size_t i = 0; i < sessions.size(); ++i) {
    auto& one = sessions[(next_session + i) % sessions.size()];
    if (!one->takes_events()) continue;
    next_session = (next_session + i + 1) % sessions.size();
    return one;
  }
  return nullptr;
}

// Shared: see Session.
void FakeSlackSockets::State::send_to(Pending& one, const std::shared_ptr<Session>& session) {
  one.envelope = random_uuid();
  one.sent_to = session;
  one.sent_at = clock.monotonic();
  json::object envelope{{"envelope_id", one.envelope},
                        {"type", one.type},
                        {"accepts_response_payload", one.type != "events_api"},
                        {"payload", one.payload}};
  if (one.type == "events_api") {
    envelope["retry_attempt"] = one.attempt;
    envelope["retry_reason"] = one.attempt == 0 ? "" : "timeout";
  }
  ++one.attempt;
  session->send(to_text(envelope));
}

void FakeSlackSockets::State::deliver() {
  const Monotonic now = clock.monotonic();
  for (Pending& one : pending) {
    if (one.is_under_way) continue;
    if (!options.events_url.empty()) {
      if (one.attempt > 0 && now - one.sent_at < options.redeliver_after) continue;
      one.envelope = one.envelope.empty() ? random_uuid() : one.envelope;
      one.is_under_way = true;
      one.sent_at = now;
      tasks.run("fake slack event", send_by_http(shared_from_this(), one.envelope));
      continue;
    }
    const auto holder = one.sent_to.lock();
    const bool is_waiting =
        holder && holder->is_open && now - one.sent_at < options.redeliver_after;
    if (one.attempt > 0 && is_waiting) continue;
    if (const auto taker = next_taker()) send_to(one, taker);
  }
}

/// The three hooks want what they are sent in three shapes.
HttpCall hook_call(const FakeSlackOptions& options, const Pending& one, TimePoint now) {
  HttpCall call{.method = "POST", .url = options.events_url + "/events"};
  std::string content_type = "application/json";
  call.body = to_text(one.payload);
  if (one.type == "interactive") {
    call.url = options.events_url + "/interactive";
    call.body = "payload=" + encode_url_part(call.body);
  } else if (one.type == "slash_commands") {
    call.url = options.events_url + "/commands";
    call.body.clear();
    for (const auto& member : one.payload.as_object()) {
      if (!call.body.empty()) call.body += '&';
      const json::string& value = member.value().as_string();
      call.body += encode_url_part(member.key()) + "=" + encode_url_part(value);
    }
  }
  if (one.type != "events_api") content_type = "application/x-www-form-urlencoded";
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const std::string time = std::to_string(seconds);
  const Sha256 digest =
      hmac_sha256(options.signing_secret, fmt::format("v0:{}:{}", time, call.body));
  call.headers = {{"Content-Type", content_type},
                  {"X-Slack-Request-Timestamp", time},
                  {"X-Slack-Signature", "v0=" + to_hex(bytes_of(digest))}};
  if (one.attempt > 0) {
    call.headers.emplace_back("X-Slack-Retry-Num", std::to_string(one.attempt));
    call.headers.emplace_back("X-Slack-Retry-Reason", "http_error");
  }
  return call;
}

// Shared: see State.
Task<void> FakeSlackSockets::State::send_by_http(std::shared_ptr<State> self,
                                                 std::string envelope) {
  const auto find = [&self, &envelope] {
    return std::find_if(self->pending.begin(), self->pending.end(),
                        [&](const Pending& one) { return one.envelope == envelope; });
  };
  auto one = find();
  if (one == self->pending.end()) co_return;
  HttpCall call = hook_call(self->options, *one, self->clock.now());
  ++one->attempt;
  const Result<HttpAnswer> answer = co_await self->http.send(std::move(call), Millis(3000));
  one = find();
  if (one == self->pending.end()) co_return;
  one->is_under_way = false;
  const bool is_taken = answer.ok() && answer->status >= 200 && answer->status < 300;
  if (!is_taken && one->attempt < http_tries_max) co_return;
  if (is_taken) {
    const Result<json::value> said = parse_json(answer->body);
    self->acknowledged.push_back({one->type, std::move(one->payload),
                                  said.ok() ? *said : json::value(json::string(answer->body))});
  }
  self->pending.erase(one);
}

// Shared: see State.
Task<void> FakeSlackSockets::State::run(std::shared_ptr<State> self) {
  while (!self->is_stopping) {
    self->deliver();
    const Monotonic now = self->clock.monotonic();
    const bool is_ping_due = now - self->pinged_at >= self->options.ping_every;
    if (is_ping_due) self->pinged_at = now;
    const auto sessions = self->sessions;
    for (const auto& session : sessions) {
      if (is_ping_due && session->is_open) session->ws->ping();
      if (session->drop_at && now >= *session->drop_at) session->drop();
    }
    AsyncEvent pause(self->loop, self->clock);
    co_await pause.wait(now + tick);
  }
}

FakeSlackSockets::FakeSlackSockets(Loop& loop, Clock& clock, TaskGroup& tasks, HttpClient& http,
                                   const FakeSlackOptions& options)
    : state_(std::make_shared<State>(loop, clock, tasks, http, options)) {
  tasks.run("fake slack sockets", State::run(state_));
}

FakeSlackSockets::~FakeSlackSockets() {
  stop();
}

std::string FakeSlackSockets::fresh_ticket() {
  return *state_->tickets.insert(random_uuid()).first;
}

bool FakeSlackSockets::use_ticket(const std::string& ticket) {
  return state_->tickets.erase(ticket) > 0;
}

void FakeSlackSockets::take(TcpSocket socket, std::string head) {
  state_->tasks.run("fake slack socket", State::serve(state_, std::move(socket), std::move(head)));
}

void FakeSlackSockets::lose_events(bool is_losing) {
  state_->is_losing = is_losing;
}

void FakeSlackSockets::send(const std::string& type, json::value payload) {
  if (state_->is_losing) return;
  state_->pending.push_back({.type = type, .payload = std::move(payload)});
  state_->deliver();
}

void FakeSlackSockets::disturb(Trouble trouble) {
  const auto sessions = state_->sessions;
  const auto disconnect = [](const char* reason) {
    return to_text(json::object{{"type", "disconnect"}, {"reason", reason}});
  };
  for (const auto& session : sessions) {
    switch (trouble) {
      case Trouble::warning:
      case Trouble::refresh:
        session->send(disconnect(trouble == Trouble::warning ? "warning" : "refresh_requested"));
        session->is_leaving = true;
        session->drop_at = state_->clock.monotonic() + warning_end;
        break;
      case Trouble::disable:
        session->send(disconnect("link_disabled"));
        session->drop_at = state_->clock.monotonic() + warning_end;
        break;
      case Trouble::drop:
        session->drop();
        break;
      case Trouble::silence:
        session->is_silent = true;
        session->is_open = false;
        // A read under way would answer pings by itself.
        session->ws->stop_reading();
        break;
      case Trouble::deaf:
        session->is_deaf = true;
        break;
    }
  }
}

void FakeSlackSockets::use_events_url(std::string url) {
  state_->options.events_url = std::move(url);
}

std::vector<std::chrono::microseconds> FakeSlackSockets::take_delays() {
  return std::exchange(state_->delays, {});
}
void FakeSlackSockets::keep_nothing() {
  state_->is_keeping = false;
}
size_t FakeSlackSockets::connections() const {
  return state_->open_count();
}
size_t FakeSlackSockets::connected_ever() const {
  return state_->connected_ever;
}
size_t FakeSlackSockets::unacknowledged() const {
  return state_->pending.size();
}
const std::vector<FakeSlackSockets::Acknowledged>& FakeSlackSockets::acknowledged() const {
  return state_->acknowledged;
}

void FakeSlackSockets::stop() {
  state_->is_stopping = true;
  const auto sessions = state_->sessions;
  for (const auto& session : sessions) session->drop();
}

}  // namespace dw
