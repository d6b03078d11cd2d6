// The job of notices: a schedule fell due, a report was read, a person said "send it", and a run
// goes on, some hundreds of letters an event.
//
// Takes
//   "notices.due"      {}: by the clock. The report is asked for, as a delivery
//   "notices.arrived"  {"name","version"}: a look found this report. Once it stood still, it is
//                      asked for as by the clock
//   "notices.read"     the answer {"run","imported_day","keeps_date"}: a plan lies in the store,
//                      whose letters belong to nobody yet. It is applied where nobody has to agree
//   "notices.planned"  {"run","imported_day","is_test","who"}: the same, as a person asked for it
//   "notices.apply"    {"run","who"}
//   "notices.go_on"    {"run","letters"}, or the answer {"run","letters","keeps_date"}: so many
//   more
// A run that has letters left asks for its next event by a delivery, so that whoever holds its lane
// goes on with it, and another replica where that one dies.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "jobs/notices/arrival.h"
#include "jobs/notices/composer.h"
#include "ports/job.h"

namespace dw {

/// At most; and at first, before it is known how fast the store is.
constexpr size_t notices_per_commit_most = 500;
constexpr size_t notices_at_first = 20;

/// How many letters the next piece of a run has, where `letters` took so long with their commit:
/// who wants to write meanwhile waits for 50 ms at most, however slow the store is.
size_t next_notices(size_t notices, Millis took);

/// The event of a look that was due at `due` and found this report.
Event arrived(const ReportVersion& found, TimePoint due, TimePoint now);

struct NoticeView {
  NoticeHistory marks;
  std::optional<NoticeRun> run;       ///< which the event is about
  std::optional<NoticeRun> applying;  ///< the one that is applied now
  bool is_newest = false;             ///< no later plan than `run` waits to be applied
  bool is_reading = false;            ///< the report is being read, or will be tried again
  Arrivals arrivals;                  ///< what the looks before this one have found
  int64_t arrivals_version = 0;
  std::vector<StoredNotice> notices;       ///< of `run`, the next ones
  bool has_more = false;                   ///< letters behind those
  std::set<std::string, std::less<>> had;  ///< who of them has had a notice in this period
};

class NoticeJob : public JobOf<NoticeView> {
 public:
  explicit NoticeJob(const NoticeComposer& composer,
                     size_t notices_per_commit = notices_per_commit_most)
      : composer_(composer), notices_per_commit_(notices_per_commit) {}

  std::string_view name() const override { return "notices"; }
  bool takes(std::string_view kind) const override;
  Retention retention() const override;
  Result<NoticeView> read(const Event& event, ReadDb& db) const override;
  Plan plan(const Event& event, const NoticeView& view) const override;
  /// Whether "notices.arrived" would change anything: what did not change makes no event.
  bool has_news(const Event& event, const NoticeView& view) const;

 private:
  struct Given;

  static Given given_in(const Event& event);
  Plan plan_reading(const Event& event, const NoticeView& view,
                    const ReportVersion& wanted = {}) const;
  Plan plan_arrival(const Event& event, const NoticeView& view) const;
  Plan plan_staged(const Event& event, const Given& given, const NoticeView& view) const;
  Plan plan_apply(const Event& event, const Given& given, const NoticeView& view) const;
  void go_through(Plan& plan, const Event& event, const Given& given, const NoticeView& view,
                  NoticeRun run) const;
  bool is_for_a_person(const NoticeHistory& marks) const;

  const NoticeComposer& composer_;
  size_t notices_per_commit_;
};

/// "plan 7 is not sent: the report has changed since; make a new one"
Error plan_is_stale(int64_t run, std::string_view what);

}  // namespace dw
