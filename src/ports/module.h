// What the program needs to know of a job or a connector that brings all else along: its section of
// the configuration and how it is built. Each has one line in app/parts.cc.
#pragma once
#include <memory>
#include <vector>

#include "base/metrics.h"
#include "config/own_section.h"
#include "config/sections.h"
#include "net/http_client.h"
#include "ports/job.h"
#include "ports/live_topic.h"
#include "ports/rates.h"
#include "ports/source.h"
#include "ports/target.h"

namespace dw {

/// What every job may be built from.
struct JobContext {
  const OwnSettings& own;
  const HoursSettings& hours;
  const std::string& public_url;
};

struct JobModule {
  const OwnSection* section = nullptr;  ///< null: it has none
  std::unique_ptr<Job> (*build)(const JobContext& context) = nullptr;
  /// What it tells boards when something of it changed; null: nothing.
  LiveTopic (*live_topic)(const JobContext& context) = nullptr;
};

/// What every connector may be built from.
struct ConnectorContext {
  const OwnSettings& own;
  Loop& loop;
  Clock& clock;
  HttpClient& http;
  Rates& rates;
  Metrics& metrics;
};

/// What connectors are to the rest.
struct ConnectorParts {
  std::vector<std::unique_ptr<Target>> targets;
  std::vector<std::unique_ptr<LocalTarget>> local_targets;
  std::vector<std::unique_ptr<HookSource>> hooks;
};

struct ConnectorModule {
  const OwnSection* section = nullptr;  ///< null: it has none
  /// Adds what it is. A connector that its settings do not ask for adds nothing.
  void (*build)(const ConnectorContext& context, ConnectorParts& out) = nullptr;
};

}  // namespace dw
