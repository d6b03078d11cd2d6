#include "fakes/slack.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <set>
#include <sstream>

#include "base/random.h"
#include "base/text.h"
#include "fakes/slack_orders.h"
#include "net/async_event.h"
#include "net/url.h"

namespace dw {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using Asked = http::request<http::string_body>;
using Answer = http::response<http::string_body>;

constexpr uint64_t body_bytes_max = 300ULL * 1024 * 1024;
constexpr std::string_view every_scope =
    "app_mentions:read,channels:history,channels:join,channels:read,chat:write,commands,"
    "files:read,files:write,groups:history,groups:read,im:history,im:read,reactions:read,"
    "reactions:write,usergroups:read,users:read,users:read.email";

/// The scope that a method wants; the others are free.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> wanted_scopes = {
    {{"chat.postMessage", "chat:write"},
     {"chat.update", "chat:write"},
     {"chat.postEphemeral", "chat:write"},
     {"conversations.history", "channels:history"},
     {"conversations.replies", "channels:history"},
     {"usergroups.list", "usergroups:read"},
     {"users.info", "users:read"},
     {"users.lookupByEmail", "users:read.email"},
     {"reactions.add", "reactions:write"},
     {"files.getUploadURLExternal", "files:write"},
     {"files.info", "files:read"},
     {"conversations.list", "channels:read"}}};

auto quietly(boost::system::error_code& failed) {
  return asio::redirect_error(asio::use_awaitable, failed);
}

std::string_view view_of(beast::string_view text) {
  return {text.data(), text.size()};
}

/// Forms, JSON bodies and queries are all taken, as Slack takes them.
FakeSlackWorkspace::Fields fields_of(const Asked& asked, std::string_view query) {
  FakeSlackWorkspace::Fields out;
  for (auto& [name, value] : decode_form(query)) out[name] = value;
  const std::string_view type = view_of(asked[http::field::content_type]);
  if (!type.starts_with("application/json")) {
    for (auto& [name, value] : decode_form(asked.body())) out[name] = value;
    return out;
  }
  const Result<json::value> body = parse_json(asked.body());
  if (!body.ok() || !body->is_object()) return out;
  for (const auto& member : body->get_object()) {
    const json::value& value = member.value();
    out[std::string(member.key())] =
        value.is_string() ? std::string(value.get_string()) : to_text(value);
  }
  return out;
}

/// The contents of the first part of a multipart body, or the body as it is.
std::string file_of(const Asked& asked) {
  const std::string_view type = view_of(asked[http::field::content_type]);
  const size_t at = type.find("boundary=");
  if (!type.starts_with("multipart/") || at == std::string_view::npos) return asked.body();
  std::string boundary = "--" + replace_all(type.substr(at + 9), "\"", "");
  const std::string& body = asked.body();
  const size_t head = body.find("\r\n\r\n");
  if (head == std::string::npos) return body;
  const size_t end = body.find("\r\n" + boundary, head);
  return body.substr(head + 4, end - head - 4);
}

}  // namespace

struct FakeSlack::State {
  State(Loop& l, Clock& c, TaskGroup& t, HttpClient& h, FakeSlackOptions o)
      : loop(l),
        clock(c),
        tasks(t),
        options(std::move(o)),
        acceptor(l, tcp::endpoint(asio::ip::address_v4::loopback(),
                                  static_cast<unsigned short>(options.port))),
        workspace(c, options),
        sockets(l, c, t, h, options) {
    url = fmt::format("http://127.0.0.1:{}", acceptor.local_endpoint().port());
    workspace.use_url(url);
    workspace.on_event([this](json::object event) { tell(std::move(event)); });
    if (options.scopes.empty()) {
      for (const std::string_view scope : split(every_scope, ',')) {
        options.scopes.emplace_back(scope);
      }
    }
  }

  Loop& loop;
  Clock& clock;
  TaskGroup& tasks;
  FakeSlackOptions options;
  tcp::acceptor acceptor;
  std::string url;
  FakeSlackWorkspace workspace;
  FakeSlackSockets sockets;
  FakeSlack* owner = nullptr;
  std::deque<FakeSlackFault> faults;
  std::vector<Call> calls;
  std::set<TcpSocket*> open;
  int last_event = 0, last_trigger = 0, told = 0, repeat_every = 0;
  int dropped_each = 0, changes_made = 0;
  bool is_pouring = false, is_keeping = true;
  bool is_stopping = false;

  /// Shared by this object and its tasks.
  static Task<void> accept(std::shared_ptr<State> self);
  static Task<void> serve(std::shared_ptr<State> self, TcpSocket socket);  // shared: see above
  static Task<void> pour(std::shared_ptr<State> self, Pour load);          // shared: see above
  /// Nothing: the connection breaks.
  std::optional<Answer> answer(const Asked& asked);
  std::optional<Answer> call_method(const Asked& asked, std::string_view method,
                                    std::string_view query);
  json::object method(std::string_view name, const Asked& asked, std::string_view query);
  std::optional<FakeSlackFault> fault_for(std::string_view method);
  Answer file(const Asked& asked, std::string_view path);
  void tell(json::object event);
};

namespace {

Answer with_body(int status, std::string type, std::string body) {
  Answer out{static_cast<http::status>(status), 11};
  out.set(http::field::content_type, type);
  out.body() = std::move(body);
  return out;
}

Answer with_json(json::object body) {
  return with_body(200, "application/json; charset=utf-8", to_text(body));
}

}  // namespace

void FakeSlack::State::tell(json::object event) {
  const json::array authorizations{
      json::object{{"team_id", options.team}, {"user_id", options.bot_user}, {"is_bot", true}}};
  // The same thing now and then comes under two event ids.
  const bool is_repeated = repeat_every > 0 && ++told % repeat_every == 0;
  for (int i = 0; i < (is_repeated ? 2 : 1); ++i) {
    sockets.send("events_api",
                 json::object{{"token", "old"},
                              {"team_id", options.team},
                              {"api_app_id", options.app},
                              {"event", event},
                              {"type", "event_callback"},
                              {"event_id", fmt::format("Ev{}", ++last_event)},
                              {"event_time", clock.now().time_since_epoch().count() / 1000},
                              {"authorizations", authorizations}});
  }
}

Task<void> FakeSlack::State::accept(std::shared_ptr<State> self) {  // shared: see above
  while (!self->is_stopping) {
    boost::system::error_code failed;
    TcpSocket socket(self->acceptor.get_executor());
    co_await self->acceptor.async_accept(socket, quietly(failed));
    if (failed) co_return;
    socket.set_option(asio::ip::tcp::no_delay(true), failed);
    self->tasks.run("fake slack connection", serve(self, std::move(socket)));
  }
}

Task<void> FakeSlack::State::serve(std::shared_ptr<State> self,  // shared: see above
                                   TcpSocket socket) {
  beast::flat_buffer buffer;
  self->open.insert(&socket);
  boost::system::error_code failed;
  bool is_kept = true;
  while (is_kept && !failed && !self->is_stopping) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(body_bytes_max);
    co_await http::async_read(socket, buffer, parser, quietly(failed));
    if (failed) break;
    const Asked& asked = parser.get();
    if (beast::websocket::is_upgrade(asked)) {
      const std::string target(view_of(asked.target()));
      const auto query = decode_form(target.substr(std::min(target.size(), target.find('?') + 1)));
      const bool has_ticket = std::any_of(query.begin(), query.end(), [&self](const auto& one) {
        return one.first == "ticket" && self->sockets.use_ticket(one.second);
      });
      if (!has_ticket) break;
      std::ostringstream head;
      head << asked.base();
      self->open.erase(&socket);
      self->sockets.take(std::move(socket), head.str());
      co_return;
    }
    std::optional<Answer> answer = self->answer(asked);
    if (!answer) break;
    is_kept = asked.keep_alive();
    answer->keep_alive(is_kept);
    answer->prepare_payload();
    co_await http::async_write(socket, *answer, quietly(failed));
  }
  self->open.erase(&socket);
  socket.close(failed);
}

std::optional<Answer> FakeSlack::State::answer(const Asked& asked) {
  const std::string_view target = view_of(asked.target());
  const size_t mark = target.find('?');
  const std::string_view path = target.substr(0, mark);
  const std::string_view query = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  constexpr std::string_view api = "/api/", orders = "/fake/", uploads = "/upload/v1/";
  if (path.starts_with(api)) return call_method(asked, path.substr(api.size()), query);
  if (path.starts_with(orders)) {
    const Result<json::value> details = parse_json(asked.body().empty() ? "{}" : asked.body());
    if (!details.ok()) return with_body(400, "text/plain", "no JSON");
    return with_json(obey(*owner, path.substr(orders.size()), *details));
  }
  if (path.starts_with(uploads)) {
    const auto found = workspace.files().find(std::string(path.substr(uploads.size())));
    if (found == workspace.files().end()) return with_body(404, "text/plain", "no such upload");
    found->second.bytes = file_of(asked);
    return with_body(200, "text/plain", fmt::format("OK - {}", found->second.bytes.size()));
  }
  if (path.starts_with("/files-pri/")) return file(asked, path);
  return with_body(404, "text/plain", "not here");
}

Answer FakeSlack::State::file(const Asked& asked, std::string_view path) {
  const std::vector<std::string_view> parts = split(path, '/');
  const auto found = workspace.files().find(std::string(parts.size() > 2 ? parts[2] : ""));
  if (found == workspace.files().end()) return with_body(404, "text/html", "<html>gone</html>");
  if (view_of(asked[http::field::authorization]) != "Bearer " + options.bot_token) {
    return with_body(200, "text/html; charset=utf-8", "<html>sign in</html>");
  }
  return with_body(200, found->second.content_type, found->second.bytes);
}

std::optional<FakeSlackFault> FakeSlack::State::fault_for(std::string_view method) {
  const auto found = std::find_if(faults.begin(), faults.end(), [method](const auto& one) {
    return one.method.empty() || one.method == method;
  });
  if (found == faults.end()) return std::nullopt;
  FakeSlackFault fault = std::move(*found);
  faults.erase(found);
  return fault;
}

std::optional<Answer> FakeSlack::State::call_method(const Asked& asked, std::string_view name,
                                                    std::string_view query) {
  const std::optional<FakeSlackFault> fault = fault_for(name);
  using Kind = FakeSlackFault::Kind;
  if (fault && fault->kind == Kind::hang_up) return std::nullopt;
  if (fault && fault->kind == Kind::answer) {
    json::object body{{"ok", false}, {"error", fault->word}};
    Answer out = with_body(fault->status, "application/json", to_text(body));
    if (fault->retry_after > 0) out.set("Retry-After", std::to_string(fault->retry_after));
    return out;
  }
  json::object body = method(name, asked, query);
  if (fault && fault->kind == Kind::lost) return std::nullopt;
  const bool is_change = name == "chat.postMessage" || name == "chat.update" ||
                         name == "reactions.add" || name == "reactions.remove";
  const bool is_counted = is_change && dropped_each > 0;
  if (is_counted && ++changes_made % dropped_each == 0) return std::nullopt;
  if (fault) return with_body(fault->status, "text/plain", "trouble");
  Answer out = with_json(std::move(body));
  out.set("X-OAuth-Scopes", join(options.scopes, ","));
  return out;
}

json::object FakeSlack::State::method(std::string_view name, const Asked& asked,
                                      std::string_view query) {
  FakeSlackWorkspace::Fields fields = fields_of(asked, query);
  std::string token(view_of(asked[http::field::authorization]));
  if (token.empty() && fields.count("token") > 0) token = "Bearer " + fields["token"];
  if (token.empty()) return {{"ok", false}, {"error", "not_authed"}};
  const bool is_app = name == "apps.connections.open";
  const std::string& wanted = is_app ? options.app_token : options.bot_token;
  if (token != "Bearer " + wanted) return {{"ok", false}, {"error", "invalid_auth"}};
  for (const auto& [method_name, scope] : wanted_scopes) {
    const auto& has = options.scopes;
    if (method_name != name || std::find(has.begin(), has.end(), scope) != has.end()) continue;
    return {{"ok", false},
            {"error", "missing_scope"},
            {"needed", json::string(scope)},
            {"provided", join(has, ",")}};
  }
  if (is_keeping) calls.push_back({std::string(name), fields, clock.now()});
  if (is_app) {
    return {{"ok", true},
            {"url", fmt::format("ws{}/link/?ticket={}&app_id={}", url.substr(4),
                                sockets.fresh_ticket(), options.app)}};
  }
  return workspace.call(name, fields);
}

FakeSlack::FakeSlack(Loop& loop, Clock& clock, TaskGroup& tasks, HttpClient& http,
                     FakeSlackOptions options)
    : state_(std::make_shared<State>(loop, clock, tasks, http, std::move(options))) {
  state_->owner = this;
  tasks.run("fake slack", State::accept(state_));
}

FakeSlack::~FakeSlack() {
  stop();
}

const std::string& FakeSlack::url() const {
  return state_->url;
}
const FakeSlackOptions& FakeSlack::options() const {
  return state_->options;
}
FakeSlackWorkspace& FakeSlack::workspace() {
  return state_->workspace;
}
const FakeSlackWorkspace& FakeSlack::workspace() const {
  return state_->workspace;
}
FakeSlackSockets& FakeSlack::sockets() {
  return state_->sockets;
}
void FakeSlack::fault(FakeSlackFault fault) {
  state_->faults.push_back(std::move(fault));
}
void FakeSlack::drop_answers(int each) {
  state_->dropped_each = each;
}
const std::vector<FakeSlack::Call>& FakeSlack::calls() const {
  return state_->calls;
}
size_t FakeSlack::count(std::string_view method) const {
  return static_cast<size_t>(
      std::count_if(state_->calls.begin(), state_->calls.end(),
                    [method](const Call& one) { return one.method == method; }));
}

Task<void> FakeSlack::State::pour(std::shared_ptr<State> self,  // shared: see above
                                  Pour load) {
  std::vector<std::string> roots;
  for (const auto& one : self->workspace.messages(load.channel)) {
    if (one.thread.empty()) roots.push_back(one.ts);
  }
  const Monotonic began = self->clock.monotonic();
  AsyncEvent pause(self->loop, self->clock);
  for (int64_t i = 0; i < load.count && !roots.empty() && !self->is_stopping;) {
    const auto spent = std::chrono::duration_cast<Millis>(self->clock.monotonic() - began);
    const int64_t due = load.per_second == 0 ? load.count : spent.count() * load.per_second / 1000;
    while (i < std::min(due, load.count) && self->sockets.unacknowledged() < load.window) {
      const std::string& root = roots[static_cast<size_t>(i) % roots.size()];
      self->workspace.say(load.channel, load.user, fmt::format("message {} of the load", ++i),
                          root);
    }
    co_await pause.wait(self->clock.monotonic() + Millis(1));
  }
  self->is_pouring = false;
}

void FakeSlack::pour(Pour load) {
  state_->sockets.keep_nothing();
  state_->is_keeping = false;
  state_->is_pouring = true;
  state_->tasks.run("fake slack load", State::pour(state_, std::move(load)));
}

bool FakeSlack::is_pouring() const {
  return state_->is_pouring;
}

void FakeSlack::repeat_events(int every) {
  state_->repeat_every = every;
}

void FakeSlack::command(const std::string& channel, const std::string& user,
                        const std::string& text) {
  const std::string trigger = fmt::format("{}.1.x", ++state_->last_trigger);
  state_->sockets.send("slash_commands",
                       json::object{{"token", "old"},
                                    {"team_id", state_->options.team},
                                    {"channel_id", channel},
                                    {"user_id", user},
                                    {"user_name", to_lower(user)},
                                    {"command", "/desk"},
                                    {"text", text},
                                    {"api_app_id", state_->options.app},
                                    {"is_enterprise_install", "false"},
                                    {"response_url", url() + "/commands/" + trigger},
                                    {"trigger_id", trigger}});
}

void FakeSlack::press(const std::string& channel, const std::string& message,
                      const std::string& user, const std::string& action,
                      const std::string& value) {
  const std::string trigger = fmt::format("{}.2.x", ++state_->last_trigger);
  const json::object one{
      {"type", "button"}, {"action_id", action}, {"block_id", "b"}, {"value", value}};
  state_->sockets.send(
      "interactive",
      json::object{{"type", "block_actions"},
                   {"user", json::object{{"id", user}, {"username", to_lower(user)}}},
                   {"channel", json::object{{"id", channel}}},
                   {"container", json::object{{"message_ts", message}, {"channel_id", channel}}},
                   {"trigger_id", trigger},
                   {"response_url", url() + "/actions/" + trigger},
                   {"actions", json::array{one}}});
}

void FakeSlack::stop() {
  state_->is_stopping = true;
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
  for (TcpSocket* socket : state_->open) socket->close(ignored);
  state_->sockets.stop();
}

}  // namespace dw
