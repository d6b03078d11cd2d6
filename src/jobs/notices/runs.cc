#include "jobs/notices/runs.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"
#include "jobs/notices/last_run_date.h"
#include "jobs/notices/rows.h"

namespace dw {

Task<Result<json::value>> NoticeRuns::tell(std::string kind, std::string key, json::object body) {
  Event event{.source = "notices",
              .key = std::move(key),
              .kind = std::move(kind),
              .at = parts_.reading.clock.now(),
              .body = std::move(body)};
  co_return co_await parts_.accept(std::move(event));
}

Task<Result<std::optional<NoticeRun>>> NoticeRuns::find(int64_t run) {
  std::optional<NoticeRun> found;
  auto look = [&](ReadDb& db) -> Result<void> {
    DW_TRY(found, notices::run(db, run));
    return {};
  };
  DW_CO_CHECK(co_await parts_.reading.store.read(look));
  co_return found;
}

Task<Result<NoticePreview>> NoticeRuns::preview(std::string after_email, size_t limit) {
  DW_CO_TRY(const std::unique_ptr<PickedNotices> picked, co_await pick());
  NoticePreview out{.run = picked->run, .needs_confirmation = picked->marks.needs_confirmation};
  const Selection& selection = *picked->selection;
  out.run.hash = plan_hash(selection, parts_.reading.composer.settings(), out.run.period);
  const auto add = [&](const Notice& notice, std::string_view left_out) {
    if (to_lower(notice.email) <= after_email) return;
    if (out.notices.size() >= limit) {
      out.next_cursor = to_lower(out.notices.back().email);
      return;
    }
    out.notices.push_back(show(notice));
    out.notices.back().left_out = left_out;
  };
  selection.each_notice([&](const Notice& notice) { add(notice, ""); });
  // Those left out follow on the last page.
  if (out.next_cursor.empty()) {
    size_t left = limit;
    selection.each_left_out([&](const Notice& notice, LeftOut why) {
      if (left-- == 0 || left > limit) return;
      out.notices.push_back(show(notice));
      out.notices.back().left_out = name_of(why);
    });
  }
  co_return out;
}

/// Some hundreds of letters a commit. They belong to nobody until the job has heard of the plan.
Task<Result<void>> NoticeRuns::write_notices(const Selection& selection, int64_t run) {
  std::vector<StoredNotice> piece;
  auto work = [&](Db& db) -> Result<void> {
    for (const StoredNotice& one : piece) DW_CHECK(notices::add_notice(db, one));
    return {};
  };
  size_t place = 0;
  for (;;) {
    piece.clear();
    while (piece.size() < parts_.notices_per_commit) {
      const std::optional<CandidateNotice> next = selection.next(place);
      if (!next) break;
      const Notice& notice = next->notice;
      StoredNotice row{.run = run,
                       .email = to_lower(notice.email),
                       .written_email = std::string(notice.email),
                       .first_name = std::string(notice.first_name),
                       .last_name = std::string(notice.last_name)};
      if (next->left_out) row.left_out = name_of(*next->left_out);
      append_tickets(row.tickets, notice.tickets);
      piece.push_back(std::move(row));
    }
    if (piece.empty()) co_return Result<void>();
    DW_CO_CHECK(co_await parts_.reading.store.write(work));
  }
}

/// What a crash leaves of it is dropped after the next plan.
Task<void> NoticeRuns::drop_replaced() {
  int64_t dropped = 0;
  auto work = [&](Db& db) -> Result<void> {
    DW_TRY(dropped, notices::drop_replaced_notices(db, parts_.notices_per_commit));
    return {};
  };
  do {
    const Result<void> written = co_await parts_.reading.store.write(work);
    if (!written.ok()) co_return;
  } while (dropped > 0);
}

Task<Result<StagedPlan>> NoticeRuns::stage(bool is_test, const ReportVersion& wanted) {
  DW_CO_TRY(const std::unique_ptr<PickedNotices> picked,
            co_await pick_notices(parts_.reading, wanted));
  StagedPlan out{.run = picked->run, .imported_day = picked->imported_day};
  out.is_replaced = picked->is_replaced;
  if (out.is_replaced) co_return out;
  NoticeRun& run = out.run;
  run.state = NoticeState::writing;
  run.hash = plan_hash(*picked->selection, parts_.reading.composer.settings(), run.period);
  auto start = [&](Db& db) -> Result<void> {
    DW_TRY(run.id, notices::add_run(db, run));
    return {};
  };
  DW_CO_CHECK(co_await parts_.reading.store.write(start));
  DW_CO_CHECK(co_await write_notices(*picked->selection, run.id));
  log_info("notices", is_test ? "tested" : "planned",
           {{"run", run.id},
            {"rows", picked->selection->metrics().rows},
            {"customers", picked->selection->metrics().customers},
            {"bad", picked->selection->metrics().bad}});
  co_return out;
}

Task<Result<NoticeRun>> NoticeRuns::plan(bool is_test, std::string who) {
  DW_CO_TRY(StagedPlan staged, co_await stage(is_test));
  json::object body{{"run", staged.run.id}, {"is_test", is_test}, {"who", who}};
  if (staged.imported_day) body["imported_day"] = *staged.imported_day;
  std::string key = fmt::format("planned/{}", staged.run.id);
  DW_CO_CHECK(co_await tell("notices.planned", std::move(key), std::move(body)));
  staged.run.state = is_test ? NoticeState::tested : NoticeState::planned;
  co_await drop_replaced();
  co_return std::move(staged.run);
}

Task<Result<void>> NoticeRuns::check_unchanged(const NoticeRun& run) {
  DW_CO_TRY(const std::unique_ptr<PickedNotices> picked, co_await pick());
  const std::string hash =
      plan_hash(*picked->selection, parts_.reading.composer.settings(), run.period);
  if (picked->run.period != run.period) {
    co_return plan_is_stale(run.id, fmt::format("it was made for {}", run.period));
  }
  if (picked->run.ledger != run.ledger) co_return plan_is_stale(run.id, "another run came first");
  if (hash != run.hash) co_return plan_is_stale(run.id, "the report has changed since");
  co_return Result<void>();
}

Task<Result<NoticeRun>> NoticeRuns::apply(int64_t id, bool is_fresh, std::string who) {
  DW_CO_CHECK(parts_.reading.composer.check());
  DW_CO_CHECK(parts_.reading.composer.check_way_out());
  DW_CO_TRY(const std::optional<NoticeRun> found, co_await find(id));
  if (!found) {
    co_return Error{ErrorKind::missing, "notices", fmt::format("there is no plan {}", id)};
  }
  if (found->state == NoticeState::applying) co_return co_await go_on(id);
  if (found->state != NoticeState::planned) {
    co_return plan_is_stale(id, fmt::format("it is {} already", name_of(found->state)));
  }
  DW_CO_CHECK(co_await resume());
  if (!is_fresh) DW_CO_CHECK(co_await check_unchanged(*found));
  const int64_t now = parts_.reading.clock.now().time_since_epoch().count();
  std::string key = fmt::format("apply/{}/{}", id, now);
  json::object body{{"run", id}, {"who", who}};
  DW_CO_CHECK(co_await tell("notices.apply", std::move(key), std::move(body)));
  co_return co_await go_on(id);
}

Task<Result<void>> NoticeRuns::resume() {
  std::optional<NoticeRun> found;
  auto look = [&](ReadDb& db) -> Result<void> {
    DW_TRY(found, notices::applying_run(db));
    return {};
  };
  DW_CO_CHECK(co_await parts_.reading.store.read(look));
  if (!found) co_return Result<void>();
  DW_CO_CHECK(parts_.reading.composer.check());
  DW_CO_CHECK(parts_.reading.composer.check_way_out());
  const Result<NoticeRun> ended = co_await go_on(found->id);
  if (!ended.ok()) co_return ended.error();
  co_return Result<void>();
}

/// Who waits for a run helps it on, beside the lane in which it goes on by itself. Of two at one
/// place one event is a repeat, and moves nothing.
Task<Result<NoticeRun>> NoticeRuns::go_on(int64_t id) {
  std::optional<std::string> stood_at;
  size_t notices = notices_at_first;
  for (;;) {
    DW_CO_TRY(std::optional<NoticeRun> run, co_await find(id));
    if (!run) {
      co_return Error{ErrorKind::missing, "notices", fmt::format("run {} is gone", id)};
    }
    if (run->state != NoticeState::applying) {
      keep_last_run_date(run->newest_day);
      log_info("notices", "applied", {{"run", id}});
      co_return std::move(*run);
    }
    if (stood_at == run->applied_to) {
      co_return Error{
          ErrorKind::busy, "notices",
          fmt::format("run {} does not go on: its event is parked, see `deskwire status`", id)};
    }
    stood_at = run->applied_to;
    std::string key = fmt::format("go_on/{}/{}", id, run->applied_to);
    json::object body{{"run", id}, {"letters", notices}};
    const Monotonic begun = parts_.reading.clock.monotonic();
    DW_CO_CHECK(co_await tell("notices.go_on", std::move(key), std::move(body)));
    const auto took = std::chrono::duration_cast<Millis>(parts_.reading.clock.monotonic() - begun);
    notices = next_notices(notices, took);
  }
}

Task<std::vector<Probe>> NoticeRuns::probe() {
  const NoticeComposer& composer = parts_.reading.composer;
  Probe probe{.name = "notices report"};
  const Result<void> good = composer.check();
  if (!good.ok()) {
    probe.detail = good.error().text();
    co_return std::vector<Probe>{std::move(probe)};
  }
  const int32_t today = local_day(parts_.reading.clock.now(), composer.timezone());
  Selection selection(composer.settings(), {0, today});
  Result<std::unique_ptr<ReportTable>> table = co_await parts_.reading.open(any_report);
  Result<void> taken;
  std::string label;
  if (table.ok()) {
    label = (*table)->label();
    const int first_column = (*table)->first_column();
    const TableSink sink = [&](const TableRow& row) {
      if (taken.ok()) taken = selection.take(row, first_column);
    };
    const Result<bool> read = co_await (*table)->more(sink);
    if (!read.ok()) taken = read.error();
    if (taken.ok() && !*read) {
      const auto finished = selection.finish();
      if (!finished.ok()) taken = finished.error();
    }
  } else if (composer.settings().watch.count() > 0 && table.error().kind == ErrorKind::missing) {
    probe.is_ok = true;
    probe.detail = table.error().text() + "; Deskwire runs when one arrives (notices.watch)";
    co_return std::vector<Probe>{std::move(probe)};
  } else {
    taken = table.error();
  }
  const std::string reader = co_await parts_.reader();
  probe.is_ok = taken.ok();
  probe.detail =
      taken.ok() ? fmt::format("{} is readable{}", label, reader) : taken.error().text() + reader;
  if (probe.is_ok && parts_.cost_of_watch) {
    const std::string cost = co_await parts_.cost_of_watch();
    if (!cost.empty()) probe.detail += "; " + cost;
  }
  co_return std::vector<Probe>{std::move(probe)};
}

}  // namespace dw
