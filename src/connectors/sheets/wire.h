// Google's words for sheets: addresses, answers, credentials (protocol: Sheets API v4, OAuth 2).
// Pure, but for the signature of a service account.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"
#include "net/http_client.h"

namespace dw {

/// "'My Sheet'!$A$2:F" taken apart. Columns from 0, rows from 1; -1: to the end.
struct SheetRange {
  std::string tab;             ///< without quotes; empty: the first visible one
  bool is_name_alone = false;  ///< without quotes and cells: a named range may be called so
  int first_column = 0, last_column = -1;
  int64_t first_row = 1, last_row = -1;
};
std::optional<SheetRange> parse_range(std::string_view text);
/// Always quoted: "'My Sheet'!A2:F500".
std::string range_text(const SheetRange& range);

/// A tab, and how large its grid is, with what is empty.
struct SheetTab {
  int64_t id = 0;
  std::string title;
  int64_t rows = 0, columns = 0;
  bool is_hidden = false;
  bool is_grid = true;  ///< it has cells: it is no chart and no table of another database
};
struct NamedRange {
  std::string name;
  int64_t tab_id = 0;
  SheetRange cells;
};
struct Spreadsheet {
  std::vector<SheetTab> tabs;
  std::vector<NamedRange> named_ranges;
};
/// What spreadsheet_in() needs.
inline constexpr const char* spreadsheet_fields =
    "sheets.properties(sheetId,title,hidden,sheetType,gridProperties),namedRanges(name,range)";
Spreadsheet spreadsheet_in(const json::value& answer);

/// The range with its tab and its ends: of a named range, of the tab that is named, else of the
/// first visible tab with cells, also where the name is only the default's and no tab has it.
/// errors  invalid: there is no such tab, or it has no cells there; with the names that there are
Result<SheetRange> place_range(const SheetRange& range, bool is_default, const Spreadsheet& about);

/// How to sign in, by what the file of credentials is.
struct GoogleCredentials {
  enum class Kind { none, account, client, user };
  Kind kind = Kind::none;
  std::string email;  ///< of a service account: whom the sheet must be shared with
  Secret private_key;
  std::string client_id;
  Secret client_secret, refresh_token;
  std::string auth_url, token_url;
};
/// {"type":"service_account"|"authorized_user",…}, {"installed":{…}}, {"web":{…}}.
/// errors  invalid: it is none of these, or lacks what it needs
Result<GoogleCredentials> credentials_in(std::string_view text);

/// The signed assertion of a service account, good for an hour.
/// errors  invalid: the key is none
Result<std::string> account_assertion(const GoogleCredentials& credentials,
                                      const std::string& audience, TimePoint now);

/// "a=b&c=d", percent-encoded.
std::string form_of(const std::vector<std::pair<std::string, std::string>>& fields);

/// What an answer other than 200 means: denied, missing, unreachable (429 and 5xx: again later) or
/// invalid, with Google's words, and with its Retry-After. `who`: with whom the sheet must be
/// shared; empty: not known.
Error sheets_failure(const HttpAnswer& answer, const std::string& who, TimePoint now);
/// The same of Drive; denied says which scope or which API is missing to whoever asked.
Error drive_failure(const HttpAnswer& answer, GoogleCredentials::Kind who, TimePoint now);

/// Where Drive is that has the sheets of this server: "https://www.googleapis.com"; the same for a
/// stand-in.
std::string drive_url(const std::string& sheets_url);
/// "42" of Drive's {"version":"42"}: another one after each change of the file. Empty: none is
/// there.
std::string drive_version_in(const json::value& answer);

inline constexpr const char* sheets_scope = "https://www.googleapis.com/auth/spreadsheets.readonly";
/// For the version of the file; asked for where nobody has to agree to it.
inline constexpr const char* drive_scope =
    "https://www.googleapis.com/auth/drive.metadata.readonly";
inline constexpr const char* google_token_url = "https://oauth2.googleapis.com/token";
inline constexpr const char* google_auth_url = "https://accounts.google.com/o/oauth2/v2/auth";

}  // namespace dw
