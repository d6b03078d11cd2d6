#include "connectors/zendesk/zendesk.h"

#include <fmt/format.h>

#include "base/number.h"
#include "net/url.h"

namespace dw {
namespace {

using namespace zendesk;

/// A file that can't be fetched so often is linked, so that the comment goes on.
constexpr int copy_attempts_max = 5;
constexpr size_t doubts_max = 10'000;

Outcome outcome_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::unsure:
      return Outcome::unsure("no response from Zendesk: " + error.what);
    case ErrorKind::unreachable:
      return Outcome::later("unreachable: " + error.what);
    default:
      return Outcome::later(error.what, error.when);
  }
}

/// The member of a JSON answer; null if this is none.
json::value member_of(const HttpAnswer& answer, const char* key) {
  Result<json::value> parsed = parse_json(answer.body);
  if (!parsed.ok() || !parsed->is_object()) return nullptr;
  json::value* const member = parsed->as_object().if_contains(key);
  return member != nullptr && member->is_object() ? std::move(*member) : json::value();
}

bool is_success(const HttpAnswer& answer) {
  return answer.status == 200 || answer.status == 201;
}

bool is_digits(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

Outcome no_ticket(const std::string& id) {
  return Outcome::refused(fmt::format("invalid Zendesk ticket id \"{}\"", id));
}

/// "tomás" is searched for as a whole.
std::string search_for_user(const std::string& email) {
  std::string bare;
  for (const char c : email) {
    if (c != '"') bare += c;
  }
  return "/users/search.json?query=" + encode_url_part("email:\"" + bare + "\"");
}

/// What an update came to that Zendesk answered with the ticket.
Outcome outcome_of_update(const DeskUpdate& update, const json::value& ticket) {
  const TicketPatch& patch = update.patch;
  if (!patch.type && !patch.problem_id) return Outcome::done(json::object{});
  if (has_link_of(update, ticket)) {
    return Outcome::done(
        json::object{{"type", json::string(name_of(patch.type.value_or(TicketType::none)))},
                     {"problem_id", text_or_null(update.problem)}});
  }
  return Outcome::refused(
      "not linked: Zendesk ignored the type or the problem; check that the Type field is active "
      "and on the ticket's form, and that the problem is of type Problem");
}

/// It was refused for a requester who is known by name alone.
bool is_without_requester(const HttpAnswer& answer, const DeskOpen& open) {
  return answer.status == 422 && open.requester.email.empty() && !open.requester.name.empty() &&
         zendesk::words_of(answer).find("equester") != std::string::npos;
}

}  // namespace

ZendeskDesk::ZendeskDesk(ZendeskClient& client, Millis settle_after)
    : client_(client), settle_after_(settle_after), files_(client), attachments_(client) {
  const auto url = parse_url(client_.settings().url);
  label_ = "zendesk:" + (url ? url->host : client_.settings().url);
}

Task<std::vector<Outcome>> ZendeskDesk::perform(std::vector<Delivery> deliveries, Attempt attempt) {
  std::vector<Outcome> outcomes;
  for (size_t i = 0; i < deliveries.size(); ++i) {
    Delivery delivery = deliveries[i];
    const DeliveryId id = delivery.id;
    Outcome outcome = co_await perform_one(std::move(delivery), attempt);
    if (outcome.kind == Outcome::Kind::unsure) note_doubt(id, outcome.when.has_value());
    outcomes.push_back(std::move(outcome));
  }
  co_return outcomes;
}

void ZendeskDesk::note_doubt(DeliveryId id, bool is_through) {
  if (doubts_.size() >= doubts_max) doubts_.erase(doubts_.begin());
  const Monotonic now = client_.clock().monotonic();
  doubts_[id] = {.since = is_through ? now - settle_after_ : now, .asked_at = {}};
}

Task<Outcome> ZendeskDesk::perform_one(Delivery delivery, Attempt attempt) {
  std::string marker = to_text(delivery.id);
  if (auto* one = std::get_if<DeskOpen>(&delivery.payload)) {
    co_return co_await open(std::move(*one), std::move(marker), attempt);
  }
  if (auto* one = std::get_if<DeskComment>(&delivery.payload)) {
    co_return co_await comment(std::move(*one), std::move(marker), delivery.attempts, attempt);
  }
  if (auto* one = std::get_if<DeskUpdate>(&delivery.payload)) {
    co_return co_await update(std::move(*one), std::move(marker), attempt);
  }
  if (auto* one = std::get_if<Lookup>(&delivery.payload)) {
    Outcome answer = co_await ask(std::move(*one), attempt);
    // A question changes nothing: there is no doubt, it is asked again.
    if (answer.kind == Outcome::Kind::unsure) answer.kind = Outcome::Kind::later;
    co_return answer;
  }
  co_return Outcome::refused("a desk accepts tickets, comments, updates and questions only");
}

Task<Outcome> ZendeskDesk::open(DeskOpen open, std::string marker, Attempt attempt) {
  Request request = encode_open(open, marker, client_.settings());
  Result<HttpAnswer> answer = co_await client_.call(std::move(request), attempt);
  if (answer.ok() && is_without_requester(*answer, open)) {
    // An account that wants an address of everybody: the words say who it is.
    open.description = fmt::format("{}:\n\n{}", open.requester.name, open.description);
    open.requester = {};
    Request again = encode_open(open, marker, client_.settings());
    again.idempotency_key = (again.idempotency_key + ":named").substr(0, 255);
    answer = co_await client_.call(std::move(again), attempt);
  }
  if (!answer.ok()) co_return outcome_of(answer.error());
  if (is_success(*answer)) {
    json::value told = answer_of_ticket(member_of(*answer, "ticket"), client_.settings().url);
    if (!told.is_null()) co_return Outcome::done(std::move(told));
  }
  if (is_key_conflict(*answer)) {
    // The key was used with other words: a ticket with it may be there.
    const Settled found = co_await settle_open(std::move(open), attempt);
    if (found.kind == Settled::Kind::happened) co_return Outcome::done(found.answer);
    if (found.kind == Settled::Kind::later) co_return Outcome::later(found.why);
  }
  co_return outcome_of_failure(*answer, client_.clock().now());
}

Task<Outcome> ZendeskDesk::comment(DeskComment comment, std::string marker, int attempts,
                                   Attempt attempt) {
  if (!ticket_path(comment.external_id)) co_return no_ticket(comment.external_id);
  std::vector<AttachedFile> files;
  for (size_t i = 0; i < comment.files.size(); ++i) {
    FileLink file = comment.files[i];
    const bool is_last_try = attempts >= copy_attempts_max;
    Result<AttachedFile> copied = co_await files_.copy(std::move(file), is_last_try, attempt);
    if (!copied.ok()) co_return outcome_of(copied.error());
    files.push_back(std::move(*copied));
  }
  Request request = encode_comment(comment, marker, files);
  const Result<HttpAnswer> answer = co_await client_.call(std::move(request), attempt);
  if (!answer.ok()) co_return outcome_of(answer.error());
  if (is_success(*answer)) {
    const std::string id = comment_of_audit(member_of(*answer, "audit"));
    if (!id.empty()) co_return Outcome::done(json::object{{"comment", id}});
  }
  co_return co_await refusal(*answer, comment.external_id, attempt);
}

Task<Outcome> ZendeskDesk::update(DeskUpdate update, std::string marker, Attempt attempt) {
  if (!ticket_path(update.external_id)) co_return no_ticket(update.external_id);
  const TicketId problem = update.patch.problem_id.value_or(TicketId());
  if (problem && !ticket_path(update.problem)) co_return no_ticket(update.problem);
  std::optional<int64_t> assignee;
  if (update.patch.assignee) {
    const std::string who = *update.patch.assignee;
    const Result<int64_t> found = co_await agent_named(who, attempt);
    if (!found.ok() && found.error().kind == ErrorKind::missing) {
      co_return Outcome::refused(found.error().what);
    }
    if (!found.ok()) co_return outcome_of(found.error());
    assignee = *found;
  }
  Request request = encode_update(update, marker, assignee);
  const Result<HttpAnswer> answer = co_await client_.call(std::move(request), attempt);
  if (!answer.ok()) co_return outcome_of(answer.error());
  const json::value changed = member_of(*answer, "ticket");
  if (is_success(*answer) && !changed.is_null()) co_return outcome_of_update(update, changed);
  const bool is_solving = update.patch.status == Status::solved && !assignee;
  const bool wants_assignee =
      answer->status == 422 && words_of(*answer).find("ssignee") != std::string::npos;
  if (is_solving && wants_assignee) {
    co_return co_await solve_with_assignee(std::move(update), std::move(marker), attempt);
  }
  co_return co_await refusal(*answer, update.external_id, attempt);
}

/// A ticket can be solved only by somebody who has it: by us, where nobody has.
Task<Outcome> ZendeskDesk::solve_with_assignee(DeskUpdate update, std::string marker,
                                               Attempt attempt) {
  int64_t who = client_.settings().agent_id;
  if (who == 0) {
    Outcome failed;
    Request me{.path = "/users/me.json", .body = {}};
    const Result<json::value> body = co_await get(std::move(me), failed, attempt);
    if (!body.ok()) co_return failed;
    who = JsonView(*body)["user"]["id"].integer().value_or(0);
  }
  Request request = encode_update(update, marker, who);
  const Result<HttpAnswer> answer = co_await client_.call(std::move(request), attempt);
  if (!answer.ok()) co_return outcome_of(answer.error());
  if (is_success(*answer) && !member_of(*answer, "ticket").is_null()) {
    co_return Outcome::done(json::object{});
  }
  co_return co_await refusal(*answer, update.external_id, attempt);
}

/// Zendesk words a change of a closed ticket in many ways; the ticket itself tells.
Task<Outcome> ZendeskDesk::refusal(HttpAnswer answer, std::string ticket, Attempt attempt) {
  Outcome outcome = outcome_of_failure(answer, client_.clock().now());
  if (answer.status != 422) co_return outcome;
  const Outcome seen = co_await ask_ticket(std::move(ticket), attempt);
  if (seen.kind != Outcome::Kind::done) co_return outcome;
  if (JsonView(seen.answer)["status"].text() == "closed") {
    co_return Outcome::refused("closed");
  }
  co_return outcome;
}

Task<Result<int64_t>> ZendeskDesk::agent_named(std::string who, Attempt attempt) {
  if (who.empty()) co_return int64_t{0};
  if (is_digits(who) && who.size() <= 18) co_return number_in(who).value_or(0);
  Outcome failed;
  Request request{.path = search_for_user(who), .body = {}};
  const Result<json::value> body = co_await get(std::move(request), failed, attempt);
  if (!body.ok()) co_return body.error();
  for (const JsonView& user : JsonView(*body)["users"].elements()) {
    const std::string role = user["role"].text().value_or("");
    const bool is_agent = role == "agent" || role == "admin";
    const auto id = user["id"].integer();
    if (is_agent && id && user["active"].boolean().value_or(true)) co_return *id;
  }
  co_return Error{ErrorKind::missing, "zendesk",
                  fmt::format("no agent at Zendesk has the address {}", who)};
}

Task<Result<json::value>> ZendeskDesk::get(Request request, Outcome& failed, Attempt attempt) {
  const Result<HttpAnswer> answer = co_await client_.call(std::move(request), attempt);
  if (!answer.ok()) {
    failed = outcome_of(answer.error());
    co_return answer.error();
  }
  if (answer->status == 200) {
    Result<json::value> parsed = parse_json(answer->body);
    if (parsed.ok()) co_return std::move(*parsed);
  }
  failed = outcome_of_failure(*answer, client_.clock().now());
  ErrorKind kind = ErrorKind::busy;
  if (answer->status == 404) kind = ErrorKind::missing;
  // What was asked about is gone.
  failed.is_unwanted = kind == ErrorKind::missing && failed.kind == Outcome::Kind::refused;
  if (answer->status == 403) kind = ErrorKind::denied;
  co_return Error{kind, "zendesk", failed.why, failed.when};
}

}  // namespace dw
