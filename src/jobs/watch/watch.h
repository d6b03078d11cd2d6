// Deskwire watches itself: what needs a person is told to one, once when it begins and once when it
// is over. Takes
//   "watch.look" {"connectors":[{"name","detail","since"}],"missed":[{"job","due","ran"}],
//                 "queues":["high"],"is_file":true}
// which each replica sends every minute with what only it can see; the rest is read from the store.
// What is open stands in one text of the store, so that replicas and restarts know of it.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "jobs/watch/section.h"
#include "ports/job.h"
#include "ports/key_value_store.h"
#include "records/stuck.h"

namespace dw {

inline constexpr std::string_view watch_look_kind = "watch.look";
/// Of the text in the store that holds what is open.
inline constexpr const char* watch_state_name = "watch";
/// Of the text that holds when the last backup was made; written by `deskwire store backup`.
inline constexpr const char* backup_time_name = "backup";

/// Something that needs a person.
struct WatchAlert {
  std::string text;       ///< "3 deliveries to slack are dead …"
  TimePoint since{};      ///< when it was first seen
  TimePoint seen_at{};    ///< by any replica
  bool is_once = false;   ///< nobody is told that it is over: a missed schedule
  bool is_local = false;  ///< only some replicas see it: a connector
};
using WatchAlerts = std::map<std::string, WatchAlert>;  ///< by "dead:slack", "connector:slack"

struct BackedUpQueue {
  std::string name;
  int64_t depth = 0;
  std::optional<TimePoint> oldest_at;
};

struct WatchView {
  StoredValue kept;  ///< the open alerts, as JSON
  std::vector<StuckDeliveries> stuck;
  std::vector<LateDeliveries> late;
  std::vector<BackedUpQueue> queues;
  std::optional<TimePoint> backup_at;
};

class Watch : public JobOf<WatchView> {
 public:
  Watch(WatchSettings settings, std::string public_url)
      : settings_(std::move(settings)), public_url_(std::move(public_url)) {}

  std::string_view name() const override { return "watch"; }
  bool takes(std::string_view kind) const override { return kind == watch_look_kind; }
  Result<WatchView> read(const Event& event, ReadDb& db) const override;
  Plan plan(const Event& event, const WatchView& view) const override;
  void declare(Metrics& metrics) const override;
  /// Whether this look would tell or write anything: most looks find nothing, and are no events.
  bool has_news(const Event& event, const WatchView& view) const;

 private:
  WatchSettings settings_;
  std::string public_url_;
};

}  // namespace dw
