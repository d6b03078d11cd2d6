// A run of the ticket volume: a look at the latest hour, or a count of history. It begins with an
// event and goes on with each answer; what it is at stands in its row meanwhile.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/delivery.h"
#include "jobs/volume/records.h"
#include "jobs/volume/tags.h"

namespace dw {

enum class RunState {
  open,    ///< a question is on its way
  done,    ///< `result` is the summary of the hour; of a backfill {"tickets"}
  failed,  ///< `result` is an error
};

/// History that is counted page by page.
struct HistoryCount {
  std::string name;           ///< of its place, where the same count goes on another day
  TimePoint from{}, until{};  ///< `until` is excluded
  TimePoint reached{};  ///< through the search: the week that is read; else how far a page went
  std::string cursor;   ///< of the next page; empty: the first
  bool is_by_search = false;     ///< week by week: the export can't serve
  bool was_begun_again = false;  ///< the cursor of another day was refused
  int64_t tickets = 0;
};

/// The tags of an hour out of line and of its baseline, stretch by stretch.
struct TagSearch {
  int64_t stretch = 0;  ///< of stretches_of()
  std::string cursor;
  std::vector<std::string> ids;  ///< of this stretch, where it has several pages
  TagCounts baseline;
  std::vector<TaggedTicket> hour;
};

struct VolumeRun {
  std::string key;  ///< of the event that began it
  bool is_backfill = false;
  RunState state = RunState::open;
  TimePoint latest{};  ///< the hour that is looked at
  bool is_dry = false;
  bool has_hour = false;          ///< a person named the hour
  std::vector<TimePoint> wanted;  ///< hours still to be counted one by one
  std::optional<HistoryCount> history;
  std::optional<TagSearch> tags;
  json::value result;
};

/// All but key, kind and state, which have columns; what is absent when it is read has its default.
json::value encode(const VolumeRun& run);
VolumeRun decode_run(const json::value& body);

/// {"kind","where","what"} and back.
json::value encode_error(const Error& error);
Error decode_error(const json::value& body);

/// Times at which tickets are compared: the same time of the four weeks before, an hour around, and
/// last the hour itself.
struct Stretch {
  TimePoint from{}, until{};
};
std::vector<Stretch> stretches_of(TimePoint hour);

/// What a question is about, in its delivery's reference.
struct VolumeQuestion {
  enum class About { count, tags, history };
  std::string run;
  About about = About::count;
  TimePoint hour{};  ///< that is counted
};
std::string encode(const VolumeQuestion& question);
/// Absent: another job's.
std::optional<VolumeQuestion> decode_question(std::string_view reference);

/// A page of tickets, as Zendesk's search and its export answer.
struct TicketPage {
  std::vector<TaggedTicket> tickets;
  std::string next_cursor;
  TimePoint reached{};  ///< how far a page of the export goes; the epoch: nothing is in it
  bool is_end = false;
};
TicketPage decode_page(const json::value& answer);

}  // namespace dw
