#include "connectors/zendesk/updates.h"

#include <algorithm>

#include "base/number.h"
#include "connectors/zendesk/wire.h"

namespace dw::zendesk {
namespace {

int64_t id_of(const JsonView& view) {
  return number_in(id_text(view)).value_or(0);
}

/// The status that an audit changed the ticket to; empty: it did not.
std::string status_in(const JsonView& audit) {
  for (const JsonView& event : audit["events"].elements()) {
    if (event["field_name"].text() == "status") return event["value"].text().value_or("");
  }
  return "";
}

/// The id of a comment that is to be filled in is a text.
bool is_missing(const json::value& update) {
  return update.at("comment").is_string();
}

}  // namespace

void decode_audits(const json::value& body, Updates& updates) {
  const int64_t after = number_in(updates.after).value_or(0);
  for (const JsonView& audit : JsonView(body)["audits"].elements()) {
    const int64_t id = id_of(audit["id"]);
    if (updates.until.empty()) updates.until = std::to_string(std::max(id, after));
    if (id <= after) {
      updates.is_complete = true;
      continue;
    }
    const std::string status = status_in(audit), comment = comment_of_audit(*audit.raw());
    if (status.empty() && comment.empty()) continue;
    updates.found.push_back(json::object{{"audit", std::to_string(id)},
                                         {"at", audit["created_at"].text().value_or("")},
                                         {"author", std::to_string(id_of(audit["author_id"]))},
                                         {"status", text_or_null(status)},
                                         {"marker", text_or_null(marker_in(*audit.raw()))},
                                         {"comment", text_or_null(comment)}});
  }
}

size_t comments_missing(const Updates& updates) {
  return static_cast<size_t>(std::count_if(updates.found.begin(), updates.found.end(), is_missing));
}

void add_comments(const json::value& body, Updates& updates) {
  json::array comments;
  bool is_behind = false;
  decode_comments(body, "", is_behind, comments);
  for (const json::value& comment : comments) {
    for (json::value& update : updates.found) {
      if (is_missing(update) && update.at("comment") == comment.at("id")) {
        update.as_object()["comment"] = comment;
      }
    }
  }
}

json::object encode_updates(Updates updates) {
  std::reverse(updates.found.begin(), updates.found.end());
  for (json::value& update : updates.found) {
    if (is_missing(update)) update.as_object()["comment"] = nullptr;
  }
  return {{"updates", std::move(updates.found)},
          {"until", updates.until.empty() ? updates.after : updates.until}};
}

}  // namespace dw::zendesk
