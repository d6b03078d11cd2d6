// Notices end to end: the report through the selection, the plan into the store, and a plan's
// letters out as deliveries, all in one commit.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "app/settings.h"
#include "jobs/notices/letter.h"
#include "jobs/notices/selection.h"
#include "net/http_client.h"
#include "ports/notices.h"
#include "ports/store.h"

namespace dw {

/// Opens the report that the settings name, at its first row.
using OpenReport = std::function<Task<Result<std::unique_ptr<Table>>>()>;

struct NoticeParts {
  Loop& loop;
  Store& store;
  Clock& clock;
  const NoticesSettings& settings;
  const MailSettings& mail;
  std::string timezone;
  OpenReport open;
  /// Says who reads the report and as whom: for `check`.
  std::function<Task<std::string>()> reader;
};

class NoticeRuns : public Notices {
 public:
  explicit NoticeRuns(NoticeParts parts);

  Task<Result<NoticePreview>> preview(std::string after_email, size_t limit) override;
  Task<Result<NoticeRun>> plan(bool is_test) override;
  Task<Result<NoticeRun>> apply(int64_t run, bool is_fresh) override;
  ShownNotice show(const NoticeLetter& letter) const override;
  Task<std::vector<Probe>> probe() override;

  /// What would be sent and what would not, decided now. For those who print all of it.
  struct Picked {
    NoticeRun run;
    NoticeMarks marks;
    std::unique_ptr<Selection> selection;
  };
  Task<Result<std::unique_ptr<Picked>>> pick();
  ShownNotice show(const Letter& letter) const;

 private:
  struct Applied;
  Result<void> check_settings() const;
  Task<Result<void>> read_report(Selection& selection);
  Result<void> write_plan(Journal& journal, const Picked& picked, NoticeRun& run) const;
  Result<void> write_deliveries(Journal& journal, NoticeRun& run) const;
  Result<void> write_delivery(Journal& journal, const NoticeRun& run, EventId event,
                              NoticeLetter letter) const;
  ShownNotice rendered(const NoticeContents& contents) const;

  NoticeParts parts_;
  std::string template_problem_;
  std::unique_ptr<NoticeWriter> writer_;
};

}  // namespace dw
