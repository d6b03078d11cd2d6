#include "base/storable.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(Storable, only_utf8_without_nul_is_kept_as_it_is) {
  for (const char* good : {"", "a", "é€🙂", "\x01\n\t", "\xEF\xBF\xBF"}) {
    EXPECT_EQ(unstorable_reason(good), "") << good;
    EXPECT_EQ(storable(good), good);
  }
  EXPECT_EQ(unstorable_reason(std::string_view("a\0b", 3)), "has a NUL character");
  for (const char* bad : {"\xFF", "a\xC0\x80", "\xED\xA0\x80", "\xE2\x82", "\xF5\x80\x80\x80"}) {
    EXPECT_EQ(unstorable_reason(bad), "is not valid UTF-8");
    EXPECT_EQ(unstorable_reason(storable(bad)), "");
  }
  EXPECT_EQ(storable(std::string("é\0\xFF!", 5)), "é\uFFFD\uFFFD!");
  EXPECT_EQ(storable("\xE2\x82x"), "\uFFFD\uFFFDx");
}

TEST(Storable, problems_name_the_path_and_cleaning_leaves_none) {
  json::value body = *parse_json(
      R"({"title":"a\u0000","requester":{"name":"b","id":"\u0000"},"tags":["c","d\u0000"],)"
      R"("k\u0000":1,"n":7})");
  std::vector<Problem> problems;
  find_unstorable(body, problems);
  std::vector<std::string> fields;
  for (const Problem& one : problems) fields.push_back(one.field);
  EXPECT_EQ(fields, (std::vector<std::string>{"title", "requester.id", "tags[1]", "k\uFFFD"}));
  EXPECT_TRUE(make_storable(body));
  problems.clear();
  find_unstorable(body, problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(body.at("title").as_string(), "a\uFFFD");
  EXPECT_EQ(body.at("k\uFFFD").as_int64(), 1);
  EXPECT_FALSE(make_storable(body));
}

TEST(Storable, halves_of_surrogate_pairs_are_no_json) {
  for (const char* bad : {R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("\ud800\ud800")"}) {
    EXPECT_FALSE(parse_json(bad).ok()) << bad;
  }
  EXPECT_TRUE(parse_json(R"("\ud83d\ude42")").ok());
}

}  // namespace
}  // namespace dw
