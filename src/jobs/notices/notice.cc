#include "jobs/notices/notice.h"

#include <fmt/format.h>

#include <algorithm>
#include <kainjow/mustache.hpp>

#include "base/text.h"
#include "config/template_text.h"
#include "domain/markup.h"
#include "domain/period.h"

namespace dw {
namespace {

namespace km = kainjow::mustache;

constexpr const char* built_in_notice =
    "Hello{{#name}} {{name}}{{/name}},\n"
    "\n"
    "{{#many}}these tickets of yours were{{/many}}{{^many}}this ticket of yours was{{/many}} "
    "closed:\n"
    "\n"
    "{{#list}}- {{id}}{{#title}}: {{title}}{{/title}}, on {{closed_on}}\n{{/list}}"
    "\n\n"
    "If something is still open, answer where you first asked.\n"
    "You get one such message a {{every}} at most.\n";

/// Blank lines part paragraphs.
std::string html_of(const std::string& text) {
  std::string out = "<!doctype html>\n<html><body>\n<p>";
  bool is_open = true;
  for (const std::string_view line : split(text, '\n')) {
    if (trim(line).empty()) {
      if (is_open) out += "</p>\n";
      is_open = false;
      continue;
    }
    if (!is_open) {
      out += "<p>";
    } else if (!out.ends_with("<p>")) {
      out += "<br>\n";
    }
    is_open = true;
    out += escape_html(line);
  }
  return out + (is_open ? "</p>\n" : "") + "</body></html>\n";
}

/// A subject is one line: what a report's cell holds can't start another header.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return std::string(trim(text));
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

km::data fields_of(const NoticeContents& contents, const std::string& every) {
  km::data fields;
  std::vector<std::string> ids;
  km::data list = km::data::type::list;
  for (const NoticeTicket& ticket : contents.tickets) {
    ids.push_back(ticket.id);
    km::data one;
    one.set("id", ticket.id);
    // An empty text counts as true in mustache: what is not there is left out.
    if (!ticket.subject.empty()) one.set("title", ticket.subject);
    one.set("subject", ticket.subject);
    one.set("closed_on", day_text(ticket.day));
    list.push_back(one);
  }
  fields.set("list", list);
  fields.set("tickets", join(ids, ", "));
  fields.set("count", std::to_string(ids.size()));
  fields.set("many", ids.size() > 1 ? km::data::type::bool_true : km::data::type::bool_false);
  if (const std::string name = contents.name(); !name.empty()) fields.set("name", name);
  fields.set("first_name", contents.first_name);
  fields.set("last_name", contents.last_name);
  fields.set("email", contents.email);
  fields.set("every", every);
  return fields;
}

}  // namespace

struct NoticeWriter::Templates {
  km::mustache subject, notice;
  std::string wrong_notice;
};

std::string NoticeContents::name() const {
  std::string out = first_name;
  if (!out.empty() && !last_name.empty()) out += ' ';
  return out + last_name;
}

NoticeWriter::NoticeWriter(const NoticesSettings& settings, std::string notice)
    : is_html_(settings.template_file.ends_with(".html")) {
  const std::string written = notice.empty() ? built_in_notice : std::move(notice);
  templates_ =
      std::make_unique<Templates>(Templates{km::mustache(settings.subject), km::mustache(written),
                                            check_template(written, notice_names())});
  const auto as_it_is = [](const std::string& text) { return text; };
  templates_->subject.set_custom_escape(as_it_is);
  if (!is_html_) templates_->notice.set_custom_escape(as_it_is);
  constexpr std::array<const char*, 3> names = {"week", "day", "month"};
  every_ = names.at(static_cast<size_t>(settings.every));
}

NoticeWriter::~NoticeWriter() = default;

std::string NoticeWriter::problem() const {
  const std::string& ours = templates_->wrong_notice;
  return ours.empty() ? templates_->notice.error_message() : ours;
}

WrittenNotice NoticeWriter::write(const NoticeContents& contents) const {
  km::data fields = fields_of(contents, every_);
  WrittenNotice out;
  out.subject = one_line(templates_->subject.render(fields));
  const std::string notice = templates_->notice.render(fields);
  out.text = is_html_ ? text_of_html(notice) : notice;
  out.html = is_html_ ? notice : html_of(notice);
  return out;
}

json::object notice_body(const NoticeContents& contents, const WrittenNotice& written,
                         const std::string& run, const std::string& notice) {
  json::array tickets;
  for (const NoticeTicket& ticket : contents.tickets) {
    tickets.push_back(json::object{
        {"id", ticket.id}, {"subject", ticket.subject}, {"closed_on", day_text(ticket.day)}});
  }
  return {{"to", contents.email}, {"name", contents.name()}, {"subject", written.subject},
          {"text", written.text}, {"html", written.html},    {"tickets", std::move(tickets)},
          {"run", run},           {"notice", notice}};
}

json::array report_body(const NoticeContents& contents) {
  std::string lines;
  for (const NoticeTicket& ticket : contents.tickets) {
    lines +=
        fmt::format("Ticket no. {} was closed on {}\n", ticket.id, day_with_month_name(ticket.day));
  }
  std::string name = contents.first_name;
  if (!name.empty() && !contents.last_name.empty()) name += ' ';
  name += upper(contents.last_name);
  const json::object email{{"subject", "Ticket status report"},
                           {"to_address", json::array{json::string(contents.email)}},
                           {"cc_address", json::array{}},
                           {"body", lines}};
  json::array out;
  out.push_back(json::object{{"full_name", name},
                             {"email_address", contents.email},
                             {"ready_to_send", true},
                             {"email", email}});
  return out;
}

json::array tickets_as_json(const std::vector<NoticeTicket>& tickets) {
  json::array out;
  for (const NoticeTicket& ticket : tickets) {
    json::array one;
    one.push_back(json::string(ticket.id));
    one.push_back(json::string(ticket.subject));
    one.push_back(json::string(day_text(ticket.day)));
    out.push_back(std::move(one));
  }
  return out;
}

std::vector<NoticeTicket> tickets_in_json(std::string_view text) {
  std::vector<NoticeTicket> out;
  const Result<json::value> parsed = parse_json(text);
  if (!parsed.ok() || !parsed->is_array()) return out;
  for (const json::value& one : parsed->get_array()) {
    const json::array* parts = one.if_array();
    if (parts == nullptr || parts->size() != 3) continue;
    const auto part = [&](size_t i) {
      const json::string* value = (*parts)[i].if_string();
      return value == nullptr ? std::string() : std::string(value->data(), value->size());
    };
    out.push_back({part(0), part(1), day_named(part(2)).value_or(0)});
  }
  return out;
}

}  // namespace dw
