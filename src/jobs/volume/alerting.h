// An incident in words: subject, text, HTML with its chart, chat, JSON.
#pragma once
#include <string>
#include <vector>

#include "base/shape.h"
#include "config/volume_section.h"
#include "domain/delivery.h"
#include "jobs/volume/replay.h"

namespace dw {

/// Why somebody is told.
enum class AlertStage {
  begun,
  grown,  ///< by half again, after the cooldown
  over,   ///< calm again, or the new normal
};

struct AlertContext {
  const VolumeSettings& settings;
  const DetectorConfig& judging;
  const std::vector<ScoredHour>& hours;  ///< the last one is the latest
  std::string board_url;                 ///< of the board's volume page
};

/// "Ticket spike: 84 in the hour to 15:00 (+212%)"
std::string subject_of(const VolumeAlert& incident, AlertStage telling,
                       const DetectorConfig& judging);
std::string text_of(const VolumeAlert& incident, AlertStage telling, const AlertContext& context);
std::string html_of(const VolumeAlert& incident, AlertStage telling, const AlertContext& context);
/// {"event":"volume.begun","incident":{…},"text":…}
std::string webhook_body(const VolumeAlert& incident, AlertStage telling,
                         const AlertContext& context);

/// The lanes of alerts.
inline constexpr std::array alert_lanes{"volume:mail", "volume:slack", "volume:webhook"};
/// One delivery for each channel that is set: mail, Slack, webhook. A lane each, held by none: an
/// alert that fails must not keep back the next.
std::vector<Delivery> tell(const VolumeAlert& incident, AlertStage telling,
                           const AlertContext& context);

template <>
inline constexpr std::array all_of<AlertKind>{AlertKind::spike, AlertKind::drop};
template <>
inline constexpr std::array all_of<AlertEnd>{AlertEnd::open, AlertEnd::calm, AlertEnd::new_level};
/// The API's, the board's and the webhook's.
const Shape<VolumeAlert>& shape_for(const VolumeAlert*);
/// Of GET /v1/volume and `backtest`.
const Shape<MovedThreshold>& shape_for(const MovedThreshold*);

}  // namespace dw
