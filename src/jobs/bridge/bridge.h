// The bridge: a Slack thread and a ticket are one conversation. Takes what the chat says
// ("chat.*", see connectors/slack/README.md), what changes at the desk ("desk.changed" from an
// outside desk, "desk.done" from our own), the answers to its own deliveries ("bridge.answered"),
// and its ticks ("bridge.summary", "bridge.catchup").
//
// Everything said in a thread is written down first and carried in the thread's order when the
// desk and the names are there (turn.h); one lane per thread keeps that order in both directions.
//
// Loops are kept out three times: by author and bot id, by the marker of our own deliveries, and
// by the ids of messages and comments that were sent or carried before. A breaker stops a thread
// that carries too much all the same.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "config/bridge_section.h"
#include "domain/hours.h"
#include "jobs/bridge/view.h"
#include "ports/job.h"
#include "ports/ticket_match.h"

namespace dw {

/// How a bridge uses an [oncall.NAME].
struct OncallUse {
  bool notifies = true;  ///< mention them in the thread
  bool assigns = false;  ///< the primary becomes the assignee
};

struct BridgeParts {
  std::vector<BridgeSettings> bridges;
  std::map<std::string, OncallUse> oncall;
  OfficeHours hours;
  bool has_hours = false;  ///< [hours] is configured
  std::string hours_message;
  std::string timezone = "UTC";
  std::vector<std::string> allowed_bots;  ///< whose messages count as a person's
  SummarySettings summary;
  std::string mail_target = "mail";
  std::string public_url;
  const TicketMatcher* matcher = nullptr;  ///< who knows of incidents; null: nobody
};

class Bridge : public JobOf<BridgeView> {
 public:
  explicit Bridge(BridgeParts parts) : parts_(std::move(parts)) {}

  std::string_view name() const override { return "bridge"; }
  bool takes(std::string_view kind) const override;
  Retention retention() const override;
  Result<BridgeView> read(const Event& event, ReadDb& db) const override;
  /// chat.command replies {"text"}: the ephemeral answer.
  Plan plan(const Event& event, const BridgeView& view) const override;

 private:
  BridgeParts parts_;
};

/// The daily report as it would be sent now; nothing is marked as reported.
Result<std::string> read_summary(ReadDb& db, TimePoint now, const BridgeParts& parts);

}  // namespace dw
