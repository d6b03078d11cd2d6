#include "config/sections.h"

#include <re2/re2.h>

#include "base/authority.h"
#include "base/international.h"
#include "base/number.h"
#include "base/text.h"
#include "config/bridge_section.h"
#include "config/template_text.h"

namespace dw {
namespace {

std::string check_listen(const std::string& text) {
  const size_t colon = text.rfind(':');
  const bool is_good =
      colon != std::string::npos && number_in<uint16_t>(text.substr(colon + 1)).has_value();
  return is_good ? "" : fmt::format("invalid address \"{}\" (host:port, \"[::1]:8080\")", text);
}

std::string check_store_url(const std::string& text) {
  if (text.starts_with("sqlite:") && text.size() > 7) return "";
  if (text.starts_with("postgresql://") || text.starts_with("postgres://")) return "";
  return "must be \"sqlite:PATH\", \"sqlite::memory:\" or \"postgresql://…\"";
}

std::string check_queue_name(const std::string& text) {
  const bool is_plain =
      !text.empty() && text.size() <= 80 &&
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
          std::string::npos;
  if (!is_plain) return "must be 1 to 80 letters, digits, '-', '_' or '.'";
  if (text.ends_with("-dead")) return "NAME-dead is the dead-letter queue of NAME: choose another";
  return "";
}

std::string check_body(const std::string& text) {
  return check_template(text, queue_body_names());
}

std::string check_pattern(const std::string& text) {
  // As the routing compiles it: without case a pattern may be too large that is not with it.
  RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(false);
  const RE2 pattern(text, options);
  return pattern.ok() ? "" : "invalid RE2 pattern: " + pattern.error();
}

std::string check_priority(const std::string& text) {
  const bool is_one = text == "high" || text == "medium" || text == "low";
  return is_one ? "" : fmt::format("invalid priority \"{}\" (high, medium, low)", text);
}

std::string check_issuer(const std::string& text) {
  if (text.starts_with("http://") && !is_loopback_url(text)) {
    return "must be an address with https://";
  }
  return check_http_url(text);
}

Field<IntakeSettings> priorities_field() {
  Field<IntakeSettings> field;
  field.key = "priorities";
  field.doc = "the words that mean each priority, in any case";
  field.allowed = "a table { high = [...], medium = [...], low = [...] }";
  const json::object words{{"type", "array"}, {"items", json::object{{"type", "string"}}}};
  field.schema = {{"type", "object"},
                  {"properties", json::object{{"high", words}, {"medium", words}, {"low", words}}},
                  {"additionalProperties", false}};
  field.read = [](IntakeSettings& out, const Node& node, const SourceLocation& place) {
    if (node.table() == nullptr) return place.add("must be a table of lists");
    std::map<std::string, std::string> used;
    for (const auto& [name, list] : *node.table()) {
      const SourceLocation inside{list.line, place.key + "." + name, place.problems};
      if (const std::string wrong = check_priority(name); !wrong.empty()) {
        inside.add(wrong);
        continue;
      }
      auto words_given = read_strings(list, inside);
      if (!words_given) continue;
      for (std::string& word : *words_given) {
        word = to_lower(word);
        const auto [before, is_new] = used.emplace(word, name);
        if (!is_new) inside.add(fmt::format("\"{}\" already means {}", word, before->second));
      }
      out.priorities[name] = std::move(*words_given);
    }
  };
  field.print = [](const IntakeSettings& from) {
    std::vector<std::string> parts;
    for (const char* name : {"high", "medium", "low"}) {
      parts.push_back(fmt::format("{} = {}", name, quoted_list(from.priorities.at(name))));
    }
    return "{ " + join(parts, ", ") + " }";
  };
  return field;
}

const Section<RouteSettings>& when_section() {
  static const Section<RouteSettings> section{
      "when",
      "when = { … }",
      "conditions; all that are given must hold",
      {strings_field("priority", &RouteSettings::priorities, "any of these priorities",
                     check_priority),
       strings_field("source", &RouteSettings::sources, "any of these sources (\"teams:it\")"),
       text_field("text", &RouteSettings::text,
                  "a pattern that the title or the description contains", check_pattern,
                  "an RE2 pattern, compared without case"),
       strings_field("requester_domain", &RouteSettings::requester_domains,
                     "any of these domains of the requester's address"),
       strings_field("tag", &RouteSettings::tags_wanted, "any of these tags")}};
  return section;
}

Field<RouteSettings> when_field() {
  Field<RouteSettings> field;
  field.key = "when";
  field.doc = "which tickets: all conditions that are given must hold";
  field.allowed = "a table with any of priority, source, text, requester_domain, tag";
  field.schema = section_schema(when_section());
  field.read = [](RouteSettings& out, const Node& node, const SourceLocation& place) {
    read_section(when_section(), node, place.key, out, place.problems);
  };
  field.print = [](const RouteSettings& from) {
    std::vector<std::string> parts;
    for (const Field<RouteSettings>& one : when_section().fields) {
      parts.push_back(one.key + " = " + one.print(from));
    }
    return "{ " + join(parts, ", ") + " }";
  };
  return field;
}

}  // namespace

bool QueueSettings::is_fifo() const {
  return name.ends_with(".fifo") || url.ends_with(".fifo");
}

bool is_loopback_listen(const std::string& listen) {
  // Port 0 is one here and no port of an authority.
  return is_loopback_host(listen.substr(0, listen.rfind(':')));
}

std::string check_http_url(const std::string& text) {
  const bool is_http = text.starts_with("http://") || text.starts_with("https://");
  if (text.empty() || (is_http && text.find_first_of(" \"<>\n\t") == std::string::npos &&
                       text.find("://") + 3 < text.size())) {
    return ascii_url(text) ? "" : "its host can't be written as international names are (IDNA)";
  }
  return "must be an address that starts with http:// or https://";
}

const Section<ServerSettings>& server_section() {
  static const Section<ServerSettings> section{
      "server",
      "[server]",
      "The HTTP server: hooks, API, board.",
      {restart(text_field("listen", &ServerSettings::listen,
                          "where it listens; port 0 picks a free one", check_listen,
                          "host:port, \"[::1]:8080\"")),
       restart(text_field("public_url", &ServerSettings::public_url,
                          "how the outside reaches it, used in links; empty: http://LISTEN",
                          check_http_url, "an http(s) address")),
       restart(size_field("max_body", &ServerSettings::body_bytes_max, 1024, 64 << 20,
                          "a larger request gets 413")),
       restart(strings_field("trusted_proxies", &ServerSettings::trusted_proxies,
                             "networks whose X-Forwarded-For and -Proto are trusted")),
       restart(text_field("tls_cert", &ServerSettings::tls_cert,
                          "certificate chain; the file is read again on SIGHUP", {},
                          "a PEM file, together with tls_key")),
       restart(text_field("tls_key", &ServerSettings::tls_key, "the certificate's key", {},
                          "a PEM file, together with tls_cert"))}};
  return section;
}

const Section<AccessSettings>& access_section() {
  static const Section<AccessSettings> section{
      "access",
      "[access]",
      "Who may open the board and the API.",
      {restart(choice_field("mode", &AccessSettings::mode,
                            {"loopback", "password", "token", "oidc"},
                            "loopback: callers on this machine, without a login; password: local "
                            "accounts (`deskwire user add NAME`); token: API tokens alone "
                            "(`deskwire token add NAME`); oidc: single sign-on. All modes except "
                            "loopback accept tokens")),
       restart(text_field("oidc_issuer", &AccessSettings::oidc_issuer,
                          "the OpenID provider's issuer URL", check_issuer,
                          "an address that starts with https:// (http:// on this machine alone)")),
       restart(text_field(
           "oidc_client_id", &AccessSettings::oidc_client_id,
           "the client id at the provider; the redirect URL is PUBLIC_URL/oidc/callback")),
       restart(secret_field("oidc_client_secret", &AccessSettings::oidc_client_secret,
                            "the client secret; empty for a public client")),
       restart(choice_field("default_role", &AccessSettings::default_role,
                            {"viewer", "agent", "admin"},
                            "role of new accounts from single sign-on"))}};
  return section;
}

const Section<StoreSettings>& store_section() {
  static const Section<StoreSettings> section{
      "store",
      "[store]",
      "The database.",
      {restart(
           text_field("url", &StoreSettings::url, "the engine and its location", check_store_url,
                      "\"sqlite:PATH\", \"sqlite::memory:\", \"postgresql://user:pw@host/db\"")),
       duration_field("retention", &StoreSettings::retention, Millis(0),
                      Millis(3650LL * 86'400'000),
                      "finished events, deliveries and solved tickets older than this are "
                      "removed; \"0d\" keeps all")}};
  return section;
}

const Section<LogSettings>& log_section() {
  static const Section<LogSettings> section{
      "log",
      "[log]",
      "What is written to stderr.",
      {choice_field("level", &LogSettings::level, {"trace", "debug", "info", "warn", "error"},
                    "the minimum level"),
       choice_field("format", &LogSettings::format, {"text", "json"},
                    "text for people, json for programs")}};
  return section;
}

const Section<IntakeSettings>& intake_section() {
  static const Section<IntakeSettings> section{
      "intake",
      "[intake]",
      "Limits and priorities of new tickets.",
      {restart(number_field("max_title", &IntakeSettings::title_characters_max, 1, 1000,
                            "the longest title, in characters")),
       restart(number_field("max_description", &IntakeSettings::description_characters_max, 1,
                            100'000, "the longest description, in characters")),
       restart(priorities_field()),
       restart(choice_field("desk", &IntakeSettings::desk, {"embedded", "zendesk"},
                            "where these tickets are worked; they are always recorded here, and "
                            "\"zendesk\" opens them there too"))}};
  return section;
}

const Section<QueueSettings>& queue_section() {
  static const Section<QueueSettings> section{
      "queue",
      "[[queue]]",
      "A queue. `high`, `medium` and `low` exist (embedded) whether listed or not. A name or "
      "address that ends in `.fifo` makes a FIFO queue.",
      {restart(text_field("name", &QueueSettings::name, "its name, used by routes",
                          check_queue_name, "letters, digits, '-', '_', '.'")),
       restart(text_field("url", &QueueSettings::url, "an SQS queue; empty: embedded",
                          check_http_url, "an SQS queue URL")),
       restart(text_field("region", &QueueSettings::region,
                          "of the SQS queue; empty: from the URL, else AWS_REGION")),
       restart(text_field("endpoint", &QueueSettings::endpoint,
                          "the SQS endpoint; empty: AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL, "
                          "else AWS itself",
                          check_http_url, "an http(s) address")),
       restart(number_field("max_receives", &QueueSettings::receives_max, 1, 1000,
                            "embedded: receives before a message goes to NAME-dead")),
       restart(duration_field("visibility", &QueueSettings::visibility, Millis(0),
                              Millis(43'200'000),
                              "embedded: how long a received message is hidden")),
       restart(duration_field("retention", &QueueSettings::retention, Millis(0),
                              Millis(400LL * 86'400'000),
                              "embedded: unread messages older than this, and dead messages that "
                              "old again, are removed and counted; 0d keeps them")),
       restart(text_field("body", &QueueSettings::body,
                          "mustache template of the message body, for consumers that expect "
                          "another shape; empty: JSON as the intake page says",
                          check_body, "a template"))}};
  return section;
}

const Section<RouteSettings>& route_section() {
  static const Section<RouteSettings> section{
      "route",
      "[[route]]",
      "Which queue a ticket takes: the first route that matches; without one, the queue named "
      "after its priority.",
      {restart(when_field()),
       restart(
           text_field("queue", &RouteSettings::queue, "the queue; empty: the one of the priority")),
       restart(text_field("announce", &RouteSettings::announce,
                          "Slack channel that gets a message about each such ticket",
                          check_channel_if_any)),
       restart(strings_field("tags", &RouteSettings::tags, "tags that the ticket gets"))}};
  return section;
}

const Section<RetrySettings>& retry_section() {
  const Millis week(604'800'000);
  static const Section<RetrySettings> section{
      "retry",
      "[retry]",
      "How deliveries that fail are tried again: exponential, full jitter.",
      {duration_field("first", &RetrySettings::first, Millis(10), week,
                      "the longest wait after the first failure"),
       duration_field("max", &RetrySettings::max, Millis(10), week, "the longest wait"),
       duration_field("give_up", &RetrySettings::give_up, Millis(1000), 52 * week,
                      "after this long a delivery is dead and waits for a person"),
       duration_field("timeout", &RetrySettings::timeout, Millis(100), Millis(300'000),
                      "one outbound request")}};
  return section;
}

const Section<HoursSettings>& hours_section() {
  static const Section<HoursSettings> section{
      "hours",
      "[hours]",
      "Local time, and office hours.",
      {restart(text_field("timezone", &HoursSettings::timezone,
                          "times of day in schedules are in this zone", {},
                          "an IANA name such as \"Europe/Berlin\"")),
       restart(strings_field("days", &HoursSettings::days, "the working days")),
       restart(text_field("from", &HoursSettings::from, "the start of office hours", {},
                          "a time such as \"09:00\"")),
       restart(text_field("to", &HoursSettings::to, "the end of office hours", {},
                          "a time such as \"17:00\"")),
       restart(
           strings_field("holidays", &HoursSettings::holidays, "days off, such as \"2026-12-25\"")),
       restart(text_field("message", &HoursSettings::message,
                          "sent to a thread that starts outside these hours; empty: none"))}};
  return section;
}

}  // namespace dw
