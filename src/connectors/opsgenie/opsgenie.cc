#include "connectors/opsgenie/opsgenie.h"

#include <fmt/format.h>

#include "net/url.h"

namespace dw {
namespace {

constexpr const char* system_name = "Opsgenie";
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
  const JsonView told = JsonView(*parsed)["data"];
  if (!told.is_object()) return std::nullopt;
  std::vector<OncallPerson> out;
  if (!told["onCallRecipients"].is_present()) return out;
  for (const std::string& address : told["onCallRecipients"].texts()) {
    out.push_back({address.substr(0, address.find('@')), address, ""});
  }
  return out;
}

OpsgenieOncall::OpsgenieOncall(HttpClient& http, Clock& clock, const OncallSettings& settings)
    : OncallTarget(http, clock, settings, "opsgenie") {}

Task<Outcome> OpsgenieOncall::fetch(Attempt attempt) {
  HttpCall call{
      .url = fmt::format("{}/v2/schedules/{}/on-calls?scheduleIdentifierType={}&flat=true",
                         settings_.api_url, encode_url_part(settings_.policy),
                         identifier_type(settings_.policy)),
      .headers = {{"Authorization", "GenieKey " + settings_.token.reveal()}},
      .body = {}};
  const Result<HttpAnswer> answer = co_await send(std::move(call), attempt);
  if (!answer.ok()) co_return outcome_of_oncall(system_name, answer.error());
  auto people = answer->status == 200 ? decode_recipients(answer->body) : std::nullopt;
  if (!people) co_return outcome_of_oncall(system_name, key(), *answer, clock_.now());
  people_ = std::move(*people);
  co_return Outcome::done();
}

}  // namespace dw
