#include "jobs/tally/section.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

namespace dw {
namespace {

std::string check_tallied(const std::string& text) {
  const bool is_plain =
      !text.empty() && text.size() <= 100 &&
      text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          std::string::npos;
  return is_plain ? "" : "must be a channel's id, such as C0987654321";
}

std::string check_pattern(const std::string& text) {
  if (text.empty()) return "";
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(tally_pattern_bytes_max);
  const RE2 pattern("(?m)" + text, options);
  if (!pattern.ok()) return "invalid RE2 pattern: " + pattern.error();
  const auto& groups = pattern.NamedCapturingGroups();
  const bool is_whole = groups.count("name") > 0 && groups.count("username") > 0;
  return is_whole ? "" : "must have the named groups (?P<name>…) and (?P<username>…)";
}

/// A channel stands once.
std::pair<std::string, std::string> check_one(const Tallies& before, const TallySettings& one) {
  if (one.channel.empty()) return {"channel", "is missing"};
  const bool is_twice = std::any_of(before.begin(), before.end(), [&](const TallySettings& other) {
    return other.channel == one.channel;
  });
  return {"channel", is_twice ? fmt::format("duplicate \"{}\"", one.channel) : ""};
}

}  // namespace

const Section<TallySettings>& tally_section() {
  static const Section<TallySettings> section{
      "tally",
      "[[tally]]",
      "A channel whose messages report ticket updates; they are counted per agent.",
      {restart(text_field("channel", &TallySettings::channel, "the channel", check_tallied,
                          "a channel's id")),
       restart(text_field(
           "pattern", &TallySettings::pattern,
           "finds an update; empty: the built-in formats. Changing it recounts all stored messages",
           check_pattern, "an RE2 pattern with named groups name, username and optionally ticket")),
       restart(text_field("username_suffix", &TallySettings::username_suffix,
                          "usernames that do not end with this, in any case, are ignored; empty: "
                          "all count")),
       restart(text_field("stats_file", &TallySettings::stats_file,
                          "a JSON file in the older bot's format, kept up to date; empty: none"))}};
  return section;
}

const OwnSection& own_tally_section() {
  static const OwnList<TallySettings> section(tally_section(), check_one);
  return section;
}

}  // namespace dw
