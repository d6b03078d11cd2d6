// Quality of the alerts, in one run: rules side by side on simulated helpdesks and on labelled
// public series; ours in the first weeks, beside a judge who knows the law, and on wild series.
#include <string>

#include "bench/volume-quality/tables.h"

/// quality [FOLDER of the public series] [--small]
int main(int count, char** arguments) {
  const bool is_small = count > 1 && std::string(arguments[count - 1]) == "--small";
  const int desks = is_small ? 1 : 40;
  for (const double factor : {2.0, 3.0, 5.0}) {
    dw::print_helpdesks(factor, 5, 1000, desks);
    if (!is_small) dw::print_helpdesks(factor, 20, 1000, desks);
  }
  // Seeds that nobody looked at while the rule was written.
  if (!is_small) dw::print_helpdesks(3, 20, 5000, desks);
  dw::print_power();
  dw::print_young_weeks(is_small ? 1 : 100);
  dw::print_judge(is_small ? 1 : 12);
  dw::print_learner(is_small ? 1 : 100);
  dw::print_families(is_small ? 1 : 8);
  dw::print_rules_on_families(is_small ? 1 : 8);
  if (count > 1 && !is_small) dw::print_public(arguments[1]);
  return 0;
}
