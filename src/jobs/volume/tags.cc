#include "jobs/volume/tags.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/contingency.h"
#include "base/text.h"

namespace dw {
namespace {

constexpr double significance = 0.01;
constexpr size_t examples_max = 3;
constexpr size_t subject_characters_max = 120;

std::set<std::string> tags_of(const TaggedTicket& ticket, const std::set<std::string>& omit) {
  std::set<std::string> out;
  for (const std::string& tag : ticket.tags) {
    std::string lower = to_lower(trim(tag));
    if (!lower.empty() && !omit.contains(lower)) out.insert(std::move(lower));
  }
  return out;
}

std::map<std::string, int64_t> count_tags(const std::vector<TaggedTicket>& tickets,
                                          const std::set<std::string>& omit) {
  std::map<std::string, int64_t> out;
  for (const TaggedTicket& ticket : tickets) {
    for (const std::string& tag : tags_of(ticket, omit)) ++out[tag];
  }
  return out;
}

/// By how much a p-value is multiplied, so that of all these tables one in a hundred hours at most
/// is named by chance: Tarone's factor. A tag so rare that even all its tickets within the hour
/// would not be significant can't be named, and costs the others nothing. `least`: the p-value of
/// each then.
double tests_counted(std::vector<double> least) {
  std::sort(least.begin(), least.end());
  size_t factor = 1;
  const auto testable = [&least](size_t tests) {
    return std::upper_bound(least.begin(), least.end(), significance / static_cast<double>(tests)) -
           least.begin();
  };
  while (static_cast<size_t>(testable(factor)) > factor) ++factor;
  return static_cast<double>(factor);
}

/// Tarone's factor for the tags of the hour and the baseline together.
double tests_of(const std::map<std::string, int64_t>& in_hour, int64_t hour,
                const TagCounts& baseline, const std::set<std::string>& omit) {
  std::vector<double> least;
  const auto add = [&](int64_t with) {
    least.push_back(hypergeometric_tail(
        {.all = hour + baseline.tickets, .marked = with, .drawn = hour}, std::min(with, hour)));
  };
  for (const auto& [tag, count] : in_hour) {
    const auto found = baseline.tags.find(tag);
    add(count + (found == baseline.tags.end() ? 0 : found->second));
  }
  for (const auto& [tag, count] : baseline.tags) {
    if (!in_hour.contains(tag) && !omit.contains(tag)) add(count);
  }
  return tests_counted(std::move(least));
}

void add_examples(const std::vector<TaggedTicket>& hour, const std::set<std::string>& omit,
                  TagReport& report) {
  std::set<std::string> wanted;
  for (const TagShare& one : report.by_lift) wanted.insert(one.tag);
  std::vector<std::pair<size_t, const TaggedTicket*>> ranked;
  for (const TaggedTicket& ticket : hour) {
    size_t hits = 0;
    for (const std::string& tag : tags_of(ticket, omit)) hits += wanted.contains(tag) ? 1 : 0;
    ranked.emplace_back(hits, &ticket);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [hits, ticket] : ranked) {
    if (report.examples.size() == examples_max) break;
    report.examples.push_back(*ticket);
    report.examples.back().subject = cut_characters(ticket->subject, subject_characters_max);
  }
}

json::array encode_shares(const std::vector<TagShare>& shares) {
  json::array out;
  for (const TagShare& one : shares) {
    out.push_back(json::object{{"tag", one.tag},
                               {"count", one.count},
                               {"baseline", one.baseline},
                               {"lift", std::round(one.lift * 100) / 100},
                               {"g2", std::round(one.likelihood * 100) / 100},
                               {"p", one.probability}});
  }
  return out;
}

}  // namespace

void TagCounts::add(const TaggedTicket& ticket) {
  ++tickets;
  for (const std::string& tag : tags_of(ticket, {})) ++tags[tag];
}

TagReport explain_tags(const std::vector<TaggedTicket>& hour, const TagCounts& baseline,
                       const std::vector<std::string>& omit, size_t top) {
  std::set<std::string> left_out;
  for (const std::string& tag : omit) left_out.insert(to_lower(trim(tag)));
  const auto in_hour = count_tags(hour, left_out);
  TagReport report;
  report.tickets = static_cast<int64_t>(hour.size());
  report.baseline_tickets = baseline.tickets;
  const auto n = static_cast<double>(hour.size()), m = static_cast<double>(baseline.tickets);
  const double tests = tests_of(in_hour, report.tickets, baseline, left_out);
  std::vector<TagShare> all;
  for (const auto& [tag, count] : in_hour) {
    const auto found = baseline.tags.find(tag);
    TagShare share{.tag = tag, .count = count};
    if (found != baseline.tags.end()) share.baseline = found->second;
    const double here = (static_cast<double>(count) + 0.5) / (n + 1);
    const double there = (static_cast<double>(share.baseline) + 0.5) / (m + 1);
    share.lift = here / there;
    const Draw draw{.all = report.tickets + baseline.tickets,
                    .marked = count + share.baseline,
                    .drawn = report.tickets};
    share.likelihood = g_squared(draw, count);
    share.probability = std::min(1.0, tests * hypergeometric_tail(draw, count));
    all.push_back(std::move(share));
  }
  for (const TagShare& one : all) {
    if (baseline.tickets > 0 && one.lift > 1 && one.probability < significance) {
      report.by_lift.push_back(one);
    }
  }
  std::stable_sort(
      report.by_lift.begin(), report.by_lift.end(),
      [](const TagShare& a, const TagShare& b) { return a.likelihood > b.likelihood; });
  std::stable_sort(all.begin(), all.end(), [](const TagShare& a, const TagShare& b) {
    return a.count != b.count ? a.count > b.count : a.tag < b.tag;
  });
  report.by_count = std::move(all);
  if (report.by_count.size() > top) report.by_count.resize(top);
  if (report.by_lift.size() > top) report.by_lift.resize(top);
  add_examples(hour, left_out, report);
  return report;
}

json::value encode(const TagReport& report) {
  json::array examples;
  for (const TaggedTicket& one : report.examples) {
    examples.push_back(json::object{{"id", one.id},
                                    {"subject", one.subject},
                                    {"tags", json::array(one.tags.begin(), one.tags.end())}});
  }
  return json::object{{"tickets", report.tickets},
                      {"baseline_tickets", report.baseline_tickets},
                      {"by_count", encode_shares(report.by_count)},
                      {"by_lift", encode_shares(report.by_lift)},
                      {"examples", std::move(examples)}};
}

JsonType tag_report_type() {
  const auto list = [](JsonType item) {
    return JsonType{.kind = JsonType::Kind::list, .item = {std::move(item)}};
  };
  const JsonType share = PlainShape("TagShare")
                             .has<std::string>("tag")
                             .has<int64_t>("count")
                             .has<int64_t>("baseline")
                             .has<double>("lift")
                             .has<double>("g2")
                             .has<double>("p")
                             .type();
  const JsonType example = PlainShape()
                               .has<std::string>("id")
                               .has<std::string>("subject")
                               .has<std::vector<std::string>>("tags")
                               .type();
  JsonType type = PlainShape("TagReport")
                      .has<int64_t>("tickets")
                      .has<int64_t>("baseline_tickets")
                      .add("by_count", list(share))
                      .add("by_lift", list(share))
                      .add("examples", list(example))
                      .type();
  type.is_nullable = true;
  return type;
}

}  // namespace dw
