#include "connectors/opsgenie/opsgenie.h"

#include <fmt/format.h>

#include "net/url.h"

namespace dw {
namespace {

constexpr const char* system_name = "Opsgenie";
constexpr Millis fresh_for{60'000};
constexpr size_t uuid_characters = 36;

std::string_view identifier_type(const std::string& schedule) {
  const bool is_uuid = schedule.size() == uuid_characters &&
                       schedule.find_first_not_of("0123456789abcdefABCDEF-") == std::string::npos;
  return is_uuid ? "id" : "name";
}

}  // namespace

std::optional<std::vector<OncallPerson>> decode_recipients(std::string_view body) {
  const Result<json::value> parsed = parse_json(body);
  if (!parsed.ok()) return std::nullopt;
  std::vector<Problem> ignored;
  const JsonView told = JsonView(*parsed, ignored)["data"];
  if (!told.is_object()) return std::nullopt;
  std::vector<OncallPerson> out;
  if (!told["onCallRecipients"].is_present()) return out;
  for (const std::string& address : told["onCallRecipients"].texts()) {
    out.push_back({address.substr(0, address.find('@')), address, ""});
  }
  return out;
}

OpsgenieOncall::OpsgenieOncall(HttpClient& http, Clock& clock, const OncallSettings& settings)
    : http_(http),
      clock_(clock),
      settings_(settings),
      name_("oncall:" + settings.name),
      label_("opsgenie:" + settings.name) {}

Task<Outcome> OpsgenieOncall::look(Monotonic until) {
  const Monotonic now = clock_.monotonic();
  if (looked_at_ && now - *looked_at_ < fresh_for) co_return Outcome::done();
  const auto left = std::chrono::duration_cast<Millis>(until - now);
  if (left <= Millis(0)) co_return Outcome::later("no time was left to ask");
  HttpCall call{
      .url = fmt::format("{}/v2/schedules/{}/on-calls?scheduleIdentifierType={}&flat=true",
                         settings_.api_url, encode_url_part(settings_.policy),
                         identifier_type(settings_.policy)),
      .headers = {{"Authorization", "GenieKey " + settings_.token.reveal()}},
      .body = {}};
  const Result<HttpAnswer> answer = co_await http_.send(std::move(call), left);
  if (!answer.ok()) co_return outcome_of_oncall(system_name, answer.error());
  auto people = answer->status == 200 ? decode_recipients(answer->body) : std::nullopt;
  if (!people) {
    const std::string key = fmt::format("oncall.{}.token", settings_.name);
    co_return outcome_of_oncall(system_name, key, *answer, clock_.now());
  }
  people_ = std::move(*people);
  looked_at_ = now;
  co_return Outcome::done();
}

Task<std::vector<Outcome>> OpsgenieOncall::perform(std::vector<Delivery> deliveries,
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

Task<Settled> OpsgenieOncall::settle(Delivery, Millis) {
  co_return Settled{.kind = Settled::Kind::repeatable, .why = "a question may be asked again"};
}

Task<std::vector<Probe>> OpsgenieOncall::probe(Millis timeout) {
  looked_at_.reset();
  const Outcome outcome = co_await look(clock_.monotonic() + timeout);
  Probe probe{.name = fmt::format("oncall {} (opsgenie)", settings_.name)};
  probe.is_ok = outcome.kind == Outcome::Kind::done;
  probe.detail = probe.is_ok ? describe_oncall(people_) : outcome.why;
  co_return std::vector<Probe>{std::move(probe)};
}

}  // namespace dw
