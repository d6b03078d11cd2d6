// The storm: many tickets about one thing are one group, until a person decides about it. Takes
//   "storm.seen" {"groups":[{"words":[…],"tickets":[{"ticket":41,"requester":0}],"needed":8,
//                 "since":"…"}]}
// which the daemon sends when looking (looking.h) found something, and
//   "storm.dismiss" {"group":"g-000003"}: it is no incident
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "jobs/storm/rows.h"
#include "ports/job.h"

namespace dw {

inline constexpr std::string_view storm_seen_kind = "storm.seen";
inline constexpr std::string_view storm_dismiss_kind = "storm.dismiss";

struct StormView {
  std::map<int64_t, int64_t> group_of;  ///< by ticket
  std::map<int64_t, Incident> known;    ///< by group
};

class Storm : public JobOf<StormView> {
 public:
  std::string_view name() const override { return "storm"; }
  bool takes(std::string_view kind) const override {
    return kind == storm_seen_kind || kind == storm_dismiss_kind;
  }
  Result<StormView> read(const Event& event, ReadDb& db) const override;
  Plan plan(const Event& event, const StormView& view) const override;
  void declare(Metrics& metrics) const override;
  Retention retention() const override {
    return {.steps = {storm::prune}, .of_tickets = {storm::prune_tickets}};
  }
};

/// The body of "storm.seen".
json::object encode_seen(const std::vector<SeenGroup>& groups);

}  // namespace dw
