// Why an hour is out of line: its tags by count, and by how over-represented they are against the
// baseline hours, with example tickets.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/shape.h"
#include "jobs/volume/records.h"

namespace dw {

struct TagShare {
  std::string tag;
  int64_t count = 0;     ///< tickets of the hour that have it
  int64_t baseline = 0;  ///< tickets of the baseline hours that have it
  double lift = 1;       ///< share in the hour / share in the baseline, half a ticket added to each
  double likelihood = 0;   ///< Dunning's G², of one degree of freedom
  double probability = 1;  ///< Fisher's, one-sided, after Tarone's correction for many tags
};

struct TagReport {
  int64_t tickets = 0, baseline_tickets = 0;
  std::vector<TagShare> by_count;  ///< the most frequent first; ties by name
  std::vector<TagShare> by_lift;  ///< significant ones alone (corrected p < 0.01), highest G² first
  std::vector<TaggedTicket> examples;  ///< at most three, of the tags that stand out
};

/// How many of some tickets have each tag.
struct TagCounts {
  int64_t tickets = 0;
  std::map<std::string, int64_t> tags;  ///< a tag counts once per ticket, in lower case
  void add(const TaggedTicket& ticket);
};

/// `omit` are whole tags, compared without case.
TagReport explain_tags(const std::vector<TaggedTicket>& hour, const TagCounts& baseline,
                       const std::vector<std::string>& omit, size_t top);

/// {"tickets","baseline_tickets","by_count":[{"tag","count","baseline","lift","g2","p"}],"by_lift",
/// "examples":[{"id","subject","tags"}]}
json::value encode(const TagReport& report);
/// What encode() gives, or null.
JsonType tag_report_type();

}  // namespace dw
