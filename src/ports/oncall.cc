#include "ports/oncall.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"

namespace dw {
namespace {

constexpr size_t words_characters_max = 300;
constexpr Millis throttle_pause{20'000};
constexpr Millis fresh_for{60'000};

json::object encode_person(const OncallPerson& person) {
  return {{"name", person.name},
          {"email", text_or_null(person.email)},
          {"slack", text_or_null(person.slack)}};
}

const OncallPerson* person_at(const std::vector<OncallPerson>& people, size_t place) {
  const bool has_levels = !people.empty() && people.front().level > 0;
  if (!has_levels) return place < people.size() ? &people[place] : nullptr;
  for (const OncallPerson& one : people) {
    if (one.level == static_cast<int>(place) + 1) return &one;
  }
  return nullptr;
}

json::value encode_place(const std::vector<OncallPerson>& people, size_t place) {
  const OncallPerson* person = person_at(people, place);
  return person == nullptr ? json::value() : json::value(encode_person(*person));
}

/// {"error":{"message":…,"errors":[…]}} of PagerDuty, {"message":…} of Opsgenie.
std::string words_of(const HttpAnswer& answer) {
  const Result<json::value> parsed = parse_json(answer.body);
  if (!parsed.ok()) return "";
  const JsonView view(*parsed);
  const JsonView error = view["error"];
  std::string words = error.is_object() ? error["message"].text().value_or("")
                                        : view["message"].text().value_or("");
  return cut_characters(words, words_characters_max);
}

}  // namespace

json::object encode_oncall(const std::vector<OncallPerson>& people) {
  json::object out{{"primary", encode_place(people, 0)}, {"secondary", encode_place(people, 1)}};
  json::array all;
  for (const OncallPerson& one : people) {
    if (one.level <= 0) continue;
    json::object person = encode_person(one);
    person["level"] = one.level;
    all.push_back(std::move(person));
  }
  if (!all.empty()) out["people"] = std::move(all);
  return out;
}

std::string describe_oncall(const std::vector<OncallPerson>& people) {
  if (people.empty()) return "nobody is on call";
  std::vector<std::string> out;
  for (size_t i = 0; i < people.size(); ++i) {
    const OncallPerson& one = people[i];
    const size_t level = one.level > 0 ? static_cast<size_t>(one.level) : i + 1;
    if (one.level <= 0 && i > 1) break;
    constexpr std::array<const char*, 2> names = {"primary", "secondary"};
    const std::string place = level <= 2 ? names[level - 1] : fmt::format("level {}", level);
    out.push_back(place + " " + one.name);
  }
  return join(out, ", ");
}

std::string refusal_of_oncall(const Delivery& delivery) {
  const auto* ask = std::get_if<Lookup>(&delivery.payload);
  if (ask != nullptr && ask->about == "oncall") return "";
  return "supports on-call queries only";
}

Outcome outcome_of_oncall(const std::string& system, const std::string& key,
                          const HttpAnswer& answer, TimePoint now) {
  const std::string words = words_of(answer);
  const std::string why =
      fmt::format("{}: {}{}{}", system, answer.status, words.empty() ? "" : " ", words);
  switch (answer.status) {
    case 200:
      return Outcome::unsure(why + "; unexpected response, check api_url");
    case 400:
    case 404:
      return Outcome::refused(why + "; check policy");
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

OncallTarget::OncallTarget(HttpClient& http, Clock& clock, const OncallSettings& settings,
                           std::string system)
    : clock_(clock),
      settings_(settings),
      http_(http),
      system_(std::move(system)),
      name_("oncall:" + settings.name),
      label_(system_ + ":" + settings.name) {}

Task<Result<HttpAnswer>> OncallTarget::send(HttpCall call, Attempt attempt) {
  const Millis left = attempt.left(clock_);
  if (left <= Millis(0))
    co_return Error{ErrorKind::busy, label_, "the deadline passed before the request"};
  co_return co_await http_.send(std::move(call), left, attempt.fence);
}

Task<Outcome> OncallTarget::look(Attempt attempt) {
  const Monotonic now = clock_.monotonic();
  if (looked_at_ && now - *looked_at_ < fresh_for) co_return Outcome::done();
  Outcome outcome = co_await fetch(attempt);
  if (outcome.kind != Outcome::Kind::done) co_return outcome;
  // What was fetched is not fresh for others before it is complete.
  looked_at_.reset();
  co_await find_people(attempt);
  looked_at_ = now;
  co_return outcome;
}

/// Who is not found is named all the same.
Task<void> OncallTarget::find_people(Attempt attempt) {
  if (finder_ == nullptr) co_return;
  // Other threads may ask meanwhile, and be told of other people.
  std::vector<OncallPerson> found = people_;
  for (size_t i = 0; i < found.size(); ++i) {
    const Millis left = attempt.left(clock_);
    if (!found[i].slack.empty() || found[i].email.empty() || left <= Millis(0)) continue;
    std::string email = found[i].email;
    found[i].slack = co_await finder_->id_of(std::move(email), left);
  }
  people_ = std::move(found);
}

Task<std::vector<Outcome>> OncallTarget::perform(std::vector<Delivery> deliveries,
                                                 Attempt attempt) {
  std::vector<Outcome> outcomes;
  for (size_t i = 0; i < deliveries.size(); ++i) {
    if (std::string wrong = refusal_of_oncall(deliveries[i]); !wrong.empty()) {
      outcomes.push_back(Outcome::refused(std::move(wrong)));
      continue;
    }
    Outcome outcome = co_await look(attempt);
    if (outcome.kind == Outcome::Kind::done) outcome.answer = encode_oncall(people_);
    outcomes.push_back(std::move(outcome));
  }
  co_return outcomes;
}

Task<Settled> OncallTarget::settle(Delivery, Attempt) {
  co_return Settled{.kind = Settled::Kind::repeatable, .why = "a query can be repeated"};
}

Task<std::vector<Probe>> OncallTarget::probe(Millis timeout) {
  looked_at_.reset();
  const Outcome outcome = co_await look(clock_.monotonic() + timeout);
  // A shift may change before the first thread asks.
  looked_at_.reset();
  Probe probe{.name = fmt::format("oncall {} ({})", settings_.name, system_)};
  probe.is_ok = outcome.kind == Outcome::Kind::done;
  probe.detail = probe.is_ok ? describe_oncall(people_) : outcome.why;
  co_return std::vector<Probe>{std::move(probe)};
}

}  // namespace dw
