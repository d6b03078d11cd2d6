// Intake: a message becomes a ticket on the queue for its priority, or an answer that says what
// is missing. Takes "chat.ticket" (see connectors/teams/wire.h) and "api.ticket":
//   {"title","priority","description","requester":{"name","email"},"tags"?,"source"?}
#pragma once
#include <map>
#include <string>

#include "config/sections.h"
#include "jobs/intake/parse.h"
#include "jobs/routing.h"
#include "ports/job.h"
#include "ports/ticket_match.h"

namespace dw {

struct IntakeParts {
  IntakeSettings settings;
  std::vector<QueueSettings> queues;
  std::vector<RouteSettings> routes;
  std::string public_url;
  const TicketMatcher* matcher = nullptr;  ///< who knows of incidents; null: nobody
};

/// What an event says, read and checked once.
struct Written {
  std::optional<Ticket> ticket;   ///< without its number, where nothing is wrong
  Draft draft;                    ///< of a message
  std::vector<Fault> faults;      ///< of a message
  std::vector<Problem> problems;  ///< of a request
};

struct IntakeView {
  Written written;
  TicketId fresh_ticket;         ///< the number that a new ticket gets
  TicketMatch match;             ///< what it has in common with an open incident
  std::optional<Ticket> ticket;  ///< that the desk has opened
};

class Intake : public JobOf<IntakeView> {
 public:
  explicit Intake(IntakeParts parts);

  std::string_view name() const override { return "intake"; }
  bool takes(std::string_view kind) const override;
  void declare(Metrics& metrics) const override;
  Result<void> prepare(const Event& event, ReadDb& db) const override;
  Result<IntakeView> read(const Event& event, ReadDb& db) const override;
  /// chat.ticket replies {"text"}; api.ticket {"ticket"}, or is refused with every problem.
  Plan plan(const Event& event, const IntakeView& view) const override;
  /// Pure; for the view of plan().
  Written written_in(const Event& event) const;

 private:
  Plan plan_message(const Event& event, const IntakeView& view) const;
  Plan plan_request(const Event& event, const IntakeView& view) const;
  void open(Plan& plan, Ticket ticket, const Event& event, const IntakeView& view) const;
  /// Opens the ticket at an outside desk as well.
  static void open_at_desk(Plan& plan, Ticket& ticket, const Event& event);
  static Plan plan_opened(const Event& event, const IntakeView& view);
  /// Tells a channel of a ticket whose route says so.
  void announce(Plan& plan, const std::string& channel, const Ticket& ticket) const;

  IntakeParts parts_;
  Routing routing_;
  std::map<std::string, QueueSettings> queues_;
};

/// An api.ticket body checked: every problem under the field's own name.
std::vector<Problem> check_request(const json::value& body, const IntakeSettings& settings,
                                   Ticket& out);

}  // namespace dw
