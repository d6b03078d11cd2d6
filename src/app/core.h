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
#include "connectors/sqs/sqs.h"
#include "connectors/teams/teams.h"
#include "engine/inbox.h"
#include "jobs/desk/desk.h"
#include "jobs/intake/intake.h"
#include "jobs/volume/volume.h"
#include "net/http_client.h"
#include "net/loop_clock.h"
#include "store/open.h"
#include "web/api/api.h"

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
  std::vector<std::unique_ptr<TeamsSource>> teams;
  std::vector<std::unique_ptr<LocalTarget>> local_targets;
  std::vector<std::unique_ptr<Target>> targets;
  std::vector<std::unique_ptr<Job>> jobs;
  std::unique_ptr<Inbox> inbox;

  std::vector<QueueName> queue_names() const;
  ShapeContext shapes() const;
  std::vector<Target*> outside_targets() const;
};

/// `mode` serve: the store has threads of its own and holds the lock. errors  as open_store()
Result<std::unique_ptr<Core>> build_core(Settings settings, OpenMode mode);

}  // namespace dw
