// What a customer reads: subject, text and HTML from one mustache template, and the body that a
// webhook is given.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "config/notices_section.h"

namespace dw {

struct NoticeTicket {
  std::string id, subject;
  int32_t day = 0;
};

/// A notice as stored.
struct NoticeContents {
  std::string email, first_name, last_name;
  std::vector<NoticeTicket> tickets;

  std::string name() const;
};

struct WrittenNotice {
  std::string subject, text, html;
};

class NoticeWriter {
 public:
  /// `letter` is the template; empty: the built-in one. One that is HTML makes the text by taking
  /// the tags out; one that is text makes the HTML by putting them in.
  NoticeWriter(const NoticesSettings& settings, std::string notice);
  ~NoticeWriter();

  /// "" or what is wrong with the template; the settings check the subject.
  std::string problem() const;
  WrittenNotice write(const NoticeContents& contents) const;

 private:
  struct Templates;
  std::unique_ptr<Templates> templates_;
  std::string every_;
  bool is_html_ = false;
};

/// {"to","name","subject","text","html","tickets":[{"id","subject","closed_on"}],"run","notice"}
json::object notice_body(const NoticeContents& contents, const WrittenNotice& written,
                         const std::string& run, const std::string& notice);
/// The older utility's: an array of one element with full_name, email_address and email.
json::array report_body(const NoticeContents& contents);

/// [["1041","Printer","2026-11-16"]]: how the store keeps a letter's tickets.
json::array tickets_as_json(const std::vector<NoticeTicket>& tickets);
std::vector<NoticeTicket> tickets_in_json(std::string_view text);

}  // namespace dw
