// How well storms are seen: simulated desks with and without outages, and the service desk of a
// company (a CSV, if given). docs/storm.md quotes it.
//
//   bench_storm_quality [incident_event_log.csv [missed]]     missed: each ticket that was, and why
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include "domain/words.h"
#include "jobs/storm/grouping.h"

namespace dw {
namespace {

constexpr Millis window{3'600'000};
constexpr int64_t minute = 60'000, day = 86'400'000;
constexpr size_t usual_max = 20'000;

struct Written {
  StormTicket ticket;
  int storm = 0;  ///< 0: an ordinary one
};

/// Groups over time are one as long as each shares half of its tickets with the one before.
struct Seen {
  std::set<int64_t> tickets;
  int64_t at = 0;
  std::string words;
};

/// Looks at each ticket as it comes, as the daemon does.
std::vector<Seen> watch(const std::vector<Written>& all, int64_t from, const StormRules& rules) {
  std::vector<Seen> out;
  UsualWords usual;
  size_t begin = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    const int64_t now = all[i].ticket.at.time_since_epoch().count();
    while (all[begin].ticket.at.time_since_epoch().count() <= now - window.count()) {
      usual.add(all[begin].ticket.at, all[begin].ticket.words);
      if (++begin > usual_max) {
        const StormTicket& oldest = all[begin - 1 - usual_max].ticket;
        usual.remove(oldest.at, oldest.words);
      }
    }
    if (now < from) continue;
    std::vector<StormTicket> in_window;
    for (size_t k = begin; k <= i; ++k) in_window.push_back(all[k].ticket);
    for (const StormGroup& group : find_groups(in_window, usual, rules)) {
      Seen* same = nullptr;
      for (Seen& one : out) {
        const auto shared = std::count_if(group.tickets.begin(), group.tickets.end(),
                                          [&](int64_t id) { return one.tickets.count(id) > 0; });
        if (static_cast<size_t>(shared) * 2 > group.tickets.size()) same = &one;
      }
      if (same == nullptr) {
        out.push_back({.tickets = {}, .at = now, .words = {}});
        same = &out.back();
        for (const StormWord& word : group.words) {
          same->words += fmt::format(" {}({})", word.word, word.tickets);
        }
      }
      same->tickets.insert(group.tickets.begin(), group.tickets.end());
    }
  }
  return out;
}

struct Desk {
  std::mt19937_64 random{7};
  int people = 400, topics = 200;

  double uniform() { return std::uniform_real_distribution<double>(0, 1)(random); }
  int zipf(int count) {
    return std::min(count - 1, static_cast<int>(std::exp(uniform() * std::log(count + 1)) - 1));
  }
  std::vector<std::string> words_about(int topic, double chance) {
    std::set<std::string> words;
    for (int i = 0; i < 5; ++i) {
      if (uniform() < chance) words.insert(fmt::format("topic{}w{}", topic, i));
    }
    const int more = 4 + static_cast<int>(uniform() * 12);
    for (int i = 0; i < more; ++i) words.insert(fmt::format("w{}", zipf(4000)));
    return {words.begin(), words.end()};
  }
  Written ordinary(int64_t at) {
    // One in thirty is about the topic of the week; Mondays have their passwords.
    const bool is_monday = at / day % 7 == 0 && at % day < day / 2;
    int topic = zipf(topics);
    if (uniform() < 1.0 / 30) topic = static_cast<int>(at / (7 * day)) % topics;
    if (is_monday && uniform() < 0.25) topic = 3;
    return {{0, fmt::format("p{}", static_cast<int>(uniform() * people)), TimePoint(Millis(at)),
             words_about(topic, 0.5)},
            0};
  }
};

double busyness(int64_t at) {
  const auto hour = static_cast<double>(at % day) / 3'600'000.0;
  const bool is_weekend = at / day % 7 >= 5;
  const double day_part = hour >= 8 && hour < 18 ? 2.0 : 0.25;
  return day_part * (is_weekend ? 0.2 : 1.2);
}

/// `storms`: one a working day, at eleven, about a topic that the desk knows.
std::vector<Written> desk_of(double per_day, int days, bool has_storms, uint64_t seed) {
  Desk desk;
  desk.random.seed(seed);
  std::vector<Written> out;
  for (int64_t at = 0; at < days * day; at += minute) {
    std::poisson_distribution<int> count(per_day / 1440 * busyness(at));
    for (int i = count(desk.random); i > 0; --i) {
      out.push_back(desk.ordinary(at + static_cast<int64_t>(desk.uniform() * minute)));
    }
  }
  for (int on = 28; has_storms && on < days; ++on) {
    if (on % 7 >= 5) continue;
    const int topic = 5 + on % 40, count = 12 + (on * 7) % 40;
    for (int i = 0; i < count; ++i) {
      const double spread = std::pow(desk.uniform(), 1.5) * 60;  // it grows, and thins out
      Written one{
          {0, fmt::format("s{}", static_cast<int>(desk.uniform() * 300)),
           TimePoint(Millis(on * day + 11 * 60 * minute + static_cast<int64_t>(spread * minute))),
           desk.words_about(topic, 0.75)},
          on};
      one.ticket.words.push_back("topic" + std::to_string(topic) + "w0");
      std::sort(one.ticket.words.begin(), one.ticket.words.end());
      one.ticket.words.erase(std::unique(one.ticket.words.begin(), one.ticket.words.end()),
                             one.ticket.words.end());
      out.push_back(std::move(one));
    }
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Written& a, const Written& b) { return a.ticket.at < b.ticket.at; });
  for (size_t i = 0; i < out.size(); ++i) out[i].ticket.id = static_cast<int64_t>(i + 1);
  return out;
}

void measure_quiet() {
  fmt::print("quiet desks, 84 days each after 28 of history: false storms a month\n");
  for (const double per_day : {20.0, 60.0, 200.0, 600.0}) {
    const int days = 112;
    const auto all = desk_of(per_day, days, false, 11);
    const auto seen = watch(all, 28 * day, {});
    std::fflush(stdout);
    fmt::print("  {:5.0f} a day: {:.2f}\n", per_day,
               static_cast<double>(seen.size()) / (days - 28) * 30);
    for (size_t i = 0; i < seen.size() && i < 3; ++i) {
      fmt::print("        day {}:{}\n", seen[i].at / day, seen[i].words);
    }
  }
}

void measure_storms() {
  fmt::print(
      "outages of 12 to 51 tickets in an hour: seen, precision, recall, F1, minutes until\n");
  for (const double per_day : {20.0, 60.0, 200.0, 600.0}) {
    const auto all = desk_of(per_day, 84, true, 5);
    const auto seen = watch(all, 28 * day, {});
    std::map<int, std::set<int64_t>> truth;
    std::map<int, int64_t> begins;
    for (const Written& one : all) {
      if (one.storm == 0) continue;
      truth[one.storm].insert(one.ticket.id);
      begins.try_emplace(one.storm, one.ticket.at.time_since_epoch().count());
    }
    double precision = 0, recall = 0;
    std::vector<double> minutes;
    int found = 0;
    size_t used = 0;
    for (const auto& [storm, tickets] : truth) {
      const Seen* best = nullptr;
      size_t most = 0;
      for (const Seen& one : seen) {
        size_t shared = 0;
        for (const int64_t id : one.tickets) shared += tickets.count(id);
        if (shared > most) best = &one, most = shared;
      }
      if (best == nullptr) continue;
      ++found, ++used;
      precision += static_cast<double>(most) / static_cast<double>(best->tickets.size());
      recall += static_cast<double>(most) / static_cast<double>(tickets.size());
      minutes.push_back(static_cast<double>(best->at - begins[storm]) / minute);
    }
    std::sort(minutes.begin(), minutes.end());
    const double p = precision / found, r = recall / found;
    fmt::print("  {:5.0f} a day: {} of {}, {:.3f}, {:.3f}, {:.3f}, median {:.0f}; besides {}\n",
               per_day, found, truth.size(), p, r, 2 * p * r / (p + r),
               minutes.empty() ? 0 : minutes[minutes.size() / 2], seen.size() - used);
  }
}

/// DD-MM-YYYY HH:MM
TimePoint time_in(const std::string& text) {
  const std::string iso = fmt::format("{}-{}-{}T{}:00Z", text.substr(6, 4), text.substr(3, 2),
                                      text.substr(0, 2), text.substr(11, 5));
  return from_rfc3339(iso).value_or(TimePoint{});
}

/// An incident of the company's log.
struct Logged {
  Written written;
  std::string kind;     ///< category and subcategory
  std::string problem;  ///< that it was linked to there; may be empty
};

/// The first line of each incident, by time. `has_kind`: category and subcategory are words as
/// well.
std::vector<Logged> logged_in(const char* path, bool has_kind) {
  constexpr size_t category = 16, subcategory = 17, symptom = 18, group = 23, problem = 28;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  std::set<std::string> numbers;
  std::vector<Logged> out;
  while (std::getline(file, line)) {
    std::vector<std::string> cells;
    std::istringstream in(line);
    for (std::string cell; std::getline(in, cell, ',');) cells.push_back(cell);
    if (cells.size() < 30 || !numbers.insert(cells[0]).second) continue;
    Logged one{{}, cells[category] + ", " + cells[subcategory], {}};
    StormTicket& ticket = one.written.ticket;
    ticket = {static_cast<int64_t>(numbers.size()), cells[7], time_in(cells[9]), {}};
    std::vector<size_t> columns{symptom, group};
    if (has_kind) columns = {category, subcategory, symptom, group};
    for (const size_t column : columns) {
      if (cells[column] != "?") ticket.words.push_back(cells[column]);
    }
    std::sort(ticket.words.begin(), ticket.words.end());
    if (cells[problem] != "?") one.problem = cells[problem];
    out.push_back(std::move(one));
  }
  std::stable_sort(out.begin(), out.end(), [](const Logged& x, const Logged& y) {
    return x.written.ticket.at < y.written.ticket.at;
  });
  return out;
}

void measure_incidents(const char* path) {
  std::vector<Written> all;
  std::map<int64_t, std::string> problems;
  for (const Logged& one : logged_in(path, true)) {
    if (!one.problem.empty()) problems[one.written.ticket.id] = one.problem;
    all.push_back(one.written);
  }
  fmt::print("a company's service desk: {} incidents in three days\n", all.size());
  const int64_t from = all.front().ticket.at.time_since_epoch().count() + day;
  for (const Seen& one : watch(all, from, {})) {
    std::map<std::string, int> linked;
    for (const int64_t id : one.tickets) {
      if (problems.count(id) > 0) ++linked[problems[id]];
    }
    std::string known;
    for (const auto& [problem, count] : linked) known += fmt::format(" {}: {}", problem, count);
    fmt::print("  {} {} tickets:{}; linked there{}\n", to_rfc3339(TimePoint(Millis(one.at))),
               one.tickets.size(), one.words, known);
  }
}

/// The log three days after three days, for a month: what that desk has in any month.
std::vector<Logged> month_of(const std::vector<Logged>& log) {
  std::vector<Logged> out;
  const int64_t first = log.front().written.ticket.at.time_since_epoch().count() / day * day;
  for (int64_t copy = 0; copy < 10; ++copy) {
    for (Logged one : log) {
      StormTicket& ticket = one.written.ticket;
      ticket.at += Millis(copy * 3 * day - first);
      // Other people than three days ago.
      ticket.requester += fmt::format("/{}", copy);
      out.push_back(std::move(one));
    }
  }
  return out;
}

/// One kind of incident, as often as `count` in an hour of the last day: drawn from what the log
/// has of that kind, by other people.
std::vector<Written> with_outage(std::vector<Logged> month, const std::vector<Logged>& of_kind,
                                 int count, uint64_t seed, std::map<int64_t, std::string>& kinds) {
  Desk desk;
  desk.random.seed(seed);
  const int64_t begin = 29 * day - day / 2;
  for (int i = 0; i < count; ++i) {
    const auto pick = static_cast<size_t>(desk.uniform() * static_cast<double>(of_kind.size()));
    Logged one = of_kind[std::min(pick, of_kind.size() - 1)];
    const double spread = std::pow(desk.uniform(), 1.5) * 60;
    one.written.storm = 1;
    one.written.ticket.requester = fmt::format("outage {}", i);
    one.written.ticket.at = TimePoint(Millis(begin + static_cast<int64_t>(spread * minute)));
    month.push_back(std::move(one));
  }
  std::stable_sort(month.begin(), month.end(), [](const Logged& x, const Logged& y) {
    return x.written.ticket.at < y.written.ticket.at;
  });
  std::vector<Written> out;
  for (Logged& one : month) {
    one.written.ticket.id = static_cast<int64_t>(out.size() + 1);
    kinds[one.written.ticket.id] = one.kind;
    out.push_back(std::move(one.written));
  }
  return out;
}

/// The window when the last ticket of the outage has come, and what is usual then.
struct LastLook {
  std::vector<StormTicket> window;
  UsualWords usual;
};

LastLook last_look(const std::vector<Written>& all) {
  LastLook out;
  TimePoint last{};
  for (const Written& one : all) {
    if (one.storm != 0) last = std::max(last, one.ticket.at);
  }
  for (const Written& one : all) {
    if (one.ticket.at > last) break;
    if (one.ticket.at > last - window) {
      out.window.push_back(one.ticket);
    } else {
      out.usual.add(one.ticket.at, one.ticket.words);
    }
  }
  return out;
}

const char* text_of(WordVerdict verdict) {
  switch (verdict) {
    case WordVerdict::stands_out:
      return "stands out, not with most of the group's";
    case WordVerdict::few_people:
      return "fewer than three people wrote it";
    case WordVerdict::usual_rate:
      return "not four times as often as usual";
    case WordVerdict::usual_hours:
      return "on three days an hour had half as many";
    default:
      return "too few to be no accident";
  }
}

/// What kept the word of a missed ticket out that came nearest; the words with their counts.
struct Missed {
  std::string why, words;
};

Missed why_missed(const StormTicket& ticket, const LastLook& look,
                  const std::map<std::string, WordVerdict>& verdicts) {
  // The nearest first.
  constexpr WordVerdict order[] = {WordVerdict::stands_out, WordVerdict::accident,
                                   WordVerdict::usual_hours, WordVerdict::usual_rate,
                                   WordVerdict::few_people};
  Missed out{.why = "it has no word", .words = {}};
  size_t best = std::size(order);
  for (const std::string& word : ticket.words) {
    const WordVerdict verdict = verdicts.at(word);
    const auto place = static_cast<size_t>(std::find(order, std::end(order), verdict) - order);
    const auto in_window =
        std::count_if(look.window.begin(), look.window.end(), [&word](const StormTicket& one) {
          return std::binary_search(one.words.begin(), one.words.end(), word);
        });
    out.words +=
        fmt::format("; {}: {} of {}, usually {} of {}, {}", word, in_window, look.window.size(),
                    look.usual.with(word), look.usual.tickets(), text_of(verdict));
    if (place >= best) continue;
    best = place;
    out.why = text_of(verdict);
  }
  return out;
}

/// Counts why the outage's tickets that are not in `seen` are not.
void explain(const std::vector<Written>& all, const Seen* seen, const std::string& kind,
             bool is_listed, std::map<std::string, int>& reasons) {
  const LastLook look = last_look(all);
  const auto verdicts = judge_words(look.window, look.usual);
  for (const Written& one : all) {
    const bool is_in = seen != nullptr && seen->tickets.count(one.ticket.id) > 0;
    const bool is_there = one.ticket.at > look.window.front().at - Millis(1);
    if (one.storm == 0 || is_in || !is_there) continue;
    const Missed missed = why_missed(one.ticket, look, verdicts);
    ++reasons[missed.why];
    if (is_listed)
      fmt::print("      {}{}{}\n", kind, missed.words.empty() ? ": no word" : "", missed.words);
  }
}

/// Who belongs is known by category and subcategory. The words are symptom and group; with
/// `has_kind` those two as well.
void measure_kinds(const char* path, bool has_kind, bool is_listed) {
  const std::vector<Logged> log = logged_in(path, has_kind);
  const std::vector<Logged> month = month_of(log);
  std::map<std::string, std::vector<Logged>> by_kind;
  for (const Logged& one : log) by_kind[one.kind].push_back(one);
  fmt::print(
      "outages of a kind of incident in that desk's month, words {}: seen, precision, recall, F1, "
      "besides\n",
      has_kind ? "with category and subcategory" : "symptom and group");
  for (const int count : {12, 24, 48}) {
    double precision = 0, recall = 0;
    int found = 0, all_kinds = 0;
    size_t besides = 0;
    std::map<std::string, int> unseen, missed;
    for (const auto& [kind, of_kind] : by_kind) {
      if (of_kind.size() < 10) continue;
      ++all_kinds;
      std::map<int64_t, std::string> kinds;
      const auto all = with_outage(month, of_kind, count, static_cast<uint64_t>(count), kinds);
      const auto seen = watch(all, 28 * day, {});
      const Seen* best = nullptr;
      size_t most = 0;
      for (const Seen& one : seen) {
        size_t planted = 0;
        for (const int64_t id : one.tickets) {
          planted += all[static_cast<size_t>(id - 1)].storm != 0 ? 1 : 0;
        }
        if (planted > most) best = &one, most = planted;
      }
      besides += seen.size() - (best == nullptr ? 0 : 1);
      explain(all, best, kind, is_listed, best == nullptr ? unseen : missed);
      if (best == nullptr) continue;
      ++found;
      size_t right = 0;
      for (const int64_t id : best->tickets) right += kinds[id] == kind ? 1 : 0;
      precision += static_cast<double>(right) / static_cast<double>(best->tickets.size());
      recall += static_cast<double>(most) / count;
    }
    const double p = precision / found, r = recall / found;
    fmt::print("  {} tickets: {} of {}, {:.3f}, {:.3f}, {:.3f}; besides {}\n", count, found,
               all_kinds, p, r, 2 * p * r / (p + r), besides);
    for (const auto& [why, tickets] : missed) fmt::print("      {} missed: {}\n", tickets, why);
    for (const auto& [why, tickets] : unseen) {
      fmt::print("      {} of outages not seen: {}\n", tickets, why);
    }
  }
}

}  // namespace
}  // namespace dw

int main(int argc, char** argv) {
  dw::measure_quiet();
  dw::measure_storms();
  if (argc <= 1) return 0;
  dw::measure_incidents(argv[1]);
  for (const bool has_kind : {true, false}) dw::measure_kinds(argv[1], has_kind, argc > 2);
}
