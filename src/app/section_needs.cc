#include "app/section_needs.h"

#include <fmt/format.h>

#include <algorithm>

#include "jobs/tally/section.h"
#include "jobs/watch/section.h"

namespace dw {
namespace {

/// A section, what of it must be set, and the page that says how.
struct Needed {
  const char* section;
  const char* with;
  const char* page;
};

constexpr Needed known[] = {
    {"slack", "", "docs/guide/slack.md"},
    {"zendesk", "", "docs/guide/zendesk.md"},
    {"mail", " with mail.url", "docs/reference/configuration.md"},
};

const Needed& needed(const std::string& section) {
  return *std::find_if(std::begin(known), std::end(known),
                       [&](const Needed& one) { return section == one.section; });
}

class Needs {
 public:
  explicit Needs(const Settings& settings) : settings_(settings) {}

  void slack(bool is_wanted, const char* key, const char* what) {
    if (is_wanted && !settings_.slack.is_given) out.push_back({key, "slack", what});
  }
  void zendesk(bool is_wanted, const char* key, const char* what) {
    if (is_wanted && !settings_.zendesk.is_configured) out.push_back({key, "zendesk", what});
  }
  /// The section may be there without the server's address.
  void mail(bool is_wanted, const char* key, const char* what) {
    if (is_wanted && settings_.mail.url.empty()) out.push_back({key, "mail", what});
  }

  std::vector<SectionNeed> out{};

 private:
  const Settings& settings_;
};

}  // namespace

std::string SectionNeed::text() const {
  return fmt::format("needs a section [{}]{}: {}", section, needed(section).with, what);
}

std::string SectionNeed::fix() const {
  const Needed& one = needed(section);
  return fmt::format("add [{}]{} ({}), or remove {}", one.section, one.with, one.page, key);
}

std::vector<SectionNeed> missing_sections(const Settings& settings) {
  Needs needs(settings);
  const VolumeSettings& volume = settings.volume;
  if (volume.is_on) {
    needs.zendesk(volume.source == "zendesk", "volume.source", "no ticket is counted");
    needs.mail(!volume.notify.empty(), "volume.notify", "nobody gets its alerts by mail");
    needs.slack(!volume.slack_channel.empty(), "volume.slack_channel",
                "its alerts do not reach the channel");
  }
  needs.slack(!settings.own.get<Tallies>().empty(), "tally.channel", "no message is counted");
  const auto is_announced = [](const RouteSettings& route) { return !route.announce.empty(); };
  needs.slack(std::any_of(settings.routes.begin(), settings.routes.end(), is_announced),
              "route.announce", "no ticket is announced");
  const NoticesSettings& notices = settings.notices;
  needs.mail(notices.has_report() && notices.via == NoticeVia::smtp, "notices.via",
             "no customer is notified");
  needs.mail(!settings.summary.mail.empty(), "summary.mail", "nobody gets the summary by mail");
  const std::vector<std::string>& notified = settings.own.get<WatchSettings>().notify;
  needs.mail(std::any_of(notified.begin(), notified.end(), is_mail_address), "watch.notify",
             "nobody is told by mail");
  return std::move(needs.out);
}

}  // namespace dw
