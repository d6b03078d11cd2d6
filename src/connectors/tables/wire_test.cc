#include "connectors/tables/wire.h"

#include <gtest/gtest.h>

#include "connectors/tables/bytes.h"

namespace dw {
namespace {

TEST(S3Wire, a_place_is_a_file_a_prefix_or_a_bucket) {
  const auto all = {"s3://desk/in/a.csv", "s3://desk/in/", "s3://desk/", "s3://desk"};
  std::vector<std::string> keys;
  for (const char* one : all) {
    const auto place = parse_s3(one);
    ASSERT_TRUE(place.has_value()) << one;
    EXPECT_EQ(place->bucket, "desk");
    keys.push_back(place->key);
  }
  EXPECT_EQ(keys, (std::vector<std::string>{"in/a.csv", "in/", "", ""}));
  EXPECT_FALSE(parse_s3("s3://").has_value());
  EXPECT_FALSE(parse_s3("s3:///in/").has_value());
}

TEST(S3Wire, a_list_is_asked_for_with_its_parameters_in_order) {
  const S3Place place{"desk", "in/ä b"};
  EXPECT_EQ(s3_list_address(place, "eu-central-1", "", ""),
            "https://desk.s3.eu-central-1.amazonaws.com/?encoding-type=url&list-type=2"
            "&prefix=in%2F%C3%A4%20b");
  EXPECT_EQ(s3_list_address(place, "", "http://127.0.0.1:9000", "x="),
            "http://127.0.0.1:9000/desk?continuation-token=x%3D&encoding-type=url&list-type=2"
            "&prefix=in%2F%C3%A4%20b");
}

TEST(S3Wire, a_list_gives_each_key_with_its_version_and_the_next_page) {
  const auto list = decode_s3_listing(
      "<?xml version=\"1.0\"?><ListBucketResult><Name>desk</Name><IsTruncated>true</IsTruncated>"
      "<NextContinuationToken>1ueG&amp;=</NextContinuationToken><Contents><Key>in/a+b%26.csv</Key>"
      "<LastModified>2026-11-29T07:00:00.000Z</LastModified><ETag>&quot;fba9&quot;</ETag>"
      "<Size>434234</Size><Owner><ID>7</ID></Owner></Contents></ListBucketResult>");
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(list->next_page, "1ueG&=");
  ASSERT_EQ(list->objects.size(), 1U);
  const S3Object& one = list->objects.front();
  EXPECT_EQ(one.key, "in/a b&.csv");
  EXPECT_EQ(one.etag, "\"fba9\"");
  EXPECT_EQ(one.bytes, 434234);
  EXPECT_EQ(to_rfc3339(one.changed_at).substr(0, 19), "2026-11-29T07:00:00");
}

TEST(S3Wire, what_is_no_list_is_an_error) {
  for (const char* text : {"", "<html></html>", "<ListBucketResult>", "{}"}) {
    EXPECT_FALSE(decode_s3_listing(text).ok()) << text;
  }
}

TEST(Reports, of_a_folder_are_those_that_can_be_read_and_not_what_programs_write_beside_them) {
  for (const char* name : {"a.csv", "in/B.XLSX", "x.xlsm"}) EXPECT_TRUE(is_report_name(name));
  for (const char* name : {"a.csv.part", "in/.a.csv", "~$a.xlsx", "a.txt", "csv"}) {
    EXPECT_FALSE(is_report_name(name)) << name;
  }
}

TEST(Reports, the_newest_is_the_one_that_came_last_and_of_two_the_later_name) {
  const TimePoint early{Millis(1000)}, late{Millis(2000)};
  const std::vector<FoundReport> found = {
      {{"c", ""}, early, ""}, {{"a", ""}, late, ""}, {{"b", ""}, late, ""}};
  EXPECT_EQ(newest_of(found)->is.name, "b");
  EXPECT_EQ(newest_of({}), nullptr);
}

}  // namespace
}  // namespace dw
