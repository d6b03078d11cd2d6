#include "jobs/storm/grouping.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/contingency.h"

namespace dw {
namespace {

constexpr int64_t requesters_min = 3;
/// After Holm's correction. A desk is looked at some ten thousand times a month.
constexpr double significance = 1e-6;
/// So much more often than usual a word has to be.
constexpr double lift_min = 4;
/// With fewer earlier tickets the desk is young: nobody knows what is usual there.
constexpr int64_t young_max = 50;
/// What a word needs on a young desk: a share of the window's people.
constexpr double young_share_min = 1.0 / 3;
/// A word belongs to a group if so many of its tickets are in it.
constexpr double inside_min = 0.6;
constexpr size_t words_max = 5;
/// On so many days an hour had half as many tickets with the word: that is usual there.
constexpr int64_t usual_days = 3;

using Places = std::vector<size_t>;  // in the window, ascending

int64_t hour_number(TimePoint at) {
  return std::chrono::floor<std::chrono::hours>(at).time_since_epoch().count();
}

struct Candidate {
  StormWord why;
  Places places;
  double probability = 1;
  WordVerdict verdict = WordVerdict::stands_out;
};

class Grouping {
 public:
  Grouping(const std::vector<StormTicket>& window, const UsualWords& usual, const StormRules& rules)
      : window_(window), usual_(usual), needed_(rules.needed()), is_free_(window.size(), true) {
    for (size_t i = 0; i < window.size(); ++i) {
      people_.insert(window[i].requester);
      for (const std::string& word : window[i].words) places_[word].push_back(i);
    }
  }

  std::vector<StormGroup> find() {
    std::vector<StormGroup> out;
    std::vector<Candidate> found = significant_words();
    for (const Candidate& seed : found) {
      StormGroup group = group_of(seed, found);
      const bool is_one = static_cast<int64_t>(group.tickets.size()) >= needed_ &&
                          group.requesters >= requesters_min;
      if (is_one) out.push_back(std::move(group));
    }
    return out;
  }

  std::map<std::string, WordVerdict> verdicts() const {
    std::map<std::string, WordVerdict> out;
    for (const auto& [word, places] : places_) out[word] = WordVerdict::few_people;
    for (const Candidate& one : judged_words()) out[one.why.word] = one.verdict;
    return out;
  }

 private:
  int64_t people_in(const Places& places) const {
    std::set<std::string_view> people;
    for (const size_t place : places) people.insert(window_[place].requester);
    return static_cast<int64_t>(people.size());
  }

  /// A person counts once, however many tickets a program opens in one name.
  Candidate judge(const std::string& word, const Places& places) const {
    Candidate out{.why = {.word = word,
                          .tickets = static_cast<int64_t>(places.size()),
                          .requesters = people_in(places)},
                  .places = places};
    out.why.usual = usual_.with(word);
    const auto people = static_cast<int64_t>(people_.size());
    const bool is_young = usual_.tickets() < young_max;
    // Among themselves, the words of a young desk are compared with as many tickets without any.
    const int64_t usual = is_young ? 0 : out.why.usual;
    const int64_t tickets = is_young ? young_max : usual_.tickets();
    const Draw draw{.all = people + tickets, .marked = out.why.requesters + usual, .drawn = people};
    out.why.weight = g_squared(draw, out.why.requesters);
    const auto a = static_cast<double>(out.why.requesters), n = static_cast<double>(people);
    const auto b = static_cast<double>(usual), m = static_cast<double>(tickets);
    const double lift = ((a + 0.5) / (n + 0.5)) / ((b + 0.5) / (m + 0.5));
    const double needed_share = is_young ? young_share_min : 0;
    // What half as large happens every Monday is no outage; what is far larger is one.
    if (lift < lift_min || a < needed_share * n) {
      out.verdict = WordVerdict::usual_rate;
    } else if (usual_.days_with(word, (out.why.tickets + 1) / 2) >= usual_days) {
      out.verdict = WordVerdict::usual_hours;
    } else {
      out.probability = std::erfc(std::sqrt(std::max(0.0, out.why.weight) / 2)) / 2;
    }
    return out;
  }

  /// Words that enough people wrote far more often than usual, the heaviest first.
  std::vector<Candidate> significant_words() const {
    std::vector<Candidate> all = judged_words();
    all.erase(
        std::remove_if(all.begin(), all.end(),
                       [](const Candidate& one) { return one.verdict != WordVerdict::stands_out; }),
        all.end());
    std::stable_sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
      return a.why.weight > b.why.weight;
    });
    return all;
  }

  /// Those that enough people wrote, what stands out first.
  std::vector<Candidate> judged_words() const {
    std::vector<Candidate> all;
    for (const auto& [word, places] : places_) {
      if (static_cast<int64_t>(places.size()) < requesters_min) continue;
      Candidate one = judge(word, places);
      if (one.why.requesters >= requesters_min) all.push_back(std::move(one));
    }
    std::stable_sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
      return a.probability < b.probability;
    });
    // Holm: the smallest of them all times the number of words, the next times one less.
    size_t count = 0;
    while (count < all.size() &&
           all[count].probability * static_cast<double>(all.size() - count) < significance) {
      ++count;
    }
    for (; count < all.size(); ++count) {
      if (all[count].verdict == WordVerdict::stands_out) all[count].verdict = WordVerdict::accident;
    }
    return all;
  }

  /// The tickets of a word that no heavier group has, with the other words that are theirs.
  StormGroup group_of(const Candidate& seed, const std::vector<Candidate>& words) {
    Places members;
    for (const size_t place : seed.places) {
      if (is_free_[place]) members.push_back(place);
    }
    StormGroup group{.words = {seed.why}, .tickets = {}};
    if (static_cast<int64_t>(members.size()) < needed_) return group;
    const std::set<size_t> inside(members.begin(), members.end());
    for (const Candidate& word : words) {
      if (word.why.word == seed.why.word || group.words.size() == words_max) continue;
      const auto shared = std::count_if(word.places.begin(), word.places.end(),
                                        [&](size_t place) { return inside.count(place) > 0; });
      const auto share = static_cast<double>(shared) / static_cast<double>(word.places.size());
      if (share >= inside_min) group.words.push_back(word.why);
    }
    for (size_t i = 0; i < window_.size(); ++i) {
      const bool is_like_them = inside.count(i) == 0 && is_free_[i] && group.words.size() > 1 &&
                                match(group.words, window_[i].words) >= match_min;
      if (is_like_them) members.push_back(i);
    }
    if (people_in(members) < requesters_min) return group;
    group.requesters = people_in(members);
    group.since = window_[members.front()].at;
    for (const size_t place : members) {
      is_free_[place] = false;
      group.tickets.push_back(window_[place].id);
      group.since = std::min(group.since, window_[place].at);
    }
    std::sort(group.tickets.begin(), group.tickets.end());
    return group;
  }

  const std::vector<StormTicket>& window_;
  const UsualWords& usual_;
  int64_t needed_;
  std::vector<bool> is_free_;
  std::set<std::string_view> people_;
  std::map<std::string, Places> places_;
};

}  // namespace

void UsualWords::add(TimePoint at, const std::vector<std::string>& words) {
  ++tickets_;
  const int64_t hour = hour_number(at);
  for (const std::string& word : words) {
    Usage& usage = words_[word];
    ++usage.tickets;
    if (usage.hours.empty() || usage.hours.back().hour != hour) usage.hours.push_back({hour, 0});
    ++usage.hours.back().tickets;
  }
}

void UsualWords::remove(TimePoint at, const std::vector<std::string>& words) {
  --tickets_;
  const int64_t hour = hour_number(at);
  for (const std::string& word : words) {
    const auto found = words_.find(word);
    if (found == words_.end()) continue;
    Usage& usage = found->second;
    if (--usage.tickets == 0) {
      words_.erase(found);
      continue;
    }
    if (usage.hours.front().hour == hour && --usage.hours.front().tickets == 0) {
      usage.hours.pop_front();
    }
  }
}

int64_t UsualWords::with(const std::string& word) const {
  const auto found = words_.find(word);
  return found == words_.end() ? 0 : found->second.tickets;
}

int64_t UsualWords::days_with(const std::string& word, int64_t in_an_hour) const {
  const auto found = words_.find(word);
  if (found == words_.end()) return 0;
  int64_t days = 0, last = -1;
  for (const Hour& one : found->second.hours) {
    if (one.tickets < in_an_hour || one.hour / 24 == last) continue;
    last = one.hour / 24;
    ++days;
  }
  return days;
}

int64_t StormRules::needed() const {
  const int64_t wanted = is_spike ? (min_tickets + 1) / 2 : min_tickets;
  return std::max(wanted, requesters_min);
}

std::vector<StormGroup> find_groups(const std::vector<StormTicket>& window, const UsualWords& usual,
                                    const StormRules& rules) {
  return Grouping(window, usual, rules).find();
}

std::map<std::string, WordVerdict> judge_words(const std::vector<StormTicket>& window,
                                               const UsualWords& usual) {
  return Grouping(window, usual, {}).verdicts();
}

double match(const std::vector<StormWord>& group, const std::vector<std::string>& words) {
  double all = 0, shared = 0;
  for (const StormWord& one : group) {
    all += one.weight;
    if (std::binary_search(words.begin(), words.end(), one.word)) shared += one.weight;
  }
  return all > 0 ? shared / all : 0;
}

}  // namespace dw
