#include "fakes/zendesk.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/random.h"
#include "base/text.h"
#include "fakes/zendesk_answers.h"
#include "net/url.h"

namespace dw {
namespace {

using namespace fake_zendesk;

constexpr Millis minute{60'000};
constexpr int64_t bot_id = 1, agent_id = 2;

json::object user(int64_t id, const std::string& name, const std::string& email,
                  const std::string& role) {
  return {{"id", id},       {"name", name},       {"email", email},        {"role", role},
          {"active", true}, {"suspended", false}, {"tags", json::array()}, {"verified", true}};
}

}  // namespace

bool FakeZendesk::Call::is(std::string_view method, size_t count, std::string_view first) const {
  return request->method == method && parts.size() == count && !parts.empty() &&
         parts.front() == first;
}

FakeZendesk::FakeZendesk(std::function<TimePoint()> now, std::string url)
    : now_(std::move(now)), url_(std::move(url)) {
  users_[bot_id] = user(bot_id, "Deskwire", "bot@acme.example", "admin");
  users_[agent_id] = user(agent_id, "Ida Agent", "ida@acme.example", "agent");
}

std::string FakeZendesk::now_text() const {
  return to_rfc3339(now_()).substr(0, 19) + "Z";
}

std::vector<FakeInvocation> FakeZendesk::take_invocations() {
  run_jobs();
  return std::exchange(invocations_, {});
}

HttpStep FakeZendesk::answer(const HttpScript::Seen& request) {
  run_jobs();
  for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
    const bool fits = (fault->method.empty() || fault->method == request.method) &&
                      request.path.starts_with(fault->path);
    if (!fits) continue;
    const FakeFault hit = *fault;
    faults_.erase(fault);
    if (hit.is_after) perform(request);
    return hit.step;
  }
  HttpStep step = perform(request);
  if (request.path.starts_with("/attachments/")) return step;
  step.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  step.headers.emplace_back("X-Rate-Limit", std::to_string(options.per_minute_max));
  const int left = std::max(0, options.per_minute_max - in_minute_);
  step.headers.emplace_back("X-Rate-Limit-Remaining", std::to_string(left));
  return step;
}

HttpStep FakeZendesk::perform(const HttpScript::Seen& request) {
  Call call{.request = &request, .path = "", .parts = {}, .query = {}};
  const size_t mark = request.path.find('?');
  std::string path = request.path.substr(0, mark);
  if (mark != std::string::npos) {
    for (auto& [key, value] : decode_form(request.path.substr(mark + 1))) {
      call.query[key] = std::move(value);
    }
  }
  const bool is_upload = path.starts_with("/api/v2/uploads");
  if (!request.body.empty() && !is_upload) {
    const Result<json::value> body = parse_json(request.body);
    if (!body.ok()) return failure(400, "InvalidJSON", body.error().what);
    call.body = *body;
  }
  if (path == "/oauth/tokens" && request.method == "POST") return token(call.body);
  if (path.starts_with("/attachments/")) return file(request);
  constexpr std::string_view root = "/api/v2";
  if (!path.starts_with(root)) return failure(404, "RecordNotFound", "Not found");
  path = path.substr(root.size());
  if (path.ends_with(".json")) path.resize(path.size() - 5);
  call.path = path;
  for (const std::string_view part : split(std::string_view(path).substr(1), '/')) {
    call.parts.emplace_back(part);
  }
  if (now_() - minute_ >= minute) {
    minute_ = now_();
    in_minute_ = 0;
    exports_in_minute_ = 0;
  }
  if (++in_minute_ > options.per_minute_max) return too_many();
  HttpStep refusal;
  if (!sign_in(call, refusal)) return refusal;
  return route(call);
}

HttpStep FakeZendesk::too_many() const {
  const auto wait = std::chrono::ceil<std::chrono::seconds>(minute_ + minute - now_());
  return HttpStep::answer(429, "<html>Too many requests</html>",
                          {{"Retry-After", std::to_string(wait.count())}});
}

HttpStep FakeZendesk::route(const Call& call) {
  const std::string& first = call.parts.front();
  if (first == "users") return users(call);
  if (first == "tickets") return tickets(call);
  if (first == "uploads") return upload(call);
  if (first == "problems") return problems(call);
  if (first == "ticket_fields") return ticket_fields(call);
  if (first == "search") return search(call);
  if (first == "incremental") return export_tickets(call);
  if (call.is("POST", 2, "imports")) return import_ticket(call);
  if (first == "webhooks") return webhooks(call);
  if (first == "triggers") return triggers(call);
  return failure(404, "RecordNotFound", "Not found");
}

bool FakeZendesk::sign_in(Call& call, HttpStep& refusal) {
  const std::string_view given = call.request->header("authorization");
  constexpr std::string_view basic = "Basic ", bearer = "Bearer ";
  if (given.starts_with(bearer)) {
    const std::string key(given.substr(bearer.size()));
    const auto found = access_.find(key);
    const bool is_live = found != access_.end() && found->second > now_();
    if (key == options.bearer || is_live) call.user = bot_id;
    refusal = failure(401, "invalid_token", "The access token is expired");
  } else if (given.starts_with(basic)) {
    const std::string pair = from_base64(given.substr(basic.size())).value_or("");
    for (const auto& [id, one] : users_) {
      if (pair == text_in(one, "email") + "/token:" + options.api_token) call.user = id;
    }
    refusal = HttpStep::answer(401, R"({"error":"Couldn't authenticate you"})");
  } else {
    refusal = HttpStep::answer(401, R"({"error":"Couldn't authenticate you"})");
  }
  // Nobody is an answer too, to the question who one is.
  return call.user != 0 || (call.path == "/users/me" && !given.starts_with(bearer));
}

json::object FakeZendesk::new_tokens(bool has_refresh) {
  const std::string access = "at-" + random_uuid();
  access_[access] = now_() + options.access_lifetime;
  json::object out{{"access_token", access},
                   {"token_type", "bearer"},
                   {"scope", "read write"},
                   {"expires_in", options.access_lifetime.count() / 1000}};
  if (has_refresh) {
    const std::string refresh = "rt-" + random_uuid();
    refresh_[refresh] = access;
    out["refresh_token"] = refresh;
    out["refresh_token_expires_in"] = 2'592'000;
  }
  return out;
}

HttpStep FakeZendesk::token(const json::value& body) {
  if (text_in(body, "client_id") != options.client_id ||
      text_in(body, "client_secret") != options.client_secret) {
    return failure(401, "invalid_client", "Client authentication failed");
  }
  const std::string grant = text_in(body, "grant_type");
  if (grant == "client_credentials") return success(200, new_tokens(false));
  if (grant == "authorization_code") {
    const auto code = std::find(codes_.begin(), codes_.end(), text_in(body, "code"));
    if (code == codes_.end()) return failure(400, "invalid_grant", "The code is not valid");
    codes_.erase(code);
    return success(200, new_tokens(true));
  }
  const auto found = refresh_.find(text_in(body, "refresh_token"));
  if (grant != "refresh_token" || found == refresh_.end()) {
    return failure(400, "invalid_grant", "The refresh token is not valid");
  }
  // Both old tokens end here, whether or not the new ones arrive.
  access_.erase(found->second);
  refresh_.erase(found);
  return success(200, new_tokens(true));
}

std::string FakeZendesk::authorize() {
  codes_.push_back("code-" + random_uuid());
  return codes_.back();
}

void FakeZendesk::expire_tokens() {
  for (auto& [token, expires_at] : access_) expires_at = TimePoint{};
}

HttpStep FakeZendesk::users(const Call& call) {
  if (call.path == "/users/me") {
    const auto found = users_.find(call.user);
    json::object nobody{{"id", nullptr}, {"name", "Anonymous user"}, {"role", "end-user"}};
    return success(200, {{"user", found == users_.end() ? nobody : found->second}});
  }
  if (call.path == "/users/search") {
    const auto query = call.query.find("query");
    std::string wanted = query == call.query.end() ? "" : query->second;
    wanted = replace_all(wanted, "\"", "");
    if (wanted.starts_with("email:")) wanted = wanted.substr(6);
    json::array hits;
    for (const auto& [id, one] : users_) {
      if (text_in(one, "email") == wanted) hits.push_back(one);
    }
    const auto count = static_cast<int64_t>(hits.size());
    return success(200, {{"users", hits}, {"count", count}, {"next_page", nullptr}});
  }
  if (call.is("GET", 2, "users")) {
    const auto found = users_.find(number_of(call.parts[1]));
    if (found != users_.end()) return success(200, {{"user", found->second}});
  }
  return failure(404, "RecordNotFound", "Not found");
}

HttpStep FakeZendesk::upload(const Call& call) {
  const auto name = call.query.find("filename");
  if (!call.is("POST", 1, "uploads") || name == call.query.end()) {
    return failure(404, "RecordNotFound", "Not found");
  }
  const std::string type(call.request->header("content-type"));
  const std::string token = add_file(name->second, type, call.request->body);
  const json::array& files = uploads_.at(token);
  return success(201, {{"upload", json::object{{"token", token},
                                               {"expires_at", now_text()},
                                               {"attachment", files.at(0)},
                                               {"attachments", files}}}});
}

std::string FakeZendesk::add_file(const std::string& name, const std::string& content_type,
                                  const std::string& bytes) {
  const int64_t id = ++last_id_;
  files_[id] = {content_type, bytes};
  const json::object file{{"id", id},
                          {"file_name", name},
                          {"content_url", fmt::format("{}/attachments/token/{}/?name={}", url_, id,
                                                      encode_url_part(name))},
                          {"content_type", content_type},
                          {"size", static_cast<int64_t>(bytes.size())},
                          {"sha256", to_hex(bytes_of(sha256(bytes)))},
                          {"inline", false},
                          {"malware_scan_result", "not_scanned"}};
  const std::string token = "up-" + random_uuid();
  uploads_[token] = json::array{file};
  return token;
}

/// Attachments are private: a sign-in leads to an address that needs none, and takes none.
HttpStep FakeZendesk::file(const HttpScript::Seen& request) {
  constexpr std::string_view token = "/attachments/token/", raw = "/attachments/raw/";
  const bool is_raw = request.path.starts_with(raw);
  const std::string_view rest =
      std::string_view(request.path).substr(is_raw ? raw.size() : token.size());
  const auto found = files_.find(number_of(rest.substr(0, rest.find_first_of("/?"))));
  if (found == files_.end()) return failure(404, "RecordNotFound", "Not found");
  const bool is_signed_in = !request.header("authorization").empty();
  if (is_raw && is_signed_in) return HttpStep::answer(400, "Only one auth mechanism is allowed");
  if (is_raw) {
    return HttpStep::answer(200, found->second.bytes,
                            {{"Content-Type", found->second.content_type}});
  }
  if (!is_signed_in) {
    return HttpStep::answer(200, "<html>sign in</html>", {{"Content-Type", "text/html"}});
  }
  return HttpStep::answer(302, "", {{"Location", fmt::format("{}{}{}", url_, raw, found->first)}});
}

json::array FakeZendesk::users_of(const std::vector<json::object>& items,
                                  const char* member) const {
  json::array out;
  std::vector<int64_t> seen;
  for (const json::object& item : items) {
    const int64_t id = number_in(item, member);
    const auto found = users_.find(id);
    if (found == users_.end() || std::find(seen.begin(), seen.end(), id) != seen.end()) continue;
    seen.push_back(id);
    out.push_back(found->second);
  }
  return out;
}

/// Cursor pages: page[size], page[after], and a cursor even where there is no more.
HttpStep FakeZendesk::list(const std::vector<json::object>& items, const char* name,
                           const Call& call) {
  const auto given = [&](const char* key) {
    const auto found = call.query.find(key);
    return found == call.query.end() ? std::string() : found->second;
  };
  std::vector<json::object> sorted = items;
  if (given("sort_order") == "desc") std::reverse(sorted.begin(), sorted.end());
  const std::string size_text = given("page[size]");
  const auto size = static_cast<size_t>(size_text.empty() ? 100 : number_of(size_text));
  if (size < 1 || size > 100) return failure(400, "InvalidPaginationParameter", "page[size]");
  const auto from = static_cast<size_t>(number_of(given("page[after]")));
  json::array page;
  size_t at = from;
  for (; at < sorted.size() && page.size() < size; ++at) page.push_back(sorted[at]);
  json::object out{{name, std::move(page)},
                   {"meta", json::object{{"has_more", at < sorted.size()},
                                         {"after_cursor", std::to_string(at)},
                                         {"before_cursor", std::to_string(from)}}},
                   {"links", json::object{{"prev", nullptr}, {"next", nullptr}}}};
  if (given("include") == "users") out["users"] = users_of(items, "author_id");
  return success(200, std::move(out));
}

}  // namespace dw
