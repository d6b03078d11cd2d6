#include "jobs/volume/count_files.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "jobs/volume/backtest.h"

namespace dw {
namespace {

TimePoint at(const char* text) {
  return *from_rfc3339(text);
}

constexpr const char* heading = ",0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23\n";

/// A row of the older CSV: a date, and blanks behind its first hours.
std::string day_row(const std::string& first, size_t cells = 25, char separator = ',') {
  const auto there = static_cast<size_t>(std::count(first.begin(), first.end(), separator)) + 1;
  return first + std::string(cells - there, separator) + "\n";
}

std::string refusal_of(const std::string& text, std::optional<TimePoint> now = std::nullopt) {
  const auto counts = read_counts(text, now);
  return counts.ok() ? "none" : counts.error().text();
}

TEST(count_files, the_older_csv_has_a_row_per_date_and_blanks_are_unknown) {
  const auto counts =
      read_counts(heading + day_row("2026-11-20,3,,4.0,nan") + day_row("2026-11-21,1"));
  ASSERT_TRUE(counts.ok()) << counts.error().text();
  const std::vector<HourCount> expected = {{at("2026-11-20T00:00:00Z"), 3},
                                           {at("2026-11-20T02:00:00Z"), 4},
                                           {at("2026-11-21T00:00:00Z"), 1}};
  EXPECT_EQ(*counts, expected);
  const auto one_row = read_counts(std::string(heading) + "2026-11-20,50\n");
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
  const auto older =
      read_counts(";0;1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23\n" +
                  day_row("2026-11-20;3;4,0", 25, ';') + day_row("2026-11-21", 25, ';'));
  ASSERT_TRUE(older.ok()) << older.error().text();
  EXPECT_EQ(*older, expected);
}

TEST(count_files, a_row_of_hours_is_never_one_count) {
  const std::string expected =
      "expected 2 (`timestamp,count`) or 25 (a date and the hours 0 to 23)";
  EXPECT_EQ(refusal_of(",0,1,2\n2026-11-20,3,4,5\n2026-11-21,3,4,5\n"),
            "line 1: has 4 columns; " + expected);
  EXPECT_EQ(refusal_of("2026-11-20,3,4,5\n2026-11-21,3,4,5\n"),
            "line 1: has 4 columns; " + expected);
  const std::string day = "(the date and the hours 0 to 23)";
  EXPECT_EQ(refusal_of(heading + day_row("2026-11-20,3") + "2026-11-21,3,4,5\n"),
            "line 3: has 4 columns, expected 25 " + day);
  EXPECT_EQ(refusal_of(heading + day_row("2026-11-20,3") + day_row("2026-11-21,3") +
                       day_row("2026-11-22", 25).insert(34, ",9")),
            "line 4: has 26 columns, expected 25 " + day);
  EXPECT_EQ(refusal_of("timestamp,count\n2026-11-20T01:00Z,3\n2026-11-20T02:00Z,3,4,5\n"),
            "line 3: has 4 columns, expected 2");
  EXPECT_EQ(refusal_of("timestamp,count\n2026-11-20T01:00Z,1,234\n"),
            "line 2: has 3 columns, expected 2");
  EXPECT_EQ(
      refusal_of("date,total\n2026-11-20,150\n2026-11-21,160\n"),
      "line 2: has a date without an hour; counts are read by the hour (2026-11-21T15:00Z,84)");
  EXPECT_EQ(refusal_of("date,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24\n"),
            "line 1: the columns behind the date must be the hours 0 to 23, in this order");
  EXPECT_EQ(refusal_of(heading + day_row("2026-11-20,3") + day_row("2026-11-20,4")),
            "line 3: has the date of line 2 once more");
  EXPECT_EQ(refusal_of(heading + day_row("2026-11-20,3") + day_row("Total,4")),
            "line 3: does not begin with a date (2026-11-21)");
}

TEST(count_files, what_is_surely_meant_is_read) {
  const std::vector<HourCount> expected = {{at("2026-11-20T00:00:00Z"), 3},
                                           {at("2026-11-21T01:00:00Z"), 4}};
  const std::string days = day_row("2026-11-20,3") + day_row("2026-11-21 00:00:00,,4");
  const std::string named =
      "Date,00:00,01:00,02:00,03:00,04:00,05:00,06:00,07:00,08:00,09:00,10:00,11:00,12:00,13:00,"
      "14:00,15:00,16:00,17:00,18:00,19:00,20:00,21:00,22:00,23:00\n";
  for (const std::string& text :
       {heading + days, named + days, days, "\n" + (heading + days),
        heading + day_row("2026-11-20,3", 27) + ",,,\n" + day_row("2026-11-21,,\"4\""),
        std::string("timestamp,count,note\n2026-11-20T00:00Z,3,\"a, b\"\n2026-11-21T01:00Z,4\n"),
        std::string("1795132800,3\n1795222800,4,,\n")}) {
    const auto counts = read_counts(text);
    ASSERT_TRUE(counts.ok()) << text << counts.error().text();
    EXPECT_EQ(*counts, expected) << text;
  }
}

TEST(count_files, a_thousand_is_not_read_as_one) {
  for (const char* count : {"\"1,000\"", "1.000", "1,234", "12.5"}) {
    EXPECT_EQ(refusal_of("timestamp;count\n2026-11-20T01:00Z;" + std::string(count) + "\n"),
              "line 2: the count is no whole number of 0 or more")
        << count;
  }
}

TEST(count_files, an_hour_that_is_still_to_come_is_refused_with_its_line) {
  const TimePoint now = at("2026-11-21T15:20:00Z");
  const std::string pairs = "timestamp,count\n2026-11-21T15:00Z,3\n";
  EXPECT_EQ(refusal_of(pairs, now), "none");
  EXPECT_EQ(refusal_of(pairs + "2026-11-21T16:00Z,3\n", now),
            "line 3: 2026-11-21T16:00:00.000Z is in the future");
  EXPECT_EQ(refusal_of(heading + day_row("2026-11-20,3") + day_row("2062-11-21,3"), now),
            "line 3: 2062-11-21T00:00:00.000Z is in the future");
  EXPECT_EQ(refusal_of(pairs + "2026-11-21T16:00Z,3\n"), "none");
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
