// Tickets, comments and audits of the fake Zendesk.
#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "fakes/zendesk.h"
#include "fakes/zendesk_answers.h"

namespace dw {
namespace {

using namespace fake_zendesk;

constexpr Millis key_lifetime{7'200'000};
constexpr size_t key_bytes_max = 255;

json::object via_of(const char* channel) {
  return {{"channel", channel},
          {"source", json::object{{"from", json::object{}}, {"to", json::object{}}}}};
}

std::string without_tags(std::string_view html) {
  std::string out;
  bool is_tag = false;
  for (const char c : html) {
    if (c == '<') is_tag = true;
    if (!is_tag) out += c;
    if (c == '>') is_tag = false;
  }
  return out;
}

std::string escaped(std::string_view text) {
  return replace_all(replace_all(replace_all(text, "&", "&amp;"), "<", "&lt;"), ">", "&gt;");
}

const char* closed_words = "Status: closed prevents ticket update";

}  // namespace

void FakeZendesk::touch(Ticket& ticket) {
  ticket.change = ++last_change_;
  ticket.changed_at = now_();
  ticket.fields["updated_at"] = now_text();
  ticket.fields["generated_timestamp"] = now_().time_since_epoch().count() / 1000;
}

void FakeZendesk::add_comment(Ticket& ticket, const json::object& given, int64_t user,
                              const char* channel, json::object& audit) {
  const std::string html = text_in(given, "html_body");
  const std::string plain = html.empty() ? text_in(given, "body") : without_tags(html);
  const json::value* is_public = given.if_contains("public");
  const int64_t author = number_in(given, "author_id");
  json::array files;
  if (const json::value* uploads = given.if_contains("uploads"); uploads && uploads->is_array()) {
    for (const json::value& token : uploads->get_array()) {
      if (!token.is_string()) continue;
      const auto found = uploads_.find(std::string(token.get_string()));
      if (found == uploads_.end()) continue;
      for (const json::value& file : found->second) files.push_back(file);
      uploads_.erase(found);
    }
  }
  const int64_t id = ++last_id_;
  json::object comment{
      {"id", id},
      {"type", "Comment"},
      {"author_id", author == 0 ? user : author},
      {"body", plain},
      {"html_body", fmt::format("<div class=\"zd-comment\">{}</div>",
                                html.empty() ? "<p>" + escaped(plain) + "</p>" : html)},
      {"plain_body", plain},
      {"public", is_public == nullptr || *is_public == json::value(true)},
      {"attachments", std::move(files)},
      {"audit_id", audit["id"]},
      {"via", via_of(channel)},
      {"created_at", now_text()},
      {"metadata", audit["metadata"]}};
  audit["events"].as_array().push_back(comment);
  ticket.comments.push_back(std::move(comment));
  ++comment_count_;
}

/// Changes a ticket and gives the audit; an empty one if nothing changed.
json::object FakeZendesk::apply(int64_t id, const json::object& sent, int64_t user,
                                const char* channel) {
  Ticket& ticket = tickets_.at(id);
  const json::object given = linked(ticket.fields, sent);
  const json::value was = ticket.fields["problem_id"];
  const bool was_solved = text_in(ticket.fields, "status") == "solved";
  const json::value* custom = given.if_contains("metadata");
  json::object audit{
      {"id", ++last_id_},
      {"ticket_id", id},
      {"created_at", now_text()},
      {"author_id", user},
      {"via", via_of(channel)},
      {"metadata",
       json::object{{"system", json::object{{"client", "fake"}}},
                    {"custom", custom != nullptr ? *custom : json::value(json::object{})}}},
      {"events", json::array{}}};
  if (given.contains("comment"))
    add_comment(ticket, object_in(given, "comment"), user, channel, audit);
  for (const char* field : {"subject", "status", "priority", "type", "assignee_id", "group_id",
                            "tags", "external_id", "custom_fields", "problem_id"}) {
    const json::value* value = given.if_contains(field);
    if (value == nullptr || ticket.fields[field] == *value) continue;
    audit["events"].as_array().push_back(json::object{{"id", ++last_id_},
                                                      {"type", "Change"},
                                                      {"field_name", field},
                                                      {"value", *value},
                                                      {"previous_value", ticket.fields[field]}});
    ticket.fields[field] = *value;
  }
  if (audit["events"].as_array().empty()) return {};
  ticket.audits.push_back(audit);
  if (was.is_int64()) count_incidents(was.get_int64());
  count_incidents(number_in(ticket.fields, "problem_id"));
  const bool is_solved = !was_solved && text_in(ticket.fields, "status") == "solved";
  if (is_solved && text_in(ticket.fields, "type") == "problem") {
    jobs_.push_back({id, user, object_in(given, "comment"), now_() + options.solve_lag});
  }
  touch(ticket);
  invoke(id);
  return audit;
}

int64_t FakeZendesk::requester_of(const json::object& given, int64_t user) {
  const json::object requester = object_in(given, "requester");
  const std::string email = text_in(requester, "email");
  const std::string external = text_in(requester, "external_id");
  if (email.empty() && text_in(requester, "name").empty()) {
    const int64_t id = number_in(given, "requester_id");
    return id == 0 ? user : id;
  }
  for (const auto& [id, one] : users_) {
    if (!email.empty() && text_in(one, "email") == email) return id;
    if (email.empty() && !external.empty() && text_in(one, "external_id") == external) return id;
  }
  const int64_t id = ++last_id_;
  users_[id] = {{"id", id},
                {"name", text_in(requester, "name")},
                {"email", email.empty() ? json::value(nullptr) : json::value(email)},
                {"external_id", external.empty() ? json::value(nullptr) : json::value(external)},
                {"role", "end-user"},
                {"active", true}};
  return id;
}

int64_t FakeZendesk::add_ticket(const json::object& given, int64_t user, const char* channel) {
  const int64_t id = ++last_ticket_;
  Ticket& ticket = tickets_[id];
  const json::object comment = object_in(given, "comment");
  const std::string body = text_in(comment, "body");
  ticket.fields = {
      {"id", id},
      {"url", fmt::format("{}/api/v2/tickets/{}.json", url_, id)},
      {"external_id", nullptr},
      {"via", via_of(channel)},
      {"created_at", now_text()},
      {"type", nullptr},
      {"problem_id", nullptr},
      {"has_incidents", false},
      {"subject", text_in(given, "subject")},
      {"raw_subject", text_in(given, "subject")},
      {"description", body.empty() ? without_tags(text_in(comment, "html_body")) : body},
      {"priority", nullptr},
      {"status", given.contains("assignee_id") ? "open" : "new"},
      {"requester_id", requester_of(given, user)},
      {"submitter_id", user},
      {"assignee_id", nullptr},
      {"group_id", nullptr},
      {"tags", json::array{}},
      {"custom_fields", json::array{}},
      {"is_public", true},
      {"followup_ids", json::array{}}};
  apply(id, given, user, channel);
  return id;
}

HttpStep FakeZendesk::open_ticket(const Call& call) {
  const json::object given = object_in(call.body, "ticket");
  const json::object comment = object_in(given, "comment");
  if (text_in(comment, "body").empty() && text_in(comment, "html_body").empty()) {
    return invalid_record("base", "Description: cannot be blank");
  }
  const json::object requester = object_in(given, "requester");
  const std::string email = text_in(requester, "email");
  const bool is_named = email.empty() && !text_in(requester, "name").empty();
  if (!requester.empty() && !is_named && email.find('@') == std::string::npos) {
    return invalid_record("requester", "Requester: Email is invalid");
  }
  if (!is_linkable(given)) return invalid_record("problem_id", "Problem: is not a problem");
  const std::string key(call.request->header("idempotency-key"));
  if (key.size() > key_bytes_max) return failure(400, "BadRequest", "Idempotency-Key is too long");
  const auto known = keys_.find(key);
  if (!key.empty() && known != keys_.end() && now_() - known->second.at < key_lifetime) {
    if (known->second.body != call.request->body) {
      return failure(400, "IdempotentRequestError",
                     "Request parameters don't match the given idempotency key");
    }
    return HttpStep::answer(201, known->second.answer, {{"x-idempotency-lookup", "hit"}});
  }
  const int64_t source = number_in(given, "via_followup_source_id");
  if (source != 0) {
    const auto closed = tickets_.find(source);
    if (closed == tickets_.end() || text_in(closed->second.fields, "status") != "closed") {
      return invalid_record("via_followup_source_id", "must be a closed ticket");
    }
  }
  const int64_t id = add_ticket(given, call.user, "api");
  if (source != 0) {
    tickets_.at(source).fields["followup_ids"].as_array().push_back(id);
  }
  const Ticket& ticket = tickets_.at(id);
  HttpStep step = success(201, {{"ticket", ticket.fields}, {"audit", ticket.audits.front()}});
  step.headers.emplace_back("Location", text_in(ticket.fields, "url"));
  if (!key.empty()) {
    step.headers.emplace_back("x-idempotency-lookup", "miss");
    keys_[key] = {call.request->body, step.body, now_()};
  }
  return step;
}

/// A ticket of the past: POST /imports/tickets, for admins.
HttpStep FakeZendesk::import_ticket(const Call& call) {
  if (text_in(users_.at(call.user), "role") != "admin") {
    return failure(403, "Forbidden", "You do not have access to this page");
  }
  const json::object given = object_in(call.body, "ticket");
  Ticket& ticket = tickets_.at(add_ticket(given, call.user, "api"));
  const std::string born = text_in(given, "created_at");
  if (!born.empty()) ticket.fields["created_at"] = born;
  touch(ticket);
  return success(201, {{"ticket", ticket.fields}});
}

HttpStep FakeZendesk::put_ticket(const Call& call) {
  const int64_t id = number_of(call.parts[1]);
  Ticket& ticket = tickets_.at(id);
  const json::object given = object_in(call.body, "ticket");
  if (text_in(ticket.fields, "status") == "closed") return invalid_record("status", closed_words);
  if (!is_linkable(given)) return invalid_record("problem_id", "Problem: is not a problem");
  const std::string stamp = text_in(given, "updated_stamp");
  if (!stamp.empty() && stamp != text_in(ticket.fields, "updated_at")) {
    return failure(409, "UpdateConflict", "Safe Update prevented the update");
  }
  const bool is_solving = text_in(given, "status") == "solved";
  const bool has_assignee =
      given.contains("assignee_id") || number_in(ticket.fields, "assignee_id") != 0;
  if (is_solving && !has_assignee && options.is_assignee_needed_to_solve) {
    return invalid_record("assignee", "Assignee: is required when solving a ticket");
  }
  json::object audit = apply(id, given, call.user, "api");
  json::object out{{"ticket", tickets_.at(id).fields}};
  if (!audit.empty()) out["audit"] = std::move(audit);
  return success(200, std::move(out));
}

HttpStep FakeZendesk::tickets(const Call& call) {
  if (call.is("POST", 1, "tickets")) return open_ticket(call);
  if (call.is("GET", 1, "tickets")) {
    const auto wanted = call.query.find("external_id");
    json::array hits;
    for (const auto& [id, ticket] : tickets_) {
      const bool fits =
          wanted == call.query.end() || text_in(ticket.fields, "external_id") == wanted->second;
      if (fits && hits.size() < 100) hits.push_back(ticket.fields);
    }
    const auto count = static_cast<int64_t>(hits.size());
    return success(200, {{"tickets", std::move(hits)}, {"count", count}, {"next_page", nullptr}});
  }
  const int64_t id = call.parts.size() > 1 ? number_of(call.parts[1]) : 0;
  const auto found = tickets_.find(id);
  if (found == tickets_.end()) return failure(404, "RecordNotFound", "Not found");
  const Ticket& ticket = found->second;
  if (call.is("PUT", 2, "tickets")) return put_ticket(call);
  const bool is_hiding = call.request->method == "PUT" && call.parts.size() == 5 &&
                         call.parts[2] == "comments" && call.parts[4] == "make_private";
  if (is_hiding) return make_private(id, number_of(call.parts[3]));
  if (call.is("GET", 2, "tickets")) {
    json::object out{{"ticket", ticket.fields}};
    if (call.query.count("include") > 0) {
      out["users"] = users_of({ticket.fields}, "requester_id");
      for (json::value& one : users_of({ticket.fields}, "assignee_id")) {
        if (one.at("id") != ticket.fields.at("requester_id")) {
          out["users"].as_array().push_back(std::move(one));
        }
      }
    }
    return success(200, std::move(out));
  }
  if (call.request->method == "GET" && call.parts.size() == 3) {
    if (call.parts[2] == "comments") return list(ticket.comments, "comments", call);
    if (call.parts[2] == "incidents") return problems(call);
    if (call.parts[2] == "audits") return list(ticket.audits, "audits", call);
  }
  return failure(404, "RecordNotFound", "Not found");
}

HttpStep FakeZendesk::make_private(int64_t ticket, int64_t comment) {
  for (json::object& one : tickets_.at(ticket).comments) {
    if (number_in(one, "id") != comment) continue;
    one["public"] = false;
    invoke(ticket);
    return success(200, {});
  }
  return failure(404, "RecordNotFound", "Not found");
}

int64_t FakeZendesk::mail_in(const std::string& subject, const std::string& text,
                             const std::string& email) {
  const json::object given{
      {"subject", subject},
      {"comment", json::object{{"body", text}, {"public", true}}},
      {"requester", json::object{{"name", email.substr(0, email.find('@'))}, {"email", email}}}};
  const int64_t requester = requester_of(given, 0);
  return add_ticket(given, requester, "email");
}

int64_t FakeZendesk::form_in(const json::object& fields) {
  return add_ticket(fields, requester_of(fields, 0), "web");
}

int64_t FakeZendesk::add_agent(const std::string& name, const std::string& email) {
  const int64_t id = ++last_id_;
  users_[id] = {{"id", id}, {"name", name}, {"email", email}, {"role", "agent"}, {"active", true}};
  return id;
}

std::string FakeZendesk::name_of(int64_t user) const {
  const auto found = users_.find(user);
  return found == users_.end() ? std::string() : text_in(found->second, "name");
}

int64_t FakeZendesk::say(int64_t ticket, const std::string& html, bool is_public, int64_t agent,
                         const std::vector<std::string>& uploads) {
  const json::object audit =
      apply(ticket,
            {{"comment", json::object{{"html_body", html},
                                      {"public", is_public},
                                      {"uploads", json::array(uploads.begin(), uploads.end())}}}},
            agent, "web");
  return number_in(audit.at("events").as_array().at(0).as_object(), "id");
}

json::object FakeZendesk::dump() const {
  json::array out;
  for (const auto& [id, one] : tickets_) {
    json::object ticket = one.fields;
    ticket["comments"] = json::array(one.comments.begin(), one.comments.end());
    out.push_back(std::move(ticket));
  }
  return {{"tickets", std::move(out)}};
}

void FakeZendesk::change(int64_t ticket, const json::object& fields, int64_t agent) {
  apply(ticket, fields, agent, "web");
}

}  // namespace dw
