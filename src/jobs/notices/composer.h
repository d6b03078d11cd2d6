// A letter of a run as what a customer is sent: the delivery to the webhook or the mail server, and
// the same for people to look at. Pure, but for the template's file, which is read once.
#pragma once
#include <memory>
#include <string>

#include "domain/delivery.h"
#include "jobs/notices/notice.h"
#include "jobs/notices/notices.h"
#include "jobs/notices/selection.h"

namespace dw {

class NoticeComposer {
 public:
  /// The settings live as long as this.
  NoticeComposer(const NoticesSettings& settings, const MailSettings& mail, std::string timezone);

  const NoticesSettings& settings() const { return settings_; }
  const std::string& timezone() const { return timezone_; }
  /// errors  missing: no report is configured; invalid: the template can't be used
  Result<void> check() const;
  /// errors  missing: there is neither a webhook nor a mail server
  Result<void> check_way_out() const;

  ShownNotice show(const Notice& notice) const;
  ShownNotice show(const StoredNotice& notice) const;
  /// What is sent to this customer; the letter has its number, and the run when it was applied.
  Delivery delivery(const NoticeRun& run, const StoredNotice& notice) const;

 private:
  ShownNotice rendered(const NoticeContents& contents) const;

  const NoticesSettings& settings_;
  const MailSettings& mail_;
  std::string timezone_;
  std::string template_problem_;
  std::unique_ptr<NoticeWriter> writer_;
};

}  // namespace dw
