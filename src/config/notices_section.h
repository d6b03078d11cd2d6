// [notices], [google] and [mail]: which report, who is told how, and the ways to reach them.
#pragma once
#include <string>
#include <vector>

#include "config/field.h"

namespace dw {

/// Letters ("C") or headings ("Email"). `name` stands for both names where it is given.
struct NoticeColumns {
  std::string first_name = "A", last_name = "B", email = "C", ticket = "D", status = "E",
              date = "F", name, subject;
};

enum class NoticePayload { notice, report };
enum class NoticeVia { webhook, smtp };
enum class NoticeEvery { week, day, month };
enum class TableEncoding { utf8, latin1 };

struct NoticesSettings {
  std::string schedule = "mon 08:00";
  std::string sheet_id;
  std::string range = "Sheet1!A2:F";
  std::string file;
  Millis watch{0};               ///< between two looks for a new report; 0: none
  std::string region, endpoint;  ///< of an s3:// file
  TableEncoding encoding = TableEncoding::utf8;
  NoticeColumns columns;
  NoticePayload payload = NoticePayload::notice;
  std::vector<std::string> date_formats = {"%d/%m/%Y"};
  bool has_date_format = false;  ///< a person has set date_formats
  std::vector<std::string> closed = {"closed"};
  std::string webhook_url;
  Secret webhook_secret;
  NoticeVia via = NoticeVia::webhook;
  std::string subject = "Your ticket{{#many}}s{{/many}} {{tickets}} closed";
  std::string template_file;
  std::string unsubscribe;
  NoticeEvery every = NoticeEvery::week;
  bool is_approval_needed = false;
  bool is_idempotent_webhook = false;
  int rate_per_minute = 600;
  Millis first_lookback{548LL * 86'400'000};
  bool is_test = false;
  std::vector<std::string> suppress;

  bool has_report() const { return !sheet_id.empty() || !file.empty(); }
};

struct GoogleSettings {
  std::string credentials = "credential.json";
  std::string token_file = "token.json";
  Secret api_key;
  std::string sheets_url = "https://sheets.googleapis.com";
  std::string token_url;
};

struct MailSettings {
  std::string url;
  std::string username;
  Secret password;
  std::string from = "Deskwire <deskwire@localhost>";
};

/// The id in a Google Sheet's address; what is no such address is left as it is.
std::string sheet_id_in(const std::string& given);

const Section<NoticesSettings>& notices_section();
const Section<GoogleSettings>& google_section();
const Section<MailSettings>& mail_section();

}  // namespace dw
