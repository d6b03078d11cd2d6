// [volume]: which counts are watched, how, and who hears of it.
#pragma once
#include <string>
#include <vector>

#include "config/field.h"

namespace dw {

enum class VolumeMethod { seasonal, mean };

struct VolumeSettings {
  bool is_on = false;  ///< the section is there
  std::string schedule = "hourly :02";
  std::string source = "zendesk";  ///< "zendesk", "embedded" or "file:PATH"
  std::string query = "type:ticket";
  Millis history{26LL * 7 * 86'400'000};
  VolumeMethod method = VolumeMethod::seasonal;
  double threshold = 0.5;
  double sensitivity = 1e-4;
  int64_t count_min = 5;
  int64_t excess_min = 5;
  bool has_silence = true;            ///< drops are incidents too
  std::vector<std::string> holidays;  ///< dates, or the name of one file
  int64_t top_tags = 10;
  std::vector<std::string> omit_tags;
  std::vector<std::string> notify;
  std::string slack_channel;
  std::string webhook_url;
  Millis cooldown{6 * 3'600'000};
  std::string timezone;  ///< empty: hours.timezone

  bool is_from_file() const { return source.starts_with("file:"); }
  std::string file() const { return is_from_file() ? source.substr(5) : ""; }
};

const Section<VolumeSettings>& volume_section();

}  // namespace dw
