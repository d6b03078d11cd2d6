#include "connectors/sheets/wire.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(sheets, ranges_are_taken_apart_and_put_together) {
  const auto round = [](std::string_view text) {
    auto range = parse_range(text);
    if (!range) return std::string("none");
    range->last_row = 9;
    return range_text(*range);
  };
  EXPECT_EQ(round("Sheet1!A2:F"), "'Sheet1'!A2:F9");
  EXPECT_EQ(round("'It''s é!'!B:D"), "'It''s é!'!B1:D9");
  EXPECT_EQ(round("A2:AB7"), "A2:AB9");
  EXPECT_EQ(round("Report"), "'Report'!A1:Z9");
  EXPECT_EQ(round("Sheet1!A2:?"), "none");
  EXPECT_EQ(round(""), "none");
  EXPECT_EQ(parse_range("Sheet1!C5:F")->first_column, 2);
  EXPECT_EQ(parse_range("Sheet1!C5:F")->first_row, 5);
}

TEST(sheets, dollars_change_no_range) {
  for (const char* text : {"$A$2:$F", "$A2:F", "A$2:$F$7", "Sheet1!$A$2:F"}) {
    const auto range = parse_range(text);
    ASSERT_TRUE(range) << text;
    EXPECT_EQ(range->first_row, 2) << text;
    EXPECT_EQ(range->last_column, 5) << text;
  }
  EXPECT_FALSE(parse_range("Sheet1!A$$2:F"));
}

const Spreadsheet book{
    .tabs = {{.id = 1, .title = "Chart1", .is_grid = false},
             {.id = 2, .title = "Old", .rows = 9, .columns = 9, .is_hidden = true},
             {.id = 3, .title = "Tabelle1", .rows = 50, .columns = 6},
             {.id = 4, .title = "More", .rows = 90, .columns = 30}},
    .named_ranges = {{"Closed", 4, *parse_range("C5:E80")}, {"Whole", 3, SheetRange{}}}};

std::string placed(const char* range, bool is_default = false) {
  const auto out = place_range(*parse_range(range), is_default, book);
  return out.ok() ? range_text(*out) : out.error().what;
}

TEST(sheets, the_tab_is_the_one_named_or_the_first_that_can_be_seen) {
  EXPECT_EQ(placed("Sheet1!A2:F", true), "'Tabelle1'!A2:F50") << "the default's name is no choice";
  EXPECT_EQ(placed("A2:F"), "'Tabelle1'!A2:F50");
  EXPECT_EQ(placed("tabelle1!A2:Z"), "'Tabelle1'!A2:F50") << "a request beyond the grid is refused";
  EXPECT_EQ(placed("Old!A2:F"), "'Old'!A2:F9") << "hidden, but named";
  EXPECT_EQ(placed("More"), "'More'!A1:AD90");
  EXPECT_EQ(placed("closed"), "'More'!C5:E80") << "a named range";
  EXPECT_EQ(placed("Whole"), "'Tabelle1'!A1:F50");
  EXPECT_EQ(placed("'Closed'!A1:B"),
            "no tab \"Closed\"; the spreadsheet has \"Chart1\" (a chart), \"Old\" (hidden), "
            "\"Tabelle1\", \"More\", \"Closed\" (a named range), \"Whole\" (a named range)");
  EXPECT_TRUE(placed("Chart1").starts_with("the tab \"Chart1\" is a chart"));
  EXPECT_TRUE(placed("Tabelle1!H2:I").starts_with("the tab \"Tabelle1\" ends before column H"));
  EXPECT_TRUE(placed("Sheet1!A2:F").starts_with("no tab \"Sheet1\""));
}

TEST(sheets, what_google_says_of_a_spreadsheet_is_read) {
  const Spreadsheet found = spreadsheet_in(*parse_json(R"({"sheets":[
    {"properties":{"sheetId":7,"title":"A","hidden":true,
     "gridProperties":{"rowCount":5,"columnCount":4}}},
    {"properties":{"sheetId":8,"title":"C","sheetType":"OBJECT"}}],
    "namedRanges":[{"name":"N","range":{"sheetId":7,"startRowIndex":1,"endRowIndex":4,
     "startColumnIndex":2,"endColumnIndex":3}},{"name":"M","range":{"endColumnIndex":2}}]})"));
  ASSERT_EQ(found.tabs.size(), 2u);
  EXPECT_TRUE(found.tabs[0].is_hidden && found.tabs[0].is_grid);
  EXPECT_FALSE(found.tabs[1].is_grid);
  ASSERT_EQ(found.named_ranges.size(), 2u);
  SheetRange cells = found.named_ranges[0].cells;
  EXPECT_EQ(range_text(cells), "C2:C4");
  EXPECT_EQ(found.named_ranges[1].cells.first_column, 0);
  EXPECT_EQ(found.named_ranges[1].cells.last_row, -1);
}

TEST(sheets, a_wait_that_google_asks_for_is_kept_to) {
  const HttpAnswer busy{429, {{"retry-after", "30"}}, "{}"};
  EXPECT_EQ(sheets_failure(busy, "", TimePoint{}).when, Millis(30'000));
  EXPECT_EQ(sheets_failure({503, {}, ""}, "", TimePoint{}).kind, ErrorKind::unreachable);
}

TEST(sheets, both_forms_of_credentials_are_read_and_no_other) {
  const auto client = credentials_in(R"({"installed":{"client_id":"c","client_secret":"s"}})");
  ASSERT_TRUE(client.ok());
  EXPECT_EQ(client->kind, GoogleCredentials::Kind::client);
  const auto account =
      credentials_in(R"({"type":"service_account","client_email":"a@p","private_key":"k"})");
  ASSERT_TRUE(account.ok());
  EXPECT_EQ(account->email, "a@p");
  EXPECT_FALSE(credentials_in("{}").ok());
  EXPECT_FALSE(credentials_in("not json").ok());
  EXPECT_FALSE(credentials_in(R"({"type":"service_account"})").ok());
  EXPECT_FALSE(account_assertion(*account, "x", TimePoint{}).ok()) << "that is no key";
}

TEST(sheets, a_refusal_says_whom_to_share_with) {
  const HttpAnswer denied{403, {}, R"({"error":{"code":403,"message":"no permission"}})"};
  const Error error = sheets_failure(denied, "svc@p.example", TimePoint{});
  EXPECT_EQ(error.kind, ErrorKind::denied);
  EXPECT_NE(error.what.find("no permission; share the sheet with svc@p.example"),
            std::string::npos);
}

TEST(sheets, a_refusal_of_drive_names_the_scope_or_the_api_that_is_missing) {
  using Kind = GoogleCredentials::Kind;
  const HttpAnswer denied{403, {}, R"({"error":{"code":403,"message":"no"}})"};
  const auto words = [&](Kind who) { return drive_failure(denied, who, TimePoint{}).text(); };
  EXPECT_EQ(words(Kind::account),
            "drive: Google answered 403: no; enable the Drive API in the service account's project "
            "(scope https://www.googleapis.com/auth/drive.metadata.readonly)");
  EXPECT_EQ(words(Kind::client),
            "drive: Google answered 403: no; the sign-in of a person does not have the scope "
            "https://www.googleapis.com/auth/drive.metadata.readonly. Use a service account "
            "(google.credentials)");
  EXPECT_EQ(
      words(Kind::none),
      "drive: Google answered 403: no; enable the Drive API in the project of google.api_key");
  EXPECT_EQ(drive_failure({429, {}, ""}, Kind::account, TimePoint{}).kind, ErrorKind::unreachable);
}

}  // namespace
}  // namespace dw
