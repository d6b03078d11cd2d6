#include "app/sample.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "base/embedded.h"
#include "base/text.h"

namespace dw {

/// Files of packaging/ that the program carries with it; written by tools/embed.py.
std::span<const EmbeddedFile> packaged_files();

namespace {

constexpr size_t line_columns_max = 96;
constexpr const char* sample_address = "https://deskwire.example.com";

/// "bridge.channel" to a value, as TOML.
using Values = std::map<std::string, std::string>;

/// For keys whose default says nothing to somebody who sees it for the first time.
const Values& telling_values() {
  static const Values values = {
      {"slack.bot_token", R"("${SLACK_BOT_TOKEN}")"},
      {"slack.app_token", R"("${SLACK_APP_TOKEN:-}")"},
      {"slack.signing_secret", R"("${SLACK_SIGNING_SECRET:-}")"},
      {"teams.secret", R"("${TEAMS_IT_SECRET}")"},
      {"queue.name", R"("high")"},
      {"route.when",
       R"({ priority = ["high"], source = [], text = "vpn", requester_domain = [], tag = [] })"},
      {"route.queue", R"("high")"},
      {"bridge.channel", R"("C0123456789")"},
      {"bridge.oncall", R"("sre")"},
      {"zendesk.url", R"("https://acme.zendesk.com")"},
      {"zendesk.oauth_client_id", R"("deskwire")"},
      {"zendesk.oauth_client_secret", R"("${ZENDESK_OAUTH_CLIENT_SECRET}")"},
      {"zendesk.webhook_secret", R"("${ZENDESK_WEBHOOK_SECRET:-}")"},
      {"oncall.token", R"("${PAGERDUTY_TOKEN}")"},
      {"oncall.policy", R"("PABC123")"},
      {"oncall.api_url", R"("https://api.pagerduty.com")"},
      {"tally.channel", R"("C0987654321")"},
      {"mail.url", R"("smtp://smtp.example.com:587")"},
      {"mail.password", R"("${MAIL_PASSWORD:-}")"},
  };
  return values;
}

std::string to_upper(std::string text) {
  for (char& letter : text) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  }
  return text;
}

std::string named_heading(const SectionView& section, const std::string& name) {
  std::string heading = section.shape;
  return replace_all(heading, "NAME", name);
}

/// The default name in [teams.NAME] and [oncall.NAME].
std::string example_name(const SectionView& section) {
  return section.key == "oncall" ? "sre" : "it";
}

/// Prose as comment lines of a readable width.
std::string comment(const std::string& text) {
  std::string out, line = "#";
  for (const std::string_view word : split(text, ' ')) {
    if (line.size() + 1 + word.size() > line_columns_max && line != "#") {
      out += line + "\n";
      line = "#";
    }
    line += " " + std::string(word);
  }
  return out + line + "\n";
}

/// "What for. Allowed: what." in one comment.
std::string comment_of(const FieldView& field) {
  const std::string end = field.doc.ends_with('.') ? " " : ". ";
  return comment(field.doc + end + "Allowed: " + field.allowed + ".");
}

/// One section; keys in `live` are set, the others are comments that hold their default.
std::string print_view(const SectionView& section, const std::string& name, const Values& live,
                       bool is_live) {
  std::string out = comment(section.doc);
  out += (is_live ? "" : "#") + named_heading(section, name) + "\n";
  for (const FieldView& field : section.fields) {
    out += comment_of(field);
    const std::string path = section.key + "." + field.key;
    const auto set = live.find(path);
    const auto telling = telling_values().find(path);
    if (set != live.end()) {
      out += fmt::format("{} = {}\n", field.key, set->second);
    } else {
      const bool is_notified = telling != telling_values().end() && !is_live;
      out += fmt::format("#{} = {}\n", field.key, is_notified ? telling->second : field.value);
    }
  }
  return out + "\n";
}

/// One section as the sample begins it: its name, where it is [x.NAME], and what is set.
struct Begun {
  std::string section, name;
  Values live;
};

/// These keys as print_example() shows them: taken from the environment.
Values told(std::initializer_list<const char*> keys) {
  Values out;
  for (const char* key : keys) out[key] = telling_values().at(key);
  return out;
}

void begin_slack(const SetupAnswers& around, std::vector<Begun>& out) {
  if (!around.has_slack) return;
  out.push_back(
      {"slack", "", told({"slack.bot_token", "slack.app_token", "slack.signing_secret"})});
  const bool is_bridged = !around.slack_channel.empty() || around.tally_channel.empty();
  if (is_bridged) {
    const std::string channel =
        around.slack_channel.empty() ? "${SLACK_CHANNEL}" : around.slack_channel;
    out.push_back({"bridge",
                   "",
                   {{"bridge.channel", dw::quoted(channel)},
                    {"bridge.desk", dw::quoted(around.has_zendesk ? "zendesk" : "embedded")}}});
  }
  if (!around.tally_channel.empty()) {
    out.push_back({"tally", "", {{"tally.channel", dw::quoted(around.tally_channel)}}});
  }
}

void begin_zendesk(const SetupAnswers& around, std::vector<Begun>& out) {
  if (!around.has_zendesk) return;
  // An account that still has an API token needs no lines for it: its variables are looked for.
  Values live =
      told({"zendesk.oauth_client_id", "zendesk.oauth_client_secret", "zendesk.webhook_secret"});
  live["zendesk.url"] = dw::quoted(
      around.zendesk_url.empty() ? "https://${ZENDESK_SUBDOMAIN}.zendesk.com" : around.zendesk_url);
  out.push_back({"zendesk", "", live});
}

void begin_queues(const SetupAnswers& around, std::vector<Begun>& out) {
  if (!around.has_sqs) return;
  for (const char* name : {"high", "medium", "low"}) {
    const bool is_known = !around.sqs_prefix.empty();
    const std::string slash = around.sqs_prefix.ends_with('/') ? "" : "/";
    const std::string url =
        is_known ? around.sqs_prefix + slash + name : "${SQS_" + to_upper(name) + "_URL}";
    out.push_back(
        {"queue", "", {{"queue.name", dw::quoted(name)}, {"queue.url", dw::quoted(url)}}});
  }
}

void begin_notices(const SetupAnswers& around, std::vector<Begun>& out) {
  if (!around.has_sheets) return;
  Values live{
      {"notices.sheet_id", dw::quoted(around.sheet_id.empty() ? "${SHEET_ID}" : around.sheet_id)},
      {"notices.approve", "true"}};
  if (!around.notices_webhook.empty()) {
    live["notices.webhook_url"] = dw::quoted(around.notices_webhook);
  } else if (around.has_mail) {
    live["notices.via"] = dw::quoted("smtp");
  } else {
    live["notices.webhook_url"] = dw::quoted("${NOTICES_WEBHOOK_URL}");
  }
  out.push_back({"notices", "", live});
  out.push_back({"google", "", {{"google.credentials", dw::quoted("credential.json")}}});
}

void begin_mail(const SetupAnswers& around, std::vector<Begun>& out) {
  if (!around.has_mail) return;
  out.push_back(
      {"mail",
       "",
       {{"mail.url", dw::quoted(around.mail_url.empty() ? "${MAIL_URL}" : around.mail_url)},
        {"mail.username", R"("${MAIL_USERNAME:-}")"},
        {"mail.password", R"("${MAIL_PASSWORD:-}")"},
        {"mail.from", dw::quoted(around.mail_from.empty() ? "Deskwire <deskwire@localhost>"
                                                          : around.mail_from)}}});
}

std::vector<Begun> begin(const SetupAnswers& around) {
  std::vector<Begun> out;
  Values server{{"server.listen", dw::quoted("127.0.0.1:8080")}};
  if (!around.public_url.empty()) server["server.public_url"] = dw::quoted(around.public_url);
  out.push_back({"server", "", server});
  out.push_back({"access", "", {{"access.mode", dw::quoted("loopback")}}});
  out.push_back({"store", "", {{"store.url", dw::quoted("sqlite:deskwire.db")}}});
  begin_slack(around, out);
  if (around.has_teams) {
    const std::string name = around.teams_name.empty() ? "it" : around.teams_name;
    std::string variable = to_upper(name);
    for (char& letter : variable) letter = letter == '-' ? '_' : letter;
    out.push_back(
        {"teams", name, {{"teams.secret", dw::quoted("${TEAMS_" + variable + "_SECRET}")}}});
  }
  begin_queues(around, out);
  begin_zendesk(around, out);
  begin_notices(around, out);
  begin_mail(around, out);
  if (!around.timezone.empty()) {
    out.push_back({"hours", "", {{"hours.timezone", dw::quoted(around.timezone)}}});
  }
  return out;
}

}  // namespace

std::string print_example() {
  std::string out =
      "# deskwire.toml: every section and every key, each with its default or an example.\n"
      "# Printed by `deskwire config --example`. Lines that begin with \"#\" and a key are "
      "settings\n"
      "# that are not set: remove the \"#\" of the section's heading and of what you change.\n\n";
  for (const SectionView& section : section_views()) {
    out += print_view(section, example_name(section), {}, false);
  }
  out.pop_back();
  return out;
}

std::string print_sample(const SetupAnswers& surroundings) {
  std::string out =
      "# Written by `deskwire init`. Keys that are set start their line; \"#key = value\" "
      "is\n"
      "# a key's default. Every other section: `deskwire config --example`. Secrets come from the\n"
      "# environment, \"${NAME}\", or from a file, \"file:/path\". `deskwire check` says what is "
      "missing.\n\n";
  const std::vector<SectionView> views = section_views();
  std::set<std::string> shown;
  for (const Begun& begun : begin(surroundings)) {
    for (const SectionView& section : views) {
      if (section.key != begun.section) continue;
      if (shown.insert(section.key).second) {
        out += print_view(section, begun.name, begun.live, true);
        continue;
      }
      // The second [[queue]] needs no second explanation.
      out += named_heading(section, begun.name) + "\n";
      for (const FieldView& field : section.fields) {
        const auto set = begun.live.find(section.key + "." + field.key);
        if (set != begun.live.end()) out += fmt::format("{} = {}\n", field.key, set->second);
      }
      out += "\n";
    }
  }
  out.pop_back();
  return out;
}

std::vector<VariableUse> variables_in(const std::string& toml) {
  std::vector<VariableUse> out;
  for (const std::string_view line : split(toml, '\n')) {
    if (line.starts_with('#')) continue;
    for (size_t at = line.find("${"); at != std::string_view::npos; at = line.find("${", at + 2)) {
      const std::string_view inside = line.substr(at + 2, line.find('}', at) - at - 2);
      const size_t colon = inside.find(":-");
      out.push_back({std::string(inside.substr(0, colon)), colon == std::string_view::npos});
    }
  }
  return out;
}

std::optional<std::string> pretended_variable(const std::string& name) {
  if (name.starts_with("TEAMS_")) return "c2VjcmV0";
  if (name == "AWS_REGION") return "eu-west-1";
  if (name == "SLACK_CHANNEL") return "C0123456789";
  if (name == "MAIL_URL") return "smtps://mail.example.com:465";
  if (name.ends_with("_URL")) return "https://sqs.eu-west-1.amazonaws.com/1/x";
  return "x";
}

std::string slack_manifest(const std::string& public_url) {
  std::string text;
  for (const EmbeddedFile& file : packaged_files()) {
    if (file.path == "slack-app-manifest.yaml") text = std::string(file.bytes);
  }
  std::string address = public_url;
  while (address.ends_with('/')) address.pop_back();
  return address.empty() ? text : replace_all(text, sample_address, address);
}

std::vector<NextStep> next_steps(const SetupAnswers& around, const std::string& manifest) {
  std::vector<NextStep> out;
  const bool is_public = !around.public_url.empty();
  const std::string address = is_public ? around.public_url : "PUBLIC_URL";
  if (around.has_slack) {
    out.push_back(
        {"Slack",
         {fmt::format("api.slack.com/apps > Create New App > From a manifest: paste {}", manifest),
          "Install to Workspace; OAuth & Permissions > Bot User OAuth Token is SLACK_BOT_TOKEN",
          "Basic Information > App-Level Tokens > Generate, scope connections:write: "
          "SLACK_APP_TOKEN",
          "in each channel: /invite @Deskwire"}});
  }
  if (around.has_teams) {
    const std::string name = around.teams_name.empty() ? "it" : around.teams_name;
    out.push_back({"Teams",
                   {"the team > Manage team > Apps > Create an outgoing webhook, called Deskwire",
                    fmt::format("its callback URL is {}/hooks/teams/{}{}", address, name,
                                is_public ? "" : "; set server.public_url to PUBLIC_URL"),
                    "the security token that it shows, once, is the secret"}});
  }
  if (around.has_zendesk) {
    out.push_back({"Zendesk",
                   {"Admin Center > Apps and integrations > APIs > OAuth clients > Add: kind "
                    "confidential, identifier deskwire; its secret is ZENDESK_OAUTH_CLIENT_SECRET",
                    "with server.public_url: `deskwire setup zendesk` makes the webhook and its "
                    "trigger; set ZENDESK_WEBHOOK_SECRET to the secret that it prints. Without it, "
                    "no step is needed"}});
  }
  if (around.has_sheets) {
    out.push_back({"Google Sheets",
                   {"console.cloud.google.com: a project, the Sheets API, a service account; its "
                    "JSON key is credential.json beside deskwire.toml",
                    "share the sheet with the service account's address, as a viewer",
                    "`deskwire notices preview` shows what would be sent; nothing goes out until "
                    "`deskwire notices apply`"}});
  }
  if (around.has_sqs) {
    out.push_back({"Amazon SQS",
                   {"the queues high, medium and low; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY "
                    "with sqs:SendMessage and sqs:GetQueueAttributes on them"}});
  }
  if (around.has_mail) {
    out.push_back({"Mail", {"MAIL_USERNAME and MAIL_PASSWORD of a mailbox that may send"}});
  }
  return out;
}

}  // namespace dw
