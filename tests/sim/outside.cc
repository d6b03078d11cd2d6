#include "sim/outside.h"

#include <fmt/format.h>

namespace dw::sim {
namespace {

constexpr const char* notices_place = "notices:webhook";
constexpr Millis key_life{3'600'000};
constexpr Millis dedup_life{300'000};
/// A system that hangs up has done what it does, or does it at once.
constexpr Millis effect_after_hanging_up{500};
/// As net/http_client does: what is on its way while its fence shuts is cut this soon.
constexpr Millis fence_look{500};

std::string subject_of(const Delivery& delivery) {
  return fmt::format("{} lane:{}", to_text(delivery.id), delivery.lane);
}

}  // namespace

Outside::Outside(ManualClock& clock, Story& story, Disk& disk, uint64_t seed)
    : clock_(clock), story_(story), disk_(disk), random_(seed) {
  const auto add = [this](const std::string& name, Settles settles, size_t batch_max = 1) {
    Place place{.name = name, .label = "sim:" + name, .settles = settles, .batch_max = batch_max};
    places_.emplace(name, std::move(place));
  };
  add("queue:high", Settles::by_dedup, 10);
  add("queue:medium", Settles::by_repeat, 10);
  add("desk:far", Settles::by_key);
  add("chat:far", Settles::by_search);
  add("notes:far", Settles::by_search);
  add("mail:far", Settles::by_person);
  add("alert:far", Settles::by_repeat);
  add(notices_place, Settles::by_person);
  for (const char* name : {"slack", "desk:zendesk"}) {
    add(name, Settles::by_search);
    places_.at(name).is_talk = true;
  }
}

void Outside::change_weather(bool is_well) {
  for (auto& [name, place] : places_) {
    if (is_well) {
      place.weather = Weather::good;
    } else if (has_luck(0.4)) {
      place.weather = static_cast<Weather>(random_.below(5));
      story_.tell("place:" + name, fmt::format("the weather of {} is {} now", name,
                                               static_cast<int>(place.weather)));
    }
  }
}

/// Nothing may be sent that is not written down as begun, by whoever holds its lane, in order.
void Outside::check_right(const Place& place, const Sender& sender,
                          const std::vector<Delivery>& deliveries) {
  const Delivery& first = deliveries.front();
  const std::string holder = disk_.ask("SELECT holder FROM lane WHERE name = $1", {first.lane});
  if (holder != sender.holder) {
    story_.broke("a lane is sent by whoever holds it", subject_of(first),
                 fmt::format("{} sends {} to {}, but the lane is held by '{}'", sender.name,
                             to_text(first.id), place.name, holder));
  }
  for (const Delivery& one : deliveries) {
    const std::string row = disk_.ask("SELECT state, in_doubt FROM delivery WHERE id = $1",
                                      {std::to_string(one.id.value)});
    const bool is_right = row == "0 1" || (is_decided(one.id.value) && !row.empty());
    if (!is_right) {
      story_.broke("claimed, then performed, then finished", subject_of(one),
                   fmt::format("{} sends {} while its row (state, in doubt) is '{}'", sender.name,
                               to_text(one.id), row));
    }
  }
  const std::string earlier = disk_.ask(
      "SELECT id FROM delivery WHERE lane = $1 AND id < CAST($2 AS INTEGER) AND state <= 2 "
      "AND (state = 0 OR holds_lane = 1) ORDER BY id LIMIT 1",
      {first.lane, std::to_string(first.id.value)});
  if (!earlier.empty() && !is_decided(std::strtoll(earlier.c_str(), nullptr, 10))) {
    story_.broke("lanes keep their order", subject_of(first),
                 fmt::format("{} is sent while d-{:0>6} in front of it is open", to_text(first.id),
                             earlier));
  }
}

/// What the system answers to one delivery of a request that reached it.
Outcome Outside::decide_one(Place& place, const Delivery& delivery, Millis& effect_after) {
  const bool is_limiting = place.weather == Weather::limiting;
  effect_after = Millis(-1);
  if (has_luck(is_limiting ? 0.7 : place.weather == Weather::flaky ? 0.2 : 0.0)) {
    if (has_luck(0.5)) {
      const Millis after = Millis(1000) + any_wait(Millis(60'000));
      story_.fault("429 with Retry-After", subject_of(delivery), "later, with Retry-After");
      return Outcome::later("429", after);
    }
    story_.fault("429 or 5xx", subject_of(delivery), "later, without a time");
    return Outcome::later("503");
  }
  if (place.weather != Weather::good && has_luck(0.02)) {
    story_.fault("refused", subject_of(delivery), "refused for good");
    return Outcome::refused("422");
  }
  effect_after = any_wait(place.weather == Weather::slow ? Millis(15'000) : Millis(400));
  return Outcome::done(answer_of(place, delivery));
}

json::object Outside::answer_of(const Place& place, const Delivery& delivery) {
  if (place.is_talk) return talk_.answer(delivery);
  return {{"id", fmt::format("far-{}", delivery.id.value)}};
}

Outside::Fate Outside::decide(Place& place, const Sender& sender,
                              const std::vector<Delivery>& deliveries, Millis timeout) {
  check_right(place, sender, deliveries);
  for (const Delivery& one : deliveries) {
    if (!std::holds_alternative<Lookup>(one.payload)) sent_.insert(one.id.value);
  }
  const std::string subject = subject_of(deliveries.front());
  story_.tell(subject, fmt::format("{} sends {} ({} in all) to {}, attempt {}", sender.name,
                                   to_text(deliveries.front().id), deliveries.size(), place.name,
                                   deliveries.front().attempts));
  const bool is_dead = place.weather == Weather::dead;
  const double trouble = place.weather == Weather::good ? 0 : is_dead ? 1 : 0.35;
  Fate fate;
  if (has_luck(trouble * (is_dead ? 0.8 : 0.2))) {
    story_.fault("unreachable", subject, "refuses the connection");
    fate.outcomes.assign(deliveries.size(), Outcome::later("connection refused"));
    fate.heard_after = any_wait(Millis(2000));
    return fate;
  }
  const bool is_silent = has_luck(trouble * (is_dead ? 1 : 0.4));
  const bool has_hung_up = is_silent && has_luck(0.5);
  std::vector<Millis> effects;
  for (const Delivery& one : deliveries) {
    Millis effect_after{};
    fate.outcomes.push_back(decide_one(place, one, effect_after));
    // A request that nobody answers may have arrived all the same.
    const bool has_arrived = !is_silent || has_luck(is_dead ? 0.2 : 0.6);
    effects.push_back(has_arrived ? effect_after : Millis(-1));
    fate.heard_after = std::max(fate.heard_after, effect_after);
  }
  fate.heard_after += any_wait(place.weather == Weather::slow ? Millis(9000) : Millis(200));
  Millis effect_until = timeout;
  if (is_silent || fate.heard_after >= timeout) {
    const char* kind = has_hung_up ? "answer lost" : is_silent ? "hangs" : "answer after deadline";
    story_.fault(kind, subject, kind);
    fate.heard_after = has_hung_up ? any_wait(timeout) : timeout;
    fate.outcomes.assign(deliveries.size(), Outcome::unsure(kind));
    if (has_hung_up) effect_until = std::min(timeout, fate.heard_after + effect_after_hanging_up);
  }
  for (size_t i = 0; i < deliveries.size(); ++i) {
    if (effects[i] < Millis(0)) continue;
    clock_.call_at(clock_.monotonic() + std::min(effects[i], effect_until),
                   [this, name = place.name, copy = deliveries[i], hung_up_at = fate.hung_up_at] {
                     const bool is_aborted =
                         *hung_up_at && clock_.monotonic() > **hung_up_at + effect_after_hanging_up;
                     if (!is_aborted) take_effect(name, copy);
                   });
  }
  return fate;
}

void Outside::take_effect(const std::string& place_name, const Delivery& delivery) {
  Place& place = places_.at(place_name);
  // A question may be asked again, and one may be asked before a comment is sent in its name.
  if (std::holds_alternative<Lookup>(delivery.payload)) {
    if (place.questions.insert(delivery.id.value).second) ++effects_;
    story_.tell(subject_of(delivery), "is asked at " + place_name);
    return;
  }
  std::vector<Place::Effect>& had = place.effects[delivery.id.value];
  const Monotonic now = clock_.monotonic();
  if (!had.empty()) {
    const bool is_absorbed =
        (place.settles == Settles::by_key && now - had.front().at < key_life) ||
        (place.settles == Settles::by_dedup && now - had.back().at < dedup_life);
    if (is_absorbed) {
      story_.tell(subject_of(delivery), place_name + " knows it already and drops the repeat");
      return;
    }
    const bool is_allowed =
        place.settles == Settles::by_repeat || place.settles == Settles::by_dedup;
    if (!is_allowed) {
      story_.broke("nothing happens twice", subject_of(delivery),
                   fmt::format("{} takes effect at {} again", to_text(delivery.id), place_name));
    }
  }
  const auto* post = std::get_if<WebhookPost>(&delivery.payload);
  if (post != nullptr && place_name == notices_place) {
    const Result<void> taken = mailboxes_.take(*post, delivery.id.value);
    if (!taken.ok()) {
      story_.broke("a customer hears once", subject_of(delivery), taken.error().text());
    }
  }
  const bool is_first = had.empty();
  had.push_back({now});
  if (place.is_talk) talk_.take_effect(delivery, clock_.now());
  ++effects_;
  story_.tell(subject_of(delivery), "takes effect at " + place_name);
  int64_t& last = place.last_in_lane[delivery.lane];
  if (delivery.holds_lane && is_first && delivery.id.value < last) {
    story_.broke("lanes keep their order", subject_of(delivery),
                 fmt::format("{} takes effect behind d-{:06}", to_text(delivery.id), last));
  }
  if (delivery.holds_lane) last = std::max(last, delivery.id.value);
}

bool Outside::has_happened(int64_t delivery) const {
  for (const auto& [name, place] : places_) {
    const bool is_asked = sent_.count(delivery) == 0 && place.questions.count(delivery) > 0;
    if (is_asked || place.effects.count(delivery) > 0) return true;
  }
  return false;
}

Settled Outside::settle(Place& place, const Delivery& delivery) {
  Settled settled;
  const bool has_happened = place.effects.count(delivery.id.value) > 0;
  const bool is_question = std::holds_alternative<Lookup>(delivery.payload);
  const bool is_asked = place.settles == Settles::by_key || place.settles == Settles::by_search;
  if (is_question) {
    settled.kind = Settled::Kind::repeatable;
  } else if (!is_asked) {
    settled.kind =
        place.settles == Settles::by_person ? Settled::Kind::unknown : Settled::Kind::repeatable;
  } else if (place.weather == Weather::dead || (place.weather != Weather::good && has_luck(0.2))) {
    settled.kind = Settled::Kind::later;
    story_.fault("can't be asked", subject_of(delivery), "can't be asked what happened");
  } else {
    settled.kind = has_happened ? Settled::Kind::happened : Settled::Kind::not_happened;
    settled.answer = answer_of(place, delivery);
  }
  story_.tell(subject_of(delivery),
              fmt::format("{} is asked: kind {}", place.name, static_cast<int>(settled.kind)));
  return settled;
}

Task<std::vector<Outcome>> SimTarget::perform(std::vector<Delivery> deliveries, Attempt attempt) {
  AsyncEvent answer(loop_, clock_);
  if (!attempt.may_send()) {
    const std::string why = "not sent: the lease was over";
    co_return std::vector<Outcome>(deliveries.size(), Outcome::later(why));
  }
  Outside::Fate fate = outside_.decide(place_, sender_, deliveries, attempt.left(clock_));
  const Monotonic heard_at = clock_.monotonic() + fate.heard_after;
  while (clock_.monotonic() < heard_at) {
    co_await answer.wait(std::min(heard_at, clock_.monotonic() + fence_look));
    if (clock_.monotonic() >= heard_at || attempt.may_send()) continue;
    *fate.hung_up_at = clock_.monotonic();
    const std::string why = "cut: the lease was over";
    co_return std::vector<Outcome>(deliveries.size(), Outcome::unsure(why));
  }
  co_return std::move(fate.outcomes);
}

Task<Settled> SimTarget::settle(Delivery delivery, Attempt) {
  Settled settled = outside_.settle(place_, delivery);
  AsyncEvent answer(loop_, clock_);
  co_await answer.wait(clock_.monotonic() + Millis(50));
  co_return settled;
}

Task<std::vector<Probe>> SimTarget::probe(Millis) {
  co_return std::vector<Probe>{};
}

}  // namespace dw::sim
