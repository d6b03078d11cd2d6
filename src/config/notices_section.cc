#include "config/notices_section.h"

#include "base/authority.h"
#include "base/text.h"
#include "config/sections.h"
#include "config/template_text.h"

namespace dw {

std::string sheet_id_in(const std::string& given) {
  constexpr std::string_view before = "/spreadsheets/d/";
  const size_t at = given.find(before);
  if (at == std::string::npos) return given;
  const std::string rest = given.substr(at + before.size());
  return rest.substr(0, rest.find_first_of("/?#"));
}

namespace {

/// Who copies the whole address of the sheet means its id.
Field<NoticesSettings> sheet_id_field() {
  Field<NoticesSettings> field = text_field("sheet_id", &NoticesSettings::sheet_id,
                                            "a Google Sheet: its id, or its whole address");
  field.read = [read = field.read](NoticesSettings& out, const Node& node,
                                   const SourceLocation& place) {
    read(out, node, place);
    out.sheet_id = sheet_id_in(out.sheet_id);
  };
  return field;
}

std::string check_mail_url(const std::string& text) {
  if (text.empty() || text.starts_with("smtp://") || text.starts_with("smtps://")) return "";
  constexpr std::string_view plain = "smtp+plain://";
  const bool is_plain = text.starts_with(plain);
  if (is_plain && is_loopback_url("http://" + text.substr(plain.size()))) return "";
  return is_plain ? "smtp+plain:// has no TLS and is for this machine alone (127.0.0.1)"
                  : "must start with smtp:// (STARTTLS) or smtps:// (TLS)";
}

/// It becomes a header: what could start another one has no place in it.
std::string check_line(const std::string& text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return "must be one line of plain text";
  }
  return "";
}

std::string check_subject(const std::string& text) {
  const std::string problem = check_line(text);
  return problem.empty() ? check_template(text, notice_names()) : problem;
}

/// "Name <address>" or an address alone; the mail connector parses it again when it sends.
std::string check_sender(const std::string& text) {
  if (std::string problem = check_line(text); !problem.empty()) return problem;
  std::string_view address = trim(text);
  if (const size_t open = address.rfind('<');
      open != std::string_view::npos && address.back() == '>') {
    address = address.substr(open + 1, address.size() - open - 2);
  }
  const size_t at = address.rfind('@');
  const bool is_address = at != std::string::npos && at > 0 && at + 1 < address.size() &&
                          address.find_first_of(" <>,;") == std::string::npos;
  return is_address ? "" : "must be \"Name <address>\", such as \"Support <support@acme.example>\"";
}

const Section<NoticeColumns>& columns_section() {
  using C = NoticeColumns;
  static const Section<C> section{
      "columns",
      "columns = { … }",
      "letters (\"C\") or headings (\"Email\")",
      {text_field("first_name", &C::first_name, "first name"),
       text_field("last_name", &C::last_name, "last name"),
       text_field("name", &C::name, "the whole name, instead of the two"),
       text_field("email", &C::email, "the customer's address"),
       text_field("ticket", &C::ticket, "the ticket's number"),
       text_field("status", &C::status, "its status"),
       text_field("date", &C::date, "when the ticket got that status"),
       text_field("subject", &C::subject, "what the ticket is about; empty: not in the report")}};
  return section;
}

Field<NoticesSettings> columns_field() {
  Field<NoticesSettings> field;
  field.key = "columns";
  field.doc = "where things are in the report";
  field.allowed = "a table of letters or headings";
  field.schema = section_schema(columns_section());
  field.read = [](NoticesSettings& out, const Node& node, const SourceLocation& place) {
    read_section(columns_section(), node, place.key, out.columns, place.problems);
    const NoticeColumns& is = out.columns;
    if (is.email.empty() || is.ticket.empty() || is.status.empty() || is.date.empty()) {
      place.add("email, ticket, status and date are needed");
    }
  };
  field.print = [](const NoticesSettings& from) {
    std::vector<std::string> parts;
    for (const Field<NoticeColumns>& one : columns_section().fields) {
      const std::string value = one.print(from.columns);
      if (value != "\"\"") parts.push_back(one.key + " = " + value);
    }
    return "{ " + join(parts, ", ") + " }";
  };
  return field;
}

/// One text or a list of them.
Field<NoticesSettings> formats_field() {
  Field<NoticesSettings> field = strings_field(
      "date_format", &NoticesSettings::date_formats,
      "how the report writes its dates: %d %m %b %B %Y %y, with %H %I %M %S %f %p %z read "
      "over; several are tried in order, and ISO dates are always understood. All rows have one "
      "order "
      "of day and month: a report that proves another is refused, or decides where this is not "
      "set");
  field.allowed = "a text, or a list of texts";
  const auto read_list = field.read;
  field.schema = {{"anyOf", json::array{json::object{{"type", "string"}}, field.schema}}};
  field.read = [read_list](NoticesSettings& out, const Node& node, const SourceLocation& place) {
    if (node.text() != nullptr) {
      out.date_formats = {*node.text()};
    } else {
      read_list(out, node, place);
    }
    out.has_date_format = true;
    if (out.date_formats.empty()) place.add("must have at least one format");
  };
  return field;
}

std::vector<Field<NoticesSettings>> report_fields() {
  using N = NoticesSettings;
  return {
      restart(text_field("schedule", &N::schedule,
                         "when it runs automatically, in hours.timezone; empty: only by "
                         "`deskwire notices run`",
                         {}, "a schedule")),
      restart(sheet_id_field()),
      restart(text_field("range", &N::range, "the sheet's range; of an .xlsx file its sheet")),
      restart(
          text_field("file", &N::file,
                     "a .csv or .xlsx file, a folder, s3://BUCKET/KEY or s3://BUCKET/PREFIX; of "
                     "several reports the newest is read")),
      restart(duration_field("watch", &N::watch, Millis(0), Millis(86'400'000),
                             "how often to look for a report that is new or changed, and to run "
                             "when it is complete, beside the schedule; \"0s\": never")),
      restart(text_field("region", &N::region, "of an s3:// file; empty: AWS_REGION")),
      restart(text_field("endpoint", &N::endpoint, "of an s3:// file; empty: AWS's", check_http_url,
                         "an http(s) address")),
      restart(choice_field("encoding", &N::encoding, {"utf-8", "latin-1"},
                           "the characters of a CSV file")),
      restart(columns_field()),
      restart(formats_field()),
      restart(strings_field("closed", &N::closed, "status words that mean closed, in any case"))};
}

std::vector<Field<NoticesSettings>> sending_fields() {
  using N = NoticesSettings;
  return {
      restart(choice_field("via", &N::via, {"webhook", "smtp"}, "how customers are reached")),
      restart(text_field("webhook_url", &N::webhook_url, "gets one POST for each customer",
                         check_http_url, "an http(s) address")),
      restart(secret_field("webhook_secret", &N::webhook_secret,
                           "signs each POST: Deskwire-Signature, HMAC-SHA256 over time and body; "
                           "empty: no signature")),
      restart(bool_field(
          "idempotent_webhook", &N::is_idempotent_webhook,
          "the receiver honours Idempotency-Key: a delivery with unknown outcome is sent again")),
      restart(number_field("rate_per_minute", &N::rate_per_minute, 1, 1'000'000,
                           "how many notices are sent in a minute at most")),
      restart(choice_field("payload", &N::payload, {"notice", "report"},
                           "the webhook's body; report: the older utility's")),
      restart(text_field("subject", &N::subject, "mustache: many, tickets, count, name, email",
                         check_subject, "a template of one line")),
      restart(text_field("template", &N::template_file,
                         "a mustache file with the notice; a name that ends with .html makes it "
                         "HTML; empty: built in")),
      restart(text_field("unsubscribe", &N::unsubscribe,
                         "List-Unsubscribe's value: \"<https://…>, <mailto:…>\"; empty: a mail to "
                         "mail.from",
                         check_line)),
      restart(choice_field(
          "every", &N::every, {"week", "day", "month"},
          "each customer gets at most one notice per calendar week (ISO), day or month")),
      restart(bool_field("approve", &N::is_approval_needed,
                         "a scheduled run only makes the plan; a person sends it")),
      restart(duration_field("first_lookback", &N::first_lookback, Millis(86'400'000),
                             Millis(36'500LL * 86'400'000),
                             "how far back the first run looks where nothing was imported")),
      restart(bool_field("test_mode", &N::is_test, "does everything except sending")),
      restart(strings_field("suppress", &N::suppress,
                            "addresses or @domains that never get a notice"))};
}

}  // namespace

const Section<NoticesSettings>& notices_section() {
  static const Section<NoticesSettings> section = [] {
    Section<NoticesSettings> out{"notices", "[notices]",
                                 "Mails each customer, once, the list of their closed tickets. Off "
                                 "if neither sheet_id nor file is set.",
                                 report_fields()};
    for (Field<NoticesSettings>& field : sending_fields()) out.fields.push_back(std::move(field));
    return out;
  }();
  return section;
}

const Section<GoogleSettings>& google_section() {
  using G = GoogleSettings;
  static const Section<G> section{
      "google",
      "[google]",
      "Access to Google Sheets.",
      {restart(text_field("credentials", &G::credentials,
                          "a service account's key, or an OAuth client (\"installed\")", {},
                          "a JSON file")),
       restart(text_field("token_file", &G::token_file,
                          "where `deskwire notices login` keeps its token, mode 0600", {},
                          "a file")),
       restart(secret_field("api_key", &G::api_key, "enough for public sheets")),
       restart(text_field("sheets_url", &G::sheets_url, "Google's address", check_http_url,
                          "an http(s) address")),
       restart(text_field("token_url", &G::token_url,
                          "where tokens come from; empty: as the credentials say", check_http_url,
                          "an http(s) address"))}};
  return section;
}

const Section<MailSettings>& mail_section() {
  using M = MailSettings;
  static const Section<M> section{
      "mail",
      "[mail]",
      "The mail server. Off if url is empty.",
      {restart(text_field("url", &M::url, "the SMTP server", check_mail_url,
                          "\"smtp://host:587\" (STARTTLS), \"smtps://host:465\" (TLS), "
                          "\"smtp+plain://127.0.0.1:2525\" (no TLS, this machine only)")),
       restart(text_field("username", &M::username, "the user name; empty: no login")),
       restart(secret_field("password", &M::password, "the password")),
       restart(text_field("from", &M::from, "the sender", check_sender, "\"Name <address>\""))}};
  return section;
}

}  // namespace dw
