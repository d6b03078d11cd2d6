#include "jobs/volume/baseline.h"

#include <algorithm>
#include <cmath>

namespace dw {
namespace {

constexpr double level_half_life = 3 * 24;
// Relative variances of children around their parents, before anything is known. Busy and quiet
// hours of a day differ tenfold, a weekend and a weekday fourfold.
constexpr double overall_variance = 2, day_variance = 4, weekday_variance = 1, holiday_variance = 2;
/// An hour of the week that was never seen may stray so far from its hour of day and weekday.
constexpr double unseen_variance = 0.25;
/// What an hour of the week strays is never believed to be less than this share of the dispersion:
/// without it a slot would never learn that it differs.
constexpr double stray_share_min = 0.1, stray_max = 4;
/// Where it strays it was learnt as dispersion, too, so that only half of what is assumed widens
/// the law.
constexpr double assumed_counted = 0.5;
/// A weekday's hours are known to stray if so many of them were seen, by what is beyond so many
/// standard errors.
constexpr int stray_hours_min = 12;
constexpr double stray_doubt = 1;
/// A slot that lies further out than so many standard errors strays by as much as it shows.
constexpr double stray_errors = 2;
/// A count whose hour of day or weekday is unknown says little about the other.
constexpr double other_unknown = 0.1;
constexpr double level_pseudo = 10;
/// A weekday's factor rests on its days, and the level may have moved from one to the next by three
/// in a hundred: relative variance, of one week. A rise of weeks is soon told from a season.
constexpr double moved_variance = 0.001;
/// The dispersion is taken so many standard errors too large.
constexpr double caution = 1;
/// From how many observations (weeks, days) a slot speaks for itself.
constexpr double week_seen_min = 1.5, day_seen_min = 1.5;
constexpr double mean_min = 1e-4;
/// A slot trusts its parent without end no more than this: relative variance.
constexpr double prior_min = 1e-4;
/// Passes of the two-way fit, which begins at yesterday's: the last ones change nothing.
constexpr int refit_passes = 4;
/// On the first day the weekday is the measure of all others.
constexpr int64_t first_day = 24;
/// With more relative variance than this a mean is a guess; with more than that, a residual around
/// it tells nothing of the dispersion.
constexpr double guess_unknown = 0.3, spread_unknown_max = 0.6;
/// A holiday comes so seldom that time alone must not make it forgotten.
constexpr double holiday_half_life_factor = 16;

int64_t hours_since_1970(TimePoint hour) {
  return std::chrono::floor<std::chrono::hours>(hour).time_since_epoch().count();
}

}  // namespace

std::string_view name_of(BaselineSource basis) {
  switch (basis) {
    case BaselineSource::none:
      return "nothing";
    case BaselineSource::overall:
      return "overall";
    case BaselineSource::hour_of_day:
      return "hour of day";
    case BaselineSource::hour_of_week:
      return "hour of week";
    case BaselineSource::holiday:
      return "holiday";
  }
  return "nothing";
}

void Baseline::Sums::fade(int64_t hour, double half_life) {
  if (hour <= at) return;
  if (seen > 0) {
    const double factor = std::exp2(-static_cast<double>(hour - at) / half_life);
    events *= factor;
    exposure *= factor;
    seen *= factor;
    squares *= factor * factor;
    squares_over *= factor * factor;
  }
  at = hour;
}

void Baseline::Sums::add(double count, double over, double weight) {
  events += weight * count;
  exposure += weight * over;
  squares += weight * weight * over;
  squares_over += weight * weight * over * over;
  seen += weight;
}

void Baseline::Sums::gather(const Sums& slot, double of_other, double trust) {
  events += trust * slot.events;
  exposure += trust * of_other * slot.exposure;
  squares += trust * trust * of_other * slot.squares;
  squares_over += trust * trust * of_other * of_other * slot.squares_over;
  seen += trust * slot.seen;
}

Baseline::Baseline(Season season, Millis history)
    : season_(std::move(season)),
      half_life_(std::max(24.0, static_cast<double>(history.count()) / 3.6e6 / 4)),
      seen_once_(std::exp2(-168 / half_life_)) {}

/// Gamma posterior of a mean around its parent's. An over-dispersed count tells less than its size,
/// which is reckoned here, with the dispersion as it is known now. What the parent's counts have
/// left open does not count against it: the child's own are among them.
MeanEstimate Baseline::estimate(const Sums& sums, const Strays& strays, const MeanEstimate& parent,
                                double dispersion) {
  const double pseudo = 1 / std::max(prior_min, strays.known + strays.assumed + parent.error.prior);
  const double rough = (sums.events + 1) / (sums.exposure + 1 / parent.mean);
  const double per_exposure = sums.seen > 0 ? sums.exposure / sums.seen : 1;
  const double information = 1 / (1 + dispersion * rough * per_exposure);
  const double own = information * sums.events;
  MeanEstimate out;
  out.mean =
      std::max(mean_min, (pseudo + own) / (pseudo / parent.mean + information * sums.exposure));
  const double trust = own / (pseudo + own), lean = 1 - trust;
  out.error = {
      lean * lean * parent.error.poisson, lean * lean * parent.error.over,
      lean * lean * (parent.error.prior + strays.known + assumed_counted * strays.assumed)};
  if (sums.exposure <= 0) return out;
  const double scale = trust * trust / (sums.exposure * sums.exposure);
  out.error.poisson += scale * sums.squares / out.mean;
  out.error.over += scale * sums.squares_over;
  return out;
}

/// How far the slot may stray from its parent: as slots do, and more where it plainly does.
Baseline::Strays Baseline::strays_of(const Sums& slot, const Expected& out) const {
  const double of_all = std::max(parent_spread_.found().value - out.dispersion, 0.0);
  const double usual = std::max(of_all, strays_[static_cast<size_t>(weekday_now_)]);
  double variance = usual + unseen_variance * std::max(0.0, 1 - slot.seen / seen_once_);
  if (slot.exposure > 0) {
    const double own = (slot.events + 0.5) / slot.exposure;
    const double distance = own / out.parent.mean - 1;
    const double noise =
        (slot.squares / std::max(mean_min, own) + out.dispersion * slot.squares_over) /
        (slot.exposure * slot.exposure);
    const double plain = distance * distance - stray_errors * stray_errors *
                                                   (noise + out.parent.error.at(out.dispersion));
    variance = std::max(variance, plain);
  }
  const double known = std::min(variance, stray_max);
  return {known, std::max(0.0, stray_share_min * out.dispersion - known)};
}

/// How far the hours of a weekday stray from the product of hour of day and weekday: a Sunday that
/// has no morning rush. Once a day, from the counts so far: after one week, when the hours of the
/// week were judged by their parents alone, no distance has told of it yet.
double Baseline::stray_of(int weekday, int64_t hour, const MeanEstimate& overall,
                          const Expected& now) {
  double beyond = 0, variance = 0;
  int seen = 0;
  for (size_t h = 0; h < days_.size(); ++h) {
    Sums& slot = slots_[static_cast<size_t>(weekday) * 24 + h];
    if (slot.exposure <= 0) continue;
    slot.fade(hour, half_life_);
    days_[h].fade(hour, half_life_);
    const MeanEstimate day = estimate(days_[h], {day_variance}, overall, now.dispersion);
    const double parent = day.mean * now.factor.mean;
    const double distance = slot.events / slot.exposure / parent - 1;
    const double noise = (slot.squares / parent + now.dispersion * slot.squares_over) /
                             (slot.exposure * slot.exposure) +
                         day.error.at(now.dispersion) + now.factor.error.at(now.dispersion);
    beyond += distance * distance - noise;
    variance += (2 + noise) * noise * noise;
    ++seen;
  }
  if (seen < stray_hours_min) return 0;
  return std::clamp((beyond - stray_doubt * std::sqrt(variance)) / seen, 0.0, stray_max);
}

/// Hours of day and factors of weekdays anew from what the hours of the week have counted, in turn,
/// until both agree. What was counted while a weekday's factor was a guess is no longer measured by
/// that guess. Large hours tell little more of a weekday than small ones where dispersion rules.
void Baseline::refit(int64_t hour, const MeanEstimate& overall, double dispersion) {
  std::array<double, 24> day_means{};
  std::array<double, 7> factors{};
  for (int i = 0; i < holiday_slots_from; ++i)
    slots_[static_cast<size_t>(i)].fade(hour, half_life_);
  for (size_t w = 0; w < weekdays_.size(); ++w) {
    factors[w] = estimate(weekdays_[w], {weekday_variance}, {1, {}}, dispersion).mean;
  }
  for (int pass = 0; pass < refit_passes; ++pass) {
    for (size_t h = 0; h < days_.size(); ++h) {
      days_[h] = {.at = hour};
      for (size_t w = 0; w < factors.size(); ++w)
        days_[h].gather(slots_[w * 24 + h], factors[w], 1);
      day_means[h] = estimate(days_[h], {day_variance}, overall, dispersion).mean;
    }
    for (size_t w = 0; w < weekdays_.size(); ++w) {
      weekdays_[w] = {.at = hour};
      for (size_t h = 0; h < day_means.size(); ++h) {
        const double size = day_means[h] * factors[w];
        const double trust = (1 + dispersion * overall.mean) / (1 + dispersion * size);
        weekdays_[w].gather(slots_[w * 24 + h], day_means[h], trust);
      }
      factors[w] = estimate(weekdays_[w], {weekday_variance}, {1, {}}, dispersion).mean;
    }
  }
}

void Baseline::find_season(int64_t hour, Expected& out) {
  const double dispersion = out.dispersion;
  overall_.fade(hour, half_life_);
  const MeanEstimate overall =
      estimate(overall_, {overall_variance}, {first_count_, {}}, dispersion);
  // A holiday is most like a Sunday until it is known better.
  const int week_slot = out.slot.is_holiday ? 6 * 24 + out.slot.hour_of_day : out.slot.slot;
  const bool is_new_day = week_slot / 24 != weekday_now_;
  if (is_new_day && hours_ >= first_day) refit(hour, overall, dispersion);
  Sums& day = days_[static_cast<size_t>(out.slot.hour_of_day)];
  day.fade(hour, half_life_);
  Sums& weekday = weekdays_[static_cast<size_t>(week_slot / 24)];
  weekday.fade(hour, half_life_);
  Sums& week = slots_[static_cast<size_t>(week_slot)];
  week.fade(hour, half_life_);
  out.day = estimate(day, {day_variance}, overall, dispersion);
  const double strays = hours_ < first_day ? 0 : weekday_variance;
  const double weeks = std::max(1.0, weekday.seen / 24);
  out.moved_unknown = moved_variance / (weeks * weeks);
  out.factor = estimate(weekday, {std::max(strays, mean_min)}, {1, {}}, dispersion);
  const MeanError &of_day = out.day.error, &of_factor = out.factor.error;
  out.parent = {out.day.mean * out.factor.mean,
                {of_day.poisson + of_factor.poisson, of_day.over + of_factor.over,
                 of_day.prior + of_factor.prior}};
  if (is_new_day) {
    weekday_now_ = week_slot / 24;
    strays_[static_cast<size_t>(weekday_now_)] = stray_of(weekday_now_, hour, overall, out);
  }
  out.season = estimate(week, strays_of(week, out), out.parent, dispersion);
  out.basis = overall_.seen <= 0           ? BaselineSource::none
              : week.seen >= week_seen_min ? BaselineSource::hour_of_week
              : day.seen >= day_seen_min   ? BaselineSource::hour_of_day
                                           : BaselineSource::overall;
  if (!out.slot.is_holiday) return;
  Sums& holiday = slots_[static_cast<size_t>(out.slot.slot)];
  holiday.fade(hour, half_life_ * holiday_half_life_factor);
  if (holiday.seen >= 1) out.basis = BaselineSource::holiday;
  out.season = estimate(holiday, {holiday_variance}, out.season, dispersion);
}

void Baseline::find_level(int64_t hour, Expected& out) {
  level_.fade(hour, level_half_life);
  const double believed = level_pseudo + level_.events;
  out.level = believed / (level_pseudo + level_.exposure);
  out.level_unknown = (level_pseudo + level_.squares) / (believed * believed);
}

Roughness::Hour Baseline::rough_hour(const Expected& expected) {
  return {.of_day = expected.slot.hour_of_day,
          .mean = expected.parent.mean * expected.level,
          .error = expected.parent.error.at(expected.dispersion)};
}

Expected Baseline::expect(TimePoint at) {
  const int64_t hour = hours_since_1970(at);
  if (hour > spread_at_) {
    if (spread_at_ > 0) {
      const double factor = std::exp2(-static_cast<double>(hour - spread_at_) / half_life_);
      spread_.fade(factor);
      parent_spread_.fade(factor);
      roughness_.fade(factor);
    }
    spread_at_ = hour;
  }
  Expected out;
  out.slot = season_.of(at);
  const DispersionEstimate::Found spread = spread_.found();
  out.dispersion = spread.value;
  find_season(hour, out);
  find_level(hour, out);
  const double mean = out.season.mean * out.level;
  const double careful = spread.value * std::exp(caution * spread.error);
  // The roughness is one of the whole variance, Poisson noise included.
  const double rough = roughness_.of(rough_hour(out));
  const double dispersion = std::max(0.0, rough * (1 / mean + careful) - 1 / mean);
  out.law = {.mean = mean,
             .dispersion = dispersion,
             .unknown = out.season.error.at(std::max(careful, dispersion)) + out.level_unknown +
                        out.moved_unknown};
  return out;
}

void Baseline::learn_season(int64_t hour, const Expected& expected, double count, double weight) {
  const auto add = [&](Sums& sums, double over, double share) {
    sums.at = std::max(sums.at, hour);
    sums.add(count, over, share);
  };
  add(slots_[static_cast<size_t>(expected.slot.slot)], expected.level, weight);
  if (expected.slot.is_holiday) return;
  const double alpha = expected.dispersion;
  // The first day's weekday is the measure of the others: its factor is 1 until it comes again.
  const bool is_first_day = hours_ < first_day;
  const double of_factor = is_first_day ? 0 : expected.factor.error.at(alpha);
  const double factor = is_first_day ? 1 : expected.factor.mean;
  add(days_[static_cast<size_t>(expected.slot.hour_of_day)], expected.level * factor,
      weight * other_unknown / (other_unknown + of_factor));
  if (!is_first_day) {
    const double of_day = expected.day.error.at(alpha);
    add(weekdays_[static_cast<size_t>(expected.slot.slot / 24)], expected.level * expected.day.mean,
        weight * other_unknown / (other_unknown + of_day));
  }
  add(overall_, expected.level, weight);
}

void Baseline::learn_spread(int64_t hour, const Expected& expected, double count, double weight) {
  spread_at_ = std::max(spread_at_, hour);
  const double mean = expected.law.mean;
  // Around a guess the residual tells of the season, not of the dispersion.
  const MeanError& parent = expected.parent.error;
  if (parent.at(expected.dispersion) <= guess_unknown && !expected.slot.is_holiday) {
    MeanError error = parent;
    error.poisson += expected.level_unknown;
    parent_spread_.learn(expected.parent.mean * expected.level, count, error, weight);
  }
  // What an unseen hour may stray is reckoned as dispersion until the hour comes again.
  MeanError error = expected.season.error;
  error.poisson += expected.level_unknown;
  error.prior = std::min(error.prior, parent.prior);
  if (error.at(expected.dispersion) > spread_unknown_max) return;
  spread_.learn(mean, count, error, weight);
  const double relative = (count - mean) / mean;
  const double square =
      relative * relative / (1 / mean + expected.dispersion + error.at(expected.dispersion));
  roughness_.learn(rough_hour(expected), square, weight);
}

/// An hour of the week that was never seen can't tell a level that moved from a weekday that
/// differs: it is taken for the weekday's, and the level for what it was.
void Baseline::learn_level(int64_t hour, const Expected& expected, double count, double weight) {
  const double mean = expected.law.mean;
  const bool is_first = slots_[static_cast<size_t>(expected.slot.slot)].seen <= 0;
  const double unknown = is_first ? 0 : expected.season.error.at(expected.dispersion);
  const double taken = is_first ? mean : count;
  // Where the mean is still a guess, the count itself says more about its size.
  const double size = unknown > guess_unknown ? std::max(mean, taken) : mean;
  // What the season does not know yet must not be taken for a moving level.
  const double information = 1 / (1 + (expected.dispersion + unknown) * size);
  level_.at = std::max(level_.at, hour);
  level_.events += weight * taken * information;
  level_.exposure += weight * expected.season.mean * information;
  level_.squares += weight * weight * taken * information;
  level_.seen += weight;
}

void Baseline::learn(TimePoint at, const Expected& expected, double count, double weight) {
  const int64_t hour = hours_since_1970(at);
  if (expected.basis == BaselineSource::none) first_count_ = std::max(1.0, count);
  if (!expected.slot.is_holiday) learn_level(hour, expected, count, weight);
  learn_season(hour, expected, count, weight);
  if (expected.basis != BaselineSource::none) learn_spread(hour, expected, count, weight);
  ++hours_;
}

void Baseline::adopt_level(TimePoint at, double ratio) {
  level_.fade(hours_since_1970(at), level_half_life);
  const double level = (level_pseudo + level_.events) / (level_pseudo + level_.exposure);
  // A day's worth of belief is kept: the new level is still to be learnt exactly.
  const double kept = std::exp2(-5.0);
  level_.exposure = (level_.exposure + level_pseudo) * kept;
  level_.squares *= kept * kept;
  level_.events = std::max(0.0, level * ratio * (level_.exposure + level_pseudo) - level_pseudo);
  level_.squares = std::max(level_.squares, level_.events);
}

}  // namespace dw
