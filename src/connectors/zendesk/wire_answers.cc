// What Zendesk says, in our words.
#include <fmt/format.h>
#include <re2/re2.h>

#include <map>

#include "base/hash.h"
#include "base/number.h"
#include "base/text.h"
#include "connectors/zendesk/wire.h"
#include "domain/file_link.h"
#include "net/url.h"

namespace dw::zendesk {
namespace {

constexpr const char* source_name = "zendesk";
constexpr const char* changed_kind = "desk.changed";

int64_t id_number(const std::string& id) {
  return number_in(id).value_or(0);
}

struct Person {
  std::string name, email;
  bool is_agent = false;
};

std::map<std::string, Person> people_in(const JsonView& body) {
  std::map<std::string, Person> out;
  for (const JsonView& user : body["users"].elements()) {
    out[id_text(user["id"])] = {user["name"].text().value_or(""), user["email"].text().value_or(""),
                                user["role"].text().value_or("end-user") != "end-user"};
  }
  return out;
}

/// Zendesk's four as our three.
json::value priority_in(const JsonView& ticket) {
  const std::string given = ticket["priority"].text().value_or("");
  if (given.empty()) return nullptr;
  if (given == "high" || given == "urgent") return "high";
  return given == "low" ? "low" : "medium";
}

std::string agent_url(const std::string& account_url, const std::string& id) {
  return account_url + "/agent/tickets/" + id;
}

json::object person_of(const Person& person) {
  return {{"name", person.name}, {"email", text_or_null(person.email)}};
}

/// "problem", "incident", "question", "task", or null.
json::value type_in(const JsonView& ticket) {
  const std::string type = ticket["type"].text().value_or("");
  return text_or_null(ticket_type_named(type) ? type : "");
}

json::array tags_in(const JsonView& ticket) {
  json::array out;
  for (const std::string& tag : ticket["tags"].texts()) out.push_back(json::string(tag));
  return out;
}

json::array files_in(const JsonView& comment) {
  std::vector<FileLink> out;
  for (const JsonView& file : comment["attachments"].elements()) {
    if (text_at(file, "malware_scan_result") == "malware_found") continue;
    out.push_back({text_at(file, "file_name"), text_at(file, "content_url"),
                   text_at(file, "content_type"), file["size"].integer().value_or(0)});
  }
  return encode_files(out);
}

/// A search wants whole seconds.
Result<std::string> search_time(const std::string& text, const char* field) {
  const auto at = from_rfc3339(text);
  if (!at) {
    return Error{ErrorKind::invalid, field, fmt::format("invalid RFC 3339 time \"{}\"", text)};
  }
  return to_rfc3339(*at).substr(0, 19) + "Z";
}

}  // namespace

json::value answer_of_ticket(const json::value& ticket, const std::string& account_url) {
  const JsonView view(ticket);
  const std::string id = id_text(view["id"]);
  if (!ticket_path(id)) return nullptr;
  return json::object{{"id", id},
                      {"url", agent_url(account_url, id)},
                      {"requester_id", text_or_null(id_text(view["requester_id"]))}};
}

std::string id_text(const JsonView& view) {
  if (!view.is_present()) return "";
  if (view.raw()->is_string()) return view.text().value_or("");
  const auto number = view.integer();
  return number ? std::to_string(*number) : "";
}

std::string comment_of_audit(const json::value& audit) {
  for (const JsonView& event : JsonView(audit)["events"].elements()) {
    if (event["type"].text().value_or("") == "Comment") return id_text(event["id"]);
  }
  return "";
}

std::string marker_in(const json::value& audit_or_comment) {
  const JsonView view(audit_or_comment);
  return view["metadata"]["custom"]["deskwire"].text().value_or("");
}

json::value decode_ticket(const json::value& body, const std::string& account_url) {
  const JsonView view(body);
  const JsonView ticket = view["ticket"];
  const std::string id = id_text(ticket["id"]);
  if (!ticket_path(id)) return nullptr;
  auto people = people_in(view);
  const auto text_at = [&](const char* key) { return ticket[key].text().value_or(""); };
  const Person& assignee = people[id_text(ticket["assignee_id"])];
  const std::string& who = assignee.email.empty() ? assignee.name : assignee.email;
  return json::object{{"id", id},
                      {"status", text_at("status")},
                      {"subject", text_at("subject")},
                      {"description", text_at("description")},
                      {"priority", priority_in(ticket)},
                      {"assignee", text_or_null(who)},
                      {"requester", person_of(people[id_text(ticket["requester_id"])])},
                      {"tags", tags_in(ticket)},
                      {"via", text_or_null(ticket["via"]["channel"].text().value_or(""))},
                      {"external_id", text_or_null(text_at("external_id"))},
                      {"type", type_in(ticket)},
                      {"problem_id", text_or_null(id_text(ticket["problem_id"]))},
                      {"has_incidents", ticket["has_incidents"].boolean().value_or(false)},
                      {"url", agent_url(account_url, id)},
                      {"created_at", text_at("created_at")},
                      {"updated_at", text_at("updated_at")}};
}

bool has_link_of(const DeskUpdate& update, const json::value& ticket) {
  const JsonView view(ticket);
  const TicketPatch& patch = update.patch;
  if (patch.problem_id && id_text(view["problem_id"]) != update.problem) return false;
  return !patch.type || view["type"].text().value_or("") == name_of(*patch.type);
}

void decode_solutions(const json::value& body, SolutionQuery& query, json::array& out) {
  // Zendesk's times are whole seconds.
  const TimePoint since = std::chrono::floor<std::chrono::seconds>(query.since);
  for (const JsonView& audit : JsonView(body)["audits"].elements()) {
    const std::string at = audit["created_at"].text().value_or("");
    const auto time = from_rfc3339(at);
    if (time && *time < since) {
      query.is_complete = true;
      continue;
    }
    const std::string author = id_text(audit["author_id"]);
    if (!time || (!query.author.empty() && author != query.author)) continue;
    bool is_solving = false, is_public = false;
    for (const JsonView& event : audit["events"].elements()) {
      const std::string type = event["type"].text().value_or("");
      is_solving = is_solving ||
                   (event["field_name"].text() == "status" && event["value"].text() == "solved");
      if (type == "Comment") is_public = event["public"].boolean().value_or(false);
    }
    if (!is_solving) continue;
    out.push_back(json::object{{"audit", id_text(audit["id"])},
                               {"author", author},
                               {"at", at},
                               {"comment", text_or_null(comment_of_audit(*audit.raw()))},
                               {"is_public", is_public},
                               {"marker", text_or_null(marker_in(*audit.raw()))}});
  }
}

std::optional<bool> is_type_field_active(const json::value& body) {
  for (const JsonView& field : JsonView(body)["ticket_fields"].elements()) {
    if (field["type"].text() == "tickettype") return field["active"].boolean().value_or(true);
  }
  return std::nullopt;
}

void decode_comments(const json::value& body, const std::string& after, bool& is_behind,
                     json::array& out) {
  const JsonView view(body);
  auto people = people_in(view);
  for (const JsonView& comment : view["comments"].elements()) {
    const std::string id = id_text(comment["id"]);
    if (id.empty()) continue;
    if (id == after) {
      is_behind = true;
      continue;
    }
    // A comment that is gone can't be met; its successors have higher ids.
    if (!after.empty() && !is_behind && id_number(id) <= id_number(after)) continue;
    const Person& author = people[id_text(comment["author_id"])];
    json::object who = person_of(author);
    who["id"] = id_text(comment["author_id"]);
    who["is_agent"] = author.is_agent;
    const auto plain = comment["plain_body"].text();
    std::string text = plain ? *plain : comment["body"].text().value_or("");
    std::string html = comment["html_body"].text().value_or("");
    std::string digest = to_hex(bytes_of(sha256(html + "\n" + text)));
    const std::string marker = marker_in(*comment.raw());
    out.push_back(json::object{{"id", id},
                               {"author", std::move(who)},
                               {"html", std::move(html)},
                               {"text", std::move(text)},
                               {"digest", std::move(digest)},
                               {"is_public", comment["public"].boolean().value_or(false)},
                               {"at", comment["created_at"].text().value_or("")},
                               {"via", comment["via"]["channel"].text().value_or("")},
                               {"marker", text_or_null(marker)},
                               {"files", files_in(comment)}});
  }
}

std::string next_cursor_in(const json::value& body) {
  const JsonView meta = JsonView(body)["meta"];
  if (!meta["has_more"].boolean().value_or(false)) return "";
  return meta["after_cursor"].text().value_or("");
}

Result<std::string> encode_query(const std::string& query, const std::string& from,
                                 const std::string& to) {
  std::string out;
  for (const std::string_view word : split(query, ' ')) {
    // The type is named beside the query, not in it.
    if (word.empty() || word == "type:ticket") continue;
    out += (out.empty() ? "" : " ") + std::string(word);
  }
  if (!from.empty()) {
    DW_TRY(const std::string at, search_time(from, "from"));
    out += (out.empty() ? "" : " ") + ("created>=" + at);
  }
  if (!to.empty()) {
    DW_TRY(const std::string at, search_time(to, "to"));
    out += (out.empty() ? "" : " ") + ("created<" + at);
  }
  return out;
}

Request encode_count(const std::string& search) {
  const std::string whole = search.empty() ? "type:ticket" : "type:ticket " + search;
  return {.path = "/search/count.json?query=" + encode_url_part(whole), .body = {}};
}

Request encode_search(const std::string& search, const std::string& cursor) {
  std::string path =
      fmt::format("/search/export.json?query={}&filter%5Btype%5D=ticket&page%5Bsize%5D=1000",
                  encode_url_part(search));
  if (!cursor.empty()) path += "&page%5Bafter%5D=" + encode_url_part(cursor);
  return {.path = std::move(path), .body = {}};
}

json::value decode_search(const json::value& body) {
  const JsonView view(body);
  if (!view["results"].is_present()) return nullptr;
  json::array tickets;
  for (const JsonView& ticket : view["results"].elements()) {
    tickets.push_back(json::object{{"id", id_text(ticket["id"])},
                                   {"subject", ticket["subject"].text().value_or("")},
                                   {"tags", tags_in(ticket)},
                                   {"created_at", ticket["created_at"].text().value_or("")}});
  }
  return json::object{{"tickets", std::move(tickets)},
                      {"next_cursor", text_or_null(next_cursor_in(body))}};
}

Event changed_event(const std::string& ticket, std::string key, TimePoint at) {
  return {.source = source_name,
          .key = std::move(key),
          .kind = changed_kind,
          .at = at,
          .body = json::object{{"ticket", ticket}}};
}

Request encode_export(const std::string& cursor, TimePoint since) {
  std::string path = "/incremental/tickets/cursor.json?per_page=1000&";
  if (!cursor.empty()) {
    path += "cursor=" + encode_url_part(cursor);
  } else {
    const auto start = std::chrono::duration_cast<std::chrono::seconds>(since.time_since_epoch());
    path += fmt::format("start_time={}", start.count());
  }
  return {.path = std::move(path), .body = {}, .has_own_limit = true};
}

json::value decode_created(const json::value& body) {
  const JsonView view(body);
  if (!view["tickets"].is_present() || !view["end_of_stream"].is_present()) return nullptr;
  json::array created;
  std::string reached;
  for (const JsonView& ticket : view["tickets"].elements()) {
    const auto moved = ticket["generated_timestamp"].integer();
    reached = moved ? to_rfc3339(TimePoint(std::chrono::seconds(*moved)))
                    : ticket["updated_at"].text().value_or("");
    std::string id = id_text(ticket["id"]);
    if (!ticket_path(id)) continue;
    json::object one{{"id", std::move(id)},
                     {"created_at", ticket["created_at"].text().value_or("")}};
    // Said, not left out: an earlier page may have counted it.
    if (ticket["status"].text() == "deleted") one["is_deleted"] = true;
    created.push_back(std::move(one));
  }
  return json::object{{"tickets", std::move(created)},
                      {"next_cursor", view["after_cursor"].text().value_or("")},
                      {"reached", std::move(reached)},
                      {"is_end", view["end_of_stream"].boolean().value_or(true)}};
}

std::optional<ExportPage> decode_export(const json::value& body, TimePoint now) {
  const JsonView view(body);
  if (!view["tickets"].is_present() || !view["end_of_stream"].is_present()) return std::nullopt;
  ExportPage page{.events = {},
                  .cursor = view["after_cursor"].text().value_or(""),
                  .is_end = view["end_of_stream"].boolean().value_or(true)};
  for (const JsonView& ticket : view["tickets"].elements()) {
    const std::string id = id_text(ticket["id"]);
    if (!ticket_path(id)) continue;
    // updated_at stands still when only Zendesk itself touched the ticket: nothing new then.
    const std::string updated_at = ticket["updated_at"].text().value_or("");
    Event event = changed_event(id, fmt::format("export/{}/{}", id, updated_at), now);
    json::object& about = event.body.as_object();
    about["type"] = type_in(ticket);
    about["problem_id"] = text_or_null(id_text(ticket["problem_id"]));
    page.events.push_back(std::move(event));
  }
  return page;
}

std::optional<std::string> ticket_in_hook(std::string_view body) {
  if (const Result<json::value> parsed = parse_json(body); parsed.ok()) {
    const JsonView view(*parsed);
    std::string id = id_text(view["ticket_id"]);
    if (id.empty()) id = id_text(view["ticket"]);
    const std::string subject = view["subject"].text().value_or("");
    constexpr std::string_view prefix = "zen:ticket:";
    if (id.empty() && subject.starts_with(prefix)) id = subject.substr(prefix.size());
    if (ticket_path(id)) return id;
    return std::nullopt;
  }
  // Placeholders are filled in without escaping: a quote in a comment breaks the JSON around it.
  static const RE2 pattern(R"re("ticket_id"\s*:\s*"?([0-9]{1,19})\b)re");
  std::string id;
  if (RE2::PartialMatch({body.data(), body.size()}, pattern, &id)) return id;
  return std::nullopt;
}

}  // namespace dw::zendesk
