#include "web/tally_shapes.h"

namespace dw {

const Shape<ImportedTally>& shape_for(const ImportedTally*) {
  static const auto shape = Shape<ImportedTally>("TallyImported")
                                .add("agents", &ImportedTally::agents)
                                .add("updates", &ImportedTally::updates);
  return shape;
}

const Shape<ChannelName>& shape_for(const ChannelName*) {
  static const auto shape =
      Shape<ChannelName>("ChannelName").add("id", &ChannelName::id).add("name", &ChannelName::name);
  return shape;
}

const Shape<TallyAgent>& shape_for(const TallyAgent*) {
  static const auto shape =
      Shape<TallyAgent>("TallyAgent")
          .add("username", &TallyAgent::username)
          .add("name", &TallyAgent::name)
          .add("updates", &TallyAgent::updates)
          .add("opening", &TallyAgent::opening, "taken over from an older bot; part of updates")
          .add("last_at", &TallyAgent::last_at);
  return shape;
}

const Shape<TallyRow>& shape_for(const TallyRow*) {
  static const auto url = [](const TallyRow& row) -> std::optional<std::string> {
    const bool is_slack = row.channel.starts_with('C') || row.channel.starts_with('G');
    if (!is_slack || row.message.find_first_not_of("0123456789.") != row.message.npos) return {};
    return "https://slack.com/app_redirect?channel=" + row.channel + "&message_ts=" + row.message;
  };
  static const auto shape =
      Shape<TallyRow>("TallyUpdate")
          .add("channel", &TallyRow::channel)
          .add("message", &TallyRow::message)
          .add("line", &TallyRow::line, "its place among those of the message, from 1")
          .add("username", [](const TallyRow& row) { return row.update.username; })
          .add("name", [](const TallyRow& row) { return row.update.name; })
          .add("ticket", [](const TallyRow& row) { return NullableText{row.update.ticket}; })
          .add("at", &TallyRow::at)
          .add("text", or_null(&TallyRow::text), "the line itself, while its message is kept")
          .add("url", url, "its message in Slack");
  return shape;
}

const Shape<ShownTally>& shape_for(const ShownTally*) {
  static const auto total = [](const ShownTally& tally) {
    int64_t sum = 0;
    for (const TallyAgent& agent : tally.agents) sum += agent.updates;
    return sum;
  };
  static const auto shape =
      Shape<ShownTally>("Tally")
          .add("agents", &ShownTally::agents)
          .add("before", &ShownTally::before, "the same of the period before; empty without since")
          .add("before_since", &ShownTally::before_since)
          .add("total", total)
          .add("channels", &ShownTally::channels)
          .add("channel_names", &ShownTally::channel_names, "of those that Slack has named")
          .add("today", &ShownTally::today, "updates since midnight, per channel and agent")
          .add("today_until", &ShownTally::today_until)
          .add("timezone", &ShownTally::timezone);
  return shape;
}

}  // namespace dw
