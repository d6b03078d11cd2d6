// A run of the ticket volume from the command line: hands in its event, and sends what it asks as
// the outbox of a daemon would, until the run has ended.
#pragma once
#include <functional>
#include <string>

#include "app/core.h"

namespace dw {

/// Told while history is counted: how far it has come, and how many tickets were counted.
using HistoryProgress = std::function<void(TimePoint reached, int64_t tickets)>;

/// Begins a run of that kind (jobs/volume/volume.h) with this body and sees it through; behind
/// another that is at it. The run's result. Alerts that it planned are tried once before it
/// returns.
///
/// errors  the run's own; unreachable: Zendesk did not answer, however often it was asked, and the
///         same call goes on where this one stopped; busy: another run does not come to its end
Task<Result<json::object>> run_volume(Core& core, std::string_view kind, json::object body,
                                      HistoryProgress told);

}  // namespace dw
