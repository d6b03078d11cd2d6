#include "jobs/watch/watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "jobs/watch/alerts.h"
#include "records/key_values.h"
#include "records/queues.h"

namespace dw {
namespace {

/// As the alerts of packaging/prometheus-rules.yml.
constexpr Millis late_after{15 * 60'000};
/// A replica that saw a connector down may be gone, or another may be asked in between.
constexpr Millis connector_gone_after{3 * 60'000};
constexpr Millis seen_again_after{60'000};
/// The replica that saw a missed schedule goes on saying so, and the others do not.
constexpr Millis once_kept{7 * 86'400'000};

/// What is open from now on.
struct KeepAlerts {
  std::string text;
  int64_t version = 0;
  Result<void> write(Db& db, TimePoint) const {
    return key_values::set(db, watch_state_name, text, version);
  }
};

std::string kept_text(const WatchAlerts& open, TimePoint first_look) {
  json::object alerts;
  for (const auto& [key, alert] : open) {
    alerts[key] = json::object{{"text", alert.text},
                               {"since", to_rfc3339(alert.since)},
                               {"seen", to_rfc3339(alert.seen_at)},
                               {"once", alert.is_once},
                               {"local", alert.is_local}};
  }
  return to_text(json::object{{"first_look", to_rfc3339(first_look)}, {"alerts", alerts}});
}

struct Kept {
  WatchAlerts open;
  std::optional<TimePoint> first_look;
};

Kept kept_in(const std::string& text) {
  Kept out;
  const Result<json::value> parsed = parse_json(text);
  if (!parsed.ok() || !parsed->is_object()) return out;
  const JsonView view(*parsed);
  const auto time_at = [](const JsonView& from, const char* key) {
    return from_rfc3339(from[key].text().value_or(""));
  };
  out.first_look = time_at(view, "first_look");
  const json::value* alerts = parsed->get_object().if_contains("alerts");
  if (alerts == nullptr || !alerts->is_object()) return out;
  for (const auto& member : alerts->get_object()) {
    const JsonView one(member.value());
    const auto since = time_at(one, "since");
    out.open[std::string(member.key())] = {
        .text = one["text"].text().value_or(""),
        .since = since.value_or(TimePoint{}),
        .seen_at = time_at(one, "seen").value_or(since.value_or(TimePoint{})),
        .is_once = one["once"].boolean().value_or(false),
        .is_local = one["local"].boolean().value_or(false)};
  }
  return out;
}

Result<std::vector<BackedUpQueue>> read_queues(const Event& event, ReadDb& db) {
  std::vector<BackedUpQueue> out;
  for (const JsonView& one : JsonView(event.body)["queues"].elements()) {
    const std::string name = one.text().value_or("");
    DW_TRY(const QueueMetrics metrics, queues::metrics(db, name, event.at));
    out.push_back({name, metrics.depth, metrics.oldest_at});
  }
  return out;
}

bool is_over(const WatchAlert& alert, TimePoint now) {
  if (alert.is_once) return alert.since + once_kept <= now;
  return !alert.is_local || alert.seen_at + connector_gone_after <= now;
}

/// To each of [watch] notify, in lanes of their own: a channel that fails holds back nobody.
void add_messages(const std::vector<std::string>& notify, const std::string& subject,
                  const std::string& text, Plan& plan) {
  MailSend mail{.to = {}, .subject = subject, .text = text + "\n"};
  for (const std::string& one : notify) {
    if (is_mail_address(one)) {
      mail.to.push_back(one);
      continue;
    }
    ChatPost post;
    post.channel = one;
    post.text = text;
    plan.deliveries.push_back({.lane = "watch:" + one,
                               .target = "slack",
                               .payload = std::move(post),
                               .holds_lane = false});
  }
  if (mail.to.empty()) return;
  plan.deliveries.push_back(
      {.lane = "watch:mail", .target = "mail", .payload = std::move(mail), .holds_lane = false});
}

}  // namespace

Result<WatchView> Watch::read(const Event& event, ReadDb& db) const {
  DW_CHECK(db.guard("watch"));
  WatchView view;
  DW_TRY(view.kept, key_values::get(db, watch_state_name));
  DW_TRY(view.stuck, deliveries::stuck(db));
  DW_TRY(view.late, deliveries::late(db, event.at - late_after));
  DW_TRY(view.queues, read_queues(event, db));
  DW_TRY(const StoredValue backup, key_values::get(db, backup_time_name));
  view.backup_at = from_rfc3339(backup.text);
  return view;
}

Plan Watch::plan(const Event& event, const WatchView& view) const {
  Plan plan;
  Kept kept = kept_in(view.kept.text);
  const TimePoint first_look = kept.first_look.value_or(event.at);
  const WatchAlerts found = alerts_in(event, view, first_look, public_url_);
  for (const auto& [key, alert] : found) {
    const auto [place, is_new] = kept.open.emplace(key, alert);
    place->second.seen_at = event.at;
    if (!is_new) continue;
    plan.counted.push_back({"deskwire_watch_alerts_total", "kind", key.substr(0, key.find(':'))});
    add_messages(settings_.notify, subject_of(alert), alert.text, plan);
  }
  for (auto open = kept.open.begin(); open != kept.open.end();) {
    const bool is_found = found.count(open->first) > 0;
    if (is_found || !is_over(open->second, event.at)) {
      ++open;
      continue;
    }
    if (!open->second.is_once) {
      add_messages(settings_.notify, "Over: " + subject_of(open->second),
                   over_text(open->second, event.at), plan);
    }
    open = kept.open.erase(open);
  }
  plan.changes.push_back(KeepAlerts{kept_text(kept.open, first_look), view.kept.version});
  return plan;
}

bool Watch::has_news(const Event& event, const WatchView& view) const {
  const Kept kept = kept_in(view.kept.text);
  if (!kept.first_look) return true;
  const WatchAlerts found = alerts_in(event, view, *kept.first_look, public_url_);
  const auto is_news = [&](const auto& one) {
    const auto open = kept.open.find(one.first);
    if (open == kept.open.end()) return true;
    // That it is still seen is written down, for the other replicas.
    return one.second.is_local && open->second.seen_at + seen_again_after <= event.at;
  };
  if (std::any_of(found.begin(), found.end(), is_news)) return true;
  return std::any_of(kept.open.begin(), kept.open.end(), [&](const auto& one) {
    return found.count(one.first) == 0 && is_over(one.second, event.at);
  });
}

void Watch::declare(Metrics& metrics) const {
  metrics.declare_counter("deskwire_watch_alerts_total",
                          "Alerts that [watch] raised about Deskwire itself, by kind");
}

}  // namespace dw
