#include "jobs/notices/composer.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "base/text_file.h"
#include "domain/period.h"

namespace dw {
namespace {

constexpr size_t template_bytes_max = 1 << 20;

NoticeContents contents_of(const Notice& notice) {
  NoticeContents out{
      std::string(notice.email), std::string(notice.first_name), std::string(notice.last_name), {}};
  for (const SelectedTicket& one : notice.tickets) {
    out.tickets.push_back({std::string(one.id), std::string(one.subject), one.day});
  }
  return out;
}

NoticeContents contents_of(const StoredNotice& notice) {
  return {notice.written_email, notice.first_name, notice.last_name,
          tickets_in_json(notice.tickets)};
}

}  // namespace

NoticeComposer::NoticeComposer(const NoticesSettings& settings, const MailSettings& mail,
                               std::string timezone)
    : settings_(settings), mail_(mail), timezone_(std::move(timezone)) {
  const std::string& file = settings_.template_file;
  std::string notice;
  if (!file.empty()) {
    Result<std::string> read = read_whole(file, template_bytes_max);
    if (!read.ok()) {
      template_problem_ = read.error().text();
    } else if (read->empty() || !is_utf8(*read)) {
      template_problem_ = file + " is no template: it is empty or not UTF-8";
    } else {
      notice = std::move(*read);
    }
  }
  writer_ = std::make_unique<NoticeWriter>(settings_, notice);
  if (template_problem_.empty()) template_problem_ = writer_->problem();
}

Result<void> NoticeComposer::check() const {
  if (!settings_.has_report()) {
    return Error{ErrorKind::missing, "notices",
                 "there is no report: set notices.sheet_id or notices.file, or give --sheet-id"};
  }
  if (!template_problem_.empty()) {
    return Error{ErrorKind::invalid, "notices.template", template_problem_};
  }
  return {};
}

Result<void> NoticeComposer::check_way_out() const {
  const bool is_smtp = settings_.via == NoticeVia::smtp;
  if (is_smtp ? !mail_.url.empty() : !settings_.webhook_url.empty()) return {};
  return Error{ErrorKind::missing, is_smtp ? "mail.url" : "notices.webhook_url",
               "is not set: nothing can be sent (--test-mode does all but the sending)"};
}

ShownNotice NoticeComposer::rendered(const NoticeContents& contents) const {
  ShownNotice out{.email = contents.email, .name = contents.name()};
  out.tickets = tickets_as_json(contents.tickets);
  WrittenNotice written = writer_->write(contents);
  out.subject = std::move(written.subject);
  out.text = std::move(written.text);
  out.html = std::move(written.html);
  return out;
}

ShownNotice NoticeComposer::show(const Notice& notice) const {
  return rendered(contents_of(notice));
}

ShownNotice NoticeComposer::show(const StoredNotice& notice) const {
  ShownNotice out = rendered(contents_of(notice));
  out.left_out = notice.left_out;
  return out;
}

Delivery NoticeComposer::delivery(const NoticeRun& run, const StoredNotice& notice) const {
  const NoticeContents contents = contents_of(notice);
  const std::string number = notice_number(notice.number);
  const WrittenNotice written = writer_->write(contents);
  Delivery out{.lane = "notice:" + number, .holds_lane = false};
  if (settings_.via == NoticeVia::smtp) {
    out.target = "mail";
    out.payload = MailSend{.to = {contents.email},
                           .subject = written.subject,
                           .text = written.text,
                           .html = written.html,
                           .images = {},
                           .unsubscribe = settings_.unsubscribe,
                           .is_once = true,
                           .is_bulk = true};
    return out;
  }
  const bool is_report = settings_.payload == NoticePayload::report;
  const std::string day = day_text(local_day(run.applied_at.value_or(run.made_at), timezone_));
  WebhookPost post;
  post.body = is_report ? to_text(report_body(contents))
                        : to_text(notice_body(contents, written, day, number));
  // The same letter has the same key, whatever becomes of this store.
  const Sha256 digest = sha256(fmt::format("{}\n{}\n{}", run.period, notice.email, notice.tickets));
  post.idempotency_key = "notice-" + to_hex(bytes_of(digest)).substr(0, 32);
  out.target = "notices:webhook";
  out.payload = std::move(post);
  return out;
}

}  // namespace dw
