#include "ports/rates.h"

#include <algorithm>

namespace dw {
namespace {

constexpr int64_t minute = 60'000;
constexpr size_t states_max = 4096;

}  // namespace

RateRule rate_per_minute(std::string name, int count) {
  // In any minute there are the burst and what comes up meanwhile: together `count`.
  const int64_t at_once = std::max(1, count / 10);
  const int64_t rest = count - at_once + 1;
  const int64_t interval = (minute + rest - 1) / rest;
  return {std::move(name), Millis(interval), Millis(interval * (at_once - 1))};
}

RateRule even_rate(std::string name, int per_minute) {
  return {std::move(name), Millis(minute / per_minute), Millis(0)};
}

RateSlot reserve_slot(const std::vector<RateRule>& rules, std::vector<RateState>& states,
                      int64_t now, Millis timeout) {
  int64_t turn = now;
  for (size_t i = 0; i < rules.size(); ++i) {
    turn = std::max(turn, states[i].free_at + rules[i].spared.count());
  }
  if (turn - now > timeout.count()) {
    int64_t again = turn;
    for (size_t i = 0; i < rules.size(); ++i) {
      if (rules[i].spared > Millis(0)) continue;
      RateState& state = states[i];
      state.promised_at = std::max(state.promised_at, state.free_at) + rules[i].interval.count();
      again = std::max(again, state.promised_at);
    }
    return {Millis(again - now), false};
  }
  for (size_t i = 0; i < rules.size(); ++i) {
    RateState& state = states[i];
    // What a rate saved up is counted up to the turn, which another rate may have put off.
    state.free_at = std::max(state.free_at, turn - rules[i].burst.count());
    state.free_at += rules[i].interval.count();
  }
  return {Millis(turn - now), true};
}

Error too_late(const std::vector<RateRule>& rules, Millis wait) {
  const std::string& name = rules.front().name;
  // Begins as own_pace (ports/pace.h) says.
  return {ErrorKind::busy, "rate",
          "waits for its turn: " + name.substr(0, name.find(' ')) + " has a rate limit", wait};
}

Task<Result<void>> wait_for_slot(Rates& rates, Loop& loop, Clock& clock,
                                 std::vector<RateRule> rules, Millis timeout) {
  DW_CO_TRY(const Millis wait, co_await rates.book(std::move(rules), timeout));
  if (wait > Millis(0)) {
    AsyncEvent turn(loop, clock);
    co_await turn.wait(clock.monotonic() + wait);
  }
  co_return Result<void>();
}

int64_t MemoryRates::now() const {
  return std::chrono::ceil<Millis>(clock_.monotonic().time_since_epoch()).count();
}

void MemoryRates::forget_idle(int64_t now) {
  if (states_.size() < states_max) return;
  std::erase_if(states_, [now](const auto& one) { return one.second.free_at + minute <= now; });
}

Task<Result<Millis>> MemoryRates::book(std::vector<RateRule> rules, Millis timeout) {
  forget_idle(now());
  std::vector<RateState> states;
  for (const RateRule& rule : rules) {
    // Whoever has asked for nothing yet has saved up all that may be saved up.
    const auto fresh = RateState{now() - rule.burst.count(), 0};
    states.push_back(states_.try_emplace(rule.name, fresh).first->second);
  }
  const RateSlot turn = reserve_slot(rules, states, now(), timeout);
  for (size_t i = 0; i < rules.size(); ++i) states_[rules[i].name] = states[i];
  if (!turn.is_booked) co_return too_late(rules, turn.wait);
  co_return turn.wait;
}

Task<void> MemoryRates::pause(std::string name, Millis length) {
  int64_t& free_at = states_[std::move(name)].free_at;
  free_at = std::max(free_at, now() + length.count());
  co_return;
}

}  // namespace dw
