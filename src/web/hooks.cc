#include "web/hooks.h"

#include "base/log.h"

namespace dw {
namespace {

Response as_response(HookAnswer answer) {
  return {.status = answer.status,
          .content_type = std::move(answer.content_type),
          .body = std::move(answer.body),
          .headers = {},
          .stream = {}};
}

}  // namespace

Hooks::Hooks(Inbox& inbox, Clock& clock, Metrics& metrics, ConnectorStates& states,
             std::vector<const HookSource*> sources)
    : inbox_(inbox),
      clock_(clock),
      metrics_(metrics),
      states_(states),
      sources_(std::move(sources)) {
  metrics_.declare_counter("deskwire_hooks_refused_total",
                           "Hook requests rejected, by source and reason");
}

void Hooks::add_to(Routes& routes) {
  for (const HookSource* source : sources_) {
    routes.add("POST", source->path(),
               [this, source](Request& request) { return take(*source, request); });
  }
}

Task<Response> Hooks::take(const HookSource& source, Request& request) {
  const RawHook hook{.body = request.body,
                     .header = [&request](std::string_view name) { return request.header(name); },
                     .at = clock_.now(),
                     .is_loopback_caller = request.is_loopback};
  const Result<void> verified = source.verify(hook);
  if (!verified.ok()) {
    metrics_.add("deskwire_hooks_refused_total", {{"source", source.name()}, {"reason", "denied"}});
    log_warn("hooks", verified.error().text(), {{"source", source.name()}, {"peer", request.peer}});
    co_return as_response(source.encode_error(verified.error()));
  }
  if (std::optional<HookAnswer> answer = source.answer_without_event(hook)) {
    states_.note_success(source.name(), clock_.now());
    co_return as_response(std::move(*answer));
  }
  Result<Event> event = source.decode(hook);
  if (!event.ok()) {
    metrics_.add("deskwire_hooks_refused_total",
                 {{"source", source.name()}, {"reason", "invalid"}});
    log_warn("hooks", event.error().text(), {{"source", source.name()}});
    co_return as_response(source.encode_error(event.error()));
  }
  if (!inbox_.takes(event->kind)) {
    // An answer that is no success would make the sender try again, or give us up.
    log_debug("hooks", "no job handles this event",
              {{"source", source.name()}, {"kind", event->kind}});
    co_return as_response(source.encode_reply(nullptr));
  }
  const Result<Accepted> accepted = co_await inbox_.accept(std::move(*event));
  if (!accepted.ok()) {
    metrics_.add("deskwire_hooks_refused_total",
                 {{"source", source.name()}, {"reason", name_of(accepted.error().kind)}});
    Response response = as_response(source.encode_error(accepted.error()));
    if (response.status == 503) response.headers.emplace_back("Retry-After", "1");
    co_return response;
  }
  states_.note_success(source.name(), clock_.now());
  log_debug("hooks", accepted->is_first ? "taken" : "received before",
            {{"id", to_text(accepted->event)}, {"source", source.name()}});
  co_return as_response(source.encode_reply(accepted->reply));
}

}  // namespace dw
