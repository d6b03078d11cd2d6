#include "jobs/volume/auth_ini.h"

#include <fmt/format.h>

#include <map>

#include "base/number.h"
#include "base/text.h"

namespace dw {
namespace {

std::string_view unquoted(std::string_view text) {
  text = trim(text);
  const bool is_quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
                         text.back() == text.front();
  return is_quoted ? text.substr(1, text.size() - 2) : text;
}

/// `["a", "b"]`, `a, b`, or one word.
std::vector<std::string> list_in(std::string_view text) {
  text = unquoted(text);
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  std::vector<std::string> out;
  for (const std::string_view part : split(text, ',')) {
    const std::string_view word = unquoted(part);
    if (!word.empty()) out.emplace_back(word);
  }
  return out;
}

struct Entry {
  std::string value;
  size_t line = 0;
};
using Entries = std::map<std::string, Entry>;

/// "misc/NumHours" and "mods/num_hours" are "misc/numhours".
Result<Entries> read_entries(std::string_view text) {
  Entries out;
  std::string section;
  size_t number = 0;
  for (const std::string_view raw : split(text, '\n')) {
    ++number;
    const std::string_view line = trim(raw);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[' && line.back() == ']' && line.find('=') == std::string_view::npos) {
      section = to_lower(trim(line.substr(1, line.size() - 2)));
      if (section == "mods") section = "misc";
      continue;
    }
    const size_t sign = line.find_first_of("=:");
    if (sign == std::string_view::npos) {
      return Error{ErrorKind::invalid, fmt::format("line {}", number), "is no `key = value`"};
    }
    const std::string key = replace_all(to_lower(trim(line.substr(0, sign))), "_", "");
    out[section + "/" + key] = {std::string(trim(line.substr(sign + 1))), number};
  }
  return out;
}

const Entry* find(const Entries& entries, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const auto found = entries.find(key);
    if (found != entries.end()) return &found->second;
  }
  return nullptr;
}

std::string text_of(const Entry* entry) {
  return entry == nullptr ? "" : std::string(unquoted(entry->value));
}

Result<void> take_number(const Entry* entry, double low, double high, double& out) {
  if (entry == nullptr) return {};
  const auto number = number_in<double>(unquoted(entry->value));
  if (!number || !(*number > low && *number <= high)) {
    return Error{ErrorKind::invalid, fmt::format("line {}", entry->line),
                 fmt::format("must be a number above {} and at most {}", low, high)};
  }
  out = *number;
  return {};
}

}  // namespace

Result<OlderVolume> read_auth_ini(std::string_view text, VolumeSettings& out) {
  DW_TRY(const Entries entries, read_entries(text));
  OlderVolume older;
  older.subdomain = text_of(find(entries, {"zendesk/domain", "zendesk/subdomain"}));
  const std::string credentials = text_of(find(entries, {"zendesk/credentials"}));
  const size_t marker = credentials.find("/token:");
  if (marker != std::string::npos) {
    older.email = credentials.substr(0, marker);
    older.token = Secret(credentials.substr(marker + 7));
  }
  older.history_file = text_of(find(entries, {"default/spikedb"}));
  older.has_mail = find(entries, {"email/password"}) != nullptr;
  double hours = static_cast<double>(out.history / std::chrono::hours(1));
  auto tags = static_cast<double>(out.top_tags);
  DW_CHECK(take_number(find(entries, {"misc/numhours", "misc/nhours", "default/nhours"}), 0, 87'600,
                       hours));
  DW_CHECK(take_number(find(entries, {"misc/spikethreshold", "default/spikethreshold"}), 0, 1000,
                       out.threshold));
  DW_CHECK(
      take_number(find(entries, {"misc/ntags", "misc/numtags", "default/ntags"}), 0, 100, tags));
  out.method = VolumeMethod::mean;
  out.history = std::chrono::hours(static_cast<int64_t>(hours));
  out.top_tags = static_cast<int64_t>(tags);
  if (const Entry* omitted = find(entries, {"misc/omittedtags", "misc/omittags"})) {
    out.omit_tags = list_in(omitted->value);
  }
  if (const Entry* to = find(entries, {"email/recipient", "email/recipients"})) {
    out.notify = list_in(to->value);
  }
  return older;
}

}  // namespace dw
