#include "connectors/sheets/sheets.h"

#include <fmt/format.h>

#include <cmath>

#include "base/text.h"
#include "net/url.h"

namespace dw {
namespace {

/// Google recommends answers of at most 2 MB.
constexpr int64_t rows_per_page = 5000;
constexpr size_t answer_bytes_max = 64 << 20;
constexpr Millis get_timeout{60'000};
constexpr int32_t serial_epoch = -25'569;

Cell cell_of(const json::value& value, std::string& kept) {
  if (const json::string* text = value.if_string()) return {{text->data(), text->size()}};
  if (value.is_number()) {
    const double number = value.to_number<double>();
    const bool is_whole = std::abs(number) < 1e15 && number == std::floor(number);
    kept = is_whole ? fmt::format("{}", static_cast<int64_t>(number)) : fmt::format("{}", number);
    Cell out{kept};
    if (std::abs(number) < 1e7) {
      out.serial_day = static_cast<int32_t>(std::floor(number)) + serial_epoch;
    }
    return out;
  }
  if (value.is_bool()) return {value.get_bool() ? "TRUE" : "FALSE"};
  return {};
}

}  // namespace

SheetsTable::SheetsTable(HttpClient& http, GoogleSignIn& sign_in, const GoogleSettings& google,
                         std::string sheet_id, SheetRange range, bool is_default)
    : http_(http),
      sign_in_(sign_in),
      url_(google.sheets_url),
      sheet_id_(std::move(sheet_id)),
      api_key_(google.api_key),
      range_(std::move(range)),
      is_default_(is_default),
      label_("the sheet " + sheet_id_) {
  if (url_.ends_with('/')) url_.pop_back();
}

Result<std::unique_ptr<ReportTable>> SheetsTable::open(HttpClient& http, GoogleSignIn& sign_in,
                                                       const GoogleSettings& google,
                                                       const std::string& sheet_id,
                                                       const std::string& range, bool is_default) {
  const auto parsed = parse_range(range);
  if (!parsed) {
    return Error{ErrorKind::invalid, "notices.range",
                 "invalid range; write one such as \"Sheet1!A2:F\""};
  }
  return std::unique_ptr<ReportTable>(
      new SheetsTable(http, sign_in, google, sheet_id, *parsed, is_default));
}

Task<Result<json::value>> google_answer(HttpClient& http, GoogleSignIn& sign_in, Secret api_key,
                                        std::string url, GoogleApi api) {
  bool is_renewed = false;
  for (;;) {
    DW_CO_TRY(const std::optional<Secret> token, co_await sign_in.token());
    HttpCall call{.url = url};
    call.answer_bytes_max = answer_bytes_max;
    if (token) {
      call.headers.emplace_back("Authorization", "Bearer " + token->reveal());
    } else {
      call.headers.emplace_back("X-Goog-Api-Key", api_key.reveal());
    }
    DW_CO_TRY(const HttpAnswer answer, co_await http.send(std::move(call), get_timeout));
    if (answer.status == 200) co_return parse_json(answer.body);
    if (answer.status == 401 && token && !is_renewed) {
      sign_in.forget();
      is_renewed = true;
      continue;
    }
    // What passes is tried again by whoever asked: the engine, with its pauses.
    if (api == GoogleApi::drive) co_return drive_failure(answer, sign_in.kind(), sign_in.now());
    co_return sheets_failure(answer, sign_in.who(), sign_in.now());
  }
}

Task<Result<std::string>> sheet_version(HttpClient& http, GoogleSignIn& sign_in,
                                        const GoogleSettings& google, std::string sheet_id) {
  std::string url = drive_url(google.sheets_url);
  if (url.ends_with('/')) url.pop_back();
  url += "/drive/v3/files/" + encode_url_part(sheet_id) + "?fields=version&supportsAllDrives=true";
  DW_CO_TRY(const json::value answer, co_await google_answer(http, sign_in, google.api_key,
                                                             std::move(url), GoogleApi::drive));
  std::string version = drive_version_in(answer);
  if (version.empty()) co_return Error{ErrorKind::invalid, "drive", "it says no version"};
  co_return version;
}

Task<Result<json::value>> SheetsTable::get(std::string path) {
  std::string url = url_ + "/v4/spreadsheets/" + encode_url_part(sheet_id_) + path;
  co_return co_await google_answer(http_, sign_in_, api_key_, std::move(url), GoogleApi::sheets);
}

/// Which cells the range names: that takes knowing the tabs and how large they are.
Task<Result<void>> SheetsTable::measure() {
  DW_CO_TRY(const json::value about,
            co_await get(std::string("?fields=") + encode_url_part(spreadsheet_fields)));
  DW_CO_TRY(range_, place_range(range_, is_default_, spreadsheet_in(about)));
  next_row_ = range_.first_row;
  last_row_ = range_.last_row;
  co_return Result<void>();
}

Task<Result<bool>> SheetsTable::more(const TableSink& sink) {
  if (next_row_ == 0) DW_CO_CHECK(co_await measure());
  if (next_row_ > last_row_) co_return false;
  SheetRange page = range_;
  page.first_row = next_row_;
  page.last_row = std::min(next_row_ + rows_per_page - 1, last_row_);
  std::string path = "/values/" + encode_url_part(range_text(page)) +
                     "?valueRenderOption=UNFORMATTED_VALUE&dateTimeRenderOption=SERIAL_NUMBER";
  DW_CO_TRY(const json::value answer, co_await get(std::move(path)));
  const json::value* values = nullptr;
  if (answer.is_object()) values = answer.get_object().if_contains("values");
  // An empty range has no values at all; rows and cells at the end are left out.
  if (values != nullptr && values->is_array()) {
    int64_t row = next_row_;
    std::vector<Cell> cells;
    for (const json::value& one : values->get_array()) {
      cells.clear();
      if (const json::array* parts = one.if_array()) {
        std::vector<std::string> kept(parts->size());
        for (size_t i = 0; i < parts->size(); ++i) cells.push_back(cell_of((*parts)[i], kept[i]));
        sink({row, cells});
      }
      ++row;
    }
  }
  next_row_ = page.last_row + 1;
  co_return next_row_ <= last_row_;
}

}  // namespace dw
