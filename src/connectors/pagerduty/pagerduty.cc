#include "connectors/pagerduty/pagerduty.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "net/url.h"

namespace dw {
namespace {

constexpr const char* system_name = "PagerDuty";
constexpr size_t page_size = 100;
constexpr size_t pages_max = 20;

}  // namespace

std::optional<OncallPage> decode_oncalls(std::string_view body) {
  const Result<json::value> parsed = parse_json(body);
  if (!parsed.ok()) return std::nullopt;
  const JsonView view(*parsed);
  if (!view["oncalls"].is_present()) return std::nullopt;
  OncallPage page{.entries = {}, .has_more = view["more"].boolean().value_or(false)};
  for (const JsonView& entry : view["oncalls"].elements()) {
    const JsonView user = entry["user"];
    // A reference has a summary in place of a name, and no address.
    const std::string summary = user["summary"].text().value_or("");
    page.entries.push_back(
        {entry["escalation_level"].integer().value_or(0),
         user["id"].text().value_or(""),
         {user["name"].text().value_or(summary), user["email"].text().value_or(""), "", 0}});
  }
  return page;
}

std::vector<OncallPerson> choose_oncall(const std::vector<OncallEntry>& entries) {
  std::vector<OncallEntry> sorted = entries;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.level < b.level; });
  // Whoever stands on several levels is named for the first; a level without anybody is none.
  std::set<std::string> named;
  std::vector<OncallPerson> out;
  for (const OncallEntry& one : sorted) {
    const std::string who = one.user_id.empty() ? one.person.name : one.user_id;
    if (one.level < 1 || who.empty() || !named.insert(who).second) continue;
    out.push_back(one.person);
    out.back().level = static_cast<int>(one.level);
  }
  return out;
}

PagerdutyOncall::PagerdutyOncall(HttpClient& http, Clock& clock, const OncallSettings& settings)
    : OncallTarget(http, clock, settings, "pagerduty") {}

HttpCall PagerdutyOncall::call_for_page(size_t offset) const {
  return {
      .url = fmt::format("{}/oncalls?escalation_policy_ids%5B%5D={}&include%5B%5D=users&limit={}&"
                         "offset={}",
                         settings_.api_url, encode_url_part(settings_.policy), page_size, offset),
      .headers = {{"Accept", "application/vnd.pagerduty+json;version=2"},
                  {"Authorization", "Token token=" + settings_.token.reveal()}},
      .body = {}};
}

Task<Outcome> PagerdutyOncall::fetch(Attempt attempt) {
  std::vector<OncallEntry> entries;
  for (size_t page_number = 0; page_number < pages_max; ++page_number) {
    HttpCall call = call_for_page(page_number * page_size);
    const Result<HttpAnswer> answer = co_await send(std::move(call), attempt);
    if (!answer.ok()) co_return outcome_of_oncall(system_name, answer.error());
    const auto page = answer->status == 200 ? decode_oncalls(answer->body) : std::nullopt;
    if (!page) co_return outcome_of_oncall(system_name, key(), *answer, clock_.now());
    entries.insert(entries.end(), page->entries.begin(), page->entries.end());
    if (!page->has_more) break;
  }
  people_ = choose_oncall(entries);
  co_return Outcome::done();
}

}  // namespace dw
