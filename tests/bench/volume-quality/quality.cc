// Four rules side by side: the simple rule, Poisson on hour-of-week means, a global mean and three
// sigma, and ours; on simulated helpdesks with injected spikes, and on labelled public series.
#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "base/json.h"
#include "jobs/volume/backtest.h"
#include "jobs/volume/count_files.h"
#include "support/simulated_helpdesk.h"

namespace dw {
namespace {

using Incs = std::vector<VolumeAlert>;
using Rule = std::function<Incs(std::span<const HourCount>)>;

/// Hours of alarm as incidents, by the same two calm hours as the simple rule has.
Incs grouped(std::span<const HourCount> hours, const std::vector<bool>& is_alarm) {
  Incidents incidents(false);
  for (size_t i = 0; i < hours.size(); ++i) {
    ScoredHour judged{.hour = hours[i].hour, .count = hours[i].count, .law = {}};
    judged.mark = is_alarm[i] ? Verdict::spike : Verdict::normal;
    incidents.next(judged);
  }
  return incidents.take();
}

Incs poisson_rule(std::span<const HourCount> hours) {
  LocalTime local("UTC");
  struct Slot {
    double sum = 0, n = 0;
  };
  std::vector<Slot> slots(168);
  std::vector<bool> alarms;
  for (const HourCount& one : hours) {
    Slot& slot = slots[static_cast<size_t>(local.at(one.hour).hour_of_week())];
    const CountDistribution law{slot.n > 0 ? slot.sum / slot.n : 0, 0};
    alarms.push_back(slot.n >= 2 && upper_tail(law, one.count) < 1e-4);
    slot.sum += static_cast<double>(one.count);
    ++slot.n;
  }
  return grouped(hours, alarms);
}

Incs sigma_rule(std::span<const HourCount> hours) {
  double n = 0, mean = 0, squares = 0;
  std::vector<bool> alarms;
  for (const HourCount& one : hours) {
    const auto count = static_cast<double>(one.count);
    alarms.push_back(n >= 24 && count > mean + 3 * std::sqrt(squares / n));
    ++n;
    const double step = count - mean;
    mean += step / n;
    squares += step * (count - mean);
  }
  return grouped(hours, alarms);
}

Incs replayed(std::span<const HourCount> hours, VolumeMethod method, bool has_silence) {
  DetectorConfig judging;
  judging.method = method;
  judging.has_silence = has_silence;
  return replay_incidents(hours, judging);
}

/// Labels of the simulation are spikes, and so our alerts of silence are left out there, as no
/// other rule has any; the public labels are any anomaly, and alerts of both kinds count.
std::vector<std::pair<std::string, Rule>> rules(bool has_silence) {
  return {{"simple rule", [](auto hours) { return replayed(hours, VolumeMethod::mean, false); }},
          {"Poisson, hour of week", poisson_rule},
          {"mean + 3 sigma", sigma_rule},
          {"seasonal",
           [=](auto hours) { return replayed(hours, VolumeMethod::seasonal, has_silence); }}};
}

struct Sum {
  size_t labels = 0, found = 0, incidents = 0, right = 0;
  double delay = 0, weeks = 0;
  void add(const Score& one, double for_weeks) {
    labels += one.labels;
    found += one.found;
    incidents += one.incidents;
    right += one.right;
    delay += one.delay_hours * static_cast<double>(one.found);
    weeks += for_weeks;
  }
  void print(const std::string& name) const {
    const auto share = [](size_t a, size_t b) {
      return b == 0 ? 1.0 : static_cast<double>(a) / static_cast<double>(b);
    };
    const double p = share(right, incidents), r = share(found, labels);
    fmt::print("| {} | {:.2f} | {:.2f} | {:.2f} | {:.2f} | {:.1f} | {} |\n", name,
               static_cast<double>(incidents) / weeks, p, r, p + r > 0 ? 2 * p * r / (p + r) : 0,
               found > 0 ? delay / static_cast<double>(found) : 0, incidents - right);
  }
};

/// Incidents and labels from `from` on.
Score score_from(Incs incidents, std::vector<LabelledSpan> labels, TimePoint from) {
  std::erase_if(incidents, [from](const VolumeAlert& one) { return one.to < from; });
  std::erase_if(labels, [from](const LabelledSpan& one) { return one.to < from; });
  return score(incidents, labels);
}

void heading(const std::string& title) {
  fmt::print(
      "\n{}\n\n| rule | alerts a week | precision | recall | F1 | delay, hours | false |\n"
      "|---|---|---|---|---|---|---|\n",
      title);
}

/// Forty helpdesks of a year: means 20 to 80, dispersion 0 to 0.1, a drifting level; a spike about
/// every ten days, two to four hours long, in hours that expect at least `least`.
void simulated(double factor, double least, uint64_t seed_from, int desks) {
  heading(fmt::format(
      "Simulated, spikes of {} times the expected in hours that expect {} or more, seeds {} to {}",
      factor, least, seed_from, seed_from + static_cast<uint64_t>(desks) - 1));
  std::map<std::string, Sum> sums;
  for (int i = 0; i < desks; ++i) {
    const uint64_t seed = seed_from + static_cast<uint64_t>(i);
    std::mt19937_64 random(seed * 7919);
    const Helpdesk desk{.mean = 20.0 * (1 + i % 4), .dispersion = 0.05 * (i % 3), .drift = 0.02};
    Simulated world = simulate(desk, 52 * 168, seed);
    std::vector<LabelledSpan> labels;
    for (size_t at = 300; at + 10 < world.hours.size(); at += 150 + random() % 180) {
      const size_t length = 2 + random() % 3;
      if (world.means[at] < least) continue;
      for (size_t k = at; k < at + length; ++k) {
        world.hours[k].count += draw_count((factor - 1) * world.means[k], desk.dispersion, random);
      }
      labels.push_back({world.hours[at].hour, world.hours[at + length - 1].hour});
    }
    for (const auto& [name, rule] : rules(false)) {
      // The first eight weeks are for learning, for every rule.
      sums[name].add(score_from(rule(world.hours), labels, world.hours[8 * 168].hour), 44);
    }
  }
  for (const auto& [name, rule] : rules(false)) sums[name].print(name);
}

std::string contents(const std::string& path) {
  std::ifstream stream(path);
  std::stringstream out;
  out << stream.rdbuf();
  return out.str();
}

void labelled(const std::string& folder) {
  const auto windows = parse_json(contents(folder + "/windows.json"));
  if (!windows.ok()) return;
  std::map<std::string, Sum> all;
  for (const auto& member : windows->as_object()) {
    const std::string key(member.key());
    const std::string file = key.substr(key.rfind('/') + 1);
    const auto hours = read_counts(contents(folder + "/" + file));
    if (!hours.ok()) continue;
    std::vector<LabelledSpan> labels;
    for (const json::value& pair : member.value().as_array()) {
      const auto time = [&](size_t i) {
        return hour_of(*read_instant(std::string(pair.at(i).as_string()).substr(0, 19)));
      };
      labels.push_back({time(0), time(1)});
    }
    heading("Public: " + file);
    const double weeks = static_cast<double>(hours->size()) / 168;
    for (const auto& [name, rule] : rules(true)) {
      const Score one = score_from(rule(*hours), labels, hours->front().hour);
      Sum sum;
      sum.add(one, weeks);
      sum.print(name);
      all[name].add(one, weeks);
    }
  }
  heading("Public: all three");
  for (const auto& [name, rule] : rules(true)) all[name].print(name);
}

/// Share of single hours found, by the expected count and the factor; a year learnt before.
void power() {
  fmt::print(
      "\n## Power: share of single hours found, sensitivity 1e-4, dispersion 0.02\n\n"
      "| expected | 1.5 times | 2 times | 3 times | 5 times |\n|---|---|---|---|---|\n");
  for (const double mean : {2.0, 5.0, 10.0, 20.0, 50.0, 200.0}) {
    std::string row = fmt::format("| {:.0f} |", mean);
    const Helpdesk desk{.mean = mean, .dispersion = 0.02, .has_season = false};
    const Simulated world = simulate(desk, 40 * 168, 5);
    const Replay seen = replay(world.hours, DetectorConfig{});
    for (const double factor : {1.5, 2.0, 3.0, 5.0}) {
      std::mt19937_64 random(17);
      int found = 0;
      constexpr int draws = 4000;
      for (int i = 0; i < draws; ++i) {
        const CountDistribution& law =
            seen.hours[seen.hours.size() - 1 - static_cast<size_t>(i % 168)].law;
        const int64_t count = draw_count(factor * mean, 0.02, random);
        const bool is_enough = count >= 5 && static_cast<double>(count) - law.mean >= 5;
        found += is_enough && upper_tail(law, count) < 1e-4 ? 1 : 0;
      }
      row += fmt::format(" {:.0f}% |", 100.0 * found / draws);
    }
    fmt::print("{}\n", row);
  }
}

}  // namespace
}  // namespace dw

/// quality [FOLDER of the public series] [--small]
int main(int count, char** arguments) {
  const bool is_small = count > 1 && std::string(arguments[count - 1]) == "--small";
  const int desks = is_small ? 1 : 40;
  for (const double factor : {2.0, 3.0, 5.0}) {
    dw::simulated(factor, 5, 1000, desks);
    if (!is_small) dw::simulated(factor, 20, 1000, desks);
  }
  // Seeds that nobody looked at while the rule was written.
  if (!is_small) dw::simulated(3, 20, 5000, desks);
  dw::power();
  if (count > 1 && !is_small) dw::labelled(arguments[1]);
  return 0;
}
