#include "jobs/volume/count_files.h"

#include <gtest/gtest.h>

#include "jobs/volume/backtest.h"

namespace dw {
namespace {

TimePoint at(const char* text) {
  return *from_rfc3339(text);
}

TEST(count_files, the_older_csv_has_a_row_per_date_and_blanks_are_unknown) {
  const std::string heading = ",0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23\n";
  const auto counts = read_counts(heading + "2026-11-20,3,,4.0,nan\n2026-11-21,1\n");
  ASSERT_TRUE(counts.ok()) << counts.error().text();
  const std::vector<HourCount> expected = {{at("2026-11-20T00:00:00Z"), 3},
                                           {at("2026-11-20T02:00:00Z"), 4},
                                           {at("2026-11-21T00:00:00Z"), 1}};
  EXPECT_EQ(*counts, expected);
  const auto one_row = read_counts(heading + "2026-11-20,50\n");
  ASSERT_FALSE(one_row.ok());
  EXPECT_NE(one_row.error().text().find("no history"), std::string::npos);
}

TEST(count_files, finer_counts_are_added_up_to_hours_in_order) {
  const auto counts = read_counts(
      "timestamp,value\r\n2014-07-01 01:30:00,5\r\n2014-07-01 00:00:00,10\r\n"
      "2014-07-01 00:30:00,8\r\n");
  ASSERT_TRUE(counts.ok()) << counts.error().text();
  const std::vector<HourCount> expected = {{at("2014-07-01T00:00:00Z"), 18},
                                           {at("2014-07-01T01:00:00Z"), 5}};
  EXPECT_EQ(*counts, expected);
}

TEST(count_files, semicolons_and_tabs_part_columns_too) {
  const std::vector<HourCount> expected = {{at("2026-11-20T00:00:00Z"), 3},
                                           {at("2026-11-20T01:00:00Z"), 4}};
  for (const char* text :
       {"timestamp;count\n2026-11-20 00:00;3\n2026-11-20 01:00;4,0\n",
        "timestamp\tcount\n2026-11-20 00:00\t3\n2026-11-20 01:00\t4\n",
        "sep=;\r\ntimestamp;count\r\n2026-11-20 00:00;3\r\n2026-11-20 01:00;4\r\n",
        "timestamp,count\r2026-11-20 00:00,3\r2026-11-20 01:00,4\r"}) {
    const auto counts = read_counts(text);
    ASSERT_TRUE(counts.ok()) << text << counts.error().text();
    EXPECT_EQ(*counts, expected) << text;
  }
  const auto older = read_counts(
      ";0;1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23\n"
      "2026-11-20;3;4,0\n2026-11-21\n");
  ASSERT_TRUE(older.ok()) << older.error().text();
  EXPECT_EQ(*older, expected);
}

TEST(count_files, zones_are_read_as_databases_write_them) {
  for (const char* text :
       {"2026-11-21T15:00:00Z", "2026-11-21 15:00:00+00", "2026-11-21 15:00:00 UTC",
        "2026-11-21 15:00 UTC", "2026-11-21T16:00:00+0100", "2026-11-21 16:00:00 +0100",
        "2026-11-21 10:00-05", "2026-11-21T15:00:00.000+00:00", "2026-11-21 15:00:00z",
        "2026-11-21T15", "2026-11-21 15:00", "1795273200"}) {
    const auto read = read_instant(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(to_rfc3339(*read), to_rfc3339(at("2026-11-21T15:00:00Z"))) << text;
  }
  for (const char* text :
       {"2026-11-21 15:00 CET", "2026-11-21 15:00+1", "2026-11-21 15:00+01000"}) {
    EXPECT_FALSE(read_instant(text)) << text;
  }
}

TEST(count_files, what_is_wrong_is_named_with_its_line) {
  for (const char* text : {"timestamp,count\n2026-11-21T00:00:00Z,-1\n",
                           "timestamp,count\n2026-11-21T00:00:00Z,x\n", "timestamp,count\nx,1\n"}) {
    const auto counts = read_counts(text);
    ASSERT_FALSE(counts.ok()) << text;
    EXPECT_EQ(counts.error().where, "line 2");
  }
  EXPECT_FALSE(read_counts("").ok());
}

TEST(labels, are_hours_or_windows) {
  const auto hours = read_labels("timestamp\n2026-11-21T15:20:00Z\n");
  ASSERT_TRUE(hours.ok());
  EXPECT_EQ((*hours)[0].from, at("2026-11-21T15:00:00Z"));
  const auto windows = read_labels("from,to\n2026-11-21T15:00Z,2026-11-21T18:00Z\n");
  ASSERT_TRUE(windows.ok());
  EXPECT_EQ((*windows)[0].to, at("2026-11-21T18:00:00Z"));
  EXPECT_FALSE(read_labels("x\n1\n").ok());
}

VolumeAlert incident(const char* from, const char* to) {
  VolumeAlert out;
  out.from = at(from);
  out.to = at(to);
  return out;
}

TEST(score, an_incident_is_right_if_it_touches_a_label) {
  const std::vector<VolumeAlert> incidents = {
      incident("2026-11-21T10:00:00Z", "2026-11-21T12:00:00Z"),
      incident("2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"),
      incident("2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z")};
  const std::vector<LabelledSpan> labels = {
      {at("2026-11-21T11:00:00Z"), at("2026-11-21T15:00:00Z")},
      {at("2026-11-22T08:00:00Z"), at("2026-11-22T11:00:00Z")},
      {at("2026-11-24T08:00:00Z"), at("2026-11-24T08:00:00Z")}};
  const Score out = score(incidents, labels);
  EXPECT_DOUBLE_EQ(out.precision, 2.0 / 3);
  EXPECT_DOUBLE_EQ(out.recall, 2.0 / 3);
  EXPECT_DOUBLE_EQ(out.delay_hours, 1) << "none for the one, two hours for the other";
}

TEST(score, what_people_said_is_compared_with_the_replay) {
  VolumeAlert real = incident("2026-11-21T10:00:00Z", "2026-11-21T12:00:00Z");
  real.feedback = "real";
  VolumeAlert noise = incident("2026-11-25T10:00:00Z", "2026-11-25T12:00:00Z");
  noise.feedback = "false_alarm";
  const FeedbackScore out =
      score_feedback({incident("2026-11-21T12:00:00Z", "2026-11-21T13:00:00Z")}, {real, noise});
  EXPECT_EQ(out.real_found, 1u);
  EXPECT_EQ(out.false_alarms, 1u);
  EXPECT_EQ(out.false_alarms_raised, 0u);
}

}  // namespace
}  // namespace dw
