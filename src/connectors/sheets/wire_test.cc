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
  const Error error = sheets_failure(denied, "svc@p.example");
  EXPECT_EQ(error.kind, ErrorKind::denied);
  EXPECT_NE(error.what.find("no permission; share the sheet with svc@p.example"),
            std::string::npos);
}

}  // namespace
}  // namespace dw
