// GET /v1/now: whether the desk is well, in one sentence, and the numbers behind it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "jobs/storm/recurrence.h"
#include "jobs/volume/alerts.h"
#include "web/desk_history.h"
#include "web/shapes.h"

namespace dw {

/// One thing that is so, with where it can be seen.
struct NowFact {
  /// "well", "store", "incident", "spike", "silence", "connection", "deliveries", "late", "queue"
  std::string kind;
  std::string text, detail, link;
  int64_t people = 0;   ///< whom it keeps waiting, as far as that is known
  std::string group{};  ///< "g-000003": a person decides whether it is an incident
};

/// An hour of today.
struct NowHour {
  TimePoint hour{};
  std::string state;             ///< "past", "running", "coming"
  std::optional<int64_t> count;  ///< null: not counted yet
  std::optional<Range> usual;
  std::optional<int64_t> alarm;  ///< a count from which on an alert begins
  std::optional<double> probability;
  Verdict verdict = Verdict::normal;
};

struct NowWaiting {
  int64_t total = 0, late = 0;
  std::optional<double> late_after_seconds;
  bool is_late_set = false;         ///< by [[bridge]] remind; else the past has shown it
  std::vector<ListedTicket> items;  ///< who waits longest first
};

struct ShownNow {
  TimePoint as_of{};
  std::string timezone;
  NowFact headline;
  std::vector<NowFact> next;  ///< the next two
  int64_t more = 0;           ///< how many there are besides
  std::vector<NowNumber> numbers;
  int days_known = 0, days_required = 0;
  NowWaiting waiting;
  std::vector<NowHour> hours;
  std::string hours_source;    ///< of the hours of today
  std::string running_source;  ///< of the running hour, where it is another
};

/// A queue whose messages nobody receives, or that gave some up.
struct StuckQueue {
  std::string name;
  int64_t depth = 0, dead = 0;
  std::optional<TimePoint> since;  ///< when its oldest message came, if that is long ago
};

/// An open incident, or a group that nobody has decided on.
struct Outage {
  Incident incident;
  int64_t replied = 0;  ///< requesters, since the last answer
  std::optional<EarlierIncident> again{};
};

/// What the headline is chosen from.
struct NowFindings {
  std::string store_trouble;
  std::vector<VolumeAlert> alerts;                          ///< that go on
  std::vector<std::pair<std::string, std::string>> broken;  ///< connectors, and why
  std::map<std::string, std::string> channels{};            ///< what the chat's are called, by id
  std::map<std::string, int64_t> pending;                   ///< deliveries by target
  int64_t undecided = 0;                                    ///< dead and unsure deliveries
  size_t connectors = 0;
  std::vector<StuckQueue> queues{};
  std::vector<Outage> outages{};
};

/// The worst first: by how many people it keeps waiting, then in the order of `kind`.
std::vector<NowFact> facts_of(const NowFindings& findings, const ShownNow& now);

/// What is said where there are none: never more than is known.
NowFact all_is_well(const NowFindings& findings, const ShownNow& now);

/// "11:40", or "Mon 23 Nov 08:00" of another day.
std::string clock_text(TimePoint at, TimePoint now, const std::string& timezone);
/// "vpn" as people write it at the beginning of a sentence: an abbreviation, or a word.
std::string titled(std::string word);
/// "38 min", "3 h 12", as the board writes it.
std::string minutes_text(int64_t minutes);
/// "3–8"; one number where the range is that.
std::string range_text(const Range& range);

const Shape<Range>& shape_for(const Range*);
const Shape<NowFact>& shape_for(const NowFact*);
const Shape<NowNumber>& shape_for(const NowNumber*);
const Shape<NowHour>& shape_for(const NowHour*);
const Shape<NowWaiting, ShapeContext>& shape_for(const NowWaiting*);
const Shape<ShownNow, ShapeContext>& shape_for(const ShownNow*);

}  // namespace dw
