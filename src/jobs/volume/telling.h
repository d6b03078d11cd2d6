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
enum class Telling {
  begun,
  grown,  ///< by half again, after the cooldown
  over,   ///< calm again, or the new normal
};

struct TellingContext {
  const VolumeSettings& settings;
  const Judging& judging;
  const std::vector<JudgedHour>& hours;  ///< the last one is the latest
  std::string board_url;                 ///< of the board's volume page
};

/// "Ticket spike: 84 in the hour to 15:00 (+212%)"
std::string subject_of(const VolumeIncident& incident, Telling telling, const Judging& judging);
std::string text_of(const VolumeIncident& incident, Telling telling, const TellingContext& context);
std::string html_of(const VolumeIncident& incident, Telling telling, const TellingContext& context);
/// {"event":"volume.begun","incident":{…},"text":…}
std::string webhook_body(const VolumeIncident& incident, Telling telling,
                         const TellingContext& context);

/// The lanes of alerts.
inline constexpr std::array alert_lanes{"volume:mail", "volume:slack", "volume:webhook"};
/// One delivery for each channel that is set: mail, Slack, webhook. A lane each, held by none: an
/// alert that fails must not keep back the next.
std::vector<Delivery> tell(const VolumeIncident& incident, Telling telling,
                           const TellingContext& context);

template <>
inline constexpr std::array all_of<IncidentKind>{IncidentKind::spike, IncidentKind::drop};
template <>
inline constexpr std::array all_of<IncidentEnd>{IncidentEnd::open, IncidentEnd::calm,
                                                IncidentEnd::new_level};
/// The API's, the board's and the webhook's.
const Shape<VolumeIncident>& shape_for(const VolumeIncident*);

}  // namespace dw
