// What was done to a ticket, in the order in which it was done: its audits, each with the change of
// status and the comment that it made. Pure.
// Protocol: developer.zendesk.com, ticket audits and comments, read 2026-11.
#pragma once
#include <string>

#include "base/json.h"

namespace dw::zendesk {

/// Audits of a ticket as they are read, the newest first.
struct Updates {
  std::string after;  ///< only those behind this audit; empty: all
  std::string until;  ///< out: the newest audit that was met; `after` without one
  json::array found;  ///< out: those that say something or change the status, the newest first
  bool is_complete = false;  ///< out: an audit at or before `after` was met
};

/// Adds a page of GET /tickets/ID/audits (sort_order=desc).
void decode_audits(const json::value& body, Updates& updates);

/// How many of the found audits have a comment that is not filled in yet.
size_t comments_missing(const Updates& updates);

/// Fills in the comments out of a page of GET /tickets/ID/comments: the list says who may see a
/// comment now, its audit who could see it at first.
void add_comments(const json::value& body, Updates& updates);

/// {"updates":[{"audit","at","author","status","marker","comment"}],"until"}, the oldest first; a
/// comment that is gone is null. README.md lists the members.
json::object encode_updates(Updates updates);

}  // namespace dw::zendesk
