// Notices as they are asked for: looks, plans and runs. What is decided is the job's (job.h); this
// reads the report, lays a plan's letters into the store in pieces, and hands in the events.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "jobs/notices/composer.h"
#include "jobs/notices/job.h"
#include "jobs/notices/notices.h"
#include "jobs/notices/reading.h"

namespace dw {

struct NoticeParts {
  ReadingParts reading;
  /// Hands in an event of the job: when it returns a value, the event is committed.
  std::function<Task<Result<json::value>>(Event event)> accept;
  /// Says who reads the report and as whom: for `check`.
  std::function<Task<std::string>()> reader;
  /// Says why a look of notices.watch is dear; empty: it is not. For `check`, too. Not set: nobody
  /// watches.
  std::function<Task<std::string>()> cost_of_watch = {};
  size_t notices_per_commit = notices_per_commit_most;
};

/// A plan whose letters are in the store, and belong to nobody.
struct StagedPlan {
  NoticeRun run;
  std::optional<int32_t> imported_day;
  bool is_replaced = false;  ///< the version that was wanted is gone: nothing was read
};

class NoticeRuns : public Notices {
 public:
  explicit NoticeRuns(NoticeParts parts) : parts_(std::move(parts)) {}

  Task<Result<NoticePreview>> preview(std::string after_email, size_t limit) override;
  Task<Result<NoticeRun>> plan(bool is_test, std::string who) override;
  Task<Result<NoticeRun>> apply(int64_t run, bool is_fresh, std::string who) override;
  Task<Result<void>> resume() override;
  ShownNotice show(const StoredNotice& notice) const override {
    return parts_.reading.composer.show(notice);
  }
  Task<std::vector<Probe>> probe() override;

  ShownNotice show(const Notice& notice) const { return parts_.reading.composer.show(notice); }
  /// For those who print all of it. errors  as pick_notices()
  Task<Result<std::unique_ptr<PickedNotices>>> pick() { return pick_notices(parts_.reading); }
  /// Reads the report, and writes a plan that the job has not heard of yet.
  Task<Result<StagedPlan>> stage(bool is_test, const ReportVersion& wanted = any_report);
  /// Removes the letters of plans that were replaced or never finished.
  Task<void> drop_replaced();

 private:
  Task<Result<void>> check_unchanged(const NoticeRun& run);
  Task<Result<void>> write_notices(const Selection& selection, int64_t run);
  Task<Result<NoticeRun>> go_on(int64_t run);
  Task<Result<std::optional<NoticeRun>>> find(int64_t run);
  Task<Result<json::value>> tell(std::string kind, std::string key, json::object body);

  NoticeParts parts_;
};

}  // namespace dw
