#include "config/volume_section.h"

#include "base/text.h"
#include "config/bridge_section.h"
#include "config/sections.h"

namespace dw {
namespace {

constexpr Millis day{86'400'000};

std::string check_source(const std::string& text) {
  const bool is_good =
      text == "zendesk" || text == "embedded" || (text.starts_with("file:") && text.size() > 5);
  return is_good ? "" : "must be \"zendesk\", \"embedded\" or \"file:PATH\"";
}

std::string check_address(const std::string& text) {
  const size_t at = text.find('@');
  const bool is_good = at != std::string::npos && at > 0 && at + 1 < text.size() &&
                       text.find_first_of(" \r\n,;") == std::string::npos;
  return is_good ? "" : fmt::format("invalid mail address \"{}\"", cut_characters(text, 60));
}

/// A number that may be written whole ("1") or not ("0.5").
Field<VolumeSettings> real_field(std::string key, double VolumeSettings::*member, double low,
                                 double high, std::string doc) {
  const std::string allowed = fmt::format("a number above {} and at most {}", low, high);
  return {
      .key = std::move(key),
      .doc = std::move(doc),
      .allowed = allowed,
      .schema = {{"type", "number"}, {"exclusiveMinimum", low}, {"maximum", high}},
      .read =
          [member, low, high, allowed](VolumeSettings& out, const Node& node,
                                       const SourceLocation& place) {
            double value = 0;
            if (const auto* real = std::get_if<double>(&node.value)) {
              value = *real;
            } else if (const auto* whole = std::get_if<int64_t>(&node.value)) {
              value = static_cast<double>(*whole);
            } else {
              return place.add("must be " + allowed);
            }
            if (!(value > low && value <= high)) return place.add("must be " + allowed);
            out.*member = value;
          },
      .print = [member](const VolumeSettings& from) { return fmt::format("{}", from.*member); }};
}

/// One text (a file, or dates) or a list of dates.
Field<VolumeSettings> holidays_field() {
  Field<VolumeSettings> field;
  field.key = "holidays";
  field.doc =
      "days with a season of their own: an .ics file, a file of dates, or dates; default "
      "hours.holidays";
  field.allowed = "a file's name, or a list of dates (\"2026-12-25\")";
  const json::object text{{"type", "string"}};
  field.schema = {{"oneOf", json::array{text, json::object{{"type", "array"}, {"items", text}}}}};
  field.read = [](VolumeSettings& out, const Node& node, const SourceLocation& place) {
    if (node.list() != nullptr) {
      if (auto texts = read_strings(node, place)) out.holidays = std::move(*texts);
    } else if (auto one = read_text(node, place)) {
      out.holidays.clear();
      if (!one->empty()) out.holidays.push_back(std::move(*one));
    }
  };
  field.print = [](const VolumeSettings& from) { return quoted_list(from.holidays); };
  return field;
}

Section<VolumeSettings> restarted(Section<VolumeSettings> section) {
  for (Field<VolumeSettings>& field : section.fields) field.needs_restart = true;
  return section;
}

}  // namespace

const Section<VolumeSettings>& volume_section() {
  using S = VolumeSettings;
  // The job is made with these: all of them need a restart.
  static const Section<S> section = restarted(Section<S>{
      "volume",
      "[volume]",
      "Alerts when an hour has an unusual number of tickets. Absent: off",
      {text_field("schedule", &S::schedule, "when the finished hours are looked at"),
       text_field("source", &S::source, "where tickets are counted", check_source,
                  "\"zendesk\", \"embedded\" or \"file:PATH\""),
       text_field("query", &S::query, "the Zendesk search that is counted"),
       duration_field("history", &S::history, 7 * day, 520 * 7 * day,
                      "how far back the baseline reaches; the first run fetches it"),
       choice_field("method", &S::method, {"seasonal", "mean"},
                    "\"seasonal\" or the simple rule \"mean\" (docs/volume.md)"),
       real_field("threshold", &S::threshold, 0, 1000,
                  "for \"mean\": a spike if count > (1 + threshold) × mean of that hour of day"),
       real_field("sensitivity", &S::sensitivity, 0, 0.1,
                  "for \"seasonal\": an hour is a spike if its tail probability is below this"),
       number_field("min_count", &S::count_min, 0, 1'000'000,
                    "for \"seasonal\": hours below this are never a spike"),
       number_field("min_excess", &S::excess_min, 0, 1'000'000,
                    "for \"seasonal\": hours with less than this above the expected count are "
                    "never a spike"),
       bool_field(
           "silence", &S::has_silence,
           "alerts on hours with far too few tickets too: a broken form looks like a quiet day"),
       holidays_field(),
       number_field("top_tags", &S::top_tags, 0, 100, "how many tags an alert names"),
       strings_field("omit_tags", &S::omit_tags, "tags that say nothing"),
       strings_field("notify", &S::notify, "mail addresses that get the alerts", check_address),
       text_field("slack_channel", &S::slack_channel, "Slack channel that gets the alerts",
                  check_channel_if_any, "an id such as \"C0123456789\", or \"#name\""),
       text_field("webhook_url", &S::webhook_url, "gets each alert as JSON", check_http_url,
                  "an http(s) address"),
       duration_field("cooldown", &S::cooldown, Millis(0), 30 * day,
                      "a second alert is sent after this, if the count grew by half again"),
       text_field("timezone", &S::timezone, "of the season; default hours.timezone")}});
  return section;
}

}  // namespace dw
