// What comes in without a hook: Slack's socket, Zendesk's export, and what bridged channels said
// while nobody listened.
#pragma once
#include <memory>

#include "app/core.h"
#include "connectors/slack/socket.h"
#include "connectors/zendesk/export.h"
#include "web/connector_states.h"

namespace dw {

class Inbound {
 public:
  Inbound(Core& core, TaskGroup& tasks, ConnectorStates& states)
      : core_(core), tasks_(tasks), states_(states) {}

  /// Starts those that the settings ask for.
  void start();
  void stop();

 private:
  void start_slack();
  void start_export();
  void catch_up();

  Core& core_;
  TaskGroup& tasks_;
  ConnectorStates& states_;
  std::unique_ptr<EventSink> export_sink_, slack_sink_;
  std::unique_ptr<ZendeskExport> export_;      // null without zendesk.poll
  std::unique_ptr<SlackSocket> slack_socket_;  // null: Socket Mode is not used
};

}  // namespace dw
