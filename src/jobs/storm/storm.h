// The storm: many tickets about one thing are one group, until a person decides about it. Takes
//   "storm.seen" {"groups":[{"words":[…],"tickets":[{"ticket":41,"requester":0}],"needed":8,
//                 "since":"…"}]}
// which the daemon sends when looking (looking.h) found something, and
//   "storm.dismiss" {"group":"g-000003","by":"token ci"}: it is no incident
//   "chat.action"   of the button that says the same
//   what incident.h lists
//   "storm.announced", "storm.rewritten"   what Slack answered to the announcement of a group
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "jobs/storm/incident.h"
#include "jobs/storm/rows.h"
#include "jobs/storm/section.h"
#include "ports/job.h"

namespace dw {

inline constexpr std::string_view storm_seen_kind = "storm.seen";
inline constexpr std::string_view storm_dismiss_kind = "storm.dismiss";

struct StormView {
  std::map<int64_t, int64_t> group_of;  ///< by ticket
  std::map<int64_t, Incident> known;    ///< by group
  /// By group, the first ten of the known ones; under 0 those of all that were found and have none.
  std::map<int64_t, std::vector<IncidentTicket>> tickets;
  IncidentView incident;  ///< of what incident.h lists
};

class Storm : public JobOf<StormView> {
 public:
  Storm() = default;
  Storm(StormSettings settings, std::string zone)
      : settings_(std::move(settings)), timezone_(std::move(zone)) {}

  std::string_view name() const override { return "storm"; }
  bool takes(std::string_view kind) const override;
  Result<StormView> read(const Event& event, ReadDb& db) const override;
  Plan plan(const Event& event, const StormView& view) const override;
  void declare(Metrics& metrics) const override;
  Retention retention() const override {
    return {.steps = {storm::prune}, .of_tickets = {storm::prune_tickets}};
  }

 private:
  void plan_seen(Plan& plan, const Event& event, const StormView& view) const;
  void plan_new(Plan& plan, const Event& event, const SeenGroup& group,
                const StormView& view) const;
  void plan_growth(Plan& plan, const Event& event, const Incident& known, const SeenGroup& found,
                   const StormView& view) const;
  void plan_dismissal(Plan& plan, const Event& event, const StormView& view) const;
  void plan_announced(Plan& plan, const Event& event, const StormView& view) const;
  void plan_auto(Plan& plan, TicketId ticket) const;
  void plan_words(Plan& plan, const Incident& incident, const std::vector<IncidentTicket>& tickets,
                  const std::string& end) const;

  StormSettings settings_;
  std::string timezone_ = "UTC";
};

/// The body of "storm.seen".
json::object encode_seen(const std::vector<SeenGroup>& groups);

}  // namespace dw
