// One turn of the ticket volume: an event, what is known, and the plan as it grows. Its verbs are
// in look.cc (an hour) and history.cc (history in bulk).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "jobs/volume/rows.h"
#include "jobs/volume/volume.h"

namespace dw {

/// The hour that a look begins with: the one that is named, or the latest that has finished.
TimePoint looked_at(const Event& event);
/// Under which a count of history stands: what it is for, the account and the query. Another
/// account's cursor, or another query's counts, say nothing about these.
std::string place_name(const Event& event, const VolumeParts& parts);
std::optional<VolumeQuestion> question_of(const Event& event);
/// What was answered; null where it was refused.
json::value volume_answer(const Event& event);

class VolumeTurn {
 public:
  VolumeTurn(const VolumeParts& given, const Event& cause, const VolumeView& known);

  void look();
  void backfill();
  void cancel();
  void take_answer();

  Plan plan;

 private:
  bool can_begin();
  std::vector<HourCount> counts_given() const;
  std::vector<HourCount> counts_of_desk() const;
  void begin_counting();

  void go_on();
  void take_count(const json::value& answer);
  void judge();
  void ask_tags();
  void take_tags(const json::value& answer);
  void explain_and_end();
  void end_look(json::value tags);

  void begin_history(std::string name, TimePoint from, TimePoint until);
  void ask_history();
  void take_history(const json::value& answer);
  void take_history_refusal();
  void end_part(TimePoint from, TimePoint until, const CountedBirths& last);
  void end_history();

  void ask(VolumeQuestion::About about, const char* what, json::object details,
           TimePoint hour = {});
  void keep_hours(std::vector<HourCount> counted);
  void drop_questions(const std::string& why);
  void fail(Error error);
  /// The run has ended, or goes on another day: its row, and the reply where the event began it.
  void keep();

  const VolumeParts& parts_;
  const Event& event_;
  const VolumeView& view_;
  bool is_beginning_ = false;  ///< this event begins the run, and is answered
  VolumeRun run_;
  std::vector<HourCount> hours_;  ///< what is known with what this turn brought
};

}  // namespace dw
