#include "app/demo/page.h"

#include "app/demo/files.h"
#include "app/demo/view.h"
#include "base/hash.h"
#include "base/number.h"
#include "base/text.h"
#include "records/paging.h"
#include "web/problem.h"

namespace dw::demo {
namespace {

constexpr const char* policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
constexpr size_t text_bytes_max = 8'000;
constexpr int speed_max = 600;

Response from_file(std::string_view name, const char* type) {
  const EmbeddedFile* found = file_named(name);
  if (found == nullptr) return problem(404, "there is no such file");
  Response out{.content_type = type, .body = std::string(found->bytes)};
  out.headers = {{"Content-Security-Policy", policy},
                 {"Referrer-Policy", "no-referrer"},
                 {"Cache-Control", "no-cache"}};
  return out;
}

size_t index_of(std::string_view text) {
  return number_in<size_t>(text).value_or(SIZE_MAX);
}

/// What a visitor typed; empty: nothing that can be said.
std::string typed(const JsonView& body, const char* key) {
  const std::string text = body[key].text().value_or("");
  return std::string(trim(cut_bytes(text, text_bytes_max)));
}

}  // namespace

Page::Page(World& world, std::string origin) : world_(world), origin_(std::move(origin)) {}

void Page::add_to(Routes& routes) {
  routes.add("GET", "/", [this](Request& request) { return show(request); });
  routes.add("GET", "/files/{}", [this](Request& request) { return file(request); });
  routes.add("GET", "/world", [this](Request& request) { return look(request); });
  routes.add("GET", "/mails/{}/{}", [this](Request& request) { return picture(request); });
  routes.add("POST", "/teams", [this](Request& request) { return ask_by_teams(request); });
  routes.add("POST", "/notices", [this](Request& request) { return send_notices(request); });
  const auto add = [this, &routes](const char* path, Order order) {
    routes.add("POST", path, [this, order](Request& request) { return obey(order, request); });
  };
  add("/say", &Page::say);
  add("/answer", &Page::answer);
  add("/status", &Page::change_status);
  add("/speed", &Page::change_speed);
  add("/again", &Page::play_again);
  add("/outage", &Page::start_outage);
  add("/troubles", &Page::trouble);
  add("/kill", &Page::kill);
}

int Page::refusal(const Request& request) const {
  const std::string_view host = request.header("host"), from = request.header("origin");
  // By name another site could point at this machine.
  if ("http://" + std::string(host) != origin_) return 403;
  if (!from.empty() && from != origin_) return 403;
  const bool is_json = request.header("content-type").starts_with("application/json");
  return request.method == "POST" && !is_json ? 415 : 0;
}

Task<Response> Page::show(Request& request) {
  if (refusal(request) != 0) co_return problem(403, "this page is at " + origin_);
  co_return from_file("world.html", "text/html; charset=utf-8");
}

Task<Response> Page::file(Request& request) {
  const std::string& name = request.path_parameters.at(0);
  if (name == "world.js") co_return from_file(name, "text/javascript; charset=utf-8");
  if (name == "world.css") co_return from_file(name, "text/css; charset=utf-8");
  if (name == "world.svg") co_return from_file(name, "image/svg+xml");
  co_return problem(404, "there is no such file");
}

Task<Response> Page::picture(Request& request) {
  if (refusal(request) != 0) co_return problem(403, "this page is at " + origin_);
  const size_t id = index_of(request.path_parameters.at(0));
  const size_t number = index_of(request.path_parameters.at(1));
  for (const Mail& mail : world_.mails()) {
    if (static_cast<size_t>(mail.id) != id || number >= mail.pictures.size()) continue;
    const Picture& found = mail.pictures[number];
    if (found.content_type != "image/png") break;
    Response out{.content_type = "image/png", .body = found.bytes};
    out.headers = {{"Content-Security-Policy", policy}, {"Cache-Control", "max-age=3600"}};
    co_return out;
  }
  co_return problem(404, "there is no such picture");
}

/// With ?seen=TAG of what the page shows already: 204 while nothing has changed.
Task<Response> Page::look(Request& request) {
  if (refusal(request) != 0) co_return problem(403, "this page is at " + origin_);
  const json::object view = view_of(world_);
  Response out = json_answer(200, view);
  const std::string tag = to_hex(bytes_of(sha256(out.body))).substr(0, 16);
  if (request.parameter("seen").value_or("") == tag) out = Response{.status = 204};
  out.headers.emplace_back("X-World", tag);
  out.headers.emplace_back("Cache-Control", "no-store");
  co_return out;
}

Task<Response> Page::obey(Order order, Request& request) {
  if (const int refused = refusal(request); refused != 0) {
    co_return problem(refused, "this is for the page at " + origin_);
  }
  const Result<json::value> body = parse_json(request.body);
  if (!body.ok() || !body->is_object()) co_return problem(400, "no JSON object");
  const JsonView view(*body);
  co_return (this->*order)(view);
}

Task<Response> Page::ask_by_teams(Request& request) {
  if (const int refused = refusal(request); refused != 0) {
    co_return problem(refused, "this is for the page at " + origin_);
  }
  const Result<json::value> body = parse_json(request.body);
  if (!body.ok() || !body->is_object()) co_return problem(400, "no JSON object");
  std::string text = typed(JsonView(*body), "text");
  std::string who = "Vera Visitor";
  co_await world_.ask_by_teams(std::move(who), std::move(text));
  co_return json_answer(200, json::object{});
}

Task<Response> Page::send_notices(Request& request) {
  if (const int refused = refusal(request); refused != 0) {
    co_return problem(refused, "this is for the page at " + origin_);
  }
  const std::string told = co_await world_.send_notices();
  co_return json_answer(200, json::object{{"told", told}});
}

Response Page::say(const JsonView& body) {
  const std::string text = typed(body, "text");
  if (text.empty()) return problem(400, "the text is empty");
  const std::string ts = world_.say(text, body["thread"].text().value_or(""));
  return json_answer(200, json::object{{"ts", ts}});
}

Response Page::answer(const JsonView& body) {
  const std::string text = typed(body, "text");
  if (text.empty()) return problem(400, "the text is empty");
  const int64_t ticket = body["ticket"].integer().value_or(0);
  const bool is_public = body["is_public"].boolean().value_or(true);
  if (!world_.answer(ticket, text, is_public)) return problem(404, "there is no such ticket");
  return json_answer(200, json::object{});
}

Response Page::change_status(const JsonView& body) {
  const std::string status = body["status"].text().value_or("");
  if (status != "open" && status != "pending" && status != "solved") {
    return problem(400, "status is open, pending or solved");
  }
  const int64_t ticket = body["ticket"].integer().value_or(0);
  if (!world_.change_status(ticket, status)) return problem(404, "there is no such ticket");
  return json_answer(200, json::object{});
}

Response Page::change_speed(const JsonView& body) {
  const int64_t speed = body["speed"].integer().value_or(-1);
  if (speed < 0 || speed > speed_max) return problem(400, "speed is 0 to 600");
  world_.player().play_at(static_cast<int>(speed));
  return json_answer(200, json::object{});
}

Response Page::play_again(const JsonView&) {
  world_.player().again();
  return json_answer(200, json::object{});
}

Response Page::start_outage(const JsonView&) {
  if (!world_.start_outage()) return problem(409, "the VPN is down already");
  return json_answer(200, json::object{});
}

Response Page::trouble(const JsonView& body) {
  Troubles wanted = world_.troubles();
  wanted.is_desk_down = body["desk_down"].boolean().value_or(wanted.is_desk_down);
  wanted.is_slack_twice = body["slack_twice"].boolean().value_or(wanted.is_slack_twice);
  wanted.has_lost_answers = body["lost_answers"].boolean().value_or(wanted.has_lost_answers);
  wanted.is_crashing = body["crashing"].boolean().value_or(wanted.is_crashing);
  world_.trouble(wanted);
  return json_answer(200, json::object{});
}

Response Page::kill(const JsonView&) {
  world_.kill_daemon();
  return json_answer(200, json::object{});
}

}  // namespace dw::demo
