// What the daemon and the commands share: settings, store, jobs, targets and the inbox, wired by
// hand in the order of the floors.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "app/settings.h"
#include "base/metrics.h"
#include "base/random.h"
#include "connectors/embedded_desk/embedded_desk.h"
#include "connectors/embedded_queue/embedded_queue.h"
#include "connectors/sheets/sign_in.h"
#include "connectors/slack/inbound.h"
#include "connectors/slack/slack.h"
#include "connectors/sqs/sqs.h"
#include "connectors/teams/teams.h"
#include "connectors/zendesk/zendesk.h"
#include "engine/inbox.h"
#include "engine/key_value_store.h"
#include "engine/outbox.h"
#include "engine/rates.h"
#include "jobs/assignment/assignment.h"
#include "jobs/bridge/bridge.h"
#include "jobs/desk/desk.h"
#include "jobs/intake/intake.h"
#include "jobs/notices/runs.h"
#include "jobs/notices/target.h"
#include "jobs/tally/tally.h"
#include "jobs/volume/volume.h"
#include "net/http_client.h"
#include "net/loop_clock.h"
#include "ports/live_topic.h"
#include "store/open.h"
#include "web/api/operations.h"
#include "web/live_feed.h"

namespace dw {

/// Members are in the order in which they are built; each may use those above it.
struct Core {
  Settings settings;
  std::string public_url;
  Loop loop;
  LoopClock clock{loop};
  Random random = Random::from_system();
  Metrics metrics;
  HttpClient http{loop};
  std::unique_ptr<Store> store;
  std::string holder = random_uuid();  ///< this process among its replicas
  std::unique_ptr<StoredKeyValues> key_values;
  std::unique_ptr<Rates> rates;  ///< in the store where there may be replicas
  std::vector<std::unique_ptr<TeamsSource>> teams;
  std::vector<std::unique_ptr<HookSource>> hooks;  ///< the others
  std::unique_ptr<ZendeskClient> zendesk;          ///< null without [zendesk]
  ZendeskDesk* zendesk_desk = nullptr;             ///< one of the targets; null like its client
  std::vector<std::unique_ptr<LocalTarget>> local_targets;
  std::vector<std::unique_ptr<Target>> targets;
  std::vector<QueueGauge*> gauges;  // among the targets
  SlackTarget* slack = nullptr;     ///< one of the targets; null: there is no [slack]
  std::vector<std::unique_ptr<SlackHook>> slack_hooks;
  std::vector<FileSource*> file_sources;  ///< who has files that others may want copied
  DetectorConfig judging;                 ///< of [volume]; its file of holidays as at the start
  std::unique_ptr<NoticeComposer> notice_composer;
  std::unique_ptr<TicketMatcher> matcher;
  std::vector<std::unique_ptr<Job>> jobs;
  std::vector<LiveTopic> live_topics;  ///< of the jobs
  const Tally* tally = nullptr;        ///< among the jobs
  std::unique_ptr<Inbox> inbox;
  std::unique_ptr<GoogleSignIn> google;
  std::unique_ptr<NoticeRuns> notices;

  std::vector<QueueName> queue_names() const;
  ShapeContext shapes() const;
  /// What the operations work with, over HTTP and for commands; the rest is the caller's.
  OperationsParts operations_parts(const QueueDepths& outside_queues);
  std::vector<Target*> outside_targets() const;
  std::vector<const HookSource*> hook_sources() const;
  OutboxSettings outbox_settings() const;
};

/// What the bridge works with, of several sections.
BridgeParts bridge_parts(const Core& core);

/// `mode` serve: the store has threads of its own and holds the lock. errors  as open_store()
Result<std::unique_ptr<Core>> build_core(Settings settings, OpenMode mode);

}  // namespace dw
