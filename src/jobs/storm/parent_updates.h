// What agents do to an incident's parent at its desk, in order: comments, solving, reopening. The
// desk is asked for what is new each time it says that the parent has changed. Pure.
//   "desk.changed"    of the parent
//   "storm.updates"   what the desk answered
#pragma once
#include <string>
#include <vector>

#include "base/json.h"
#include "jobs/storm/relaying.h"

namespace dw {

inline constexpr std::string_view storm_updates_kind = "storm.updates";

/// Something that was done to the parent by somebody else than Deskwire.
struct ParentUpdate {
  std::string author;      ///< of the update, as the desk counts
  TimePoint at{};          ///< by the desk's clock
  std::string status;      ///< that it was changed to, in the desk's words; empty: it was not
  bool is_answer = false;  ///< it has a public comment by an agent:
  IncidentAnswer answer;   ///< with its key, its words and their digest

  bool is_solving() const { return status == "solved" || status == "closed"; }
  bool is_reopening() const { return !status.empty() && !is_solving(); }
};

/// A comment as the desk tells it: public, and by an agent.
bool is_agents_public(const JsonView& comment);
/// Without the history that a mail quotes; the names of its files, where it has no words.
std::string words_of(const JsonView& comment);

/// Those behind the update `after`, oldest first.
std::vector<ParentUpdate> updates_in(const JsonView& answer, const Ticket& parent,
                                     const std::string& after, TimePoint now);
/// The newest update that the desk told of, or `after`.
std::string updates_until(const JsonView& answer, const std::string& after);

std::string updates_lane(int64_t group);
Delivery ask_updates(const Incident& incident, const Ticket& parent, const std::string& after);

}  // namespace dw
