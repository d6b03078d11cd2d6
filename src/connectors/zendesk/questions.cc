// What can be asked of the desk, how a doubt is settled, and what `deskwire check` looks at.
#include <fmt/format.h>

#include "connectors/zendesk/updates.h"
#include "connectors/zendesk/zendesk.h"
#include "net/url.h"

namespace dw {
namespace {

using namespace zendesk;

constexpr size_t comments_max = 100;
constexpr size_t pages_max = 100;
constexpr Millis settle_pause{10'000};
/// Clocks here and there differ.
constexpr Millis clock_tolerance{600'000};

std::string detail_of(const Lookup& ask, const char* key) {
  const json::value* found = ask.details.if_contains(key);
  if (found == nullptr || !found->is_string()) return "";
  return std::string(found->get_string());
}

/// Of a question that is answered by a thousand tickets at once.
constexpr Millis page_timeout{60'000};

Outcome not_understood() {
  return Outcome::unsure("unexpected response from Zendesk; check zendesk.url");
}

Settled later(const Outcome& failed) {
  return {.kind = Settled::Kind::later, .why = failed.why};
}

}  // namespace

Millis ZendeskDesk::timeout_min(const Delivery& delivery) const {
  const Lookup* asked = std::get_if<Lookup>(&delivery.payload);
  const bool is_page = asked != nullptr && (asked->about == "export" || asked->about == "search");
  return is_page ? page_timeout : Millis(0);
}

Task<Outcome> ZendeskDesk::ask(Lookup ask, Attempt attempt) {
  if (ask.about == "ticket") co_return co_await ask_ticket(detail_of(ask, "id"), attempt);
  if (ask.about == "comments") {
    co_return co_await ask_comments(detail_of(ask, "id"), detail_of(ask, "after"), attempt);
  }
  if (ask.about == "comment_stands") co_return co_await ask_comment(std::move(ask), attempt);
  if (ask.about == "solutions") co_return co_await ask_solutions(std::move(ask), attempt);
  if (ask.about == "updates") {
    co_return co_await ask_updates(detail_of(ask, "id"), detail_of(ask, "after"), attempt);
  }
  if (ask.about == "count" || ask.about == "search") {
    co_return co_await ask_search(std::move(ask), attempt);
  }
  if (ask.about == "export") {
    co_return co_await ask_export(detail_of(ask, "cursor"), detail_of(ask, "from"), attempt);
  }
  co_return Outcome::refused(fmt::format("unknown Zendesk query \"{}\"", ask.about));
}

Task<Result<std::string>> ZendeskDesk::read_pages(const std::string& path, const PageReader& read,
                                                  Outcome& failed, Attempt attempt) {
  std::string cursor;
  for (size_t page = 0; page < pages_max; ++page) {
    Request request{.path = path, .body = {}};
    if (!cursor.empty()) request.path += "&page%5Bafter%5D=" + encode_url_part(cursor);
    const Result<json::value> body = co_await get(std::move(request), failed, attempt);
    if (!body.ok()) co_return body.error();
    const bool is_wanted = read(*body);
    cursor = next_cursor_in(*body);
    if (!is_wanted || cursor.empty()) break;
  }
  co_return cursor;
}

Task<Outcome> ZendeskDesk::ask_ticket(std::string id, Attempt attempt) {
  const auto path = ticket_path(id);
  if (!path) co_return Outcome::refused(fmt::format("invalid Zendesk ticket id \"{}\"", id));
  Outcome failed;
  Request request{.path = *path + "?include=users", .body = {}};
  const Result<json::value> body = co_await get(std::move(request), failed, attempt);
  if (!body.ok()) co_return failed;
  json::value told = decode_ticket(*body, client_.settings().url);
  if (told.is_null()) co_return not_understood();
  co_return Outcome::done(std::move(told));
}

Task<Outcome> ZendeskDesk::ask_comments(std::string id, std::string after, Attempt attempt) {
  if (!ticket_path(id)) {
    co_return Outcome::refused(fmt::format("invalid Zendesk ticket id \"{}\"", id));
  }
  const std::string path =
      fmt::format("/tickets/{}/comments.json?page%5Bsize%5D=100&sort_order=asc&include=users", id);
  json::array comments;
  bool is_behind = false;
  const PageReader read = [&](const json::value& page) {
    decode_comments(page, after, is_behind, comments);
    return comments.size() < comments_max;
  };
  Outcome failed;
  const Result<std::string> behind = co_await read_pages(path, read, failed, attempt);
  if (!behind.ok()) co_return failed;
  const bool has_more = !behind->empty() || comments.size() > comments_max;
  if (comments.size() > comments_max) comments.resize(comments_max);
  co_return Outcome::done(json::object{{"comments", std::move(comments)}, {"has_more", has_more}});
}

/// Whether a comment is still public and says what it said: the newest ones are looked at first.
Task<Outcome> ZendeskDesk::ask_comment(Lookup ask, Attempt attempt) {
  const std::string id = detail_of(ask, "id"), comment = detail_of(ask, "comment");
  const json::object gone{{"stands", false}, {"why", "the comment is gone"}};
  if (!ticket_path(id)) co_return Outcome::done(gone);
  const std::string path =
      fmt::format("/tickets/{}/comments.json?page%5Bsize%5D=100&sort_order=desc", id);
  json::object answer = gone;
  const PageReader read = [&](const json::value& page) {
    json::array all;
    bool is_behind = false;
    decode_comments(page, "", is_behind, all);
    for (const json::value& one : all) {
      const JsonView told(one);
      if (told["id"].text() != comment) continue;
      const bool is_public = told["is_public"].boolean().value_or(false);
      const bool is_same = told["digest"].text() == detail_of(ask, "digest");
      answer = json::object{{"stands", is_public && is_same}};
      if (!is_public) answer["why"] = "the comment was made private at the desk";
      if (is_public && !is_same) answer["why"] = "reworded";
      return false;
    }
    return true;
  };
  Outcome failed;
  const Result<std::string> behind = co_await read_pages(path, read, failed, attempt);
  if (!behind.ok() && behind.error().kind == ErrorKind::missing) co_return Outcome::done(gone);
  if (!behind.ok()) co_return failed;
  co_return Outcome::done(std::move(answer));
}

/// Who solved the ticket, when, and with which comment: the newest first.
Task<Outcome> ZendeskDesk::ask_solutions(Lookup ask, Attempt attempt) {
  const std::string id = detail_of(ask, "id");
  if (!ticket_path(id)) {
    co_return Outcome::refused(fmt::format("invalid Zendesk ticket id \"{}\"", id));
  }
  SolutionQuery query{.author = detail_of(ask, "author"),
                      .since = from_rfc3339(detail_of(ask, "since")).value_or(TimePoint{})};
  const std::string path =
      fmt::format("/tickets/{}/audits.json?page%5Bsize%5D=100&sort_order=desc", id);
  json::array solutions;
  const PageReader read = [&](const json::value& page) {
    decode_solutions(page, query, solutions);
    return !query.is_complete;
  };
  Outcome failed;
  const Result<std::string> behind = co_await read_pages(path, read, failed, attempt);
  if (!behind.ok()) co_return failed;
  co_return Outcome::done(json::object{{"solutions", std::move(solutions)}});
}

/// The audits are read first: a comment without one in that list came later, and is not told yet.
Task<Outcome> ZendeskDesk::ask_updates(std::string id, std::string after, Attempt attempt) {
  if (!ticket_path(id)) {
    co_return Outcome::refused(fmt::format("invalid Zendesk ticket id \"{}\"", id));
  }
  Updates updates{.after = std::move(after), .until = {}, .found = {}};
  const std::string path = fmt::format("/tickets/{}/", id);
  const std::string newest_first = ".json?page%5Bsize%5D=100&sort_order=desc";
  const PageReader read_audits = [&updates](const json::value& page) {
    decode_audits(page, updates);
    return !updates.is_complete;
  };
  Outcome failed;
  Result<std::string> behind =
      co_await read_pages(path + "audits" + newest_first, read_audits, failed, attempt);
  if (!behind.ok()) co_return failed;
  if (comments_missing(updates) > 0) {
    const PageReader read_comments = [&updates](const json::value& page) {
      add_comments(page, updates);
      return comments_missing(updates) > 0;
    };
    behind = co_await read_pages(path + "comments" + newest_first + "&include=users", read_comments,
                                 failed, attempt);
    if (!behind.ok()) co_return failed;
  }
  co_return Outcome::done(encode_updates(std::move(updates)));
}

Task<Outcome> ZendeskDesk::ask_search(Lookup ask, Attempt attempt) {
  const Result<std::string> query =
      encode_query(detail_of(ask, "query"), detail_of(ask, "from"), detail_of(ask, "to"));
  if (!query.ok()) co_return Outcome::refused(query.error().text());
  const bool is_count = ask.about == "count";
  Request request =
      is_count ? encode_count(*query) : encode_search(*query, detail_of(ask, "cursor"));
  Outcome failed;
  const Result<json::value> body = co_await get(std::move(request), failed, attempt);
  if (!body.ok()) co_return failed;
  if (!is_count) {
    json::value page = decode_search(*body);
    if (page.is_null()) co_return not_understood();
    co_return Outcome::done(std::move(page));
  }
  const auto count = JsonView(*body)["count"].integer();
  if (!count) co_return not_understood();
  co_return Outcome::done(json::object{{"count", *count}});
}

Task<Outcome> ZendeskDesk::ask_export(std::string cursor, std::string from, Attempt attempt) {
  const auto since = from_rfc3339(from);
  if (!since) co_return Outcome::refused(fmt::format("invalid export start time \"{}\"", from));
  Outcome failed;
  Request request = encode_export(cursor, *since);
  const Result<json::value> body = co_await get(std::move(request), failed, attempt);
  if (!body.ok() && body.error().kind == ErrorKind::denied) {
    co_return Outcome::refused("the incremental export is for admins only");
  }
  if (!body.ok()) co_return failed;
  json::value page = decode_created(*body);
  if (page.is_null()) co_return not_understood();
  co_return Outcome::done(std::move(page));
}

Task<Settled> ZendeskDesk::settle(Delivery delivery, Attempt attempt) {
  const DeliveryId id = delivery.id;
  // What another replica leaves in doubt may have happened a moment ago.
  if (!doubts_.contains(id)) note_doubt(id);
  const Monotonic now = client_.clock().monotonic();
  const auto doubt = doubts_.find(id);
  const bool is_young = doubt->second.since + settle_after_ > now;
  Settled not_yet{.kind = Settled::Kind::later, .why = "not seen yet; Zendesk gets more time"};
  if (is_young) {
    // The engine asks every few seconds; Zendesk counts each question.
    const auto asked_at = doubt->second.asked_at;
    if (asked_at && *asked_at + settle_pause > now) co_return not_yet;
    doubt->second.asked_at = now;
  }
  const Settled settled = co_await look_for(std::move(delivery), attempt);
  if (is_young && settled.kind == Settled::Kind::not_happened) {
    not_yet.why = settled.why + "; Zendesk gets more time";
    co_return not_yet;
  }
  if (settled.kind != Settled::Kind::later) doubts_.erase(id);
  co_return settled;
}

Task<Settled> ZendeskDesk::look_for(Delivery delivery, Attempt attempt) {
  if (std::holds_alternative<Lookup>(delivery.payload)) {
    co_return Settled{.kind = Settled::Kind::repeatable, .why = "a query can be repeated"};
  }
  if (auto* open = std::get_if<DeskOpen>(&delivery.payload)) {
    co_return co_await settle_open(std::move(*open), attempt);
  }
  std::string ticket;
  if (const auto* said = std::get_if<DeskComment>(&delivery.payload)) ticket = said->external_id;
  if (const auto* changed = std::get_if<DeskUpdate>(&delivery.payload)) {
    ticket = changed->external_id;
  }
  co_return co_await settle_by_audits(std::move(delivery), std::move(ticket), attempt);
}

Task<Settled> ZendeskDesk::settle_open(DeskOpen open, Attempt attempt) {
  Outcome failed;
  Request request{.path = "/tickets.json?external_id=" + encode_url_part(open.key), .body = {}};
  const Result<json::value> body = co_await get(std::move(request), failed, attempt);
  if (!body.ok()) co_return later(failed);
  const JsonView tickets = JsonView(*body)["tickets"];
  if (!tickets.is_present()) co_return later(not_understood());
  for (const JsonView& ticket : tickets.elements()) {
    if (ticket["external_id"].text() != open.key) continue;
    json::value told = answer_of_ticket(*ticket.raw(), client_.settings().url);
    if (told.is_null()) continue;
    co_return Settled{
        .kind = Settled::Kind::happened, .why = "found by external_id", .answer = std::move(told)};
  }
  co_return Settled{.kind = Settled::Kind::not_happened, .why = "no ticket has this external_id"};
}

Task<Settled> ZendeskDesk::settle_by_audits(Delivery delivery, std::string ticket,
                                            Attempt attempt) {
  if (!ticket_path(ticket)) {
    co_return Settled{.kind = Settled::Kind::not_happened, .why = "it names no ticket"};
  }
  const std::string marker = to_text(delivery.id);
  const std::string path =
      fmt::format("/tickets/{}/audits.json?page%5Bsize%5D=100&sort_order=desc", ticket);
  Settled out{.kind = Settled::Kind::not_happened, .why = "no audit has its marker"};
  const PageReader read = [&](const json::value& page) {
    bool is_before = false;
    for (const JsonView& audit : JsonView(page)["audits"].elements()) {
      const auto at = from_rfc3339(audit["created_at"].text().value_or(""));
      // An older audit with this number is another installation's.
      is_before = at && *at < delivery.created_at - clock_tolerance;
      if (is_before || marker_in(*audit.raw()) != marker) continue;
      json::object answer;
      const std::string comment = comment_of_audit(*audit.raw());
      if (!comment.empty()) answer["comment"] = comment;
      out = {.kind = Settled::Kind::happened, .why = "its marker is there", .answer = answer};
      return false;
    }
    return !is_before;
  };
  Outcome failed;
  const Result<std::string> behind = co_await read_pages(path, read, failed, attempt);
  if (behind.ok()) co_return out;
  if (behind.error().kind != ErrorKind::missing) co_return later(failed);
  co_return Settled{.kind = Settled::Kind::not_happened, .why = "the ticket is gone"};
}

Task<Probe> ZendeskDesk::probe_thing(std::string name, std::string path, Attempt attempt) {
  Outcome failed;
  Request request{.path = std::move(path), .body = {}};
  const Result<json::value> body = co_await get(std::move(request), failed, attempt);
  if (body.ok()) co_return Probe{.name = std::move(name), .is_ok = true, .detail = "is there"};
  co_return Probe{.name = std::move(name), .is_ok = false, .detail = failed.why};
}

/// Without it there is nothing to link an incident with; absent: it is active, or not known.
Task<std::optional<Probe>> ZendeskDesk::probe_type_field(Attempt attempt) {
  const std::string path = "/ticket_fields.json?page%5Bsize%5D=100";
  std::optional<bool> is_active;
  const PageReader read = [&is_active](const json::value& page) {
    is_active = is_type_field_active(page);
    return !is_active;
  };
  Outcome failed;
  const Result<std::string> behind = co_await read_pages(path, read, failed, attempt);
  if (!behind.ok() || is_active.value_or(false)) co_return std::nullopt;
  co_return Probe{.name = "zendesk type field",
                  .is_ok = true,
                  .detail =
                      "warning: the Type field is not active, so tickets are joined to an "
                      "incident in Deskwire alone; activate it in Admin Center, Objects and "
                      "rules, Tickets, Fields"};
}

Task<std::vector<Probe>> ZendeskDesk::probe(Millis timeout) {
  const ZendeskSettings& settings = client_.settings();
  const Attempt attempt(client_.clock().monotonic() + timeout);
  std::vector<Probe> probes(1, Probe{.name = "zendesk sign-in"});
  Outcome failed;
  Request me{.path = "/users/me.json", .body = {}};
  const Result<json::value> body = co_await get(std::move(me), failed, attempt);
  if (!body.ok()) {
    probes[0].detail = failed.why;
    co_return probes;
  }
  const JsonView user = JsonView(*body)["user"];
  // Wrong credentials are answered with 200 and an anonymous user.
  const std::string role = user["role"].text().value_or("");
  probes[0].is_ok = user["id"].integer().has_value();
  probes[0].detail = probes[0].is_ok
                         ? fmt::format("{} <{}>, {}", user["name"].text().value_or(""),
                                       user["email"].text().value_or(""), role)
                         : "these credentials belong to no user: create new ones at Zendesk";
  if (!probes[0].is_ok) co_return probes;
  if (role != "agent" && role != "admin") {
    probes.push_back({"zendesk role", false, "must be an agent, is " + role});
  }
  if (settings.poll > Millis(0) && role != "admin") {
    probes.push_back({"zendesk export", false,
                      "the incremental export is for admins: use an admin, or poll = \"0s\""});
  }
  if (settings.oauth_token.empty() && settings.oauth_client_id.empty()) {
    probes.push_back({"zendesk token", true,
                      "warning: Zendesk ends API tokens on 2027-04-30; make an OAuth client and "
                      "set oauth_client_id and oauth_client_secret"});
  }
  if (settings.webhook_secrets.empty()) {
    probes.push_back({"zendesk webhook", true,
                      "warning: without webhook_secret the hook serves this machine only; "
                      "`deskwire setup zendesk` makes the webhook"});
  }
  const std::optional<Probe> type_field = co_await probe_type_field(attempt);
  if (type_field) probes.push_back(*type_field);
  if (settings.group_id != 0) {
    std::string path = fmt::format("/groups/{}.json", settings.group_id);
    probes.push_back(co_await probe_thing("zendesk group_id", std::move(path), attempt));
  }
  if (settings.thread_url_field != 0) {
    std::string path = fmt::format("/ticket_fields/{}.json", settings.thread_url_field);
    probes.push_back(co_await probe_thing("zendesk thread_url_field", std::move(path), attempt));
  }
  co_return probes;
}

}  // namespace dw
