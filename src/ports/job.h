// A job: two plain functions. read() collects what is known, inside the transaction; plan() turns
// event and knowledge into changes and deliveries, and can't wait: no clock, no network, no store.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "domain/bridge_link.h"
#include "domain/event.h"
#include "domain/plan.h"
#include "domain/ticket.h"
#include "ports/store.h"

namespace dw {

/// What the bridge knows about the thread that an event is about.
struct BridgeView {
  std::string channel, thread;  ///< empty: about no thread, or none that is known
  std::optional<BridgeLink> link;
  std::vector<Said> waiting;    ///< in the thread, in order
  std::optional<Said> said;     ///< the message that the event brings, edits or deletes
  std::set<std::string> heard;  ///< keys that the event brings and that came before
  std::map<std::string, Known> known;
  std::vector<Delivery> pending;     ///< open in the thread's lane
  std::vector<Delivery> hourglass;   ///< open in its lane of the ⏳
  std::optional<Delivery> delivery;  ///< that the event is the answer to
  int64_t carried_lately = 0;        ///< messages and comments, in the last minute
  TicketFigures figures;
  std::vector<OpenTicketRow> open, opened, solved;
  std::vector<BridgeLink> live;                  ///< threads to catch up with
  std::map<std::string, std::string> last_said;  ///< of those threads, "C1/100.1" to "100.7"
  std::vector<Said> listed;  ///< what was known of a thread where the event brings its history
};

/// What is known about an event when it is planned. A job fills in what it needs.
struct View {
  BridgeView bridge;
  TicketId fresh_ticket;                  ///< the number that a new ticket gets
  std::optional<Ticket> ticket;           ///< the ticket that the event is about
  std::vector<HourCount> hours;           ///< of the ticket volume, ascending
  std::vector<VolumeIncident> incidents;  ///< of the last days, oldest first
};

class Job {
 public:
  virtual ~Job() = default;
  virtual std::string_view name() const = 0;
  /// A kind may be taken by several jobs: a message is a ticket to one and a count to another.
  virtual bool takes(std::string_view kind) const = 0;
  /// errors  of the store only; `missing` things are absent from the view
  virtual Result<View> read(const Event& event, Reader& reader) const = 0;
  virtual Plan plan(const Event& event, const View& view) const = 0;
};

}  // namespace dw
