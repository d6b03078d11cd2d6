// The tickets among which groups are looked for, in memory: those of the window with their words,
// and what is usual before it. Bounded, whatever the store holds.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "jobs/storm/grouping.h"
#include "jobs/storm/rows.h"
#include "jobs/storm/section.h"
#include "ports/db.h"
#include "records/ticket_texts.h"

namespace dw {

class StormLooking {
 public:
  /// `own_tags`: those that Deskwire adds to a ticket itself are no words of anybody.
  explicit StormLooking(const StormSettings& settings, std::set<std::string> own_tags = {})
      : settings_(settings), own_tags_(std::move(own_tags)) {}

  /// Reads a page of what is usual, the newest first. False: there is nothing more to read. Called
  /// until then, before the first look.
  Result<bool> read_usual(ReadDb& db, TimePoint now);
  /// Reads the tickets that have come since the last look.
  Result<void> read_new(ReadDb& db, TimePoint now);
  /// Whether any came since groups() was called.
  bool has_news() const { return has_news_; }

  /// The groups of the window, the heaviest first. `names`: words of more names that are known.
  std::vector<SeenGroup> groups(TimePoint now, const std::set<std::string>& names);

  size_t window_size() const { return window_.size(); }
  int64_t usual_size() const { return usual_.tickets(); }

 private:
  struct Older {
    TimePoint at{};
    std::vector<std::string> words;
  };
  void add_names(const Ticket& ticket);
  void move_window(TimePoint now);
  void limit_usual(TimePoint now);
  bool is_name(const std::string& word, const std::set<std::string>& more) const;

  StormSettings settings_;
  std::set<std::string> own_tags_;
  std::map<int64_t, StormTicket> window_;  ///< by ticket
  std::set<int64_t> uncounted_;            ///< of the window: follow-ups
  UsualWords usual_;
  std::deque<Older> older_;         ///< what usual_ counts, the oldest first
  std::deque<TimePoint> older_at_;  ///< the same tickets' times
  std::vector<Older> page_;         ///< read and not yet counted, the newest first
  std::optional<tickets::OlderThan> next_;
  std::set<std::string> names_;  ///< words of people's names
  bool has_news_ = false;
};

/// The words of a ticket's texts and its tags without `left_out`, sorted, each once; the first
/// hundred.
std::vector<std::string> storm_words(const Ticket& ticket,
                                     const std::set<std::string>& left_out = {});

}  // namespace dw
