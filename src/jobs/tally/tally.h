// Who updated how many tickets: counts the update lines of messages in the channels of [[tally]].
// Takes, from a chat,
//   "chat.message" {"channel","message","text","blocks_text","sent_at"}, key CHANNEL/TS
//   "chat.edit"    the same with the newest text, key CHANNEL/TS/EDIT_TS
//   "chat.delete"  {"channel","message"}
// and from `deskwire tally backfill`
//   "tally.history" {"channel","asked_at","messages":[bodies of chat.message]}
// and after a time away "tally.catchup": it asks for what was said since the newest message that it
// knows, threads included; the answers are "tally.answered".
#pragma once
#include <map>
#include <string>
#include <vector>

#include "domain/delivery.h"
#include "jobs/tally/formats.h"
#include "jobs/tally/section.h"
#include "ports/job.h"

namespace dw {

/// What is known before the history is asked for: the newest message of each channel, and what was
/// asked before and waits.
struct TallyView {
  std::map<std::string, std::string> newest;
  std::vector<Delivery> waiting{};
};

class Tally : public JobOf<TallyView> {
 public:
  /// The settings have been checked: a pattern that is none was refused at the start.
  explicit Tally(const std::vector<TallySettings>& settings);

  std::string_view name() const override { return "tally"; }
  bool takes(std::string_view kind) const override;
  Retention retention() const override;
  Result<TallyView> read(const Event& event, ReadDb& db) const override;
  Plan plan(const Event& event, const TallyView& view) const override;

  /// The formats of a channel; none for a channel that is not tallied.
  const TallyFormats* formats_of(const std::string& channel) const;

 private:
  void keep(Plan& plan, const json::value& message, int64_t revision, TimePoint at) const;
  void take_answer(Plan& plan, const Event& event) const;
  void catch_up(Plan& plan, const Event& event, const TallyView& view) const;

  std::map<std::string, TallyFormats> formats_;  // by channel
};

/// A message as it is kept. `revision` is microseconds since 1970. Pure.
/// errors  missing: the body has no channel or no message
Result<TallyMessage> tally_message(const json::value& body, int64_t revision, TimePoint at);

}  // namespace dw
