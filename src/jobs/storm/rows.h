// What is kept of groups of tickets that are about the same thing.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "jobs/storm/records.h"
#include "records/paging.h"

namespace dw {

/// A group as it was found in the window.
struct SeenGroup {
  std::vector<IncidentWord> words;
  std::vector<TicketId> tickets;     ///< those that it has
  std::vector<int64_t> requesters;   ///< who each is from, as numbers that mean nothing elsewhere
  std::vector<TimePoint> written{};  ///< when each was written; empty: not known
  int64_t needed = 0;                ///< tickets that make a group
  TimePoint since{};
};

/// Writes a group down with those of its tickets that are in none.
struct AddIncident {
  SeenGroup group;
  Result<void> write(Db& db, TimePoint now) const;
};

/// More tickets of a group that is known. `is_shown_again`: it was dismissed, and has doubled.
struct GrowIncident {
  int64_t group = 0;
  SeenGroup fresh;        ///< its new tickets, and the words of the whole
  int64_t in_window = 0;  ///< of its tickets, the new ones included
  bool is_shown_again = false;
  Result<void> write(Db& db, TimePoint now) const;
};

struct DismissIncident {
  int64_t group = 0;
  Result<void> write(Db& db, TimePoint now) const;
};

/// Where its announcement stands in the chat.
struct SetAnnouncement {
  int64_t group = 0;
  std::string channel, message;
  Result<void> write(Db& db, TimePoint now) const;
};
/// How many tickets its announcement says that it has.
struct CountAnnounced {
  int64_t group = 0, tickets = 0;
  Result<void> write(Db& db, TimePoint now) const;
};

namespace storm {

/// The number of the new group.
Result<int64_t> add_group(Db& db, const SeenGroup& group, TimePoint now);

Result<std::optional<Incident>> find(ReadDb& db, int64_t group);
/// Without `tickets`, `requesters` and `joined`: where something happens to each of a thousand
/// tickets, counting the others each time would take minutes.
Result<std::optional<Incident>> find_uncounted(ReadDb& db, int64_t group);

/// Those in that state, without one all but dismissed ones; the newest first.
Result<Page<Incident>> list(ReadDb& db, std::optional<IncidentState> state,
                            const PageRequest& page);

/// Its tickets, the oldest first.
Result<std::vector<IncidentTicket>> tickets_of(ReadDb& db, int64_t group, size_t limit);

/// In which group each of these tickets is; those in none are left out.
Result<std::map<int64_t, int64_t>> groups_of(ReadDb& db, const std::vector<TicketId>& tickets);

/// Groups of which nothing new was seen since then.
Result<int64_t> prune(Db& db, TimePoint before, int64_t limit);
/// Of tickets that go next.
Result<int64_t> prune_tickets(Db& db, const std::string& tickets, int64_t limit);

/// [{"word":"vpn","tickets":14,"requesters":12,"usual":3,"weight":81.2,"is_name":true}]
json::array encode_words(const std::vector<IncidentWord>& words);
std::vector<IncidentWord> decode_words(const json::value& list);

}  // namespace storm

}  // namespace dw
