#include "jobs/storm/incident_acts.h"

#include <algorithm>

#include "base/outside_text.h"
#include "base/text.h"
#include "jobs/storm/announcing.h"
#include "jobs/storm/incident.h"
#include "records/own_words.h"

namespace dw {
namespace {

constexpr size_t body_characters_max = 65'536;
/// Zendesk would fill it in with what it knows of the ticket.
constexpr std::string_view placeholder = "{{";

}  // namespace

void rewrite_announcement(Plan& plan, const IncidentView& view, const Incident& incident,
                          const std::string& zone) {
  if (incident.message.empty() || view.tickets.empty()) return;
  plan.deliveries.push_back(
      announce({incident, view.tickets, incident.channel, zone}, decision_of(incident)));
}

void end_incident(Plan& plan, const IncidentView& view, Incident incident, IncidentState state,
                  const std::string& by, const std::string& zone) {
  plan.changes.emplace_back(EndIncident{incident.group, state, by});
  incident.state = state;
  rewrite_announcement(plan, view, incident, zone);
  const char* what = state == IncidentState::solved ? "solved" : "dissolved";
  plan.counted.push_back({"deskwire_storm_groups_total", "what", what});
}

void reopen_incident(Plan& plan, const IncidentView& view, Incident& incident,
                     const std::string& zone) {
  plan.changes.emplace_back(ReopenIncident{incident.group});
  incident.state = IncidentState::open;
  rewrite_announcement(plan, view, incident, zone);
}

std::string problem_of_answer(const std::string& text, bool is_needed,
                              const std::vector<FileLink>& files) {
  if (is_blank(text)) return is_needed ? "it is empty" : "";
  if (count_characters(text) > body_characters_max) return "it is longer than 65536 characters";
  if (find_control_character(text)) {
    return "it has control characters other than newline and tab";
  }
  const auto is_filled_in = [](const std::string& words) {
    return words.find(placeholder) != std::string::npos;
  };
  // A file that can't be copied is linked by its name.
  const bool has_filled_in = std::any_of(
      files.begin(), files.end(), [&](const FileLink& one) { return is_filled_in(one.name); });
  if (is_filled_in(text) || has_filled_in) {
    return "it holds a placeholder of Zendesk ({{…}}), which each ticket would show filled in";
  }
  return "";
}

bool is_sent(Plan& plan, const IncidentView& view, const IncidentAnswer& said) {
  const std::string why = problem_of_answer(said.body, true, said.files);
  if (why.empty()) return true;
  plan.deliveries.push_back(at_desk(
      *view.parent, std::nullopt,
      DeskComment{.ticket = view.parent->id,
                  .author_name = "Deskwire",
                  .body = "The answer was not sent to the tickets of this incident: " + why + ".",
                  .is_public = false,
                  .source = std::string(deskwire_source),
                  .external_id = view.parent->external.id}));
  return false;
}

}  // namespace dw
