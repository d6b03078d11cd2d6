// What happened in one run, in order and in words, and which promise was broken if one was.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"

namespace dw::sim {

class Story {
 public:
  Story(uint64_t seed, const ManualClock& clock) : seed_(seed), clock_(clock) {}

  /// One step of the world. `subject` is what it is about ("d-000012", "lane chat:C1"), several
  /// separated by spaces; empty: it concerns all.
  void tell(std::string subject, std::string line);
  /// The same, and it is counted as a fault of that kind.
  void fault(const std::string& kind, std::string subject, std::string line);
  /// A promise does not hold. The first ten are kept.
  void broke(const std::string& promise, std::string subject, const std::string& line);
  /// A step that is too common to be told.
  void count() { ++events_; }

  bool is_broken() const { return !broken_.empty(); }
  int64_t events() const { return events_; }
  int64_t faults() const;
  const std::map<std::string, int64_t>& faults_by_kind() const { return faults_; }
  /// What was broken, the lines that concern it, and how to see it again.
  std::string text() const;

 private:
  struct Line {
    Monotonic at;
    std::string subject, text;
    bool is_broken = false;
  };
  std::string written(const Line& line) const;

  uint64_t seed_;
  const ManualClock& clock_;
  std::vector<Line> lines_;
  std::vector<Line> broken_;
  std::map<std::string, int64_t> faults_;
  int64_t events_ = 0;
};

}  // namespace dw::sim
