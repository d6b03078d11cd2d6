#include "jobs/notices/job.h"

#include <fmt/format.h>

#include "base/number.h"
#include "jobs/notices/changes.h"
#include "jobs/notices/rows.h"
#include "jobs/notices/target.h"
#include "records/audit.h"
#include "records/deliveries.h"
#include "records/key_values.h"

namespace dw {
namespace {

constexpr const char* reading_lane = "notices";
/// Another run that came first is over soon; then the report is read once more.
constexpr Millis read_again_pause{10'000};
constexpr int readings_max = 5;
/// Readings that were given up wait for a person in front of the one that is under way.
constexpr size_t readings_looked_at = 50;

/// Deliveries to our own target: what takes long is asked for, as of the outside.
Delivery ask(std::string lane, Lookup question, std::string answer_kind) {
  return {.lane = std::move(lane),
          .target = notice_target_name,
          .payload = std::move(question),
          .holds_lane = false,
          .answer_kind = std::move(answer_kind)};
}

/// `wanted`: this version of this report, where one has arrived; else whichever is the newest.
Delivery ask_for_report(bool is_test, int reading, const ReportVersion& wanted = {}) {
  json::object details{{"is_test", is_test}};
  if (!wanted.name.empty()) {
    details["name"] = wanted.name;
    details["version"] = wanted.version;
  }
  Delivery out = ask(reading_lane, {"report", std::move(details)}, "notices.read");
  out.reference = std::to_string(reading);
  return out;
}

ReportVersion report_in(const Event& event) {
  const JsonView body(event.body);
  return {body["name"].text().value_or(""), body["version"].text().value_or("")};
}

/// In the lane of its own run, among the notices that are on their way.
Delivery ask_to_go_on(int64_t run, size_t notices, bool keeps_date, TimePoint now) {
  json::object details{{"run", run},
                       {"letters", notices},
                       {"keeps_date", keeps_date},
                       {"asked_at", now.time_since_epoch().count()}};
  return ask(fmt::format("notice:run:{}", run), {"go_on", std::move(details)}, "notices.go_on");
}

}  // namespace

/// What an event of ours says, whether somebody asked or a delivery was answered.
struct NoticeJob::Given {
  bool is_answer = false, is_done = true;
  int64_t run = 0;
  std::string who;
  std::optional<int32_t> imported_day;
  bool is_test = false;
  size_t notices = notices_at_first;
  bool keeps_date = false;  ///< last_run_date.json is written when the run has ended
  ReportVersion report;     ///< that had arrived
  int reading = 1;          ///< the report was read so often for this tick
};

NoticeJob::Given NoticeJob::given_in(const Event& event) {
  const JsonView body(event.body);
  Given out{.is_answer = event.source == "delivery"};
  if (out.is_answer) {
    out.is_done = body["is_done"].boolean().value_or(false);
    out.reading = number_in<int>(body["reference"].text().value_or("")).value_or(0);
  }
  const JsonView said = out.is_answer ? body["answer"] : body;
  out.run = said["run"].integer().value_or(0);
  out.who = said["who"].text().value_or("");
  if (const auto day = said["imported_day"].integer()) {
    out.imported_day = static_cast<int32_t>(*day);
  }
  out.is_test = said["is_test"].boolean().value_or(false);
  if (const auto notices = said["letters"].integer()) {
    out.notices = static_cast<size_t>(std::max<int64_t>(*notices, 1));
  }
  out.report = {said["name"].text().value_or(""), said["version"].text().value_or("")};
  out.keeps_date = said["keeps_date"].boolean().value_or(false);
  return out;
}

Event arrived(const ReportVersion& found, TimePoint due, TimePoint now) {
  return {.source = "clock",
          .key = "notices/arrived/" + to_rfc3339(due),
          .kind = "notices.arrived",
          .at = now,
          .body = json::object{{"name", found.name}, {"version", found.version}}};
}

size_t next_notices(size_t notices, Millis took) {
  constexpr int64_t aim = 10;  // milliseconds; a busy machine takes a few times as long
  const int64_t fit = static_cast<int64_t>(notices) * aim / std::max<int64_t>(took.count(), 1);
  const auto twice = static_cast<int64_t>(2 * notices);
  return static_cast<size_t>(std::clamp<int64_t>(std::min(fit, twice), 1, notices_per_commit_most));
}

Error plan_is_stale(int64_t run, std::string_view what) {
  return {
      ErrorKind::conflict, "notices",
      fmt::format("plan {} is not sent: {}; make a new one (`deskwire notices plan`)", run, what)};
}

bool NoticeJob::takes(std::string_view kind) const {
  return kind == "notices.due" || kind == "notices.arrived" || kind == "notices.read" ||
         kind == "notices.planned" || kind == "notices.apply" || kind == "notices.go_on";
}

Retention NoticeJob::retention() const {
  return {.steps = {notices::prune}};
}

Result<NoticeView> NoticeJob::read(const Event& event, ReadDb& db) const {
  NoticeView view;
  // Under the ledger's lock: no other plan or piece comes between this look and its commit.
  DW_TRY(view.marks, notices::marks(db));
  DW_TRY(view.applying, notices::applying_run(db));
  if (event.kind == "notices.due" || event.kind == "notices.arrived") {
    DW_TRY(const StoredValue arrivals, key_values::get(db, arrivals_row));
    view.arrivals = Arrivals::parse(arrivals.text);
    view.arrivals_version = arrivals.version;
    DW_TRY(const auto open, deliveries::open_in_lane(db, reading_lane, readings_looked_at));
    for (const Delivery& one : open) {
      view.is_reading = view.is_reading || one.state == DeliveryState::pending;
    }
    return view;
  }
  const Given given = given_in(event);
  DW_TRY(view.run, notices::run(db, given.run));
  if (!view.run) return view;
  DW_TRY(view.is_newest, notices::is_newest_plan(db, given.run));
  const bool is_for_people = event.kind == "notices.planned";
  if (is_for_people) return view;
  const PageRequest page{.limit = std::min(given.notices, notices_per_commit_),
                         .cursor = view.run->applied_to};
  DW_TRY(Page<StoredNotice> notices, notices::notices(db, given.run, page));
  view.has_more = !notices.next_cursor.empty();
  view.notices = std::move(notices.items);
  if (view.notices.empty()) return view;
  DW_CHECK(notices::customers_between(db, view.run->period, view.notices.front().email,
                                      view.notices.back().email,
                                      [&](std::string_view one) { view.had.emplace(one); }));
  return view;
}

Plan NoticeJob::plan(const Event& event, const NoticeView& view) const {
  if (event.kind == "notices.due") return plan_reading(event, view);
  if (event.kind == "notices.arrived") return plan_arrival(event, view);
  const Given given = given_in(event);
  // A report that was given up is a dead delivery, which a person sees and may have tried again.
  if (!given.is_done) return {};
  Plan plan;
  if (!view.run) {
    if (!given.is_answer) {
      plan.refusal =
          Error{ErrorKind::missing, "notices", fmt::format("there is no plan {}", given.run)};
    }
    return plan;
  }
  if (event.kind == "notices.apply") return plan_apply(event, given, view);
  if (event.kind != "notices.go_on") return plan_staged(event, given, view);
  if (view.run->state == NoticeState::applying) go_through(plan, event, given, view, *view.run);
  return plan;
}

bool NoticeJob::has_news(const Event& event, const NoticeView& view) const {
  return look_at_arrival(view.arrivals, report_in(event), view.is_reading).next != view.arrivals;
}

/// That it was noticed and that it is read are one commit.
Plan NoticeJob::plan_arrival(const Event& event, const NoticeView& view) const {
  const ReportVersion found = report_in(event);
  const ArrivalStep step = look_at_arrival(view.arrivals, found, view.is_reading);
  if (step.next == view.arrivals) return {};
  Plan plan;
  if (step.is_ready) plan = plan_reading(event, view, found);
  plan.changes.push_back(SetArrivals{step.next.text(), view.arrivals_version});
  return plan;
}

Plan NoticeJob::plan_reading(const Event& event, const NoticeView& view,
                             const ReportVersion& wanted) const {
  Plan plan;
  if (view.applying)
    plan.deliveries.push_back(ask_to_go_on(view.applying->id, notices_at_first, false, event.at));
  if (!view.is_reading) {
    plan.deliveries.push_back(ask_for_report(composer_.settings().is_test, 1, wanted));
  }
  return plan;
}

bool NoticeJob::is_for_a_person(const NoticeHistory& marks) const {
  const NoticesSettings& settings = composer_.settings();
  return settings.is_test || settings.is_approval_needed || marks.needs_confirmation ||
         !composer_.check_way_out().ok();
}

/// All letters of a plan are in the store.
Plan NoticeJob::plan_staged(const Event& event, const Given& given, const NoticeView& view) const {
  Plan plan;
  const NoticeRun& run = *view.run;
  const bool is_whole = run.state == NoticeState::writing && (given.is_test || view.is_newest);
  if (!is_whole) {
    if (!given.is_answer) plan.refusal = plan_is_stale(run.id, "a newer plan came first");
    return plan;
  }
  const NoticeState state = given.is_test ? NoticeState::tested : NoticeState::planned;
  plan.changes.push_back(FinishPlan{run.id, state});
  if (!given.who.empty()) {
    plan.changes.push_back(
        AddAudit{{event.at, given.who, "notices.plan", fmt::format("run {}", run.id)}});
  }
  NoticeHistory marks = view.marks;
  if (given.imported_day && !marks.from_day && !given.is_test) {
    // What the older tool's file said is kept from here on, with the question that it raises.
    marks.from_day = marks.watermark = *given.imported_day;
    marks.needs_confirmation = true;
    plan.changes.push_back(SetMarks{marks});
  }
  if (!given.is_answer || is_for_a_person(marks)) return plan;
  if (view.applying || marks.ledger != run.ledger) {
    // What another run has told meanwhile is in this plan, too.
    if (given.reading >= readings_max) return plan;
    plan.deliveries.push_back(ask_for_report(false, given.reading + 1, given.report));
    plan.deliveries.back().next_attempt_at = event.at + read_again_pause;
    return plan;
  }
  plan.changes.push_back(BeginRun{run.id, run.ledger});
  NoticeRun begun = run;
  begun.state = NoticeState::applying;
  begun.applied_at = event.at;
  go_through(plan, event, given, view, std::move(begun));
  return plan;
}

Plan NoticeJob::plan_apply(const Event& event, const Given& given, const NoticeView& view) const {
  Plan plan;
  NoticeRun run = *view.run;
  if (view.applying || run.ledger != view.marks.ledger) {
    plan.refusal = plan_is_stale(run.id, "another run came first");
  } else if (run.state != NoticeState::planned) {
    plan.refusal = plan_is_stale(run.id, "it is sent or replaced already");
  }
  if (plan.refusal) return plan;
  if (!given.who.empty()) {
    plan.changes.push_back(
        AddAudit{{event.at, given.who, "notices.apply", fmt::format("run {}", run.id)}});
  }
  plan.changes.push_back(BeginRun{run.id, run.ledger});
  run.state = NoticeState::applying;
  run.applied_at = event.at;
  go_through(plan, event, given, view, std::move(run));
  return plan;
}

/// The next letters of a run that is applied, and its end behind the last of them. A small run
/// begins and ends in one commit.
void NoticeJob::go_through(Plan& plan, const Event& event, const Given& given,
                           const NoticeView& view, NoticeRun run) const {
  NoticeHistory marks = view.marks;
  // It was read before the run began.
  if (view.run->state != NoticeState::applying) ++marks.ledger;
  SendNotices sent{.from = run.applied_to};
  if (!view.notices.empty()) run.applied_to = view.notices.back().email;
  for (const StoredNotice& one : view.notices) {
    if (!one.left_out.empty()) continue;
    StoredNotice notice = one;
    if (view.had.contains(notice.email)) {
      notice.left_out = name_of(LeftOut::had);
      sent.left_out.push_back(std::move(notice));
      continue;
    }
    notice.number = ++marks.notices;
    plan.deliveries.push_back(composer_.delivery(run, notice));
    sent.notices.push_back(std::move(notice));
  }
  plan.on_added = [notices = sent.notices](Db& db, size_t place, DeliveryId id) -> Result<void> {
    if (place >= notices.size()) return {};
    StoredNotice notice = notices[place];
    notice.delivery = id;
    return notices::set_sent(db, notice);
  };
  sent.run = run;
  plan.changes.push_back(std::move(sent));
  // Who drives a run event by event has asked for this one beside the lane.
  const bool is_beside = view.run->state == NoticeState::applying && !given.is_answer;
  if (view.has_more) {
    if (!is_beside) {
      plan.deliveries.push_back(ask_to_go_on(run.id, given.notices, given.keeps_date, event.at));
    }
    plan.changes.push_back(SetMarks{marks});
    return;
  }
  plan.changes.push_back(EndRun{run.id, marks.ledger});
  if (!marks.from_day) marks.from_day = run.from_day;
  marks.watermark = std::max(marks.watermark.value_or(run.newest_day), run.newest_day);
  marks.needs_confirmation = false;
  plan.changes.push_back(SetMarks{marks});
  if (given.keeps_date) {
    plan.deliveries.push_back(
        ask(reading_lane, {"date_file", json::object{{"day", run.newest_day}}}, ""));
  }
}

}  // namespace dw
