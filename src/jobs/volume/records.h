// Words of the ticket volume: counts per hour, incidents, and what people said about them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace dw {

constexpr Millis one_hour{3'600'000};

/// The whole hour (UTC) that an instant lies in.
inline TimePoint hour_of(TimePoint at) {
  return std::chrono::floor<std::chrono::hours>(at);
}

/// Zendesk's search index lags behind its tickets: an hour is asked for once it has settled.
constexpr Millis index_lag{120'000};

/// Hours before this one have settled.
inline TimePoint hours_end(TimePoint now) {
  return hour_of(now - index_lag);
}

struct HourCount {
  TimePoint hour{};  ///< where it begins, UTC
  int64_t count = 0;
  friend bool operator==(const HourCount&, const HourCount&) = default;
};

enum class AlertKind {
  spike,  ///< far more than expected
  drop,   ///< far fewer: an intake that broke
};

enum class AlertEnd {
  open,       ///< still going on
  calm,       ///< counts came back to what was expected
  new_level,  ///< they stayed, and are the normal now
};

/// A stretch of hours out of line, remembered so that it is told once.
struct VolumeAlert {
  int64_t id = 0;
  AlertKind kind = AlertKind::spike;
  TimePoint from{}, to{};  ///< first and last hour out of line; both begin their hour
  TimePoint peak{};        ///< the hour that was furthest out
  int64_t peak_count = 0;
  double peak_expected = 0;
  double probability = 1;  ///< of the peak's tail; 0 by the simple rule
  int64_t total = 0;       ///< tickets from `from` to `to`
  double total_expected = 0;
  AlertEnd end = AlertEnd::open;
  json::value tags{};                          ///< why: as jobs/volume/tags.h encodes them
  int64_t notified_count = 0;                  ///< the peak that was last told; 0: nobody was told
  std::optional<TimePoint> notified_at{};      ///< when it was last told
  std::optional<TimePoint> notified_end_at{};  ///< when its end was told
  std::string feedback{};                      ///< "", "real", "false_alarm": what a person said
  std::string feedback_by{};
};

std::string_view name_of(AlertKind kind);
std::string_view name_of(AlertEnd end);

/// All but the id and what people said of it, which are kept beside it; times in milliseconds. What
/// is absent when it is read has its default.
json::value encode(const VolumeAlert& incident);
VolumeAlert decode_incident(const json::value& body);

/// A ticket as the volume needs it.
struct TaggedTicket {
  std::string id, subject;
  std::vector<std::string> tags;
  TimePoint created_at{};
  bool is_deleted = false;
};

}  // namespace dw
