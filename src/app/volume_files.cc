#include "app/volume_files.h"

#include "base/log.h"
#include "base/text_file.h"
#include "jobs/volume/count_files.h"

namespace dw {

Result<std::vector<HourCount>> read_count_file(const std::string& path,
                                               std::optional<TimePoint> now) {
  DW_TRY(const std::string text, read_whole(path, count_file_bytes_max));
  Result<std::vector<HourCount>> counts = read_counts(text, now);
  if (!counts.ok()) {
    const std::string line = counts.error().where;
    counts.error().where = line.empty() ? path : path + " " + line;
  }
  return counts;
}

Result<Holidays> load_holidays(const Settings& settings) {
  Holidays out;
  const std::string& own_zone = settings.volume.timezone;
  const std::string& zone = own_zone.empty() ? settings.hours.timezone : own_zone;
  const bool has_own = !settings.volume.holidays.empty();
  for (const std::string& one : has_own ? settings.volume.holidays : settings.hours.holidays) {
    const bool is_date = one.size() == 10 && from_rfc3339(one).has_value();
    const std::string where = (has_own ? "volume.holidays " : "hours.holidays ") + one;
    std::string text = one;
    if (!is_date) {
      Result<std::string> whole = read_whole(one, count_file_bytes_max);
      if (!whole.ok()) return Error{whole.error().kind, where, whole.error().what};
      text = std::move(*whole);
    }
    Result<Holidays> read = read_holidays(text, zone);
    if (!read.ok()) {
      read.error().where = where;
      return read.error();
    }
    out.days.insert(out.days.end(), read->days.begin(), read->days.end());
    for (const std::string& line : read->unused) out.unused.push_back(one + " " + line);
  }
  return out;
}

Result<DetectorConfig> load_judging(const Settings& settings) {
  DW_TRY(Holidays holidays, load_holidays(settings));
  for (const std::string& one : holidays.unused) log_warn("volume", "holidays: " + one);
  return judging_of(settings.volume, settings.hours.timezone, std::move(holidays.days));
}

Result<json::object> run_body(const VolumeSettings& settings) {
  json::object body;
  if (!settings.is_from_file()) return body;
  DW_TRY(const std::vector<HourCount> counts, read_count_file(settings.file()));
  json::array list;
  for (const HourCount& one : counts) {
    list.push_back(json::array{one.hour.time_since_epoch().count(), one.count});
  }
  body["counts"] = std::move(list);
  return body;
}

}  // namespace dw
