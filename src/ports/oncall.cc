#include "ports/oncall.h"

#include <fmt/format.h>

#include "base/text.h"

namespace dw {
namespace {

constexpr size_t words_characters_max = 300;
constexpr Millis throttle_pause{20'000};

json::value encode_person(const std::vector<OncallPerson>& people, size_t place) {
  if (place >= people.size()) return nullptr;
  const OncallPerson& person = people[place];
  return json::object{{"name", person.name},
                      {"email", text_or_null(person.email)},
                      {"slack", text_or_null(person.slack)}};
}

/// {"error":{"message":…,"errors":[…]}} of PagerDuty, {"message":…} of Opsgenie.
std::string words_of(const HttpAnswer& answer) {
  const Result<json::value> parsed = parse_json(answer.body);
  if (!parsed.ok()) return "";
  std::vector<Problem> ignored;
  const JsonView view(*parsed, ignored);
  const JsonView error = view["error"];
  std::string words = error.is_object() ? error["message"].text().value_or("")
                                        : view["message"].text().value_or("");
  return cut_characters(words, words_characters_max);
}

}  // namespace

json::object encode_oncall(const std::vector<OncallPerson>& people) {
  return {{"primary", encode_person(people, 0)}, {"secondary", encode_person(people, 1)}};
}

std::string describe_oncall(const std::vector<OncallPerson>& people) {
  if (people.empty()) return "nobody is on call";
  std::string out = people[0].name.empty() ? "" : "primary " + people[0].name;
  if (people.size() > 1) out += (out.empty() ? "" : ", ") + ("secondary " + people[1].name);
  return out;
}

std::string refusal_of_oncall(const Delivery& delivery) {
  const auto* ask = std::get_if<Ask>(&delivery.payload);
  if (ask != nullptr && ask->about == "oncall") return "";
  return "can be asked who is on call, and nothing else";
}

Outcome outcome_of_oncall(const std::string& system, const std::string& key,
                          const HttpAnswer& answer, TimePoint now) {
  const std::string words = words_of(answer);
  const std::string why =
      fmt::format("{}: {}{}{}", system, answer.status, words.empty() ? "" : " ", words);
  switch (answer.status) {
    case 200:
      return Outcome::unsure(why + "; this is not what it answers, is api_url right?");
    case 400:
    case 404:
      return Outcome::refused(why + "; is policy right?");
    case 401:
    case 403:
      return Outcome::later(fmt::format("{}; check {}", why, key));
    case 429:
      return Outcome::later(why, answer.retry_after(now).value_or(throttle_pause));
    default:
      return Outcome::later(why, answer.retry_after(now));
  }
}

Outcome outcome_of_oncall(const std::string& system, const Error& error) {
  if (error.kind == ErrorKind::unsure) {
    return Outcome::unsure(fmt::format("no answer from {}: {}", system, error.what));
  }
  return Outcome::later(fmt::format("{}: {}", system, error.text()), error.when);
}

}  // namespace dw
