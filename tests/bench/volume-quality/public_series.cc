#include <fstream>
#include <map>
#include <sstream>

#include "base/json.h"
#include "bench/volume-quality/rules.h"
#include "bench/volume-quality/score_sum.h"
#include "bench/volume-quality/tables.h"
#include "jobs/volume/count_files.h"

namespace dw {
namespace {

std::string contents(const std::string& path) {
  std::ifstream stream(path);
  std::stringstream out;
  out << stream.rdbuf();
  return out.str();
}

std::vector<LabelledSpan> labels_of(const json::value& windows) {
  std::vector<LabelledSpan> out;
  for (const json::value& pair : windows.as_array()) {
    const auto time = [&](size_t i) {
      return hour_of(*read_instant(std::string(pair.at(i).as_string()).substr(0, 19)));
    };
    out.push_back({time(0), time(1)});
  }
  return out;
}

}  // namespace

void print_public(const std::string& folder) {
  const auto windows = parse_json(contents(folder + "/windows.json"));
  if (!windows.ok()) return;
  std::map<std::string, ScoreSum> all;
  for (const auto& member : windows->as_object()) {
    const std::string key(member.key());
    const std::string file = key.substr(key.rfind('/') + 1);
    const auto hours = read_counts(contents(folder + "/" + file));
    if (!hours.ok()) continue;
    const std::vector<LabelledSpan> labels = labels_of(member.value());
    print_heading("Public: " + file);
    const double weeks = static_cast<double>(hours->size()) / 168;
    for (const auto& [name, rule] : rules()) {
      const Score one = score(rule(*hours, Sides::both), labels);
      ScoreSum sum;
      sum.add(one, weeks);
      sum.print(name);
      all[name].add(one, weeks);
    }
  }
  print_heading("Public: all three");
  for (const auto& [name, rule] : rules()) all[name].print(name);
}

}  // namespace dw
