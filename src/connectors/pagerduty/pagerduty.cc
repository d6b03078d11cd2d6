#include "connectors/pagerduty/pagerduty.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "net/url.h"

namespace dw {
namespace {

constexpr const char* system_name = "PagerDuty";
/// The answer holds for so long: shifts change on the hour, and a busy channel asks often.
constexpr Millis fresh_for{60'000};
constexpr size_t page_size = 100;
constexpr size_t pages_max = 20;

}  // namespace

std::optional<OncallPage> decode_oncalls(std::string_view body) {
  const Result<json::value> parsed = parse_json(body);
  if (!parsed.ok()) return std::nullopt;
  std::vector<Problem> ignored;
  const JsonView view(*parsed, ignored);
  if (!view["oncalls"].is_present()) return std::nullopt;
  OncallPage page{.entries = {}, .has_more = view["more"].boolean().value_or(false)};
  for (const JsonView& entry : view["oncalls"].elements()) {
    const JsonView user = entry["user"];
    // A reference has a summary in place of a name, and no address.
    const std::string summary = user["summary"].text().value_or("");
    page.entries.push_back(
        {entry["escalation_level"].integer().value_or(0),
         user["id"].text().value_or(""),
         {user["name"].text().value_or(summary), user["email"].text().value_or(""), ""}});
  }
  return page;
}

std::vector<OncallPerson> choose_oncall(const std::vector<OncallEntry>& entries) {
  std::vector<OncallEntry> sorted = entries;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.level < b.level; });
  const auto primary =
      std::find_if(sorted.begin(), sorted.end(), [](const auto& one) { return one.level == 1; });
  const auto secondary = std::find_if(sorted.begin(), sorted.end(), [&](const auto& one) {
    const bool is_other = primary == sorted.end() || one.user_id != primary->user_id;
    return one.level == 2 && is_other;
  });
  std::vector<OncallPerson> out;
  if (primary != sorted.end()) out.push_back(primary->person);
  if (secondary == sorted.end()) return out;
  if (out.empty()) out.emplace_back();
  out.push_back(secondary->person);
  return out;
}

PagerdutyOncall::PagerdutyOncall(HttpClient& http, Clock& clock, const OncallSettings& settings)
    : http_(http),
      clock_(clock),
      settings_(settings),
      name_("oncall:" + settings.name),
      label_("pagerduty:" + settings.name) {}

Task<Result<HttpAnswer>> PagerdutyOncall::ask(size_t offset, Monotonic until) {
  const auto left = std::chrono::duration_cast<Millis>(until - clock_.monotonic());
  if (left <= Millis(0)) co_return Error{ErrorKind::busy, label_, "no time was left to ask"};
  HttpCall call{
      .url = fmt::format("{}/oncalls?escalation_policy_ids%5B%5D={}&include%5B%5D=users&limit={}&"
                         "offset={}",
                         settings_.api_url, encode_url_part(settings_.policy), page_size, offset),
      .headers = {{"Accept", "application/vnd.pagerduty+json;version=2"},
                  {"Authorization", "Token token=" + settings_.token.reveal()}},
      .body = {}};
  co_return co_await http_.send(std::move(call), left);
}

Task<Outcome> PagerdutyOncall::look(Monotonic until) {
  const Monotonic now = clock_.monotonic();
  if (looked_at_ && now - *looked_at_ < fresh_for) co_return Outcome::done();
  std::vector<OncallEntry> entries;
  for (size_t page_number = 0; page_number < pages_max; ++page_number) {
    const Result<HttpAnswer> answer = co_await ask(page_number * page_size, until);
    if (!answer.ok()) co_return outcome_of_oncall(system_name, answer.error());
    const auto page = answer->status == 200 ? decode_oncalls(answer->body) : std::nullopt;
    if (!page) {
      const std::string key = fmt::format("oncall.{}.token", settings_.name);
      co_return outcome_of_oncall(system_name, key, *answer, clock_.now());
    }
    entries.insert(entries.end(), page->entries.begin(), page->entries.end());
    if (!page->has_more) break;
  }
  people_ = choose_oncall(entries);
  looked_at_ = now;
  co_return Outcome::done();
}

Task<std::vector<Outcome>> PagerdutyOncall::perform(std::vector<Delivery> deliveries,
                                                    Millis timeout) {
  const Monotonic until = clock_.monotonic() + timeout;
  std::vector<Outcome> outcomes;
  for (size_t i = 0; i < deliveries.size(); ++i) {
    if (std::string wrong = refusal_of_oncall(deliveries[i]); !wrong.empty()) {
      outcomes.push_back(Outcome::refused(std::move(wrong)));
      continue;
    }
    Outcome outcome = co_await look(until);
    if (outcome.kind == Outcome::Kind::done) outcome.answer = encode_oncall(people_);
    outcomes.push_back(std::move(outcome));
  }
  co_return outcomes;
}

Task<Settled> PagerdutyOncall::settle(Delivery, Millis) {
  co_return Settled{.kind = Settled::Kind::repeatable, .why = "a question may be asked again"};
}

Task<std::vector<Probe>> PagerdutyOncall::probe(Millis timeout) {
  looked_at_.reset();
  const Outcome outcome = co_await look(clock_.monotonic() + timeout);
  Probe probe{.name = fmt::format("oncall {} (pagerduty)", settings_.name)};
  probe.is_ok = outcome.kind == Outcome::Kind::done;
  probe.detail = probe.is_ok ? describe_oncall(people_) : outcome.why;
  co_return std::vector<Probe>{std::move(probe)};
}

}  // namespace dw
