#include "jobs/watch/section.h"

#include <fmt/format.h>

namespace dw {
namespace {

std::string check_notified(const std::string& text) {
  const bool is_plain =
      !text.empty() && text.size() <= 250 && text.find_first_of(" \t\r\n<>,;") == std::string::npos;
  const size_t at = text.find('@');
  const bool is_mail = at != std::string::npos && at > 0 && at + 1 < text.size() &&
                       text.find('@', at + 1) == std::string::npos;
  const bool is_channel =
      text.starts_with('#') ? text.size() > 1 : text.starts_with('C') || text.starts_with('G');
  if (is_plain && (is_mail || (at == std::string::npos && is_channel))) return "";
  return fmt::format(
      "invalid value \"{}\" (a mail address, or a Slack channel such as \"#ops\" or its id)", text);
}

const Section<WatchSettings>& watch_section() {
  static const Section<WatchSettings> section{
      "watch",
      "[watch]",
      "Who hears when Deskwire itself needs a person: dead and unsure deliveries, a connector that "
      "has been down for 10 minutes, a missed schedule, a backlog, an old backup. One message when "
      "it begins and one when it is over.",
      {restart(strings_field("notify", &WatchSettings::notify,
                             "mail addresses (needs [mail]) and Slack channels (needs [slack])",
                             check_notified))}};
  return section;
}

}  // namespace

bool is_mail_address(const std::string& text) {
  return text.find('@') != std::string::npos;
}

const OwnSection& own_watch_section() {
  static const OwnTable<WatchSettings> section(watch_section());
  return section;
}

}  // namespace dw
