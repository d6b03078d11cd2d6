#include "app/report_watch.h"

#include "app/core.h"
#include "app/report.h"
#include "base/log.h"
#include "jobs/notices/job.h"

namespace dw {

Task<void> look_for_report(Core& core, SheetLooks& looks, TimePoint due) {
  const Result<std::optional<FoundReport>> found = co_await find_report(core, looks);
  if (!found.ok()) co_return log_warn("notices", found.error().text());
  if (!*found) co_return;
  const ReportVersion& is = (*found)->is;
  Event event = arrived(is, due, core.clock.now());
  const NoticeJob job(*core.notice_composer);
  bool has_news = false;
  auto look = [&](ReadDb& db) -> Result<void> {
    DW_TRY(const NoticeView view, job.read(event, db));
    has_news = job.has_news(event, view);
    return {};
  };
  const Result<void> seen = co_await core.store->look(look);
  if (!seen.ok()) co_return log_warn("notices", seen.error().text());
  if (!has_news) co_return;
  log_info("notices", "a report was found", {{"report", is.name}});
  const Result<Accepted> accepted = co_await core.inbox->accept(std::move(event));
  if (!accepted.ok()) log_warn("notices", accepted.error().text());
}

}  // namespace dw
