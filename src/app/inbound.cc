#include "app/inbound.h"

#include <fmt/format.h>

#include "app/schedules.h"

namespace dw {
namespace {

constexpr Millis socket_away_max{60'000};

constexpr const char* slack_socket_name = "slack:socket";
constexpr const char* zendesk_export_name = "zendesk:export";

/// What a source heard by itself goes the way that hooks' events go.
class InboxSink : public EventSink {
 public:
  InboxSink(Inbox& inbox, Clock& clock, ConnectorStates& states, std::string name)
      : inbox_(inbox), clock_(clock), states_(states), name_(std::move(name)) {}

  bool takes(std::string_view kind) const override { return inbox_.takes(kind); }
  Task<Result<json::value>> accept(Event event) override {
    Result<Accepted> accepted = co_await inbox_.accept(std::move(event));
    if (!accepted.ok()) co_return accepted.error();
    states_.note_success(name_, clock_.now());
    co_return std::move(accepted->reply);
  }

 private:
  Inbox& inbox_;
  Clock& clock_;
  ConnectorStates& states_;
  std::string name_;
};

}  // namespace

void Inbound::start() {
  catch_up();
  start_export();
  start_slack();
}

void Inbound::stop() {
  if (slack_socket_) slack_socket_->stop();
  if (export_) export_->stop();
}

void Inbound::start_slack() {
  if (core_.slack == nullptr || core_.settings.slack.app_token.empty()) return;
  states_.expect(slack_socket_name, "connecting");
  slack_sink_ = std::make_unique<InboxSink>(*core_.inbox, core_.clock, states_, slack_socket_name);
  auto away_since = std::optional<Monotonic>();
  const auto tell = [this, away_since](bool is_working, const std::string& why) mutable {
    const Monotonic now = core_.clock.monotonic();
    if (is_working) {
      states_.note_success(slack_socket_name, core_.clock.now());
      // Slack gives an event up after some minutes.
      if (away_since && now - *away_since > socket_away_max) catch_up();
      away_since.reset();
    } else {
      away_since = away_since.value_or(now);
      states_.note_error(slack_socket_name, why, core_.clock.now());
    }
  };
  slack_socket_ =
      std::make_unique<SlackSocket>(core_.slack->api(), *slack_sink_, tasks_, core_.random, tell);
  slack_socket_->start();
}

void Inbound::catch_up() {
  const std::string key = fmt::format("catchup/{}/{}", core_.holder, to_rfc3339(core_.clock.now()));
  if (!core_.settings.bridges.empty()) {
    tasks_.run("catch up", tick(core_, "bridge.catchup", key));
  }
  if (core_.slack != nullptr && !core_.settings.own.get<Tallies>().empty()) {
    tasks_.run("tally catch up", tick(core_, "tally.catchup", "tally/" + key));
  }
}

void Inbound::start_export() {
  if (!core_.zendesk || core_.settings.zendesk.poll == Millis(0)) return;
  states_.expect(zendesk_export_name, "no look yet");
  export_sink_ =
      std::make_unique<InboxSink>(*core_.inbox, core_.clock, states_, zendesk_export_name);
  const auto tell = [this](const std::string& trouble) {
    if (trouble.empty()) {
      states_.note_success(zendesk_export_name, core_.clock.now());
    } else {
      states_.note_error(zendesk_export_name, trouble, core_.clock.now());
    }
  };
  export_ = std::make_unique<ZendeskExport>(*core_.zendesk, core_.loop, *core_.key_values,
                                            *export_sink_, tell);
  tasks_.run("zendesk export", export_->run());
}

}  // namespace dw
