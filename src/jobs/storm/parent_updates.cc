#include "jobs/storm/parent_updates.h"

#include <fmt/format.h>

#include "base/number.h"
#include "base/text.h"
#include "domain/file_link.h"
#include "domain/markup.h"
#include "jobs/quoted.h"

namespace dw {
namespace {

int64_t number_at(const JsonView& view, const char* key) {
  return number_in(text_at(view, key)).value_or(0);
}

IncidentAnswer answer_in(const JsonView& comment, const Ticket& parent, TimePoint now) {
  const std::string name = text_at(comment["author"], "name");
  return {.key = fmt::format("{}/{}/{}", parent.desk, parent.external.id, text_at(comment, "id")),
          .author = name.empty() ? "Desk" : name,
          .author_email = text_at(comment["author"], "email"),
          .body = words_of(comment),
          .at = now,
          .digest = text_at(comment, "digest"),
          .files = files_in(*comment.raw())};
}

}  // namespace

/// A private comment, and whatever an end user or nobody who is known wrote, is no answer.
bool is_agents_public(const JsonView& comment) {
  return comment.is_object() && comment["is_public"].boolean().value_or(false) &&
         comment["author"]["is_agent"].boolean().value_or(false);
}

std::string words_of(const JsonView& comment) {
  // Zendesk's plain text has its entities still.
  const std::string html = text_at(comment, "html");
  // An agent who answers by mail quotes what was said before, private notes among it.
  const std::string text = html.empty() ? cut_quoted_text(text_at(comment, "text"))
                                        : text_of_html(cut_quoted_html(html));
  std::string words(trim(replace_all(text, "\r\n", "\n")));
  return words.empty() ? attached(files_in(*comment.raw())) : words;
}

std::vector<ParentUpdate> updates_in(const JsonView& answer, const Ticket& parent,
                                     const std::string& after, TimePoint now) {
  const int64_t known = number_in(after).value_or(0);
  std::vector<ParentUpdate> out;
  for (const JsonView& one : answer["updates"].elements()) {
    const JsonView comment = one["comment"];
    // What Deskwire did came from somewhere else, and goes on from there.
    const bool is_ours = !text_at(one, "marker").empty() ||
                         (comment.is_object() && !text_at(comment, "marker").empty());
    if (is_ours || number_at(one, "audit") <= known) continue;
    ParentUpdate update{.author = text_at(one, "author"),
                        .at = from_rfc3339(text_at(one, "at")).value_or(now),
                        .status = text_at(one, "status"),
                        .answer = {}};
    if (is_agents_public(comment)) {
      update.is_answer = true;
      update.answer = answer_in(comment, parent, now);
    }
    out.push_back(std::move(update));
  }
  return out;
}

std::string updates_until(const JsonView& answer, const std::string& after) {
  const bool is_newer = number_at(answer, "until") > number_in(after).value_or(0);
  return is_newer ? text_at(answer, "until") : after;
}

std::string updates_lane(int64_t group) {
  return fmt::format("storm:updates:{}", group);
}

Delivery ask_updates(const Incident& incident, const Ticket& parent, const std::string& after) {
  return {.ticket = parent.id,
          .lane = updates_lane(incident.group),
          .target = "desk:" + parent.desk,
          .payload = Lookup{"updates", {{"id", parent.external.id}, {"after", after}}},
          .holds_lane = false,
          .answer_kind = std::string(storm_updates_kind),
          .reference = std::to_string(incident.group)};
}

}  // namespace dw
