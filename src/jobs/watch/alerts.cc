#include "jobs/watch/alerts.h"

#include <fmt/format.h>

#include "base/text.h"

namespace dw {
namespace {

constexpr Millis queue_late_after{3'600'000};
constexpr Millis day{86'400'000};
/// A backup is old after two days; one that never came is missed after a week.
constexpr Millis backup_old_after = 2 * day, backup_missed_after = 7 * day;

std::string age_text(Millis age) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(age).count();
  if (minutes < 120) return counted(minutes, "minute", "minutes");
  if (minutes < 48 * 60) return fmt::format("{} hours", minutes / 60);
  return fmt::format("{} days", minutes / 60 / 24);
}

void add_stuck(const WatchView& view, TimePoint now, const std::string& url, WatchAlerts& out) {
  for (const StuckDeliveries& one : view.stuck) {
    const bool is_dead = one.state == DeliveryState::dead;
    const std::string verb = one.count == 1 ? "is" : "are";
    const std::string what =
        is_dead ? fmt::format("{} dead", verb) : fmt::format("{} unsure (outcome unknown)", verb);
    out[fmt::format("{}:{}", name_of(one.state), one.target)] = {
        .text = fmt::format("{} to {} {}, first {}.\nRetry or discard: {}/deliveries",
                            counted(one.count, "delivery", "deliveries"), one.target, what,
                            to_text(one.first), url),
        .since = now};
  }
}

void add_backlog(const WatchView& view, TimePoint now, const std::string& url, WatchAlerts& out) {
  for (const LateDeliveries& one : view.late) {
    out["backlog:" + one.target] = {
        .text = fmt::format("{} to {} {} waiting, the oldest for {}.\nSee why: {}/deliveries",
                            counted(one.count, "delivery", "deliveries"), one.target,
                            one.count == 1 ? "is" : "are", age_text(now - one.oldest_at), url),
        .since = now};
  }
  for (const BackedUpQueue& one : view.queues) {
    if (one.depth == 0 || !one.oldest_at || *one.oldest_at + queue_late_after > now) continue;
    const bool is_dead = one.name.ends_with("-dead");
    out["queue:" + one.name] = {
        .text =
            fmt::format("Queue {}: {}, the oldest for {}.\n{}: {}/queues", one.name,
                        counted(one.depth, "message", "messages"), age_text(now - *one.oldest_at),
                        is_dead ? "Look and redrive" : "Check that its consumer runs", url),
        .since = now};
  }
}

void add_connectors(const Event& event, const std::string& url, WatchAlerts& out) {
  for (const JsonView& one : JsonView(event.body)["connectors"].elements()) {
    const std::string name = one["name"].text().value_or("");
    const auto since = from_rfc3339(one["since"].text().value_or("")).value_or(event.at);
    out["connector:" + name] = {
        .text = fmt::format("{} has been down for {}: {}\nStatus: {}/status", name,
                            age_text(event.at - since), one["detail"].text().value_or(""), url),
        .since = since,
        .is_local = true};
  }
}

void add_missed(const Event& event, const std::string& url, WatchAlerts& out) {
  for (const JsonView& one : JsonView(event.body)["missed"].elements()) {
    const std::string job = one["job"].text().value_or(""), due = one["due"].text().value_or("");
    out[fmt::format("missed:{}:{}", job, due)] = {
        .text = fmt::format("The schedule {} was due at {} and no Deskwire was running. It ran at "
                            "{}.\nStatus: {}/status",
                            job, due, one["ran"].text().value_or("the start"), url),
        .since = event.at,
        .is_once = true};
  }
}

void add_backup(const Event& event, const WatchView& view, TimePoint first_look, WatchAlerts& out) {
  if (!JsonView(event.body)["is_file"].boolean().value_or(false)) return;
  const TimePoint last = view.backup_at.value_or(first_look);
  const Millis limit = view.backup_at ? backup_old_after : backup_missed_after;
  if (last + limit > event.at) return;
  const std::string what = view.backup_at ? fmt::format("The last backup of the store is {} old",
                                                        age_text(event.at - last))
                                          : "No backup of the store has been made yet";
  out["backup"] = {
      .text = what + ".\nMake one: deskwire store backup FILE (see the guide, operate)",
      .since = event.at};
}

}  // namespace

WatchAlerts alerts_in(const Event& event, const WatchView& view, TimePoint first_look,
                      const std::string& public_url) {
  WatchAlerts out;
  add_stuck(view, event.at, public_url, out);
  add_backlog(view, event.at, public_url, out);
  add_connectors(event, public_url, out);
  add_missed(event, public_url, out);
  add_backup(event, view, first_look, out);
  return out;
}

std::string subject_of(const WatchAlert& alert) {
  return "Deskwire: " + alert.text.substr(0, alert.text.find('\n'));
}

std::string over_text(const WatchAlert& alert, TimePoint now) {
  return fmt::format("Over after {}: {}", age_text(now - alert.since),
                     alert.text.substr(0, alert.text.find('\n')));
}

}  // namespace dw
