// Scores of several series added up, as a row of a table.
#pragma once
#include <fmt/format.h>

#include <string>

#include "jobs/volume/backtest.h"

namespace dw {

struct ScoreSum {
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
  static double share(size_t part, size_t whole) {
    return whole == 0 ? 1 : static_cast<double>(part) / static_cast<double>(whole);
  }
  double precision() const { return share(right, incidents); }
  double recall() const { return share(found, labels); }
  double f1() const {
    const double sum = precision() + recall();
    return sum > 0 ? 2 * precision() * recall() / sum : 0;
  }
  void print(const std::string& name) const {
    fmt::print("| {} | {:.2f} | {:.2f} | {:.2f} | {:.2f} | {:.1f} | {} |\n", name,
               static_cast<double>(incidents) / weeks, precision(), recall(), f1(),
               found > 0 ? delay / static_cast<double>(found) : 0, incidents - right);
  }
};

inline void print_heading(const std::string& title) {
  fmt::print(
      "\n{}\n\n| rule | alerts a week | precision | recall | F1 | delay, hours | false |\n"
      "|---|---|---|---|---|---|---|\n",
      title);
}

}  // namespace dw
