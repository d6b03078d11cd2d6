#include "base/clock.h"

#include <fmt/format.h>

#include "base/number.h"
#include "base/text.h"

namespace dw {
namespace {

/// Takes exactly `digits` digits off the front.
std::optional<int> take_number(std::string_view& text, size_t digits) {
  if (text.size() < digits) return std::nullopt;
  const auto value = number_in<int>(text.substr(0, digits));
  if (!value || *value < 0) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

/// ".1234567" as milliseconds; nothing there is 0.
std::optional<int> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  int millis = 0;
  size_t digits = 0;
  for (; !text.empty() && is_digit(text.front()); ++digits) {
    if (digits < 3) millis = millis * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  if (digits == 0 || digits > 9) return std::nullopt;
  for (; digits < 3; ++digits) millis *= 10;
  return millis;
}

/// "Z" or "+02:00".
std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
  if (take(text, 'Z') || take(text, 'z')) return std::chrono::minutes(0);
  const int sign = take(text, '+') ? 1 : take(text, '-') ? -1 : 0;
  const auto hours = take_number(text, 2);
  if (sign == 0 || !hours || *hours > 23 || !take(text, ':')) return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return sign * (std::chrono::hours(*hours) + std::chrono::minutes(*minutes));
}

}  // namespace

Clock::TimerId ManualClock::call_at(Monotonic when, std::function<void()> wake) {
  const TimerId id = ++last_id_;
  timers_.emplace(std::pair{when, id}, std::move(wake));
  return id;
}

void ManualClock::cancel(TimerId timer) {
  std::erase_if(timers_, [timer](const auto& entry) { return entry.first.second == timer; });
}

void ManualClock::advance(Millis by) {
  const Monotonic until = monotonic_ + by;
  while (!timers_.empty() && timers_.begin()->first.first <= until) {
    auto first = timers_.begin();
    const auto step = std::max(first->first.first - monotonic_, Monotonic::duration{});
    now_ += std::chrono::duration_cast<Millis>(step);
    monotonic_ += step;
    auto wake = std::move(first->second);
    timers_.erase(first);
    wake();
  }
  now_ += std::chrono::duration_cast<Millis>(until - monotonic_);
  monotonic_ = until;
}

TimePoint system_now() {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
}

std::string to_rfc3339(TimePoint at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{at - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

std::optional<TimePoint> from_rfc3339(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  TimePoint at = std::chrono::sys_days(date);
  if (text.empty()) return at;
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59 || !take(text, ':')) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *second > 60) return std::nullopt;
  const auto millis = take_fraction(text);
  const auto offset = take_offset(text);
  if (!millis || !offset || !text.empty()) return std::nullopt;
  at += std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second) +
        Millis(*millis) - *offset;
  // An offset may lead out of the years that four digits can say.
  const std::chrono::year_month_day in_utc{std::chrono::floor<std::chrono::days>(at)};
  if (in_utc.year() < std::chrono::year(0) || in_utc.year() > std::chrono::year(9999)) {
    return std::nullopt;
  }
  return at;
}

}  // namespace dw
