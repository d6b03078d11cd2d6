// Groups of tickets that are about the same thing: words in common far beyond the usual. Pure and
// deterministic; README.md has the mathematics and what it was measured on.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"

namespace dw {

/// A ticket as it is compared.
struct StormTicket {
  int64_t id = 0;
  std::string requester;           ///< who it is from, by whatever identifies a person
  TimePoint at{};                  ///< when it was written
  std::vector<std::string> words;  ///< words_in() its texts, and its tags; sorted
};

/// Earlier tickets by their words, oldest first: how many have each, and how many at a time.
class UsualWords {
 public:
  void add(TimePoint at, const std::vector<std::string>& words);
  /// The same ticket goes, the oldest first.
  void remove(TimePoint at, const std::vector<std::string>& words);

  int64_t tickets() const { return tickets_; }
  int64_t with(const std::string& word) const;
  /// On how many days an hour had at least so many tickets with the word.
  int64_t days_with(const std::string& word, int64_t in_an_hour) const;

 private:
  struct Hour {
    int64_t hour = 0;  ///< since 1970
    int64_t tickets = 0;
  };
  struct Usage {
    int64_t tickets = 0;
    std::deque<Hour> hours;  ///< ascending; those without one are left out
  };
  int64_t tickets_ = 0;
  std::map<std::string, Usage, std::less<>> words_;
};

struct StormRules {
  int64_t min_tickets = 8;
  bool is_spike = false;  ///< the volume of the window is out of line: half of them are enough
  /// What is needed of `tickets`; never below three.
  int64_t needed() const;
};

/// Why tickets are a group: one of its words.
struct StormWord {
  std::string word;
  int64_t tickets = 0, requesters = 0;  ///< of the window
  int64_t usual = 0;                    ///< of the earlier tickets
  double weight = 0;                    ///< Dunning's G²
  bool operator==(const StormWord&) const = default;
};

struct StormGroup {
  std::vector<StormWord> words;  ///< the heaviest first
  std::vector<int64_t> tickets;  ///< ascending
  int64_t requesters = 0;
  TimePoint since{};  ///< when the first of them was written
};

/// Disjoint groups, the heaviest first.
std::vector<StormGroup> find_groups(const std::vector<StormTicket>& window, const UsualWords& usual,
                                    const StormRules& rules);

/// What a word of the window is next to the usual.
enum class WordVerdict {
  stands_out,   ///< it can be a group's
  few_people,   ///< fewer than three wrote it
  usual_rate,   ///< not four times as often as usual
  usual_hours,  ///< on three days an hour had half as many
  accident,     ///< so few may be one, for all words together
};
std::map<std::string, WordVerdict> judge_words(const std::vector<StormTicket>& window,
                                               const UsualWords& usual);

/// Which share of a group's weight a ticket's words have: 0 to 1. From a half on it belongs to it.
double match(const std::vector<StormWord>& group, const std::vector<std::string>& words);
constexpr double match_min = 0.5;

}  // namespace dw
