#include "app/http_routes.h"

#include <fmt/format.h>

#include "app/oauth_callback.h"
#include "base/log.h"
#include "base/text.h"
#include "web/board.h"
#include "web/openapi.h"
#include "web/problem.h"

namespace dw {
namespace {

constexpr const char* local_hook = "/hooks/teams/local";

SqsEndpointSettings sqs_settings(const Core& core) {
  SqsEndpointSettings settings{.public_url = core.public_url};
  settings.is_key_required = core.settings.access.mode != AccessMode::loopback;
  for (const QueueSettings& queue : core.settings.queues) {
    if (!queue.is_embedded()) continue;
    settings.queues.push_back(
        {queue.name, queue.receives_max, queue.visibility, queue.is_fifo(), queue.retention});
  }
  return settings;
}

Access::Mode access_mode(const Settings& settings) {
  return static_cast<Access::Mode>(settings.access.mode);
}
static_assert(static_cast<int>(AccessMode::oidc) == static_cast<int>(Access::Mode::oidc));

std::string default_role(const Settings& settings) {
  return std::string(name_of(static_cast<Role>(settings.access.default_role)));
}

std::unique_ptr<Oidc> oidc_of(Core& core) {
  const AccessSettings& access = core.settings.access;
  if (access.mode != AccessMode::oidc) return nullptr;
  return std::make_unique<Oidc>(
      core.http, core.clock,
      OidcSettings{access.oidc_issuer, access.oidc_client_id, access.oidc_client_secret,
                   core.public_url + "/oidc/callback"});
}

OperationsParts operations_parts(HttpRoutesParts& parts) {
  OperationsParts out = parts.core.operations_parts(parts.depths);
  out.lanes_changed = std::move(parts.lanes_changed);
  return out;
}

/// The shortest of the bridges' reminders, in seconds.
std::optional<double> late_after(const Settings& settings) {
  std::optional<double> out;
  for (const BridgeSettings& one : settings.bridges) {
    const std::chrono::duration<double> remind = one.remind;
    if (remind.count() > 0) out = std::min(out.value_or(remind.count()), remind.count());
  }
  return out;
}

ApiParts api_parts(const HttpRoutesParts& parts, Operations& operations, Access& access,
                   StoreWatch& watch, const Deadlines& deadlines) {
  Core& core = parts.core;
  return {.operations = operations,
          .store = *core.store,
          .clock = core.clock,
          .metrics = core.metrics,
          .access = access,
          .scheduler = parts.scheduler,
          .live = parts.live,
          .shapes = core.shapes(),
          .queues = core.queue_names(),
          .connectors = parts.states,
          .version = DW_VERSION,
          .started_at = core.clock.now(),
          .watch = watch,
          .deadlines = deadlines,
          .volume = core.judging,
          .bridge = bridge_parts(core),
          .late_after = late_after(core.settings),
          .is_volume_own = core.settings.volume.source != "zendesk"};
}

Task<Response> refuse_as_missing(std::string detail) {
  co_return problem(404, detail);
}

/// Who tried the unsigned hook before [teams.*] was written hears where it went.
void add_local_hook_refusal(Routes& routes, const Settings& settings) {
  if (settings.teams.empty()) return;
  std::vector<std::string> paths;
  for (const TeamsSettings& teams : settings.teams) {
    if (teams.name == "local") return;
    paths.push_back("/hooks/teams/" + teams.name);
  }
  const std::string detail =
      fmt::format("{} is off, because [teams.{}] is configured. Send signed requests to {}",
                  local_hook, settings.teams.front().name, join(paths, ", "));
  log_info("hooks", detail);
  routes.add("POST", local_hook, [detail](Request&) { return refuse_as_missing(detail); });
}

}  // namespace

HttpRoutes::HttpRoutes(HttpRoutesParts parts)
    : core_(parts.core),
      tasks_(parts.tasks),
      sessions_(*core_.store, core_.clock),
      access_(*core_.store, core_.clock, sessions_, access_mode(core_.settings), core_.public_url),
      sign_in_(SignInParts{core_.loop, core_.clock, *core_.store, access_, sessions_,
                           oidc_of(core_), default_role(core_.settings)}),
      hooks_(*core_.inbox, core_.clock, core_.metrics, parts.states, core_.hook_sources()),
      sqs_(core_.loop, core_.clock, tasks_, *core_.store, core_.metrics, sqs_settings(core_)),
      deadlines_(core_.loop, core_.clock, tasks_, *core_.store),
      watch_(core_.loop, core_.clock, tasks_, *core_.store),
      operations_(operations_parts(parts)),
      api_(api_parts(parts, operations_, access_, watch_, deadlines_)) {
  sign_in_.add_to(operations_);
}

Result<std::string> HttpRoutes::start() {
  server_ =
      std::make_unique<HttpServer>(core_.loop, core_.clock, tasks_, routes(), server_options());
  return server_->start();
}

void HttpRoutes::stop() {
  server_->stop();
  sqs_.stop();
}

Routes HttpRoutes::routes() {
  Routes routes;
  hooks_.add_to(routes);
  add_local_hook_refusal(routes, core_.settings);
  api_.add_to(routes);
  sign_in_.add_to(routes);
  add_oauth_callback(routes, core_);
  sqs_.add_to(routes);
  add_board_routes(routes, openapi_description(core_.live_topics));
  deadlines_.guard(routes);
  return routes;
}

ServerOptions HttpRoutes::server_options() {
  const ServerSettings& server = core_.settings.server;
  core_.metrics.declare_histogram("deskwire_http_seconds",
                                  "Time from a request's last byte to its response, by route",
                                  {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2, 20});
  ServerOptions options;
  options.listen = server.listen;
  options.tls_cert = server.tls_cert;
  options.tls_key = server.tls_key;
  options.trusted_proxies = server.trusted_proxies;
  options.limits.body_bytes_max = server.body_bytes_max;
  // SQS's own limit holds for its callers: of "/" alone nobody else is served.
  options.body_limit = [limit = server.body_bytes_max](std::string_view path,
                                                       std::string_view method) {
    const bool is_sqs = SqsEndpoint::is_path(path) || (path == "/" && method == "POST");
    return is_sqs ? std::max(limit, SqsEndpoint::body_bytes_max) : limit;
  };
  options.refuse = [](int status, std::string_view path, std::string detail) {
    return SqsEndpoint::is_path(path) ? SqsEndpoint::refusal(status, detail)
                                      : problem(status, detail);
  };
  options.admit = [this](const Request& request) -> std::optional<Response> {
    const Result<void> checked = access_.check_addressee(request);
    if (checked.ok()) return unknown_page(request);
    log_warn("access", checked.error().what,
             {{"path", request.path}, {"host", request.host}, {"peer", request.peer}});
    return SqsEndpoint::is_asked(request) ? SqsEndpoint::refusal(checked.error())
                                          : refusal(checked.error());
  };
  options.observe = [this](std::string_view pattern, std::string_view, int, double seconds) {
    core_.metrics.observe("deskwire_http_seconds", seconds,
                          {{"route", pattern.empty() ? "none" : pattern}});
  };
  return options;
}

}  // namespace dw
