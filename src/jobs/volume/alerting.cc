#include "jobs/volume/alerting.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/grouped_number.h"
#include "base/hash.h"
#include "base/text.h"
#include "domain/markup.h"
#include "jobs/volume/picture.h"
#include "jobs/volume/tags.h"

namespace dw {
namespace {

constexpr size_t chart_hours = 7 * 24;
constexpr size_t tag_lines_max = 20;

std::string clock_text(TimePoint at, const DetectorConfig& judging) {
  return LocalTime(judging.timezone).text(at).substr(11);
}

std::string moment(TimePoint at, const DetectorConfig& judging) {
  return LocalTime(judging.timezone).text(at);
}

/// "+212%", or what says more where next to nothing was expected.
std::string change_of(double count, double expected) {
  if (expected < 0.5) return "expected none";
  return fmt::format("{:+.0f}%", (count / expected - 1) * 100);
}

std::string rarity(double probability) {
  if (probability <= 0) return "less than once in a thousand years";
  const double hours = 1 / probability;
  if (hours > 24 * 365.25 * 1000) return "less than once in a thousand years";
  if (hours > 24 * 365.25 * 2) return fmt::format("once in {:.0f} years", hours / 24 / 365.25);
  return fmt::format("once in {:.0f} hours", hours);
}

int64_t hours_of(const VolumeAlert& incident) {
  return (incident.to - incident.from) / one_hour + 1;
}

std::string hours_text(int64_t hours) {
  return counted(hours, "hour", "hours");
}

/// One tag of encode(TagReport), as it was kept.
struct TagLine {
  std::string tag;
  int64_t count = 0;
  double lift = 1;
};

struct Why {
  std::vector<TagLine> by_count, by_lift;
  std::vector<std::string> examples;  ///< "#42 VPN is down"
  int64_t tickets = 0;
};

std::vector<TagLine> tag_lines(const JsonView& list) {
  std::vector<TagLine> out;
  for (const JsonView& one : list.elements()) {
    if (out.size() == tag_lines_max) break;
    TagLine line{one["tag"].text().value_or(""), one["count"].integer().value_or(0), 1};
    if (const json::value* lift = one["lift"].raw(); lift != nullptr && lift->is_number()) {
      line.lift = lift->is_double() ? lift->get_double() : lift->to_number<double>();
    }
    out.push_back(std::move(line));
  }
  return out;
}

Why why_of(const VolumeAlert& incident) {
  Why out;
  if (!incident.tags.is_object()) return out;
  const JsonView view(incident.tags);
  out.by_count = tag_lines(view["by_count"]);
  out.by_lift = tag_lines(view["by_lift"]);
  out.tickets = view["tickets"].integer().value_or(0);
  for (const JsonView& one : view["examples"].elements()) {
    out.examples.push_back(
        fmt::format("#{} {}", one["id"].text().value_or(""), one["subject"].text().value_or("")));
  }
  return out;
}

/// What happened, a sentence each.
std::vector<std::string> sentences(const VolumeAlert& one, AlertStage telling,
                                   const AlertContext& context) {
  const DetectorConfig& judging = context.judging;
  std::vector<std::string> out;
  if (telling == AlertStage::over) {
    out.push_back(fmt::format("{} in {}, from {} to {} ({}); {} were expected.",
                              counted(one.total, "ticket", "tickets"), hours_text(hours_of(one)),
                              moment(one.from, judging), clock_text(one.to + one_hour, judging),
                              judging.timezone, grouped(std::llround(one.total_expected))));
    out.push_back(fmt::format("At its peak {} in the hour to {}.", grouped(one.peak_count),
                              clock_text(one.peak + one_hour, judging)));
    if (one.end == AlertEnd::new_level) {
      out.emplace_back("It stayed so long that it is taken for the new normal.");
    }
    return out;
  }
  out.push_back(fmt::format("{} created in the hour from {} to {} ({}).",
                            counted(one.peak_count, "ticket was", "tickets were"),
                            moment(one.peak, judging), clock_text(one.peak + one_hour, judging),
                            judging.timezone));
  const double excess = static_cast<double>(one.peak_count) - one.peak_expected;
  out.push_back(fmt::format("Expected were {:.1f}: that is {:.0f} {} ({}).", one.peak_expected,
                            std::abs(excess), excess < 0 ? "fewer" : "more",
                            change_of(static_cast<double>(one.peak_count), one.peak_expected)));
  if (judging.method == VolumeMethod::seasonal) {
    const auto found = std::find_if(context.hours.rbegin(), context.hours.rend(),
                                    [&](const ScoredHour& hour) { return hour.hour == one.peak; });
    const BaselineSource basis = found == context.hours.rend()
                                     ? BaselineSource::hour_of_week
                                     : static_cast<BaselineSource>(found->basis);
    out.push_back(fmt::format("By chance this happens {}; the expectation rests on: {}.",
                              rarity(one.probability), name_of(basis)));
  } else {
    out.emplace_back("Compared with the mean of the same hour of day.");
  }
  if (hours_of(one) > 1) {
    out.push_back(fmt::format("It has lasted {} so far, with {}.", hours_text(hours_of(one)),
                              counted(one.total, "ticket", "tickets")));
  }
  if (one.end != AlertEnd::open) out.emplace_back("It is over already.");
  return out;
}

std::string percent_of(int64_t count, int64_t whole) {
  if (whole <= 0) return "";
  return fmt::format(" ({:.0f}%)", 100.0 * static_cast<double>(count) / static_cast<double>(whole));
}

std::string png_of(const VolumeAlert& incident, const AlertContext& context) {
  std::span<const ScoredHour> hours(context.hours);
  if (hours.size() > chart_hours) hours = hours.last(chart_hours);
  const Result<std::string> png = draw_png(
      picture_of(hours, context.judging, "Tickets per hour, and what was expected", incident.peak));
  return png.ok() ? *png : "";
}

std::string_view word_of(AlertStage telling) {
  switch (telling) {
    case AlertStage::begun:
      return "volume.begun";
    case AlertStage::grown:
      return "volume.grown";
    case AlertStage::over:
      return "volume.over";
  }
  return "volume.begun";
}

}  // namespace

std::string subject_of(const VolumeAlert& one, AlertStage telling, const DetectorConfig& judging) {
  const bool is_spike = one.kind == AlertKind::spike;
  const std::string name = is_spike ? "Ticket spike" : "Ticket silence";
  if (telling == AlertStage::over) {
    const std::string ended = one.end == AlertEnd::new_level ? "is the new normal" : "is over";
    return fmt::format("{} {}: {} in {} (peak {})", name, ended, grouped(one.total),
                       hours_text(hours_of(one)), grouped(one.peak_count));
  }
  return fmt::format("{}{}: {} in the hour to {} ({})", name,
                     telling == AlertStage::grown ? " grows" : "", grouped(one.peak_count),
                     clock_text(one.peak + one_hour, judging),
                     change_of(static_cast<double>(one.peak_count), one.peak_expected));
}

std::string text_of(const VolumeAlert& one, AlertStage telling, const AlertContext& context) {
  std::string out = join(sentences(one, telling, context), "\n") + "\n";
  const Why why = why_of(one);
  if (telling != AlertStage::over && !why.by_lift.empty()) {
    out += "\nTags that stand out against the hours before:\n";
    for (const TagLine& tag : why.by_lift) {
      out += fmt::format("  {}  {}{}, {:.1f} times its usual share\n", tag.tag, tag.count,
                         percent_of(tag.count, why.tickets), tag.lift);
    }
  }
  if (telling != AlertStage::over && !why.by_count.empty()) {
    out += "\nMost frequent tags:\n";
    for (const TagLine& tag : why.by_count) {
      out += fmt::format("  {}  {}{}\n", tag.tag, tag.count, percent_of(tag.count, why.tickets));
    }
  }
  if (telling != AlertStage::over && !why.examples.empty()) {
    out += "\nFor example:\n";
    for (const std::string& example : why.examples) out += "  " + example + "\n";
  }
  if (!context.board_url.empty()) out += "\n" + context.board_url + "\n";
  return out;
}

std::string html_of(const VolumeAlert& one, AlertStage telling, const AlertContext& context) {
  std::string out =
      "<!doctype html><html><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\">"
      "<meta name=\"color-scheme\" content=\"light dark\">"
      "<style>:root{color-scheme:light dark}</style></head>"
      "<body style=\"margin:0;padding:16px;font:16px/1.5 system-ui,sans-serif\">"
      "<div style=\"max-width:720px;margin:0 auto\">";
  out += fmt::format("<h1 style=\"font-size:20px;margin:0 0 8px\">{}</h1>",
                     escape_html(subject_of(one, telling, context.judging)));
  for (const std::string& sentence : sentences(one, telling, context)) {
    out += fmt::format("<p style=\"margin:0 0 4px\">{}</p>", escape_html(sentence));
  }
  out += fmt::format(
      "<p style=\"margin:12px 0\"><img src=\"cid:chart\" alt=\"Tickets per hour over the last "
      "seven days with the expected band; {} in the marked hour\" width=\"720\" "
      "style=\"width:100%;height:auto;border-radius:6px;background:#fff\"></p>",
      one.peak_count);
  const Why why = why_of(one);
  const auto list = [&](const char* heading, const std::vector<std::string>& lines) {
    if (lines.empty() || telling == AlertStage::over) return;
    out += fmt::format(
        "<h2 style=\"font-size:16px;margin:12px 0 4px\">{}</h2>"
        "<ul style=\"margin:0;padding-left:20px\">",
        heading);
    for (const std::string& line : lines) out += "<li>" + escape_html(line) + "</li>";
    out += "</ul>";
  };
  std::vector<std::string> lift, count;
  for (const TagLine& tag : why.by_lift) {
    lift.push_back(fmt::format("{}: {}{}, {:.1f} times its usual share", tag.tag, tag.count,
                               percent_of(tag.count, why.tickets), tag.lift));
  }
  for (const TagLine& tag : why.by_count) {
    count.push_back(
        fmt::format("{}: {}{}", tag.tag, tag.count, percent_of(tag.count, why.tickets)));
  }
  list("Tags that stand out", lift);
  list("Most frequent tags", count);
  list("For example", why.examples);
  if (!context.board_url.empty()) {
    out += fmt::format("<p style=\"margin:12px 0\"><a href=\"{0}\">Open the board</a></p>",
                       escape_html(context.board_url));
  }
  return out + "</div></body></html>";
}

std::string webhook_body(const VolumeAlert& incident, AlertStage telling,
                         const AlertContext& context) {
  return to_text(json::object{{"event", json::string(word_of(telling))},
                              {"subject", subject_of(incident, telling, context.judging)},
                              {"text", text_of(incident, telling, context)},
                              {"incident", shape_of(incident)}});
}

std::vector<Delivery> tell(const VolumeAlert& incident, AlertStage telling,
                           const AlertContext& context) {
  std::vector<Delivery> out;
  const auto add = [&out](const char* lane, const char* target, Payload payload) {
    out.push_back(
        {.lane = lane, .target = target, .payload = std::move(payload), .holds_lane = false});
  };
  const std::string subject = subject_of(incident, telling, context.judging);
  if (!context.settings.notify.empty()) {
    MailSend mail{.to = context.settings.notify,
                  .subject = subject,
                  .text = text_of(incident, telling, context),
                  .html = html_of(incident, telling, context)};
    mail.images.push_back({"chart", "image/png", to_base64(png_of(incident, context))});
    add("volume:mail", "mail", std::move(mail));
  }
  if (!context.settings.slack_channel.empty()) {
    ChatPost post;
    post.channel = context.settings.slack_channel;
    post.text = subject + "\n" + text_of(incident, telling, context);
    add("volume:slack", "slack", std::move(post));
  }
  if (!context.settings.webhook_url.empty()) {
    const std::string key = fmt::format("{}:{}:{}:{}", word_of(telling), name_of(incident.kind),
                                        to_rfc3339(incident.from), incident.peak_count);
    add("volume:webhook", "volume:webhook",
        WebhookPost{webhook_body(incident, telling, context), key});
  }
  return out;
}

const Shape<VolumeAlert>& shape_for(const VolumeAlert*) {
  static const auto hundredths = [](auto member) {
    return [member](const VolumeAlert& one) { return std::round(one.*member * 100) / 100; };
  };
  static const auto id = [](const VolumeAlert& one) {
    return one.id == 0 ? std::nullopt : std::optional(one.id);
  };
  static const auto shape =
      Shape<VolumeAlert>("Incident")
          .add("id", id, "null where another rule is tried")
          .add("kind", &VolumeAlert::kind)
          .add("from", &VolumeAlert::from)
          .add("to", &VolumeAlert::to)
          .add("peak", &VolumeAlert::peak, "the hour that was furthest out of line")
          .add("count", &VolumeAlert::peak_count)
          .add("expected", hundredths(&VolumeAlert::peak_expected))
          .add("probability", &VolumeAlert::probability)
          .add("total", &VolumeAlert::total)
          .add("total_expected", hundredths(&VolumeAlert::total_expected))
          .add("state", &VolumeAlert::end)
          .add("told_at", &VolumeAlert::notified_at)
          .add_json("tags", tag_report_type(), &VolumeAlert::tags)
          .add_words("feedback", {"real", "false_alarm"}, or_null(&VolumeAlert::feedback));
  return shape;
}

const Shape<MovedThreshold>& shape_for(const MovedThreshold*) {
  static const auto day = [](const MovedThreshold& one) {
    return std::string(name_of(one.hours.day));
  };
  static const auto shape =
      Shape<MovedThreshold>("VolumeThreshold")
          .add_words(
              "kind", {"spike", "drop"},
              [](const MovedThreshold& one) { return std::string(name_of(one.hours.alert)); })
          .add_words("day", {"weekday", "weekend", "holiday"}, day)
          .add(
              "from_hour", [](const MovedThreshold& one) { return one.hours.quarter * 6; },
              "of the local day")
          .add("to_hour", [](const MovedThreshold& one) { return one.hours.quarter * 6 + 6; })
          .add(
              "real", [](const MovedThreshold& one) { return one.feedback.real; },
              "alerts in such hours that people marked real")
          .add("false_alarms", [](const MovedThreshold& one) { return one.feedback.false_alarms; })
          .add(
              "sensitivity_factor", [](const MovedThreshold& one) { return one.feedback.factor(); },
              "such hours are judged by the sensitivity times this, 1/32 to 4");
  return shape;
}

}  // namespace dw
