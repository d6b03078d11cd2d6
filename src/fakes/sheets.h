// A small Google Sheets: values, tabs, tokens and consent, with the limits and errors of the real
// one, written from the protocol page. Google's own client drives it in tests/e2e/sheets.test.mjs.
#pragma once
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "fakes/http_script.h"

namespace dw {

class FakeSheets {
 public:
  struct Tab {
    std::string title;
    json::array rows;  ///< of arrays of cells; a date is {"serial":46347,"shown":"21.11.2026"}
    size_t grid_rows = 1000, grid_columns = 26;
    bool is_hidden = false, is_chart = false;
  };

  std::map<std::string, std::vector<Tab>> spreadsheets;
  std::map<std::string, std::map<std::string, std::string>>
      named_ranges;  ///< "'Tab'!A1:B2" by name
  std::string api_key = "fake-key";
  /// Whom the sheets are shared with, and the key in PEM that proves it.
  std::string account_email, account_public_key;
  std::string client_id = "fake-client", client_secret = "fake-secret";
  std::string url;  ///< where this is: the audience of assertions begins so

  /// Answers anything under /v4/spreadsheets, /token and /auth; obeys orders under /fake/.
  HttpStep answer(const HttpScript::Seen& request);

 private:
  HttpStep obey(std::string_view name, const json::value& details);
  HttpStep token(const std::string& form);
  HttpStep consent(const std::string& query);
  HttpStep grant(bool has_refresh);
  bool is_assertion_good(const std::string& assertion) const;
  HttpStep sheet(const std::string& path, const std::string& query);
  HttpStep drive(const std::string& id) const;

  std::deque<HttpStep> faults_;
  std::set<std::string> tokens_, refresh_tokens_;
  std::map<std::string, std::string> challenges_;  // by code
  std::vector<std::string> reads_;                 // paths
  std::map<std::string, int> versions_;            // by spreadsheet
  bool has_drive_ = true;
  int last_ = 0;
};

}  // namespace dw
