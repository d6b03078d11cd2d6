// Files of the ticket volume: counts and holidays, which the job is given as values.
#pragma once
#include <string>
#include <vector>

#include "app/settings.h"
#include "base/json.h"
#include "jobs/volume/holidays.h"
#include "jobs/volume/records.h"
#include "jobs/volume/replay.h"

namespace dw {

/// The most that a file of counts, labels or settings of the volume may have.
constexpr size_t count_file_bytes_max = 64 << 20;

/// errors  invalid: can't be read, or is no file of counts, or has an hour that begins after `now`
Result<std::vector<HourCount>> read_count_file(const std::string& path,
                                               std::optional<TimePoint> now = std::nullopt);

/// Those of the volume, else of the office hours; `unused` with the file's name.
/// errors  invalid: the file, or a date
Result<Holidays> load_holidays(const Settings& settings);

/// What judges, with the holidays; what can't be used of them is logged. errors  invalid: the file,
/// or a date
Result<DetectorConfig> load_judging(const Settings& settings);

/// The body of an event that begins a run (jobs/volume/volume.h): where source = "file:PATH" with
/// the counts that stand there now. errors  as read_count_file()
Result<json::object> run_body(const VolumeSettings& settings);

}  // namespace dw
