// /v1/notices: the next run as it would go out, a plan and its approval, and who got what.
#include <fmt/format.h>

#include "base/address.h"
#include "base/text.h"
#include "jobs/notices/rows.h"
#include "records/audit.h"
#include "records/paging.h"
#include "web/api/operations.h"
#include "web/notice_shapes.h"

namespace dw {

void Operations::add_notices() {
  add_own("previewNotices", &Operations::preview_notices);
  add_own("listNoticeRuns", &Operations::list_notice_runs);
  add_own("listNoticeLetters", &Operations::list_notices);
  add_own("explainNotices", &Operations::why_notices);
  add_own("planNotices", &Operations::plan_notices);
  add_own("applyNotices", &Operations::apply_notices);
  add_own("applyFreshNotices", &Operations::apply_fresh_notices);
  add_own("getNoticeRun", &Operations::show_notice_run);
  add_own("getNoticeMarks", &Operations::show_notice_marks);
  add_own("importNotices", &Operations::import_notices);
}

Task<ApiAnswer> Operations::preview_notices(Call& call) {
  std::vector<Problem> problems;
  const PageRequest page = page_parameters(call.request, problems);
  if (!page.cursor.empty() && page.cursor.find('@') == std::string::npos) {
    problems.push_back({"cursor", "is invalid: pass next_cursor from the last page of this list"});
  }
  DW_CO_CHECK(check_parameters(std::move(problems)));
  std::string after = to_lower(page.cursor);
  DW_CO_TRY(const NoticePreview preview,
            co_await parts_.notices.preview(std::move(after), page.limit));
  co_return shape_of(preview);
}

Task<ApiAnswer> Operations::list_notice_runs(Call& call) {
  std::vector<Problem> problems;
  const PageRequest wanted = page_parameters(call.request, problems);
  DW_CO_CHECK(check_parameters(std::move(problems)));
  Page<ShownNoticeRun> shown;
  auto work = [&](ReadDb& db) -> Result<void> {
    shown.items.clear();
    DW_TRY(const Page<NoticeRun> page, notices::runs(db, wanted));
    for (const NoticeRun& run : page.items) {
      DW_TRY(const NoticeCounts counts, notices::counts(db, run.id));
      shown.items.push_back({run, counts});
    }
    shown.next_cursor = page.next_cursor;
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  co_return shape_of(shown, parts_.shapes);
}

Task<ApiAnswer> Operations::list_notices(Call& call) {
  std::vector<Problem> problems;
  const PageRequest wanted = page_parameters(call.request, problems);
  DW_CO_CHECK(check_parameters(std::move(problems)));
  const int64_t run = call.number();
  Page<StoredNotice> page;
  bool is_there = false;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(const auto found, notices::run(db, run));
    is_there = found.has_value();
    DW_TRY(page, notices::notices(db, run, wanted));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  if (!is_there) co_return Error{ErrorKind::missing, "", "there is no such run of notices"};
  Page<SentNotice> shown{.items = {}, .next_cursor = page.next_cursor};
  for (StoredNotice& one : page.items) {
    ShownNotice notice = parts_.notices.show(one);
    shown.items.push_back({std::move(notice), std::move(one)});
  }
  co_return shape_of(shown, parts_.shapes);
}

Task<ApiAnswer> Operations::why_notices(Call& call) {
  const std::string email = to_lower(cleaned_address(call.request.parameter("email").value_or("")));
  if (email.empty()) DW_CO_CHECK(check_parameters({{"email", "is missing"}}));
  std::vector<StoredNotice> notices;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(notices, notices::notices_of(db, email));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  Page<SentNotice> shown;
  for (StoredNotice& one : notices) {
    ShownNotice notice = parts_.notices.show(one);
    shown.items.push_back({std::move(notice), std::move(one)});
  }
  co_return shape_of(shown, parts_.shapes);
}

Task<ApiAnswer> Operations::plan_notices(Call& call) {
  DW_CO_CHECK(call.body());
  DW_CO_TRY(NoticeRun made, co_await parts_.notices.plan(parts_.is_notice_test, call.caller.name));
  co_return shape_of(ShownNoticeRun{std::move(made), NoticeCounts{}});
}

Task<ApiAnswer> Operations::apply_notices(Call& call) {
  co_return co_await apply_plan(call, false);
}

Task<ApiAnswer> Operations::apply_fresh_notices(Call& call) {
  co_return co_await apply_plan(call, true);
}

Task<ApiAnswer> Operations::apply_plan(Call& call, bool is_fresh) {
  DW_CO_CHECK(call.body());
  const int64_t run = call.number();
  ShownNoticeRun shown;
  DW_CO_TRY(shown.run, co_await parts_.notices.apply(run, is_fresh, call.caller.name));
  parts_.lanes_changed();
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(shown.counts, notices::counts(db, run));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  co_return shape_of(shown);
}

Task<ApiAnswer> Operations::show_notice_run(Call& call) {
  std::optional<NoticeRun> found;
  NoticeCounts counts;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(found, notices::run(db, call.number()));
    DW_TRY(counts, notices::counts(db, call.number()));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  if (!found) co_return Error{ErrorKind::missing, "", "there is no such run of notices"};
  co_return shape_of(ShownNoticeRun{std::move(*found), counts});
}

Task<ApiAnswer> Operations::show_notice_marks(Call&) {
  NoticeHistory marks;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(marks, notices::marks(db));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  co_return shape_of(ShownNoticeMarks{marks.needs_confirmation});
}

Task<ApiAnswer> Operations::import_notices(Call& call) {
  DW_CO_TRY(const json::value body, call.body());
  std::vector<Problem> problems;
  const JsonView view(body, problems);
  const auto day = static_cast<int32_t>(view["day"].integer().value_or(0));
  const std::string file = view["file"].text().value_or("");
  auto work = [&](Db& db) -> Result<void> {
    DW_TRY(NoticeHistory marks, notices::marks(db));
    marks.from_day = marks.watermark = day;
    marks.needs_confirmation = true;
    DW_CHECK(notices::set_marks(db, marks));
    return audit::add(db, {parts_.clock.now(), call.caller.name, "notices.import", file});
  };
  DW_CO_CHECK(co_await parts_.store.write(work));
  co_return shape_of(ShownNoticeMarks{true});
}

}  // namespace dw
