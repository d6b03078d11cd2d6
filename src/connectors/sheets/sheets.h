// A range of a Google Sheet as a table, a page of rows at a time.
#pragma once
#include <memory>
#include <string>

#include "connectors/sheets/sign_in.h"
#include "ports/table.h"

namespace dw {

/// One answer of Google, with the token or the API key: a token that is refused is renewed once.
enum class GoogleApi { sheets, drive };
/// errors  as sheets_failure() or drive_failure() says; unreachable
Task<Result<json::value>> google_answer(HttpClient& http, GoogleSignIn& sign_in, Secret api_key,
                                        std::string url, GoogleApi api);

/// The version of the file, in one small request to Drive, which changes with each change of the
/// sheet that a person or program makes; what a formula fetches from elsewhere is none.
/// errors  denied, missing, invalid: Drive tells this key or account nothing; unreachable: later
Task<Result<std::string>> sheet_version(HttpClient& http, GoogleSignIn& sign_in,
                                        const GoogleSettings& google, std::string sheet_id);

class SheetsTable : public ReportTable {
 public:
  /// `sign_in` outlives the table. `is_default`: nobody chose the range, so another tab may have
  /// the report. errors  invalid: the range is none
  static Result<std::unique_ptr<ReportTable>> open(HttpClient& http, GoogleSignIn& sign_in,
                                                   const GoogleSettings& google,
                                                   const std::string& sheet_id,
                                                   const std::string& range, bool is_default);

  const std::string& label() const override { return label_; }
  int first_column() const override { return range_.first_column; }
  Task<Result<bool>> more(const TableSink& sink) override;

 private:
  SheetsTable(HttpClient& http, GoogleSignIn& sign_in, const GoogleSettings& google,
              std::string sheet_id, SheetRange range, bool is_default);
  Task<Result<json::value>> get(std::string path);
  Task<Result<void>> measure();

  HttpClient& http_;
  GoogleSignIn& sign_in_;
  std::string url_, sheet_id_;
  Secret api_key_;
  SheetRange range_;
  bool is_default_;
  std::string label_;
  int64_t next_row_ = 0, last_row_ = -1;
};

}  // namespace dw
