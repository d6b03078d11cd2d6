// The settings of everything that belongs to no single connector, and the fields behind them.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/log.h"
#include "config/field.h"

namespace dw {

struct ServerSettings {
  std::string listen = "127.0.0.1:8080";
  std::string public_url;
  uint64_t body_bytes_max = 1 << 20;
  std::vector<std::string> trusted_proxies;
  std::string tls_cert, tls_key;
};

enum class AccessMode { loopback, password, token, oidc };
enum class AccountRole { viewer, agent, admin };
struct AccessSettings {
  AccessMode mode = AccessMode::loopback;
  std::string oidc_issuer, oidc_client_id;
  Secret oidc_client_secret;
  AccountRole default_role = AccountRole::viewer;
};

struct StoreSettings {
  std::string url = "sqlite:deskwire.db";
  Millis retention{400LL * 86'400'000};
};

struct LogSettings {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::text;
};

enum class DeskKind { embedded, zendesk };
struct IntakeSettings {
  int title_characters_max = 200;
  int description_characters_max = 10'000;
  /// "high" to the words that mean it, in lower case.
  std::map<std::string, std::vector<std::string>> priorities = {
      {"high", {"high", "urgent", "critical", "p1"}},
      {"medium", {"medium", "normal", "p2"}},
      {"low", {"low", "minor", "p3", "p4"}}};
  DeskKind desk = DeskKind::embedded;
};

struct QueueSettings {
  std::string name;
  std::string url;       ///< empty: embedded
  std::string region;    ///< empty: from the URL, else AWS_REGION
  std::string endpoint;  ///< empty: AWS's, or what the environment says
  int receives_max = 5;
  Millis visibility{30'000};
  Millis retention{0};  ///< embedded: 0 keeps messages until they are deleted
  std::string body;     ///< mustache; empty: the JSON of the spec

  bool is_embedded() const { return url.empty(); }
  bool is_fifo() const;
};

struct RouteSettings {
  std::vector<std::string> priorities, sources, requester_domains, tags_wanted;
  std::string text;   ///< RE2, case-insensitive; empty: any
  std::string queue;  ///< empty: the queue of the priority
  std::string announce;
  std::vector<std::string> tags;
};

struct RetrySettings {
  Millis first{1000};
  Millis max{600'000};
  Millis give_up{259'200'000};
  Millis timeout{20'000};
};

struct HoursSettings {
  std::string timezone = "UTC";
  std::vector<std::string> days = {"mon", "tue", "wed", "thu", "fri"};
  std::string from = "09:00", to = "17:00";
  std::vector<std::string> holidays;  ///< "2026-12-25"
  std::string message;                ///< for a thread begun outside them; empty: none
  bool is_configured = false;         ///< the section is there
};

const Section<ServerSettings>& server_section();
const Section<AccessSettings>& access_section();
const Section<StoreSettings>& store_section();
const Section<LogSettings>& log_section();
const Section<IntakeSettings>& intake_section();
const Section<QueueSettings>& queue_section();
const Section<RouteSettings>& route_section();
const Section<RetrySettings>& retry_section();
const Section<HoursSettings>& hours_section();

/// "127.0.0.1:8080" names this machine alone.
bool is_loopback_listen(const std::string& listen);
/// "" or what is wrong with an http(s) address; none at all is nothing wrong.
std::string check_http_url(const std::string& text);

}  // namespace dw
