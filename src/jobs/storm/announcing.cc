#include "jobs/storm/announcing.h"

#include <fmt/format.h>

#include "base/grouped_number.h"
#include "domain/markup.h"
#include "domain/schedule.h"

namespace dw {
namespace {

/// "11:00"; with its day where that is not today's.
std::string since_text(const Incident& incident, const std::string& timezone) {
  constexpr int64_t day = 86'400'000;
  const int64_t since = local_time(incident.since, timezone).time_since_epoch().count();
  const int64_t seen = local_time(incident.seen_at, timezone).time_since_epoch().count();
  const int64_t minutes = since % day / 60'000;
  std::string out = fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
  if (since / day != seen / day)
    out = to_rfc3339(TimePoint(Millis(since))).substr(0, 10) + " " + out;
  return out;
}

std::string html_of(const Announcement& what, const std::string& end) {
  const Incident& incident = what.incident;
  std::string numbers;
  for (const IncidentTicket& one : what.tickets) {
    numbers += (numbers.empty() ? "#" : ", #") + one.number;
  }
  const int64_t more = incident.tickets - static_cast<int64_t>(what.tickets.size());
  if (more > 0) numbers += fmt::format(" and {} more", grouped(more));
  std::string out = fmt::format("Since {}, {} tickets from {} people about <b>{}</b>: {}",
                                since_text(incident, what.timezone), grouped(incident.tickets),
                                grouped(incident.requesters),
                                escape_html(shown_words(incident.words)), escape_html(numbers));
  if (!end.empty()) out += "<br>" + escape_html(end);
  return out;
}

}  // namespace

Delivery announce(const Announcement& what, const std::string& end) {
  const bool is_first = what.incident.message.empty();
  const std::string ticket = std::to_string(what.tickets.front().ticket.value);
  ChatPost post;
  post.channel = is_first ? what.channel : what.incident.channel;
  post.html = html_of(what, end);
  post.replaces = what.incident.message;
  if (end.empty()) {
    post.buttons.push_back({.label = "Make it one incident",
                            .url = {},
                            .action = std::string(open_action),
                            .value = ticket});
    post.buttons.push_back({.label = "Not an incident",
                            .url = {},
                            .action = std::string(dismiss_action),
                            .value = ticket});
  }
  return {.lane = "storm:" + ticket,
          .target = "slack",
          .payload = std::move(post),
          .holds_lane = false,
          .answer_kind = std::string(is_first ? storm_announced_kind : storm_rewritten_kind),
          .reference = ticket};
}

std::string decision_of(const Incident& incident) {
  const std::string name = "Incident #" + incident.number;
  switch (incident.state) {
    case IncidentState::seen:
      return "";
    case IncidentState::dismissed:
      return "Not an incident";
    case IncidentState::open: {
      const std::string unasked = incident.opened_by.empty() ? ", made without asking" : "";
      return (incident.number.empty() ? "One incident" : name) + unasked;
    }
    case IncidentState::solved:
      return name + " is solved";
    case IncidentState::dissolved:
      return name + " is dissolved";
  }
  return "";
}

}  // namespace dw
