#include "app/settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <set>

#include "app/masked_url.h"
#include "app/parts.h"
#include "base/address.h"
#include "base/text.h"
#include "base/text_file.h"
#include "connectors/roster/roster.h"
#include "domain/hours.h"
#include "domain/period.h"
#include "domain/schedule.h"
#include "jobs/storm/section.h"
#include "jobs/watch/section.h"
#include "net/proxy.h"

namespace dw {
namespace {

constexpr size_t file_bytes_max = 1 << 20;
constexpr const char* system_file = "/etc/deskwire/deskwire.toml";

template <class T>
void read_one(const Node::Table& root, const Section<T>& section, T& out, Problems& problems) {
  const auto found = root.find(section.key);
  if (found != root.end()) read_section(section, found->second, section.key, out, problems);
}

/// [[name]] tables, in the order of the file.
template <class T>
void read_list(const Node::Table& root, const Section<T>& section, std::vector<T>& out,
               std::vector<int>& lines, Problems& problems) {
  const auto found = root.find(section.key);
  if (found == root.end()) return;
  const Node::List* list = found->second.list();
  if (list == nullptr) {
    problems.add(found->second.line, section.key, "must be written " + section.shape);
    return;
  }
  for (const Node& node : *list) {
    T one;
    read_section(section, node, section.key, one, problems);
    out.push_back(std::move(one));
    lines.push_back(node.line);
  }
}

/// Of [teams.NAME] and its like.
void check_section_name(const std::string& name, const Node& node, const std::string& key,
                        Problems& problems) {
  const bool is_plain =
      !name.empty() &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
          std::string::npos;
  if (!is_plain) problems.add(node.line, key, "a name has letters, digits, '-' and '_' only");
}

void read_zendesk(const Node::Table& root, Settings& settings, const Environment& environment,
                  Problems& problems) {
  const auto found = root.find("zendesk");
  if (found == root.end()) return;
  read_section(zendesk_section(), found->second, "zendesk", settings.zendesk, problems);
  complete_zendesk(settings.zendesk, environment, found->second.line, problems);
}

void read_oncall(const Node::Table& root, Settings& settings, Problems& problems) {
  const auto found = root.find("oncall");
  if (found == root.end()) return;
  const Node::Table* table = found->second.table();
  if (table == nullptr) {
    problems.add(found->second.line, "oncall", "must be written [oncall.NAME]");
    return;
  }
  for (const auto& [name, node] : *table) {
    const std::string key = "oncall." + name;
    check_section_name(name, node, key, problems);
    OncallSettings oncall;
    oncall.name = name;
    read_section(oncall_section(), node, key, oncall, problems);
    complete_oncall(oncall, node.line, problems);
    const std::string wrong = check_rotation(oncall.rotate, settings.hours.timezone);
    if (!wrong.empty() && is_timezone(settings.hours.timezone)) {
      problems.add(node.line, key + ".rotate", wrong);
    }
    settings.oncall.push_back(std::move(oncall));
  }
}

void read_teams(const Node::Table& root, Settings& settings, Problems& problems) {
  const auto found = root.find("teams");
  if (found == root.end()) return;
  const Node::Table* table = found->second.table();
  if (table == nullptr) {
    problems.add(found->second.line, "teams", "must be written [teams.NAME]");
    return;
  }
  for (const auto& [name, node] : *table) {
    const std::string key = "teams." + name;
    check_section_name(name, node, key, problems);
    TeamsSettings teams{.name = name, .secrets = {}};
    read_section(teams_section(), node, key, teams, problems);
    const bool is_given = node.table() != nullptr && node.table()->count("secret") > 0;
    if (!is_given) {
      problems.add(node.line, key + ".secret",
                   "is missing (Deskwire does not serve a hook without a secret)");
    }
    settings.teams.push_back(std::move(teams));
  }
}

/// Two tokens whose places were mixed up are seen by how they begin.
void check_token_kinds(const SlackSettings& slack, const Node::Table& table, int line,
                       Problems& problems) {
  const auto complain = [&](const char* key, const std::string& what) {
    const auto found = table.find(key);
    problems.add(found == table.end() ? line : found->second.line, std::string("slack.") + key,
                 what);
  };
  const auto begins = [](const Secret& secret, std::string_view with) {
    return secret.reveal().starts_with(with);
  };
  const std::pair<const char*, const Secret*> tokens[] = {{"bot_token", &slack.bot_token},
                                                          {"app_token", &slack.app_token}};
  for (const auto& [key, token] : tokens) {
    if (token->reveal().find_first_of(" \t\r\n") == std::string::npos) continue;
    complain(key, "has a space in it: set the token alone, such as xoxb-… (no \"Bearer\")");
  }
  if (begins(slack.bot_token, "xapp-")) {
    complain("bot_token",
             "is an app-level token (xapp-…): set it as slack.app_token; the Bot User OAuth Token "
             "starts with xoxb-");
  } else if (begins(slack.bot_token, "xoxp-")) {
    complain("bot_token",
             "is a user token (xoxp-…): set the Bot User OAuth Token, which starts with xoxb-");
  }
  if (begins(slack.app_token, "xox")) {
    complain("app_token",
             "is not an app-level token: it must start with xapp- (xoxb-… is slack.bot_token)");
  }
  for (const Secret& secret : slack.signing_secrets) {
    if (!begins(secret, "xox") && !begins(secret, "xapp-")) continue;
    complain("signing_secret",
             "is a token: set the Signing Secret (api.slack.com/apps > Basic Information)");
    break;
  }
}

/// What the file leaves out is taken from the environment, as Slack's own tools do.
void read_slack(const Node::Table& root, const Environment& environment, Settings& settings,
                Problems& problems) {
  SlackSettings& slack = settings.slack;
  read_one(root, slack_section(), slack, problems);
  const auto found = root.find("slack");
  if (found == root.end() || found->second.table() == nullptr) return;
  slack.is_given = true;
  const auto from_environment = [&](const char* key, const char* name) {
    const bool is_written = found->second.table()->count(key) > 0;
    const std::string given = is_written ? "" : environment(name).value_or("");
    return Secret(without_last_newlines(given));
  };
  if (slack.bot_token.empty()) slack.bot_token = from_environment("bot_token", "SLACK_BOT_TOKEN");
  if (slack.app_token.empty()) slack.app_token = from_environment("app_token", "SLACK_APP_TOKEN");
  Secret signing = from_environment("signing_secret", "SLACK_SIGNING_SECRET");
  // As the older bot called it.
  if (signing.empty()) signing = from_environment("signing_secret", "SLACK_SIGN_SECRET");
  if (!signing.empty()) slack.signing_secrets = {signing};
  if (slack.bot_token.empty()) {
    problems.add_missing_secret(found->second.line, "slack.bot_token",
                                "is missing (the app's xoxb-… token, here or in SLACK_BOT_TOKEN)");
  }
  check_token_kinds(slack, *found->second.table(), found->second.line, problems);
}

void check_queues(Settings& settings, const std::vector<int>& lines, const Environment& environment,
                  Problems& problems) {
  std::set<std::string> names;
  for (size_t i = 0; i < settings.queues.size(); ++i) {
    QueueSettings& queue = settings.queues[i];
    if (queue.name.empty()) {
      problems.add(lines[i], "queue.name", "is missing");
    } else if (!names.insert(queue.name).second) {
      problems.add(lines[i], "queue.name", fmt::format("duplicate \"{}\"", queue.name));
    }
    if (queue.is_embedded() || !queue.region.empty()) continue;
    // https://sqs.eu-west-1.amazonaws.com/…
    const size_t start = queue.url.find("://sqs.");
    if (start != std::string::npos && queue.url.find(".amazonaws.com") != std::string::npos) {
      const size_t from = start + 7;
      queue.region = queue.url.substr(from, queue.url.find('.', from) - from);
    }
    for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
      if (queue.region.empty()) queue.region = environment(name).value_or("");
    }
    if (queue.region.empty()) {
      problems.add(lines[i], "queue.region", "is not in the URL: set it, or AWS_REGION");
    }
  }
  for (const char* name : {"high", "medium", "low"}) {
    if (names.insert(name).second) {
      QueueSettings queue;
      queue.name = name;
      settings.queues.push_back(std::move(queue));
    }
  }
}

void check_routes(const Settings& settings, const std::vector<int>& lines, Problems& problems) {
  std::vector<std::string> names;
  for (const QueueSettings& queue : settings.queues) names.push_back(queue.name);
  for (size_t i = 0; i < settings.routes.size(); ++i) {
    const std::string& queue = settings.routes[i].queue;
    const bool is_there =
        queue.empty() || std::find(names.begin(), names.end(), queue) != names.end();
    if (!is_there) {
      problems.add(
          lines[i], "route.queue",
          fmt::format("there is no queue \"{}\" (there are {})", queue, join(names, ", ")));
    }
  }
}

/// Whom a reminder mentions, and in which order they come.
void check_reminders(const BridgeSettings& bridge, int line, Problems& problems) {
  const Millis none{0};
  for (const auto& [key, after] :
       {std::pair("remind", bridge.remind), std::pair("escalate", bridge.escalate)}) {
    if (after == none || !bridge.oncall.empty()) continue;
    problems.add(line, fmt::format("bridge.{}", key),
                 "needs bridge.oncall, which says whom to mention");
  }
  if (bridge.escalate > none && bridge.escalate <= bridge.remind) {
    problems.add(line, "bridge.escalate",
                 fmt::format("must be longer than bridge.remind (it is {}, remind is {})",
                             format_duration(bridge.escalate), format_duration(bridge.remind)));
  }
}

int line_of(const Node::Table& root, const std::string& section, const std::string& key);

/// What the bridge needs of other sections.
void check_bridges(const Settings& settings, const std::vector<int>& lines, const Node::Table& root,
                   Problems& problems) {
  const auto needs = [&](int line, const std::string& key, const std::string& section) {
    if (root.count(section) == 0) problems.add(line, key, "needs a section [" + section + "]");
  };
  std::set<std::string> channels;
  for (size_t i = 0; i < settings.bridges.size(); ++i) {
    const BridgeSettings& bridge = settings.bridges[i];
    if (bridge.channel.empty()) {
      problems.add(lines[i], "bridge.channel", "is missing");
    } else if (!channels.insert(bridge.channel).second) {
      problems.add(lines[i], "bridge.channel", fmt::format("duplicate \"{}\"", bridge.channel));
    }
    needs(lines[i], "bridge.channel", "slack");
    if (bridge.desk == BridgeDesk::zendesk) needs(lines[i], "bridge.desk", "zendesk");
    check_reminders(bridge, lines[i], problems);
    if (bridge.oncall.empty()) continue;
    const auto oncall = root.find("oncall");
    const bool is_there = oncall != root.end() && oncall->second.table() != nullptr &&
                          oncall->second.table()->count(bridge.oncall) > 0;
    if (!is_there) {
      problems.add(lines[i], "bridge.oncall",
                   fmt::format("there is no [oncall.{}]", bridge.oncall));
    }
  }
  const int line = root.count("summary") > 0 ? root.at("summary").line : 0;
  if (!settings.summary.channel.empty()) needs(line, "summary.channel", "slack");
  if (!settings.summary.mail.empty()) needs(line, "summary.mail", "mail");
  if (const auto schedule = Schedule::parse(settings.summary.schedule); !schedule.ok()) {
    problems.add(line_of(root, "summary", "schedule"), "summary.schedule", schedule.error().what);
  }
}

/// What nobody can see in an address decides nothing, here as in a report.
void clean_addresses(Settings& settings, const Node::Table& root, Problems& problems) {
  const auto clean = [&](std::string& one, const char* section, const char* key) {
    one = cleaned_address(one);
    const std::string wrong = refusal_of_address(one);
    if (wrong.empty()) return;
    problems.add(line_of(root, section, key), fmt::format("{}.{}", section, key), wrong);
  };
  for (std::string& one : settings.volume.notify) clean(one, "volume", "notify");
  for (std::string& one : settings.summary.mail) clean(one, "summary", "mail");
  if (root.count("watch") == 0) return;
  WatchSettings watch = settings.own.get<WatchSettings>();
  for (std::string& one : watch.notify) {
    if (is_mail_address(one)) clean(one, "watch", "notify");
  }
  settings.own.set(std::move(watch));
}

/// Messages of [watch] need a way to go.
void check_watch(const Settings& settings, const Node::Table& root, Problems& problems) {
  for (const std::string& one : settings.own.get<WatchSettings>().notify) {
    const char* section = is_mail_address(one) ? "mail" : "slack";
    if (root.count(section) > 0) continue;
    problems.add(root.at("watch").line, "watch.notify",
                 fmt::format("{} needs a section [{}]", one, section));
  }
}

/// The channel that is asked is seen by nobody who is talked about there.
void check_storm(const Settings& settings, const Node::Table& root, Problems& problems) {
  const std::string& channel = settings.own.get<StormSettings>().channel;
  if (channel.empty()) return;
  const int line = line_of(root, "storm", "channel");
  if (root.count("slack") == 0) problems.add(line, "storm.channel", "needs a section [slack]");
  for (const BridgeSettings& bridge : settings.bridges) {
    if (bridge.channel != channel) continue;
    problems.add(
        line, "storm.channel",
        fmt::format("\"{}\" is a bridged channel (name one that requesters do not read)", channel));
  }
}

int line_of(const Node::Table& root, const std::string& section, const std::string& key) {
  const auto found = root.find(section);
  if (found == root.end() || found->second.table() == nullptr) return 0;
  const auto inside = found->second.table()->find(key);
  return inside == found->second.table()->end() ? found->second.line : inside->second.line;
}

void check_volume(const VolumeSettings& volume, const Node::Table& root, Problems& problems) {
  if (!volume.timezone.empty() && !is_timezone(volume.timezone)) {
    problems.add(line_of(root, "volume", "timezone"), "volume.timezone",
                 unknown_timezone(volume.timezone));
  }
  if (const auto parsed = Schedule::parse(volume.schedule); !parsed.ok()) {
    problems.add(line_of(root, "volume", "schedule"), "volume.schedule", parsed.error().what);
  }
}

void check_together(const Settings& settings, const Node::Table& root, Problems& problems) {
  const ServerSettings& server = settings.server;
  if (server.tls_cert.empty() != server.tls_key.empty()) {
    problems.add(line_of(root, "server", "tls_cert"), "server.tls_cert",
                 "set both tls_cert and tls_key, or neither");
  }
  if (settings.access.mode == AccessMode::loopback && !is_loopback_listen(server.listen)) {
    problems.add(line_of(root, "server", "listen"), "server.listen",
                 fmt::format("\"{}\" can be reached from outside, and access.mode = \"loopback\" "
                             "asks for no login (listen on 127.0.0.1, or set access.mode = "
                             "\"password\", \"token\" or \"oidc\")",
                             server.listen));
  }
  if (settings.intake.desk == DeskKind::zendesk && root.count("zendesk") == 0) {
    problems.add(line_of(root, "intake", "desk"), "intake.desk", "needs a section [zendesk]");
  }
  const AccessSettings& access = settings.access;
  if (access.mode == AccessMode::oidc &&
      (access.oidc_issuer.empty() || access.oidc_client_id.empty())) {
    problems.add(line_of(root, "access", "mode"), "access.mode",
                 "\"oidc\" needs oidc_issuer and oidc_client_id");
  }
  for (const std::string& proxy : server.trusted_proxies) {
    if (const auto checked = check_cidr(proxy); !checked.ok()) {
      problems.add(line_of(root, "server", "trusted_proxies"), "server.trusted_proxies",
                   checked.error().what);
    }
  }
  const HoursSettings& hours = settings.hours;
  const auto office =
      OfficeHours::parse(hours.timezone, hours.days, hours.from, hours.to, hours.holidays);
  if (office.ok()) return;
  for (const Problem& one : office.error().problems) {
    problems.add(line_of(root, "hours", one.field), "hours." + one.field, one.what);
  }
}

void check_notices(const Settings& settings, const Node::Table& root, Problems& problems) {
  const NoticesSettings& notices = settings.notices;
  if (!notices.schedule.empty()) {
    if (const auto schedule = Schedule::parse(notices.schedule); !schedule.ok()) {
      problems.add(line_of(root, "notices", "schedule"), "notices.schedule", schedule.error().what);
    }
  }
  for (const std::string& format : notices.date_formats) {
    if (const std::string wrong = check_day_format(format); !wrong.empty()) {
      problems.add(line_of(root, "notices", "date_format"), "notices.date_format", wrong);
    }
  }
  if (!notices.sheet_id.empty() && !notices.file.empty()) {
    problems.add(line_of(root, "notices", "file"), "notices.file",
                 "sheet_id is set too; set only one of the two");
  }
  for (const std::string& one : notices.suppress) {
    if (one.find('@') != std::string::npos) continue;
    problems.add(line_of(root, "notices", "suppress"), "notices.suppress",
                 fmt::format("\"{}\" is no address and no domain such as \"@{}\"", one,
                             one.empty() ? "x.example" : one));
  }
  if (notices.closed.empty()) {
    problems.add(line_of(root, "notices", "closed"), "notices.closed",
                 "is empty: nobody would hear of anything");
  }
  if (notices.file.find("://") != std::string::npos && !notices.file.starts_with("s3://")) {
    problems.add(line_of(root, "notices", "file"), "notices.file",
                 fmt::format("\"{}\" cannot be read (a file, a folder, or an s3:// URL)",
                             without_parameters(notices.file)));
  }
}

}  // namespace

std::string Settings::public_url(const std::string& bound) const {
  if (!server.public_url.empty()) {
    const bool has_slash = server.public_url.ends_with('/');
    return server.public_url.substr(0, server.public_url.size() - (has_slash ? 1 : 0));
  }
  return (server.tls_cert.empty() ? "http://" : "https://") + bound;
}

Result<std::string> find_settings_file(const std::string& given, const Environment& environment) {
  const std::string named = given.empty() ? environment("DESKWIRE_CONFIG").value_or("") : given;
  if (!named.empty()) {
    if (::access(named.c_str(), F_OK) == 0) return named;
    return Error{ErrorKind::missing, named, "there is no such file"};
  }
  for (const char* file : {"deskwire.toml", system_file}) {
    if (::access(file, F_OK) == 0) return std::string(file);
  }
  // Without it a command would go on with a store of its own, and say that all is well.
  if (errno == EACCES) {
    return Error{ErrorKind::invalid, system_file,
                 "this user cannot read it (sudo -u deskwire deskwire …, or --config FILE)"};
  }
  return std::string();
}

Result<Settings> load_settings(const std::string& file, const Environment& environment,
                               SecretUse secrets) {
  if (file.empty()) return parse_settings("", "", environment, secrets);
  DW_TRY(const std::string text, read_whole(file, file_bytes_max));
  if (!is_utf8(text)) return Error{ErrorKind::invalid, file, "is not UTF-8"};
  return parse_settings(text, file, environment, secrets);
}

Result<Settings> parse_settings(std::string_view toml, const std::string& file,
                                const Environment& environment, SecretUse secrets) {
  Problems problems(file);
  const Node document = parse_document(toml, environment, problems);
  const Node::Table& root = *document.table();
  Settings settings;
  settings.file = file;
  const std::vector<std::string> names = section_names();
  for (const auto& [name, node] : root) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      problems.add(node.line, name, unknown_key(name, names));
    }
  }
  read_one(root, server_section(), settings.server, problems);
  read_one(root, access_section(), settings.access, problems);
  read_one(root, store_section(), settings.store, problems);
  read_one(root, log_section(), settings.log, problems);
  read_one(root, intake_section(), settings.intake, problems);
  read_one(root, retry_section(), settings.retry, problems);
  read_one(root, hours_section(), settings.hours, problems);
  settings.hours.is_configured = root.contains("hours");
  read_one(root, notices_section(), settings.notices, problems);
  read_one(root, google_section(), settings.google, problems);
  read_one(root, mail_section(), settings.mail, problems);
  read_slack(root, environment, settings, problems);
  read_one(root, volume_section(), settings.volume, problems);
  settings.volume.is_on = root.contains("volume");
  read_teams(root, settings, problems);
  read_zendesk(root, settings, environment, problems);
  read_oncall(root, settings, problems);
  for (const OwnSection* section : own_sections()) {
    const auto found = root.find(section->key());
    if (found != root.end()) section->read(found->second, settings.own, problems);
  }
  std::vector<int> queue_lines, route_lines, bridge_lines;
  read_list(root, queue_section(), settings.queues, queue_lines, problems);
  read_list(root, route_section(), settings.routes, route_lines, problems);
  read_list(root, bridge_section(), settings.bridges, bridge_lines, problems);
  read_one(root, summary_section(), settings.summary, problems);
  clean_addresses(settings, root, problems);
  check_queues(settings, queue_lines, environment, problems);
  check_routes(settings, route_lines, problems);
  check_bridges(settings, bridge_lines, root, problems);
  check_together(settings, root, problems);
  check_notices(settings, root, problems);
  check_volume(settings.volume, root, problems);
  check_watch(settings, root, problems);
  check_storm(settings, root, problems);
  if (secrets == SecretUse::some && problems.has_missing_secrets_only()) {
    settings.missing_secrets = problems.missing_secrets();
    return settings;
  }
  if (!problems.is_empty()) return problems.error();
  return settings;
}

}  // namespace dw
