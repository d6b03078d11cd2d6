// Printing the configuration, describing it, and comparing two: each is a visitor over one list of
// all sections, so that a new section is one line.
#include <algorithm>
#include <iterator>
#include <set>

#include "app/masked_url.h"
#include "app/parts.h"
#include "app/settings.h"

namespace dw {
namespace {

/// Shows `visitor` each section of two configurations, in the order of the reference page.
template <class Visitor>
void visit(const Settings& a, const Settings& b, Visitor&& visitor) {
  visitor.one(server_section(), a.server, b.server);
  visitor.one(access_section(), a.access, b.access);
  visitor.one(store_section(), a.store, b.store);
  visitor.one(log_section(), a.log, b.log);
  visitor.one(slack_section(), a.slack, b.slack, a.slack.is_given);
  visitor.named(teams_section(), a.teams, b.teams);
  visitor.one(intake_section(), a.intake, b.intake);
  visitor.list(queue_section(), a.queues, b.queues);
  visitor.list(route_section(), a.routes, b.routes);
  visitor.list(bridge_section(), a.bridges, b.bridges);
  visitor.one(summary_section(), a.summary, b.summary);
  visitor.one(zendesk_section(), a.zendesk, b.zendesk, a.zendesk.is_configured);
  visitor.named(oncall_section(), a.oncall, b.oncall);
  visitor.one(retry_section(), a.retry, b.retry);
  visitor.one(hours_section(), a.hours, b.hours);
  for (const OwnSection* section : own_sections()) visitor.own(*section, a.own, b.own);
  visitor.one(notices_section(), a.notices, b.notices);
  visitor.one(volume_section(), a.volume, b.volume, a.volume.is_on);
  visitor.one(google_section(), a.google, b.google);
  visitor.one(mail_section(), a.mail, b.mail);
}

struct Names {
  std::vector<std::string> out{};
  void one(const auto& section, const auto&, const auto&, bool = true) {
    out.emplace_back(section.key);
  }
  void list(const auto& section, const auto&, const auto&) { out.emplace_back(section.key); }
  void named(const auto& section, const auto&, const auto&) { out.emplace_back(section.key); }
  void own(const OwnSection& section, const OwnSettings&, const OwnSettings&) {
    out.push_back(section.key());
  }
};

struct Printer {
  std::string out{};

  void put(const std::string& heading, const std::string& lines) { put(heading + "\n" + lines); }
  void put(const std::string& table) { out += (out.empty() ? "" : "\n") + table; }
  void one(const auto& section, const auto& value, const auto&, bool is_shown = true) {
    if (is_shown) put("[" + std::string(section.key) + "]", print_section(section, value));
  }
  void list(const auto& section, const auto& values, const auto&) {
    for (const auto& value : values) {
      put("[[" + std::string(section.key) + "]]", print_section(section, value));
    }
  }
  void named(const auto& section, const auto& values, const auto&) {
    for (const auto& value : values) {
      put("[" + std::string(section.key) + "." + value.name + "]", print_section(section, value));
    }
  }
  void own(const OwnSection& section, const OwnSettings& from, const OwnSettings&) {
    for (const std::string& table : section.print(from)) put(table);
  }
};

struct Schema {
  json::object out{};

  void one(const auto& section, const auto&, const auto&, bool = true) {
    out[section.key] = section_schema(section);
  }
  void list(const auto& section, const auto&, const auto&) {
    out[section.key] = json::object{{"type", "array"}, {"items", section_schema(section)}};
  }
  void named(const auto& section, const auto&, const auto&) {
    out[section.key] =
        json::object{{"type", "object"}, {"additionalProperties", section_schema(section)}};
  }
  void own(const OwnSection& section, const OwnSettings&, const OwnSettings&) {
    out[section.key()] = section.schema();
  }
};

struct Reference {
  std::string out{};

  template <class T>
  void one(const Section<T>& section, const T&, const T&, bool = true) {
    out += section_reference(section, T{});
  }
  template <class T>
  void list(const Section<T>& section, const std::vector<T>&, const std::vector<T>&) {
    out += section_reference(section, T{});
  }
  template <class T>
  void named(const Section<T>& section, const std::vector<T>&, const std::vector<T>&) {
    out += section_reference(section, T{});
  }
  void own(const OwnSection& section, const OwnSettings&, const OwnSettings&) {
    out += section.reference();
  }
};

struct Views {
  std::vector<SectionView> out{};

  template <class T>
  void one(const Section<T>& section, const T&, const T&, bool = true) {
    out.push_back(section_view(section));
  }
  template <class T>
  void list(const Section<T>& section, const std::vector<T>&, const std::vector<T>&) {
    out.push_back(section_view(section));
  }
  template <class T>
  void named(const Section<T>& section, const std::vector<T>&, const std::vector<T>&) {
    out.push_back(section_view(section));
  }
  void own(const OwnSection& section, const OwnSettings&, const OwnSettings&) {
    out.push_back(section.view());
  }
};

struct Restarts {
  std::vector<std::string> out{};

  void one(const auto& section, const auto& before, const auto& after, bool = true) {
    list_restarts(section, before, after, out);
  }
  void list(const auto& section, const auto& before, const auto& after) {
    bool is_same = before.size() == after.size();
    for (size_t i = 0; is_same && i < before.size(); ++i) {
      is_same = print_section(section, before[i]) == print_section(section, after[i]);
    }
    if (!is_same) out.emplace_back(section.key);
  }
  void named(const auto& section, const auto& before, const auto& after) {
    if (std::string_view(section.key) != "teams") return list(section, before, after);
    // The secrets of a hook change with a reload; which hooks there are does not.
    const auto names = [](const auto& all) {
      std::set<std::string> found;
      for (const auto& one : all) found.insert(one.name);
      return found;
    };
    const std::set<std::string> old_names = names(before), new_names = names(after);
    std::vector<std::string> changed;
    std::set_symmetric_difference(old_names.begin(), old_names.end(), new_names.begin(),
                                  new_names.end(), std::back_inserter(changed));
    for (const std::string& name : changed) out.push_back("teams." + name);
  }
  void own(const OwnSection& section, const OwnSettings& before, const OwnSettings& after) {
    section.list_restarts(before, after, out);
  }
};

/// Secrets that a reload does not apply: they print alike, so they are compared by themselves.
std::vector<std::string> changed_secrets(const Settings& a, const Settings& b) {
  std::vector<std::string> out;
  const auto compare = [&out](const char* key, const auto& before, const auto& after) {
    if (before != after) out.emplace_back(key);
  };
  compare("access.oidc_client_secret", a.access.oidc_client_secret, b.access.oidc_client_secret);
  compare("slack.bot_token", a.slack.bot_token, b.slack.bot_token);
  compare("slack.app_token", a.slack.app_token, b.slack.app_token);
  const ZendeskSettings &old_desk = a.zendesk, &new_desk = b.zendesk;
  compare("zendesk.oauth_client_secret", old_desk.oauth_client_secret,
          new_desk.oauth_client_secret);
  compare("zendesk.oauth_token", old_desk.oauth_token, new_desk.oauth_token);
  compare("zendesk.token", old_desk.token, new_desk.token);
  compare("zendesk.webhook_secret", old_desk.webhook_secrets, new_desk.webhook_secrets);
  compare("notices.webhook_secret", a.notices.webhook_secret, b.notices.webhook_secret);
  compare("google.api_key", a.google.api_key, b.google.api_key);
  compare("mail.password", a.mail.password, b.mail.password);
  std::vector<Secret> old_tokens, new_tokens;
  for (const OncallSettings& one : a.oncall) old_tokens.push_back(one.token);
  for (const OncallSettings& one : b.oncall) new_tokens.push_back(one.token);
  compare("oncall", old_tokens, new_tokens);
  return out;
}

/// Addresses may carry a secret; nothing else that is printed does.
Settings without_secrets(Settings settings) {
  const auto mask = [](std::string& url, std::string (*as)(const std::string&)) { url = as(url); };
  for (std::string* url : {&settings.store.url, &settings.mail.url}) mask(*url, without_password);
  for (std::string* url : {&settings.notices.webhook_url, &settings.volume.webhook_url}) {
    mask(*url, host_alone);
  }
  for (std::string* url :
       {&settings.server.public_url, &settings.access.oidc_issuer, &settings.notices.endpoint,
        &settings.zendesk.url, &settings.slack.api_url, &settings.google.sheets_url,
        &settings.google.token_url}) {
    mask(*url, without_parameters);
  }
  for (QueueSettings& queue : settings.queues) {
    mask(queue.url, without_parameters);
    mask(queue.endpoint, without_parameters);
  }
  for (OncallSettings& oncall : settings.oncall) mask(oncall.api_url, without_parameters);
  return settings;
}

}  // namespace

std::vector<std::string> section_names() {
  const Settings none;
  Names names;
  visit(none, none, names);
  return std::move(names.out);
}

std::vector<SectionView> section_views() {
  const Settings none;
  Views views;
  visit(none, none, views);
  return std::move(views.out);
}

std::string print_settings(const Settings& settings) {
  const Settings shown = without_secrets(settings);
  Printer printer;
  visit(shown, shown, printer);
  return std::move(printer.out);
}

json::object settings_schema() {
  const Settings none;
  Schema schema;
  visit(none, none, schema);
  return {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
          {"title", "deskwire.toml"},
          {"type", "object"},
          {"additionalProperties", false},
          {"properties", std::move(schema.out)}};
}

std::string settings_reference() {
  const Settings none;
  Reference reference;
  visit(none, none, reference);
  return "# Configuration reference\n\n"
         "Printed by `deskwire config --reference`; a test holds this page to the program.\n\n"
         "One file, `deskwire.toml`: `--config FILE`, else `$DESKWIRE_CONFIG`, else "
         "`./deskwire.toml`, else `/etc/deskwire/deskwire.toml`. No file at all is valid. "
         "`${NAME}` in any text is the environment variable NAME, `${NAME:-default}` gives a "
         "default, `$${` is a plain `${`. A secret may be `file:/path`. Durations are `\"500ms\"`, "
         "`\"30s\"`, `\"15m\"`, `\"36h\"`, `\"7d\"`; sizes `\"64KiB\"`, `\"1MiB\"`. `SIGHUP` "
         "reads the file again; a bad file changes nothing.\n" +
         reference.out;
}

std::vector<std::string> keys_needing_restart(const Settings& running, const Settings& next) {
  Restarts restarts;
  visit(running, next, restarts);
  std::vector<std::string>& out = restarts.out;
  for (const std::string& key : changed_secrets(running, next)) {
    if (std::find(out.begin(), out.end(), key) == out.end()) out.push_back(key);
  }
  return std::move(out);
}

}  // namespace dw
