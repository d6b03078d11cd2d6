#include "jobs/storm/section.h"

namespace dw {
namespace {

std::string check_channel_of_storm(const std::string& text) {
  const bool is_one =
      text.starts_with('#') ? text.size() > 1 : text.starts_with('C') || text.starts_with('G');
  if (text.empty() || is_one) return "";
  return "must be a Slack channel such as \"#ops\" or its id";
}

const Section<StormSettings>& storm_section() {
  static const Section<StormSettings> section{
      "storm",
      "[storm]",
      "Looks for many tickets about one thing. Without this section nobody looks.",
      {restart(duration_field("window", &StormSettings::window, Millis{300'000}, Millis{86'400'000},
                              "tickets written this long ago at most count")),
       restart(number_field("min_tickets", &StormSettings::min_tickets, 3, 1000,
                            "so many tickets about one thing are a group; half of them while far "
                            "more tickets come in than usual")),
       restart(
           text_field("channel", &StormSettings::channel,
                      "Slack channel that is asked about each group; neither bridged nor shared "
                      "with another company. Empty: nobody is asked",
                      check_channel_of_storm)),
       restart(bool_field("auto", &StormSettings::is_auto,
                          "a group is made one incident without asking; the channel is told")),
       restart(duration_field("join", &StormSettings::join, Millis{0}, Millis{2'592'000'000},
                              "new tickets about the same thing join an incident by themselves "
                              "so long after its last one; \"0s\": none does"))}};
  return section;
}

/// Its presence turns it on, so an absent one is not printed either.
class StormTable : public OwnTable<StormSettings> {
 public:
  StormTable() : OwnTable(storm_section()) {}

  void read(const Node& node, OwnSettings& out, Problems& problems) const override {
    OwnTable::read(node, out, problems);
    StormSettings value = out.get<StormSettings>();
    value.is_on = true;
    out.set(value);
  }
  std::vector<std::string> print(const OwnSettings& from) const override {
    if (!from.get<StormSettings>().is_on) return {};
    return OwnTable::print(from);
  }
};

}  // namespace

const OwnSection& own_storm_section() {
  static const StormTable section;
  return section;
}

}  // namespace dw
