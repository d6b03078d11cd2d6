#include "connectors/zendesk/wire.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/number.h"
#include "base/text.h"
#include "domain/markup.h"
#include "net/url.h"

namespace dw::zendesk {
namespace {

constexpr size_t words_characters_max = 500;
constexpr size_t subject_characters_max = 150;
constexpr Millis throttle_pause{60'000};

/// Zendesk shows white space as a browser does: an end of line is one only if it is a tag, and what
/// a line is indented by only if it can't be broken there.
std::string escaped(std::string_view text, bool is_at_start = true) {
  std::string out;
  for (const char c : escape_html(replace_all(text, "\r", ""))) {
    if (c == '\n') {
      out += "<br>";
    } else if (c == ' ' && is_at_start) {
      out += "&nbsp;";
    } else {
      out += c;
    }
    is_at_start = c == '\n' || (c == ' ' && is_at_start);
  }
  return out;
}

constexpr std::string_view fence = "```";

/// `code` in a line.
std::string with_code(std::string_view text) {
  std::string out;
  size_t at = 0;
  const auto add_plain = [&](size_t end) {
    const bool is_at_start = at == 0 || text[at - 1] == '\n';
    out += escaped(text.substr(at, end - at), is_at_start);
    at = end;
  };
  for (size_t open = text.find('`'); open != std::string_view::npos; open = text.find('`', open)) {
    const size_t begin = text.find_first_not_of('`', open);
    const size_t end = text.find_first_of("`\n", begin);
    const bool is_code = begin == open + 1 && end != std::string_view::npos && text[end] == '`' &&
                         !text.substr(end).starts_with("``");
    if (is_code) {
      add_plain(open);
      out += "<code>" + escape_html(text.substr(begin, end - begin)) + "</code>";
      at = end + 1;
    }
    if (begin == std::string_view::npos) break;
    open = is_code ? end + 1 : begin;
  }
  add_plain(text.size());
  return out;
}

void add_paragraph(std::string& out, std::string_view text) {
  while (text.starts_with('\n')) text.remove_prefix(1);
  while (text.ends_with('\n')) text.remove_suffix(1);
  if (!trim(text).empty()) out += "<p>" + with_code(text) + "</p>";
}

/// What was said in a chat: its fences as <pre>, all else as it was typed.
std::string html_of_words(std::string_view text) {
  std::string out;
  size_t at = 0;
  for (;;) {
    const size_t open = text.find(fence, at);
    const size_t end =
        open == std::string_view::npos ? open : text.find(fence, open + fence.size());
    if (end == std::string_view::npos) break;
    add_paragraph(out, text.substr(at, open - at));
    std::string_view code = text.substr(open + fence.size(), end - open - fence.size());
    if (code.starts_with('\n')) code.remove_prefix(1);
    while (code.ends_with('\n')) code.remove_suffix(1);
    if (!code.empty()) out += "<pre>" + escape_html(code) + "</pre>";
    at = end + fence.size();
  }
  add_paragraph(out, text.substr(at));
  return out.empty() ? "<p></p>" : out;
}

bool is_public_address(std::string_view url) {
  return url.starts_with("https://") || url.starts_with("http://");
}

std::string html_of(const DeskComment& comment, const std::vector<AttachedFile>& files) {
  std::string out;
  if (!comment.author_name.empty()) {
    out += fmt::format("<p><strong>{}</strong></p>", escaped(comment.author_name));
  }
  out += html_of_words(comment.body);
  for (const AttachedFile& file : files) {
    if (!file.token.empty()) continue;
    // "slack:F1" is an address of our own making, and no customer's.
    if (!is_public_address(file.link.url)) {
      out += fmt::format("<p>{} ({})</p>", escaped(file.link.name), escaped(file.why_linked));
      continue;
    }
    out += fmt::format("<p>{}: <a href=\"{}\">{}</a> ({})</p>", escaped(file.link.name),
                       escaped(file.link.url), escaped(file.link.url), escaped(file.why_linked));
  }
  return out;
}

std::string_view zendesk_name_of(Priority priority) {
  switch (priority) {
    case Priority::high:
      return "high";
    case Priority::medium:
      return "normal";
    case Priority::low:
      return "low";
  }
  return "normal";
}

json::value number_or_text(const std::string& id) {
  if (const auto number = number_in(id)) return *number;
  return json::string(id);
}

/// Who is known by address, or at least by name and id; empty: nobody.
json::object requester_of(const Requester& requester) {
  std::string name = requester.name;
  if (requester.email.empty()) {
    if (name.empty() || requester.id.empty()) return {};
    return {{"name", name}, {"external_id", requester.id}};
  }
  if (name.empty()) name = requester.email.substr(0, requester.email.find('@'));
  return {{"name", name}, {"email", requester.email}};
}

/// Plain words as they are; code needs tags to stay what it is.
json::object opening_words(const std::string& text, bool is_public) {
  const size_t open = text.find(fence);
  const bool has_code =
      open != std::string::npos && text.find(fence, open + fence.size()) != std::string::npos;
  if (!has_code) return {{"body", text}, {"public", is_public}};
  return {{"html_body", html_of_words(text)}, {"public", is_public}};
}

json::object marked(const std::string& marker) {
  return {{"deskwire", marker}};
}

Request put_ticket(const std::string& id, json::object ticket) {
  return {.method = "PUT",
          .path = ticket_path(id).value_or("/tickets/0.json"),
          .body = to_text(json::object{{"ticket", std::move(ticket)}})};
}

/// "Requester: Email is invalid" out of {"requester":[{"description":…}]}.
void add_details(const json::value& details, std::vector<std::string>& out) {
  if (!details.is_object()) return;
  for (const auto& member : details.get_object()) {
    if (!member.value().is_array()) continue;
    for (const json::value& one : member.value().get_array()) {
      const auto words = JsonView(one)["description"].text();
      if (words) out.push_back(*words);
    }
  }
}

}  // namespace

std::optional<std::string> ticket_path(const std::string& id) {
  const bool is_number =
      !id.empty() && id.size() <= 19 && id.find_first_not_of("0123456789") == std::string::npos;
  if (!is_number) return std::nullopt;
  return fmt::format("/tickets/{}.json", id);
}

Request encode_open(const DeskOpen& open, const std::string& marker,
                    const ZendeskSettings& settings) {
  std::string text = open.description.empty() ? open.title : open.description;
  if (!open.thread_url.empty() && text.find(open.thread_url) == std::string::npos) {
    text += "\n\n" + open.thread_url;
  }
  json::object ticket{{"subject", cut_characters(open.title, subject_characters_max)},
                      {"comment", opening_words(text, !open.is_private)},
                      {"priority", json::string(zendesk_name_of(open.priority))},
                      {"external_id", open.key},
                      {"tags", json::array(open.tags.begin(), open.tags.end())},
                      {"metadata", marked(marker)}};
  if (json::object who = requester_of(open.requester); !who.empty()) ticket["requester"] = who;
  if (open.type != TicketType::none) ticket["type"] = json::string(name_of(open.type));
  if (settings.group_id != 0) ticket["group_id"] = settings.group_id;
  if (settings.agent_id != 0) ticket["assignee_id"] = settings.agent_id;
  if (settings.thread_url_field != 0 && !open.thread_url.empty()) {
    ticket["custom_fields"] =
        json::array{json::object{{"id", settings.thread_url_field}, {"value", open.thread_url}}};
  }
  if (!open.follow_up_of.empty()) {
    ticket["via_followup_source_id"] = number_or_text(open.follow_up_of);
  }
  // A key may have 255 characters; a longer one is cut where it is least alike.
  const size_t key_bytes_max = 255;
  const size_t start = open.key.size() > key_bytes_max ? open.key.size() - key_bytes_max : 0;
  return {.method = "POST",
          .path = "/tickets.json",
          .body = to_text(json::object{{"ticket", std::move(ticket)}}),
          .idempotency_key = open.key.substr(start)};
}

Request encode_comment(const DeskComment& comment, const std::string& marker,
                       const std::vector<AttachedFile>& files) {
  json::object words{{"html_body", html_of(comment, files)}, {"public", comment.is_public}};
  json::array uploads;
  for (const AttachedFile& file : files) {
    if (!file.token.empty()) uploads.push_back(json::string(file.token));
  }
  if (!uploads.empty()) words["uploads"] = std::move(uploads);
  return put_ticket(comment.external_id, {{"comment", std::move(words)},  //
                                          {"metadata", marked(marker)}});
}

Request encode_update(const DeskUpdate& update, const std::string& marker,
                      std::optional<int64_t> assignee) {
  json::object ticket{{"metadata", marked(marker)}};
  const TicketPatch& patch = update.patch;
  if (patch.status) ticket["status"] = json::string(name_of(*patch.status));
  if (patch.priority) ticket["priority"] = json::string(zendesk_name_of(*patch.priority));
  if (patch.tags) ticket["tags"] = json::array(patch.tags->begin(), patch.tags->end());
  if (patch.type) ticket["type"] = text_or_null(std::string(name_of(*patch.type)));
  if (patch.problem_id) {
    ticket["problem_id"] = *patch.problem_id ? number_or_text(update.problem) : json::value();
  }
  if (assignee) {
    ticket["assignee_id"] = *assignee == 0 ? json::value(nullptr) : json::value(*assignee);
  }
  return put_ticket(update.external_id, std::move(ticket));
}

std::string words_of(const HttpAnswer& answer) {
  std::string words;
  if (const Result<json::value> parsed = parse_json(answer.body); parsed.ok()) {
    const JsonView view(*parsed);
    std::vector<std::string> parts;
    // An error is a word, or an object of title and message.
    const JsonView error = view["error"];
    const auto name = error.is_object() ? error["title"].text() : error.text();
    if (name) parts.push_back(*name);
    if (error.is_object()) {
      if (const auto message = error["message"].text()) parts.push_back(*message);
    }
    for (const char* key : {"description", "error_description"}) {
      if (const auto text = view[key].text()) parts.push_back(*text);
    }
    if (const json::value* details = view["details"].raw()) add_details(*details, parts);
    words = join(parts, ": ");
  } else if (is_utf8(answer.body)) {
    words = replace_all(trim(answer.body), "\n", " ");
  }
  return cut_characters(words, words_characters_max);
}

bool is_key_conflict(const HttpAnswer& answer) {
  return answer.status == 400 && answer.body.find("IdempotentRequestError") != std::string::npos;
}

Outcome outcome_of_failure(const HttpAnswer& answer, TimePoint now) {
  const std::string words = words_of(answer);
  const auto why = [&](std::string_view advice) {
    return fmt::format("Zendesk: {}{}{}{}{}", answer.status, words.empty() ? "" : " ", words,
                       advice.empty() ? "" : "; ", advice);
  };
  switch (answer.status) {
    case 400:
    case 413:
    case 422:
      return Outcome::refused(why(""));
    case 401:
      return Outcome::later(why("invalid or expired credentials: run `deskwire check`"));
    case 403:
      return Outcome::later(
          why("the user or the token's scope may not do this: it must be an "
              "agent with scopes read and write"));
    case 404:
      return Outcome::refused(why("not there: deleted, or not visible to this user"));
    case 409:
      return Outcome::later(why("somebody else changed it at the same moment"));
    case 429:
      return Outcome::later(why("the account's rate limit is exceeded"),
                            answer.retry_after(now).value_or(throttle_pause));
    case 502:
    case 504:
      // A gateway gave up on what may still be done behind it.
      return Outcome::unsure(why("a gateway responded instead of Zendesk"));
    case 500:
      // It broke at some point of the request, which is over: it can be asked about at once.
      return Outcome::unsure(why("Zendesk failed at it"),
                             answer.retry_after(now).value_or(Millis(0)));
    default:
      break;
  }
  if (answer.status >= 200 && answer.status < 300) {
    return Outcome::unsure(why("unexpected response from Zendesk; check zendesk.url"));
  }
  if (answer.status >= 300 && answer.status < 400) {
    return Outcome::later(why("the account has moved; check zendesk.url"));
  }
  return Outcome::later(why(""), answer.retry_after(now));
}

}  // namespace dw::zendesk
