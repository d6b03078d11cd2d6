// A job: two plain functions. read() collects what is known, inside the transaction; plan() turns
// event and knowledge into changes and deliveries, and can't wait: no clock, no network, no store.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "domain/event.h"
#include "domain/plan.h"
#include "domain/ticket.h"

namespace dw {

class Reader;

/// What is known about an event when it is planned. A job fills in what it needs.
struct View {
  TicketId fresh_ticket;                  ///< the number that a new ticket gets
  std::optional<Ticket> ticket;           ///< the ticket that the event is about
  std::vector<HourCount> hours;           ///< of the ticket volume, ascending
  std::vector<VolumeIncident> incidents;  ///< of the last days, oldest first
};

class Job {
 public:
  virtual ~Job() = default;
  virtual std::string_view name() const = 0;
  /// Each kind of event is taken by exactly one job.
  virtual bool takes(std::string_view kind) const = 0;
  /// errors  of the store only; `missing` things are absent from the view
  virtual Result<View> read(const Event& event, Reader& reader) const = 0;
  virtual Plan plan(const Event& event, const View& view) const = 0;
};

}  // namespace dw
