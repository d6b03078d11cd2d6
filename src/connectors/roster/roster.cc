#include "connectors/roster/roster.h"

#include <fmt/format.h>

namespace dw {
namespace {

constexpr TimePoint first_monday{Millis(1'704'067'200'000)};
constexpr Millis shortest_turn{3'600'000};

Schedule checked(const std::string& rotate) {
  Result<Schedule> schedule = Schedule::parse(rotate);
  DW_ASSERT(schedule.ok(), "the configuration was checked before it came here");
  return std::move(*schedule);
}

}  // namespace

std::string check_rotation(const std::string& rotate, const std::string& zone) {
  const Result<Schedule> schedule = Schedule::parse(rotate);
  if (!schedule.ok()) return schedule.error().what;
  const auto first = schedule->next_after(first_monday, zone);
  const auto second = first ? schedule->next_after(*first, zone) : std::nullopt;
  if (!second) return fmt::format("\"{}\" never occurs", rotate);
  return *second - *first < shortest_turn ? "a shift must last at least an hour" : "";
}

Roster::Roster(Clock& clock, const OncallSettings& settings, std::string zone)
    : clock_(clock),
      settings_(settings),
      schedule_(checked(settings.rotate)),
      timezone_(std::move(zone)),
      name_("oncall:" + settings.name),
      label_("roster:" + settings.name),
      counted_to_(first_monday) {}

std::vector<OncallPerson> Roster::people_at(TimePoint at) {
  const size_t count = settings_.people.size();
  if (count == 0) return {};
  if (at < counted_to_) {  // the clock was set back
    turn_ = 0;
    counted_to_ = first_monday;
  }
  for (auto next = schedule_.next_after(counted_to_, timezone_); next && *next <= at;
       next = schedule_.next_after(*next, timezone_)) {
    ++turn_;
    counted_to_ = *next;
  }
  std::vector<OncallPerson> out;
  for (size_t i = 0; i < std::min<size_t>(count, 2); ++i) {
    const RosterPerson& person = settings_.people[(turn_ + i) % count];
    out.push_back({person.name, person.email, person.slack});
  }
  return out;
}

Task<std::vector<Outcome>> Roster::perform(std::vector<Delivery> deliveries, Attempt) {
  std::vector<Outcome> outcomes;
  for (const Delivery& delivery : deliveries) {
    std::string wrong = refusal_of_oncall(delivery);
    outcomes.push_back(wrong.empty() ? Outcome::done(encode_oncall(people_at(clock_.now())))
                                     : Outcome::refused(std::move(wrong)));
  }
  co_return outcomes;
}

Task<Settled> Roster::settle(Delivery, Attempt) {
  co_return Settled{.kind = Settled::Kind::repeatable, .why = "a query can be repeated"};
}

Task<std::vector<Probe>> Roster::probe(Millis) {
  const std::vector<OncallPerson> people = people_at(clock_.now());
  co_return std::vector<Probe>{{.name = fmt::format("oncall {} (static)", settings_.name),
                                .is_ok = !people.empty(),
                                .detail = describe_oncall(people)}};
}

}  // namespace dw
