// Zendesk's JSON to our words and back; pure.
// Protocol: developer.zendesk.com, Ticketing API (tickets, comments, audits, search, incremental
// exports) and webhooks, read 2026-11.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "connectors/zendesk/config.h"
#include "domain/delivery.h"
#include "domain/event.h"
#include "net/http_client.h"

namespace dw::zendesk {

/// One request under /api/v2.
struct Request {
  std::string method = "GET";
  std::string path;  ///< "/tickets/42.json?include=users", escaped
  std::string body;  ///< JSON; empty: none
  std::string idempotency_key{};
  /// Its endpoint is limited more tightly than the account: its 429 says nothing of the others.
  bool has_own_limit = false;
};

/// A file as it is attached: the token of POST /uploads, or where it lies if it was not copied.
struct AttachedFile {
  std::string token;
  FileLink link;
  std::string why_linked;  ///< "larger than 50 MB"
};

/// POST /tickets: the same bytes at every try, for Zendesk compares them with the key's first use.
Request encode_open(const DeskOpen& open, const std::string& marker,
                    const ZendeskSettings& settings);
/// PUT /tickets/ID with a comment. `marker` is in the audit's metadata.custom.deskwire.
Request encode_comment(const DeskComment& comment, const std::string& marker,
                       const std::vector<AttachedFile>& files);
/// PUT /tickets/ID. `assignee` is the user's id for patch.assignee; 0: nobody, absent: unchanged.
Request encode_update(const DeskUpdate& update, const std::string& marker,
                      std::optional<int64_t> assignee);

/// Whether a ticket that Zendesk answered with has the type and problem that the update asked for:
/// an account whose Type field is not active drops both and answers 200.
bool has_link_of(const DeskUpdate& update, const json::value& ticket);

/// {"id":"42","url":"https://acme.zendesk.com/agent/tickets/42","requester_id":"7"} out of a
/// ticket; null if this is none.
json::value answer_of_ticket(const json::value& ticket, const std::string& account_url);
/// An id, which is a number in the API and text in webhooks; empty: there is none.
std::string id_text(const JsonView& view);
/// The id of the comment that an audit tells of; empty: none.
std::string comment_of_audit(const json::value& audit);
/// "d-000191" out of an audit's or a comment's metadata.custom.deskwire; empty: not ours.
std::string marker_in(const json::value& audit_or_comment);

/// The answer to {"about":"ticket"}; null if the body is none. README.md lists the members.
json::value decode_ticket(const json::value& body, const std::string& account_url);
/// One page of comments, those after the comment `after` (empty: all) added to `out`.
/// `is_behind` is true once `after` was seen.
void decode_comments(const json::value& body, const std::string& after, bool& is_behind,
                     json::array& out);
/// How a ticket was solved, as {"about":"solutions"} tells it. README.md lists the members.
struct SolutionQuery {
  std::string author;        ///< only by this user; empty: by anybody
  TimePoint since{};         ///< only at or after this second
  bool is_complete = false;  ///< out: an audit before `since` was met
};
/// The audits of a page that changed the status to solved, added to `out`.
void decode_solutions(const json::value& body, SolutionQuery& query, json::array& out);
/// Of GET /ticket_fields: whether the Type field is there and active; absent: not on this page.
std::optional<bool> is_type_field_active(const json::value& body);
/// meta.after_cursor while meta.has_more; empty: no more. The cursor alone means nothing.
std::string next_cursor_in(const json::value& body);

/// The search that finds `query`'s tickets created from `from` (inclusive) to `to` (exclusive).
/// errors  invalid: `from` or `to` is no time
Result<std::string> encode_query(const std::string& query, const std::string& from,
                                 const std::string& to);
Request encode_count(const std::string& search);
Request encode_search(const std::string& search, const std::string& cursor);
/// {"tickets":[{"id","subject","tags","created_at"}],"next_cursor"}; null if the body is no page.
json::value decode_search(const json::value& body);

/// The incremental export from `cursor` on; without one, of what changed since `since` (which must
/// lie more than a minute back). A thousand tickets a page, ten pages a minute, admins only.
Request encode_export(const std::string& cursor, TimePoint since);
/// {"tickets":[{"id","created_at"}],"next_cursor","reached","is_end"}: the births in a page of the
/// export ("is_deleted":true where the ticket is gone), and how far in time the page goes; null if
/// the body is none.
json::value decode_created(const json::value& body);
/// A page of the incremental export.
struct ExportPage {
  /// "desk.changed", key "export/42/2026-11-21T01:00:00Z"; with "type" and "problem_id", as
  /// decode_ticket() gives them.
  std::vector<Event> events;
  std::string cursor;
  bool is_end = false;
};
std::optional<ExportPage> decode_export(const json::value& body, TimePoint now);
/// An event for one ticket, as hooks and export bring it.
Event changed_event(const std::string& ticket, std::string key, TimePoint at);
/// The ticket that a webhook's body is about: a trigger's {"ticket_id":…}, an event
/// subscription's {"subject":"zen:ticket:141"}; also out of JSON that placeholders broke.
std::optional<std::string> ticket_in_hook(std::string_view body);

/// What an answer other than the hoped-for means. `refused` is about what is in the request; what
/// a person can mend outside is `later` and says how.
Outcome outcome_of_failure(const HttpAnswer& answer, TimePoint now);
/// The error's words: "RecordInvalid: Requester: Email is invalid".
std::string words_of(const HttpAnswer& answer);
bool is_key_conflict(const HttpAnswer& answer);

/// "/tickets/42.json" for digits only; absent: this is no id of Zendesk's.
std::optional<std::string> ticket_path(const std::string& id);

}  // namespace dw::zendesk
