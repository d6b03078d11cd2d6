// What several events do to an incident, whoever asks for it. Pure.
#pragma once
#include <string>
#include <vector>

#include "jobs/storm/incident_view.h"
#include "ports/plan.h"

namespace dw {

/// Where it was announced. `zone`: of the times there.
void rewrite_announcement(Plan& plan, const IncidentView& view, const Incident& incident,
                          const std::string& zone);

/// `state`: solved or dissolved.
void end_incident(Plan& plan, const IncidentView& view, Incident incident, IncidentState state,
                  const std::string& by, const std::string& zone);

/// The incident, not its tickets.
void reopen_incident(Plan& plan, const IncidentView& view, Incident& incident,
                     const std::string& zone);

/// Why a text can't be an answer; empty if it can.
std::string problem_of_answer(const std::string& text, bool is_needed,
                              const std::vector<FileLink>& files = {});

/// Whether a comment on the parent can be an answer; if not, its author is told there, privately.
bool is_sent(Plan& plan, const IncidentView& view, const IncidentAnswer& said);

}  // namespace dw
