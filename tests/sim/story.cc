#include "sim/story.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace dw::sim {
namespace {

constexpr size_t broken_max = 10;
constexpr size_t lines_told_max = 80;

bool is_about(const std::string& line, const std::string& subject) {
  if (line.empty()) return true;
  for (const std::string_view one : split(subject, ' ')) {
    if (one.empty()) continue;
    for (const std::string_view other : split(line, ' ')) {
      if (one == other) return true;
    }
  }
  return false;
}

}  // namespace

void Story::tell(std::string subject, std::string line) {
  ++events_;
  lines_.push_back({clock_.monotonic(), std::move(subject), std::move(line)});
}

void Story::fault(const std::string& kind, std::string subject, std::string line) {
  ++faults_[kind];
  tell(std::move(subject), std::move(line));
}

void Story::broke(const std::string& promise, std::string subject, const std::string& line) {
  Line one{clock_.monotonic(), std::move(subject), promise + ": " + line, true};
  lines_.push_back(one);
  if (broken_.size() < broken_max) broken_.push_back(std::move(one));
}

int64_t Story::faults() const {
  int64_t sum = 0;
  for (const auto& [kind, count] : faults_) sum += count;
  return sum;
}

std::string Story::written(const Line& line) const {
  const std::chrono::duration<double> at = line.at.time_since_epoch();
  return fmt::format("{:>11.3f}s  {}{}  {}\n", at.count(), line.is_broken ? "BROKEN " : "",
                     line.subject, line.text);
}

std::string Story::text() const {
  std::string out = fmt::format("seed {} broke {} promise(s); again with: make sim SEED={}\n",
                                seed_, broken_.size(), seed_);
  for (const Line& line : broken_) out += written(line);
  if (broken_.empty()) return out;
  const Line& first = broken_.front();
  std::vector<std::string> told;
  for (const Line& line : lines_) {
    if (line.at > first.at) break;
    if (is_about(line.subject, first.subject)) told.push_back(written(line));
  }
  const size_t skipped = told.size() > lines_told_max ? told.size() - lines_told_max : 0;
  out += fmt::format("the story of {}{}:\n", first.subject.empty() ? "it" : first.subject,
                     skipped > 0 ? fmt::format(" (without its first {} lines)", skipped) : "");
  for (size_t i = skipped; i < told.size(); ++i) out += told[i];
  return out;
}

}  // namespace dw::sim
