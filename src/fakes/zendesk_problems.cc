// Problems and incidents of the fake Zendesk.
#include <algorithm>

#include "base/text.h"
#include "fakes/zendesk.h"
#include "fakes/zendesk_answers.h"

namespace dw {

using namespace fake_zendesk;

/// What of an update concerns type and problem as it takes effect: without the Type field neither
/// does, and who is no incident has no problem.
json::object FakeZendesk::linked(const json::object& before, json::object given) const {
  if (!options.is_type_field_active) {
    given.erase("type");
    given.erase("problem_id");
    return given;
  }
  const std::string type =
      given.contains("type") ? text_in(given, "type") : text_in(before, "type");
  if (type != "incident" && (given.contains("problem_id") || given.contains("type"))) {
    given["problem_id"] = nullptr;
  }
  return given;
}

/// A problem that is named has to be one.
bool FakeZendesk::is_linkable(const json::object& given) const {
  const json::value* named = given.if_contains("problem_id");
  if (named == nullptr || named->is_null() || !options.is_type_field_active) return true;
  const auto found = tickets_.find(named->is_int64() ? named->get_int64() : 0);
  return found != tickets_.end() && text_in(found->second.fields, "type") == "problem";
}

void FakeZendesk::count_incidents(int64_t problem) {
  const auto found = tickets_.find(problem);
  if (found == tickets_.end()) return;
  found->second.fields["has_incidents"] = std::any_of(
      tickets_.begin(), tickets_.end(),
      [problem](const auto& one) { return number_in(one.second.fields, "problem_id") == problem; });
}

void FakeZendesk::run_jobs() {
  for (size_t i = 0; i < jobs_.size();) {
    if (jobs_[i].due > now_()) {
      ++i;
      continue;
    }
    const SolveJob job = jobs_[i];
    jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(i));
    solve_incidents(job);
  }
}

/// Each incident that is not solved yet gets the comment of the update that solved the problem, and
/// is solved, in one audit of the same author.
void FakeZendesk::solve_incidents(const SolveJob& job) {
  for (auto& [id, ticket] : tickets_) {
    const std::string status = text_in(ticket.fields, "status");
    if (number_in(ticket.fields, "problem_id") != job.problem) continue;
    if (status == "solved" || status == "closed") continue;
    json::object update{{"status", "solved"}};
    if (!job.comment.empty()) update["comment"] = job.comment;
    apply(id, update, job.user, "system");
  }
}

/// GET /problems, GET /tickets/ID/incidents, POST /problems/autocomplete.
HttpStep FakeZendesk::problems(const Call& call) {
  const int64_t problem = call.parts.front() == "tickets" ? number_of(call.parts[1]) : 0;
  const std::string text = to_lower(text_in(call.body, "text"));
  std::vector<const Ticket*> hits;
  for (const auto& [id, ticket] : tickets_) {
    const bool is_hit = problem != 0 ? number_in(ticket.fields, "problem_id") == problem
                                     : text_in(ticket.fields, "type") == "problem";
    const bool has_text =
        to_lower(text_in(ticket.fields, "subject")).find(text) != std::string::npos;
    if (is_hit && has_text) hits.push_back(&ticket);
  }
  std::sort(hits.begin(), hits.end(),
            [](const Ticket* a, const Ticket* b) { return a->change > b->change; });
  std::vector<json::object> items;
  for (const Ticket* one : hits) items.push_back(one->fields);
  return list(items, "tickets", call);
}

HttpStep FakeZendesk::ticket_fields(const Call& call) {
  if (call.parts.size() > 1) return failure(404, "RecordNotFound", "Not found");
  std::vector<json::object> fields{
      {{"id", 11}, {"type", "subject"}, {"title", "Subject"}, {"active", true}},
      {{"id", 12},
       {"type", "tickettype"},
       {"title", "Type"},
       {"active", options.is_type_field_active}}};
  return list(fields, "ticket_fields", call);
}

}  // namespace dw
