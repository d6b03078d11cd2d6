#include "app/doctor.h"

#include <fmt/format.h>

#include <set>

#include "app/section_needs.h"
#include "app/volume_files.h"
#include "base/hash.h"
#include "base/text.h"
#include "connectors/slack/lookups.h"
#include "connectors/slack/wire.h"
#include "jobs/storm/section.h"
#include "jobs/watch/section.h"
#include "net/http_date.h"
#include "net/url.h"

namespace dw {
namespace {

constexpr const char* sample_body = R"({"type":"message","text":"a sample of deskwire check"})";
constexpr Millis skew_noticed{30'000}, skew_max{240'000};

using Headers = std::vector<std::pair<std::string, std::string>>;

/// A signed sample passes, and the same one with another body does not.
Probe round_trip(const HookSource& source, const std::string& address, const Headers& headers,
                 TimePoint at) {
  const auto header = [&headers](std::string_view name) -> std::string_view {
    for (const auto& [key, value] : headers) {
      if (equals_ignoring_case(key, name)) return value;
    }
    return {};
  };
  const std::string changed = std::string(sample_body) + " ";
  const Result<void> passed = source.verify({.body = sample_body, .header = header, .at = at});
  const Result<void> forged = source.verify({.body = changed, .header = header, .at = at});
  Probe probe{.name = "hook " + source.path()};
  probe.is_ok = passed.ok() && !forged.ok();
  if (!passed.ok()) {
    probe.detail = "a sample signed with the configured secret is refused: " + passed.error().what;
  } else if (forged.ok()) {
    probe.detail = "a forged request would pass";
  } else {
    probe.detail = address + source.path() + ": a signed sample passes, a forged one does not";
  }
  return probe;
}

Probe open_hook(const HookSource& source) {
  return {"hook " + source.path(), true, "unsigned, for callers on this machine"};
}

Headers teams_headers(const Secret& secret) {
  const std::string key = from_base64(secret.reveal()).value_or("");
  const Sha256 digest = hmac_sha256(key, sample_body);
  return {{"authorization", "HMAC " + to_base64(bytes_of(digest))}};
}

Headers slack_headers(const Secret& secret, TimePoint at) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch());
  const std::string time = std::to_string(seconds.count());
  const Sha256 digest = hmac_sha256(secret.reveal(), "v0:" + time + ":" + sample_body);
  return {{"x-slack-request-timestamp", time},
          {"x-slack-signature", "v0=" + to_hex(bytes_of(digest))}};
}

Headers zendesk_headers(const Secret& secret, TimePoint at) {
  const std::string time = to_rfc3339(at);
  const Sha256 digest = hmac_sha256(secret.reveal(), time + sample_body);
  return {{"x-zendesk-webhook-signature-timestamp", time},
          {"x-zendesk-webhook-signature", to_base64(bytes_of(digest))}};
}

/// An outside system that is configured, to compare clocks with: anything that it answers has a
/// Date. Empty: there is none.
std::string clock_address(const Settings& settings) {
  if (settings.slack.is_given) return settings.slack.api_url + "api.test";
  if (settings.zendesk.is_configured) return settings.zendesk.url;
  for (const QueueSettings& queue : settings.queues) {
    if (!queue.is_embedded()) return queue.endpoint.empty() ? queue.url : queue.endpoint;
  }
  if (!settings.notices.sheet_id.empty()) return settings.google.sheets_url;
  return {};
}

bool is_healthy(const Result<HttpAnswer>& answer) {
  return answer.ok() && answer->status == 200 && trim(answer->body) == "ok";
}

/// The first words of a probe's name and what helps; the first that fits counts.
struct Remedy {
  const char* name;
  const char* words;  ///< in the detail, one of those between "|"; "" for any
  const char* steps;
};

constexpr Remedy remedies[] = {
    {"slack (bot token)", "onnect|resolve|imeout",
     "this machine must reach slack.com on port 443; behind a proxy "
     "set HTTPS_PROXY"},
    {"slack (bot token)", "",
     "api.slack.com/apps > your app > OAuth & Permissions > Install, then "
     "put the Bot User OAuth Token (xoxb-…) into SLACK_BOT_TOKEN"},
    {"slack (scopes)", "",
     "`deskwire init --slack --yes --out new/deskwire.toml` writes the "
     "manifest; api.slack.com/apps > your app > App Manifest: paste it, "
     "save, Reinstall to Workspace"},
    {"slack (socket mode)", "",
     "api.slack.com/apps > your app > Basic Information > App-Level "
     "Tokens > Generate with connections:write, put it into "
     "SLACK_APP_TOKEN; Socket Mode > Enable"},
    {"slack (incoming)", "",
     "set SLACK_APP_TOKEN (Socket Mode, no public address needed), or "
     "SLACK_SIGNING_SECRET and the app's request URLs"},
    {"slack channel", "connect|resolve|imeout|auth|token", "fix the bot token first, see above"},
    {"slack channel", "missing_scope",
     "reinstall the app from its manifest: it needs channels:read "
     "and groups:read"},
    {"slack channel", "",
     "in that channel: /invite @Deskwire; only members can see a private channel"},
    {"zendesk sign-in", "onnect|resolve|imeout",
     "check zendesk.url, and that this machine can reach it on port 443"},
    {"zendesk sign-in", "",
     "Admin Center > Apps and integrations > APIs: make an OAuth client and "
     "set oauth_client_id and oauth_client_secret, or `deskwire login "
     "zendesk`; with an API token check ZENDESK_EMAIL and ZENDESK_TOKEN"},
    {"zendesk role", "", "Admin Center > People > Team members: make that user an agent"},
    {"zendesk export", "",
     "Admin Center > People > Team members: make that user an admin, or set "
     "zendesk.poll = \"0s\" and rely on the webhook"},
    {"zendesk group_id", "",
     "Admin Center > People > Groups: the number at the end of the group's "
     "address"},
    {"zendesk thread_url_field", "",
     "Admin Center > Objects and rules > Tickets > Fields: the "
     "number at the end of the field's address"},
    {"zendesk (incoming)", "",
     "set zendesk.poll = \"60s\", or run `deskwire setup zendesk` and set ZENDESK_WEBHOOK_SECRET "
     "to the secret that it prints"},
    {"volume.source", "",
     "volume.source = \"file:PATH\" names a file of counts (timestamp,count); a path is relative "
     "to the folder where Deskwire runs, and its user must be able to read it"},
    {"zendesk webhook", "",
     "run `deskwire setup zendesk`, and set ZENDESK_WEBHOOK_SECRET to the secret that it prints"},
    {"queue", "AccessDenied",
     "allow this key sqs:SendMessage and sqs:GetQueueAttributes on the "
     "queue"},
    {"queue", "NonExistent", "create the queue in that region, or correct queue.url"},
    {"queue", "onnect|resolve|imeout",
     "check queue.url, and that this machine can reach it; queue.endpoint sets another SQS "
     "endpoint"},
    {"queue", "",
     "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or the instance's role) with "
     "sqs:SendMessage and sqs:GetQueueAttributes"},
    {"notices report", "S3 answered",
     "check notices.file, notices.region and notices.endpoint; the credentials need s3:GetObject, "
     "and s3:ListBucket for a prefix or notices.watch"},
    {"notices report", "403",
     "share the sheet with the address in the credentials' client_email, as a "
     "viewer"},
    {"notices report", "404|400",
     "notices.sheet_id is the part between /d/ and /edit of the sheet's address"},
    {"notices report", "onnect|resolve|imeout",
     "this machine must reach the report's server (sheets.googleapis.com, or S3) on port 443"},
    {"notices report", "no such file|No such file|there is no .csv|can't be|cannot be",
     "notices.file names the report, or a folder with one; a path is relative to the folder where "
     "Deskwire runs, and "
     "its user must be able to read it"},
    {"notices report", "",
     "`deskwire notices preview` shows which row or column is wrong; notices.columns and "
     "notices.date_format say how the report is read"},
    {"notices webhook", "SSL|certificate",
     "the certificate of notices.webhook_url's host must be valid for its name; an address with "
     "http:// has none"},
    {"volume webhook", "SSL|certificate",
     "the certificate of volume.webhook_url's host must be valid for its name; an address with "
     "http:// has none"},
    {"notices webhook", "onnect|resolve|imeout",
     "check notices.webhook_url, and that this machine can reach it"},
    {"notices webhook", "",
     "the receiver at notices.webhook_url answers with an error; look at its log"},
    {"volume webhook", "onnect|resolve|imeout",
     "check volume.webhook_url, and that this machine can reach it"},
    {"volume webhook", "",
     "the receiver at volume.webhook_url answers with an error; look at its log"},
    {"mail", "TLS",
     "mail.url is smtp://HOST:587 for STARTTLS, or smtps://HOST:465 for TLS from the start; the "
     "server's certificate must be valid for HOST"},
    {"mail", "onnect|resolve|imeout",
     "check mail.url; many networks block port 25, use 587 or 465"},
    {"mail", "",
     "mail.username and mail.password must be those of a mailbox that may send; with "
     "two factors that is an app password"},
    {"pagerduty", "",
     "PagerDuty > Integrations > API Access Keys: a read-only key; policy is the "
     "end of the escalation policy's address"},
    {"opsgenie", "",
     "Opsgenie > Settings > API key management: a key with read access; policy is "
     "the schedule's name"},
    {"clock", "", "`timedatectl set-ntp true`, or install chrony"},
    {"public_url", "",
     "the name must resolve to this machine, and its proxy must forward to server.listen; a tunnel "
     "must be running. A firewall may block only this machine: try the address from outside"},
    {"store", "",
     "the folder must belong to this user and have free disk space; PostgreSQL must accept "
     "connections from this machine"},
    {"hook", "", "copy the secret again from where you created the webhook"},
};

/// All channels that are named in the configuration, each once.
std::set<std::string> channels_of(const Settings& settings) {
  std::set<std::string> out;
  for (const BridgeSettings& bridge : settings.bridges) out.insert(bridge.channel);
  for (const TallySettings& tally : settings.own.get<Tallies>()) out.insert(tally.channel);
  for (const RouteSettings& route : settings.routes) out.insert(route.announce);
  out.insert(settings.summary.channel);
  out.insert(settings.volume.slack_channel);
  out.insert(settings.own.get<StormSettings>().channel);
  for (const std::string& one : settings.own.get<WatchSettings>().notify) {
    if (!is_mail_address(one)) out.insert(one);
  }
  out.erase("");
  return out;
}

bool has_any(const std::string& detail, std::string_view words) {
  for (const std::string_view word : split(words, '|')) {
    if (detail.find(word) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

std::vector<Probe> probe_hooks(const Core& core) {
  std::vector<Probe> out;
  const Settings& settings = core.settings;
  const TimePoint now = core.clock.now();
  for (const auto& source : core.teams) {
    bool is_signed = false;
    for (const TeamsSettings& teams : settings.teams) {
      if ("teams:" + teams.name != source->name()) continue;
      is_signed = true;
      for (const Secret& secret : teams.secrets) {
        out.push_back(round_trip(*source, core.public_url, teams_headers(secret), now));
      }
    }
    if (!is_signed) out.push_back(open_hook(*source));
  }
  for (const auto& hook : core.slack_hooks) {
    for (const Secret& secret : settings.slack.signing_secrets) {
      out.push_back(round_trip(*hook, core.public_url, slack_headers(secret, now), now));
    }
  }
  for (const auto& source : core.hooks) {
    const auto& secrets = settings.zendesk.webhook_secrets;
    if (secrets.empty()) out.push_back(open_hook(*source));
    for (const Secret& secret : secrets) {
      out.push_back(round_trip(*source, core.public_url, zendesk_headers(secret, now), now));
    }
  }
  return out;
}

std::vector<Probe> probe_settings(const Settings& settings) {
  std::vector<Probe> out;
  for (const SectionNeed& one : missing_sections(settings)) {
    out.push_back({one.key, false, one.text()});
  }
  if (settings.volume.is_on && settings.volume.is_from_file()) {
    const auto counts = read_count_file(settings.volume.file());
    if (!counts.ok()) out.push_back({"volume.source", false, counts.error().text()});
  }
  if (settings.notices.has_report()) {
    const NoticeComposer composer(settings.notices, settings.mail, settings.hours.timezone);
    const Result<void> notice = composer.check();
    if (!notice.ok()) out.push_back({std::string(template_probe), false, notice.error().what});
  }
  return out;
}

std::vector<Probe> probe_gaps(const Core& core) {
  std::vector<Probe> out;
  const Settings& settings = core.settings;
  const SlackSettings& slack = settings.slack;
  if (slack.is_given && slack.app_token.empty() && slack.signing_secrets.empty()) {
    out.push_back({"slack (incoming)", false,
                   "no events can arrive: configure Socket Mode or signed requests"});
  }
  const bool is_reached_from_outside = !slack.signing_secrets.empty() || !settings.teams.empty() ||
                                       !settings.zendesk.webhook_secrets.empty();
  if (is_reached_from_outside && settings.server.public_url.empty()) {
    out.push_back({"public_url", true,
                   "warning: server.public_url is not set; hook URLs use " + core.public_url +
                       ", which other systems probably cannot reach"});
  }
  const NoticesSettings& notices = settings.notices;
  if (notices.has_report() && notices.via == NoticeVia::webhook && notices.webhook_url.empty()) {
    out.push_back({"notices (outgoing)", false,
                   "no way to send the notices: set notices.webhook_url, or [mail] "
                   "and notices.via = \"smtp\""});
  }
  const ZendeskSettings& zendesk = settings.zendesk;
  const bool is_loopback = settings.access.mode == AccessMode::loopback;
  if (zendesk.is_configured && zendesk.poll == Millis(0) && zendesk.webhook_secrets.empty() &&
      !is_loopback) {
    out.push_back({"zendesk (incoming)", false,
                   "nothing that agents do can arrive: zendesk.poll is off, and without "
                   "zendesk.webhook_secret the hook is not served"});
  }
  return out;
}

Task<std::vector<Probe>> probe_channels(Core& core, Millis timeout, channel_names::Names& names) {
  std::vector<Probe> out;
  if (core.slack == nullptr) co_return out;
  const Monotonic until = core.clock.monotonic() + timeout;
  SlackLookups asks(core.slack->api());
  const auto channels = channels_of(core.settings);
  size_t unasked = 0;
  const auto had_no_turn = [](const Error& error) { return error.where == "rate"; };
  for (const std::string& channel : channels) {
    Probe probe{.name = "slack channel " + channel};
    const Result<std::string> id = co_await asks.channel_id(channel, until);
    if (!id.ok() && had_no_turn(id.error())) {
      ++unasked;
      continue;
    }
    if (!id.ok()) {
      probe.detail = id.error().text();
      out.push_back(std::move(probe));
      continue;
    }
    SlackCall call{.method = "conversations.info", .fields = {{"channel", *id}}};
    const Result<SlackAnswer> answer = co_await core.slack->api().call(std::move(call), until);
    // Whoever waits for Slack's limit is not broken: nothing is known.
    if (!answer.ok() && had_no_turn(answer.error())) {
      ++unasked;
      continue;
    }
    if (answer.ok()) {
      const JsonView found = JsonView(answer->body)["channel"];
      const std::string name = found["name"].text().value_or("");
      if (!name.empty()) names[*id] = name;
      // Slack leaves is_member out of conversations that have no members' list.
      probe.is_ok = found["is_member"].boolean().value_or(true);
      probe.detail = "#" + name + (probe.is_ok ? ": the bot is in it" : ": the bot is not in it");
    } else {
      probe.detail = answer.error().text();
    }
    out.push_back(std::move(probe));
  }
  if (unasked > 0) {
    out.push_back({"slack channels", true,
                   fmt::format("warning: {} of {} channels were not checked, because Slack limits "
                               "how often it is asked. Run `deskwire check` again in a minute",
                               unasked, channels.size())});
  }
  co_return out;
}

Task<Result<void>> check_storm_channel(Core& core, Millis timeout) {
  const std::string& channel = core.settings.own.get<StormSettings>().channel;
  if (core.slack == nullptr || channel.empty()) co_return Result<void>();
  const Monotonic until = core.clock.monotonic() + timeout;
  SlackLookups asks(core.slack->api());
  const Result<std::string> id = co_await asks.channel_id(channel, until);
  if (!id.ok()) co_return Result<void>();
  for (const BridgeSettings& bridge : core.settings.bridges) {
    const Result<std::string> bridged = co_await asks.channel_id(bridge.channel, until);
    if (!bridged.ok() || *bridged != *id) continue;
    co_return Error{ErrorKind::invalid, "storm.channel",
                    fmt::format("{} is bridged as {}: name a channel that requesters do not read",
                                channel, bridge.channel)};
  }
  SlackCall call{.method = "conversations.info", .fields = {{"channel", *id}}};
  const Result<SlackAnswer> answer = co_await core.slack->api().call(std::move(call), until);
  if (!answer.ok()) co_return Result<void>();
  const JsonView found = JsonView(answer->body)["channel"];
  for (const char* key : {"is_ext_shared", "is_pending_ext_shared"}) {
    if (!found[key].boolean().value_or(false)) continue;
    co_return Error{ErrorKind::invalid, "storm.channel",
                    channel + " is shared with another company: name one of your own"};
  }
  co_return Result<void>();
}

Probe check_clock(Millis ahead, const std::string& against) {
  const Millis distance = ahead < Millis(0) ? -ahead : ahead;
  Probe probe{.name = "clock", .is_ok = distance <= skew_max};
  if (distance <= skew_noticed) {
    probe.detail = "agrees with " + against;
    return probe;
  }
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(distance).count();
  probe.detail = fmt::format("{}this machine is {} s {} {}; from 300 s on signatures are refused",
                             probe.is_ok ? "warning: " : "", seconds,
                             ahead > Millis(0) ? "ahead of" : "behind", against);
  return probe;
}

Task<std::vector<Probe>> probe_clock(Core& core, Millis timeout) {
  std::vector<Probe> out;
  HttpCall call{.url = clock_address(core.settings), .headers = {}, .body = {}};
  const auto url = parse_url(call.url);
  if (!url) co_return out;
  const Result<HttpAnswer> answer = co_await core.http.send(std::move(call), timeout);
  // Whoever can't be reached is told of by its own probe.
  if (!answer.ok()) co_return out;
  const auto there = from_http_date(answer->header("date"));
  if (!there) co_return out;
  const auto ahead = std::chrono::duration_cast<Millis>(core.clock.now() - *there);
  out.push_back(check_clock(ahead, url->host));
  co_return out;
}

Task<std::vector<Probe>> probe_address(Core& core, Millis timeout) {
  std::vector<Probe> out;
  const ServerSettings& server = core.settings.server;
  if (server.public_url.empty()) co_return out;
  const std::string scheme = server.tls_cert.empty() ? "http://" : "https://";
  HttpCall local{.url = scheme + server.listen + "/healthz", .headers = {}, .body = {}};
  HttpCall outside{.url = core.public_url + "/healthz", .headers = {}, .body = {}};
  const Result<HttpAnswer> near = co_await core.http.send(std::move(local), timeout);
  const Result<HttpAnswer> far = co_await core.http.send(std::move(outside), timeout);
  Probe probe{.name = "public_url", .is_ok = is_healthy(far)};
  const bool is_running = is_healthy(near) || !server.tls_cert.empty();
  if (probe.is_ok) {
    probe.detail = core.public_url + " reaches a Deskwire";
  } else if (!is_running && !far.ok()) {
    probe.is_ok = true;
    probe.detail = fmt::format(
        "warning: not checked further: nothing listens on {}; start `deskwire serve` and check "
        "again",
        server.listen);
  } else if (!far.ok()) {
    probe.detail = core.public_url + "/healthz: " + far.error().what;
  } else {
    probe.detail =
        fmt::format("{}/healthz returned {}; that is not a Deskwire", core.public_url, far->status);
  }
  out.push_back(std::move(probe));
  co_return out;
}

std::string fix_for(const Probe& probe, const Settings& settings) {
  if (probe.is_ok) return {};
  for (const SectionNeed& one : missing_sections(settings)) {
    if (one.key == probe.name) return one.fix();
  }
  for (const Remedy& one : remedies) {
    if (!probe.name.starts_with(one.name)) continue;
    if (!has_any(probe.detail, one.words)) continue;
    return one.steps;
  }
  for (const OncallSettings& oncall : settings.oncall) {
    if (probe.name.find(oncall.name) == std::string::npos) continue;
    return "oncall." + oncall.name + ".token and .policy: see docs/guide/oncall.md";
  }
  return {};
}

}  // namespace dw
