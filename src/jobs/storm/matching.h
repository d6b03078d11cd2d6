// A new ticket and the incidents that are open: it joins the one whose words it has, by itself.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "jobs/storm/records.h"
#include "jobs/storm/section.h"
#include "ports/ticket_match.h"

namespace dw {

/// An open incident as new tickets are compared with it.
struct OpenStorm {
  int64_t group = 0;
  TicketId parent;
  std::vector<IncidentWord> words;
  TimePoint since{};      ///< when the first of its tickets was written
  TimePoint joined_at{};  ///< when the last ticket joined; when it was opened, before the first one
};

/// A new ticket joins an incident by itself.
struct MatchTicket {
  int64_t group = 0;
  TicketId ticket;
  TicketType type_before = TicketType::none;
  Result<void> write(Db& db, TimePoint now) const;
};

/// A new ticket has some of an incident's words: a person may add it.
struct AddMaybe {
  int64_t group = 0;
  TicketId ticket;
  std::vector<std::string> words;
  int64_t share = 0;
  Result<void> write(Db& db, TimePoint now) const;
};

/// A ticket that might belong to an incident.
struct MaybeTicket {
  TicketId ticket;
  std::string number;
  std::vector<std::string> why;
};

/// Pure. `open`: the oldest first. At least half of an incident's weight of words joins it, for
/// `join` after its last ticket; the better match, then the older incident. Less may belong.
TicketMatch match_with(const std::vector<OpenStorm>& open, const Ticket& ticket, Millis join);

class StormMatcher : public TicketMatcher {
 public:
  /// `join`: none: new tickets join nothing by themselves.
  explicit StormMatcher(std::optional<Millis> join) : join_(join) {}

  Result<bool> has_open(ReadDb& db) const override;
  Result<TicketMatch> match(ReadDb& db, const Ticket& ticket) const override;
  void plan(const TicketMatch& match, TicketId ticket, Plan& plan) const override;
  Result<std::optional<AnswerCopy>> find_copy(ReadDb& db, TicketId ticket,
                                              const JsonView& comment) const override;
  void plan_copy(const AnswerCopy& copy, TicketId ticket, Plan& plan) const override;

 private:
  std::optional<Millis> join_;
};

/// Where nobody looks for storms, there are the incidents that people make.
std::unique_ptr<TicketMatcher> storm_matcher(const StormSettings& settings);

namespace storm {

/// Those that are open, the oldest first.
Result<std::vector<OpenStorm>> open_storms(ReadDb& db);

/// The best matches first, without those that joined any incident or left this one, and those that
/// are solved.
Result<std::vector<MaybeTicket>> maybe_tickets(ReadDb& db, int64_t group, size_t limit);

/// Of a group that goes.
Result<void> prune_maybe(Db& db, int64_t group);
/// Of tickets that go, as a JSON list.
Result<void> prune_maybe_tickets(Db& db, const std::string& tickets);

}  // namespace storm

}  // namespace dw
