// What is kept of a group of tickets that are about the same thing. Plain structs.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "domain/payload.h"
#include "jobs/storm/grouping.h"

namespace dw {

enum class IncidentState {
  seen,       ///< a group that nobody has decided on
  dismissed,  ///< a person said that it is no incident
  open,       ///< one incident, with a parent ticket
  solved,     ///< it is over: its tickets are solved
  dissolved,  ///< it was none after all: its tickets are on their own again
};

std::string_view name_of(IncidentState state);
std::optional<IncidentState> incident_state_named(std::string_view name);

/// One of a group's words. People's names group tickets, and are never shown.
struct IncidentWord {
  StormWord word;
  bool is_name = false;
};

struct Incident {
  int64_t group = 0;  ///< "g-000003"
  IncidentState state = IncidentState::seen;
  std::vector<IncidentWord> words;  ///< the heaviest first, of the time when it was largest
  int64_t largest = 0;              ///< tickets of the window then
  int64_t tickets = 0, requesters = 0;
  TimePoint since{};    ///< when the first of them was written
  TimePoint seen_at{};  ///< when it was seen, or again after it had doubled
  TimePoint updated_at{};
  std::string channel, message;          ///< of its announcement; empty: there is none, or not yet
  int64_t announced = 0;                 ///< tickets that the announcement names or counts
  int64_t dismissed_tickets = 0;         ///< how many it had when a person dismissed it; 0: never
  TicketId parent;                       ///< none: nobody made it one incident
  std::string title, number, desk, url;  ///< of the parent
  std::optional<TimePoint> opened_at, first_answer_at, ended_at;
  std::string opened_by, ended_by;
  int64_t joined = 0;                  ///< tickets that are part of the incident
  std::optional<TimePoint> joined_at;  ///< when the last of them joined
};

inline bool is_ended(IncidentState state) {
  return state == IncidentState::solved || state == IncidentState::dissolved;
}

/// A ticket of a group.
struct IncidentTicket {
  TicketId ticket;
  std::string number;  ///< that its desk gives it
};

/// How a ticket came to its group.
enum class JoinedHow {
  seen,     ///< it was among those that made the group
  matched,  ///< it came later, about the same thing
  person,   ///< a person added it
  desk,     ///< an agent linked it to the parent at the desk
};

std::string_view name_of(JoinedHow how);

/// Where a ticket of a group stands. Whoever changes an incident sets states; the steps behind it
/// (relaying.h) do what they ask for, some tickets at a time.
enum class MemberState {
  seen,     ///< counted alone: nobody made it one incident, or it was solved before
  joining,  ///< to be linked, and told
  joined,
  leaving,    ///< to be unlinked, and told
  left,       ///< it never joins by itself again
  ended,      ///< it was solved with the incident
  unlinking,  ///< its outside desk is asked to unlink it: the parent is not solved before that
  solving,    ///< its desk solves it with the parent, as was seen there: to be asked about
  watched,    ///< the desk is asked whether it has, and with a copy of the answer
};

/// Whether an outside desk has linked a ticket to the parent.
enum class MemberLink {
  unknown,  ///< not asked for, or its answer is not here
  linked,
  refused,  ///< the ticket is joined in Deskwire alone
  cut,      ///< somebody unlinked it at the desk
};

/// What an agent says to all that are joined.
struct IncidentAnswer {
  int64_t id = 0;
  std::string key;  ///< where it was said, so that it counts once
  std::string author, author_email, body;
  TimePoint at{};
  std::string digest{};  ///< of a comment at the desk: of its words as they were read
  std::vector<FileLink> files{};
};

/// Whether a joined ticket has an answer.
enum class HeardState {
  pending,  ///< on its way
  heard,
  refused,  ///< by the chat or the desk; a person decides on the delivery
  copied,   ///< the desk copied it there, and the thread has it once, or will; shown as heard
};

std::string_view name_of(HeardState state);

/// "g-000003"
std::string group_name(int64_t group);
std::optional<int64_t> group_named(std::string_view text);

/// Neither a person's name nor something that a customer wrote to be more than a word: a tag can be
/// an address, a link or "<!channel>".
bool is_shown(const IncidentWord& word);

/// The words that may be shown, "vpn, 619"; "the same thing" where none may be.
std::string shown_words(const std::vector<IncidentWord>& words);

}  // namespace dw
