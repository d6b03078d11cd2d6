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

inline void print_heading(const std::string& title) {
  fmt::print(
      "\n{}\n\n| rule | alerts a week | precision | recall | F1 | delay, hours | false |\n"
      "|---|---|---|---|---|---|---|\n",
      title);
}

}  // namespace dw
