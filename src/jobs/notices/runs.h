// Notices end to end: the report through the selection, the plan into the store, and a plan's
// letters out as deliveries. Both are written in pieces, so that nobody waits long for the store.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "app/settings.h"
#include "jobs/notices/letter.h"
#include "jobs/notices/notices.h"
#include "jobs/notices/selection.h"
#include "net/http_client.h"
#include "ports/store.h"

namespace dw {

/// Opens the report that the settings name, at its first row.
using OpenReport = std::function<Task<Result<std::unique_ptr<ReportTable>>>()>;

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
  /// At most; fewer where the store is slow.
  size_t letters_per_commit = 500;
};

class NoticeRuns : public Notices {
 public:
  explicit NoticeRuns(NoticeParts parts);

  Task<Result<NoticePreview>> preview(std::string after_email, size_t limit) override;
  Task<Result<NoticeRun>> plan(bool is_test, std::string who) override;
  Task<Result<NoticeRun>> apply(int64_t run, bool is_fresh, std::string who) override;
  Task<Result<void>> resume() override;
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
  Result<void> check_settings() const;
  Result<void> check_way_out() const;
  Task<Result<void>> check_unchanged(const NoticeRun& run);
  Task<Result<void>> read_report(Selection& selection);
  Task<Result<void>> write_letters(const Picked& picked, int64_t run);
  Task<void> drop_replaced();
  Task<Result<NoticeRun>> go_on(NoticeRun run);
  Result<void> begin(Db& db, NoticeRun& run) const;
  Result<void> write_piece(Db& db, NoticeRun& run, size_t& letters_max) const;
  Result<void> end(Db& db, NoticeRun& run, EventId event, NoticeMarks marks) const;
  Result<bool> write_delivery(Db& db, const NoticeRun& run, EventId event,
                              NoticeLetter letter) const;
  ShownNotice rendered(const NoticeContents& contents) const;

  NoticeParts parts_;
  std::string template_problem_;
  std::unique_ptr<NoticeWriter> writer_;
};

}  // namespace dw
