// The whole configuration: found, read, checked, printed.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "config/bridge_section.h"
#include "config/notices_section.h"
#include "config/oncall_section.h"
#include "config/own_section.h"
#include "config/sections.h"
#include "config/volume_section.h"
#include "connectors/slack/config.h"
#include "connectors/teams/config.h"
#include "connectors/zendesk/config.h"

namespace dw {

struct Settings {
  std::string file;  ///< that was read; empty: none, all defaults
  ServerSettings server;
  AccessSettings access;
  StoreSettings store;
  LogSettings log;
  SlackSettings slack;
  std::vector<TeamsSettings> teams;
  IntakeSettings intake;
  std::vector<QueueSettings> queues;  ///< high, medium and low are always among them
  std::vector<RouteSettings> routes;
  std::vector<BridgeSettings> bridges;
  SummarySettings summary;
  ZendeskSettings zendesk;
  std::vector<OncallSettings> oncall;
  RetrySettings retry;
  HoursSettings hours;
  NoticesSettings notices;
  GoogleSettings google;
  MailSettings mail;
  VolumeSettings volume;
  OwnSettings own;                             ///< of the jobs and connectors in app/parts.cc
  std::vector<MissingSecret> missing_secrets;  ///< with SecretUse::some

  /// server.public_url, or http(s)://LISTEN with the port that was bound.
  std::string public_url(const std::string& bound) const;
};

/// --config FILE, $DESKWIRE_CONFIG, ./deskwire.toml, /etc/deskwire/deskwire.toml: the first that
/// is named or exists; empty if there is none.
/// errors  missing: a file that was named is not there
Result<std::string> find_settings_file(const std::string& given, const Environment& environment);

/// all: a secret that is not there is a problem. some: it is listed, for a command that may not use
/// it.
enum class SecretUse { all, some };

/// errors  invalid: every problem, one a line, with file and line number
Result<Settings> load_settings(const std::string& file, const Environment& environment,
                               SecretUse secrets = SecretUse::all);
/// The same from text; pure but for "file:" secrets.
Result<Settings> parse_settings(std::string_view toml, const std::string& file,
                                const Environment& environment, SecretUse secrets = SecretUse::all);

/// Every section that may stand at the top of the file.
std::vector<std::string> section_names();

/// All sections with their defaults, in the order of the reference page.
std::vector<SectionView> section_views();

/// `deskwire config`: the effective configuration as TOML, secrets as ***.
std::string print_settings(const Settings& settings);
/// `deskwire config --schema`: JSON Schema, draft 2020-12.
json::object settings_schema();
/// docs/reference/configuration.md
std::string settings_reference();

/// Keys that differ and that a reload can't change.
std::vector<std::string> keys_needing_restart(const Settings& running, const Settings& next);

}  // namespace dw
