// Whether a report has arrived: it is new, and stood still from one look to the next. Pure.
#pragma once
#include <optional>
#include <string>

#include "ports/table.h"

namespace dw {

/// What the looks so far have found; nothing yet: all empty.
struct Arrivals {
  ReportVersion seen;     ///< at the last look that found another one
  ReportVersion started;  ///< the one whose reading was last asked for
  bool operator==(const Arrivals&) const = default;

  std::string text() const;
  /// What is no such text is as nothing yet: the ledger keeps a second reading from doing harm.
  static Arrivals parse(const std::string& text);
};

struct ArrivalStep {
  Arrivals next;          ///< equal to what was: nothing to write down
  bool is_ready = false;  ///< the report is to be read now
};

/// `is_reading`: another reading is under way. What has arrived meanwhile waits for its end.
ArrivalStep look_at_arrival(const Arrivals& before, const ReportVersion& found, bool is_reading);

}  // namespace dw
