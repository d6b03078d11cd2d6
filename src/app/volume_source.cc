#include "app/volume_source.h"

#include <algorithm>
#include <set>

#include "net/wake.h"

namespace dw {
namespace {

constexpr const char* desk_target = "desk:zendesk";
constexpr int asks_max = 6, pages_max = 10'000;
constexpr Millis patience_max{90'000}, pause_first{1'000};
/// A page of a thousand tickets takes its time.
constexpr Millis answer_time_min{60'000};

TaggedTicket ticket_in(const JsonView& view) {
  TaggedTicket out;
  const json::value* id = view["id"].raw();
  if (id != nullptr) out.id = id->is_string() ? std::string(id->get_string()) : to_text(*id);
  out.subject = view["subject"].text().value_or("");
  out.tags = view["tags"].texts();
  out.created_at = from_rfc3339(view["created_at"].text().value_or("")).value_or(TimePoint{});
  return out;
}

Target* zendesk_among(const Core& core) {
  for (const auto& target : core.targets) {
    if (target->name() == desk_target) return target.get();
  }
  return nullptr;
}

}  // namespace

/// Asks again while the desk says "later"; a person who waits sees the backfill go on.
Task<Result<json::value>> VolumeSource::ask(json::object question) {
  Target* target = zendesk_among(core_);
  if (target == nullptr) {
    co_return Error{ErrorKind::invalid, "volume.source",
                    "is \"zendesk\", but there is no [zendesk] (or set source = \"embedded\" or "
                    "\"file:PATH\")"};
  }
  Delivery delivery;
  delivery.target = desk_target;
  const std::string about(question.at("about").as_string());
  delivery.payload = Ask{about, std::move(question)};
  const Millis timeout = std::max(core_.settings.retry.timeout, answer_time_min);
  Millis pause = pause_first;
  std::string why = "no answer";
  for (int i = 0; i < asks_max; ++i) {
    std::vector<Delivery> one;
    one.push_back(delivery);
    std::vector<Outcome> outcomes =
        co_await target->perform(std::move(one), core_.clock.monotonic() + timeout);
    Outcome& outcome = outcomes.at(0);
    if (outcome.kind == Outcome::Kind::done) co_return std::move(outcome.answer);
    why = outcome.why;
    if (outcome.kind == Outcome::Kind::refused) {
      co_return Error{ErrorKind::invalid, "zendesk", why};
    }
    const Millis wait = std::min(outcome.when.value_or(pause), patience_max);
    pause *= 2;
    if (i + 1 == asks_max) break;
    Wake wake(core_.loop, core_.clock);
    co_await wake.wait(core_.clock.monotonic() + wait);
  }
  co_return Error{ErrorKind::unreachable, "zendesk", why};
}

Task<Result<int64_t>> VolumeSource::count(TimePoint from, TimePoint until) {
  json::object question{
      {"about", "count"}, {"query", query_}, {"from", to_rfc3339(from)}, {"to", to_rfc3339(until)}};
  DW_CO_TRY(const json::value answer, co_await ask(std::move(question)));
  std::vector<Problem> problems;
  const auto count = JsonView(answer, problems)["count"].integer();
  if (!count || *count < 0) {
    co_return Error{ErrorKind::unreachable, "zendesk", "answered without a count"};
  }
  co_return *count;
}

Task<Result<std::vector<TaggedTicket>>> VolumeSource::tickets(TimePoint from, TimePoint until) {
  std::vector<TaggedTicket> out;
  std::set<std::string> seen;  // a page may repeat what moved while it was read
  std::string cursor;
  for (int page = 0; page < pages_max; ++page) {
    json::object question{{"about", "search"},
                          {"query", query_},
                          {"from", to_rfc3339(from)},
                          {"to", to_rfc3339(until)},
                          {"cursor", cursor}};
    DW_CO_TRY(const json::value answer, co_await ask(std::move(question)));
    std::vector<Problem> problems;
    const JsonView view(answer, problems);
    for (const JsonView& one : view["tickets"].elements()) {
      TaggedTicket ticket = ticket_in(one);
      const bool is_new = ticket.id.empty() || seen.insert(ticket.id).second;
      if (is_new) out.push_back(std::move(ticket));
    }
    cursor = view["next_cursor"].text().value_or("");
    if (cursor.empty()) co_return out;
  }
  co_return Error{ErrorKind::invalid, "zendesk", "a search that never ends"};
}

Task<Result<VolumeSource::Births>> VolumeSource::births(TimePoint from, std::string cursor) {
  json::object question{{"about", "export"}, {"from", to_rfc3339(from)}, {"cursor", cursor}};
  Result<json::value> answer = co_await ask(std::move(question));
  if (!answer.ok()) {
    Error error = answer.error();
    const bool is_there = zendesk_among(core_) != nullptr;
    if (error.kind == ErrorKind::invalid && is_there) error.kind = ErrorKind::denied;
    co_return error;
  }
  std::vector<Problem> problems;
  const JsonView view(*answer, problems);
  Births out;
  for (const JsonView& one : view["tickets"].elements()) out.tickets.push_back(ticket_in(one));
  out.next_cursor = view["next_cursor"].text().value_or("");
  out.reached = from_rfc3339(view["reached"].text().value_or("")).value_or(TimePoint{});
  out.is_end = view["is_end"].boolean().value_or(true) || out.next_cursor.empty();
  co_return out;
}

}  // namespace dw
