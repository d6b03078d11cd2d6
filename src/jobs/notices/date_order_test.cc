#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/outside_text.h"
#include "jobs/notices/columns.h"
#include "jobs/notices/selection.h"

namespace dw {
namespace {

/// One reading of a report whose rows have a customer's address, a ticket, a day, and what else.
struct Read {
  std::string error;
  std::optional<DayOrder> again;
  std::string days;  ///< "1 2026-11-05; "

  std::string is() const {
    if (!error.empty()) return error;
    if (again) return *again == DayOrder::day_first ? "day first" : "month first";
    return days;
  }
};

struct Written {
  std::string day;
  std::string opened{};
  std::optional<int32_t> serial_day{};
};

Read read(const NoticesSettings& settings, const std::vector<Written>& rows,
          std::optional<DayOrder> proven = {}) {
  Selection selection(settings, {*day_named("2026-01-01"), *day_named("2026-12-20")}, proven);
  Read out;
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::string ticket = std::to_string(i + 1);
    const std::vector<Cell> cells = {{"Pat"},         {"Doe"},    {"pat@x.example"},
                                     {ticket},        {"Closed"}, {rows[i].day, rows[i].serial_day},
                                     {rows[i].opened}};
    const Result<void> taken = selection.take({static_cast<int64_t>(i) + 2, cells}, 0);
    if (!taken.ok()) out.error = taken.error().text();
  }
  const auto finished = selection.finish();
  if (!finished.ok()) {
    out.error = finished.error().text();
    return out;
  }
  out.again = *finished;
  selection.settle();
  selection.each_notice([&](const Notice& notice) {
    for (const SelectedTicket& one : notice.tickets) {
      out.days += std::string(one.id) + " " + day_text(one.day) + "; ";
    }
  });
  return out;
}

NoticesSettings with(std::vector<std::string> formats) {
  NoticesSettings out;
  out.has_date_format = true;
  out.date_formats = std::move(formats);
  return out;
}

TEST(date_order, one_row_decides_for_all_where_the_settings_say_nothing) {
  const std::vector<Written> american = {{"11/05/2026"}, {"11/16/2026"}, {"12/04/2026"}};
  EXPECT_EQ(read({}, american).is(), "month first");
  EXPECT_EQ(read({}, american, DayOrder::month_first).is(),
            "1 2026-11-05; 2 2026-11-16; 3 2026-12-04; ");
  EXPECT_EQ(read({}, {{"05/11/2026"}, {"16/11/2026"}}).is(), "1 2026-11-05; 2 2026-11-16; ");
  EXPECT_EQ(read({}, {{"05/11/2026"}, {"06/11/2026"}}).is(), "1 2026-11-05; 2 2026-11-06; ");
}

TEST(date_order, a_row_that_is_older_open_or_of_another_form_decides_too) {
  EXPECT_EQ(read({}, {{"11/05/2026"}, {"11/16/2019"}}).is(), "month first");
  EXPECT_EQ(read({}, {{"11/05/2026"}, {"11-16-26"}}).is(), "month first");
}

TEST(date_order, another_column_decides_where_the_dates_own_does_not) {
  EXPECT_EQ(read({}, {{"11/05/2026", "10/05/2026"}, {"11/06/2026", "10/30/2026 08:15"}}).is(),
            "month first");
  EXPECT_EQ(read({}, {{"16/11/2026", "10/30/2026"}, {"05/11/2026", ""}}).is(),
            "2 2026-11-05; 1 2026-11-16; ");
  EXPECT_EQ(read({}, {{"05/11/2026", "10/30/2026"}, {"06/11/2026", "30/10/2026"}}).is(),
            "1 2026-11-05; 2 2026-11-06; ");
}

TEST(date_order, a_report_that_denies_the_settings_is_refused_as_a_whole) {
  EXPECT_EQ(read(with({"%d/%m/%Y"}), {{"11/05/2026"}, {"11/16/2026"}}).is(),
            "notices.date_format: \"11/16/2026\" (row 3, column F) has the month first, but "
            "%d/%m/%Y has the day first. Nothing was sent; set notices.date_format to "
            "\"%m/%d/%Y\", or correct the report");
  EXPECT_NE(read(with({"%m/%d/%Y"}), {{"05/11/2026"}, {"06/11/2026", "16/10/2026"}})
                .is()
                .find("\"16/10/2026\" (row 3, column G) has the day first"),
            std::string::npos);
  EXPECT_NE(read(with({"%Y-%d-%m"}), {{"2026-05-11"}, {"2026-11-16"}}).error, "");
}

TEST(date_order, rows_that_contradict_each_other_are_named) {
  const Read seen =
      read({}, {{"05/11/2026"}, {"16/11/2026"}, {"11/17/2026"}, {"11/18/2026"}, {"11/05/2026"}});
  EXPECT_NE(seen.error.find("\"16/11/2026\" (row 3, column F) has the day first, \"11/17/2026\" "
                            "(row 4, column F) the month first"),
            std::string::npos)
      << seen.is();
}

TEST(date_order, a_slip_of_one_row_is_that_rows_alone) {
  const std::string november = "1 2026-11-05; 2 2026-11-16; ";
  for (const char* slip : {"11/17/2026", "2026-13-01", "31/31/2026", "2026-16-11"}) {
    EXPECT_EQ(read({}, {{"05/11/2026"}, {"16/11/2026"}, {slip}}).is(), november) << slip;
    EXPECT_EQ(read(with({"%d/%m/%Y"}), {{"05/11/2026"}, {"16/11/2026"}, {slip}}).is(), november)
        << slip;
  }
  EXPECT_EQ(read(with({"%Y-%m-%d"}), {{"2026-11-05"}, {"2026-13-01"}}).is(), "1 2026-11-05; ");
  std::vector<Written> american(11, Written{"11/16/2026"});
  american.insert(american.begin(), Written{"16/11/2026"});
  EXPECT_EQ(read({}, american).is(), "month first");
  EXPECT_EQ(read({}, american, DayOrder::month_first).error, "");
  EXPECT_NE(read(with({"%d/%m/%Y"}), american).error, "");
}

TEST(date_order, of_two_formats_that_are_each_others_one_reads_the_whole_report) {
  const NoticesSettings both = with({"%d/%m/%Y", "%m/%d/%Y", "%d-%b-%Y"});
  EXPECT_EQ(read(both, {{"11/05/2026"}, {"11/16/2026"}}).is(), "month first");
  EXPECT_EQ(
      read(both, {{"11/05/2026"}, {"11/16/2026"}, {"01-Nov-2026"}}, DayOrder::month_first).is(),
      "3 2026-11-01; 1 2026-11-05; 2 2026-11-16; ");
  EXPECT_NE(read(both, {{"16/11/2026"}, {"11/16/2026"}, {"11/17/2026"}}).error, "");
  EXPECT_EQ(read(with({"%d/%m/%Y", "%m-%d-%Y"}), {{"16/11/2026"}, {"11-17-2026"}}).is(),
            "1 2026-11-16; 2 2026-11-17; ");
}

TEST(date_order, dates_that_a_spreadsheet_has_exchanged_are_refused) {
  const auto typed = [](const char* day) { return Written{"46331", "", day_named(day)}; };
  const std::vector<Written> exchanged = {
      typed("2026-05-11"), typed("2026-06-11"), typed("2026-12-11"), {"16/11/2026"}};
  EXPECT_NE(read({}, exchanged).error.find("none of the column's 3 other dates is after the 12th"),
            std::string::npos)
      << read({}, exchanged).is();
  EXPECT_EQ(
      read({}, {typed("2026-11-05"), typed("2026-11-06"), typed("2026-11-17"), {"16/11/2026"}})
          .error,
      "");
  EXPECT_EQ(read({}, {typed("2026-11-05"), typed("2026-11-06"), typed("2026-11-07")}).error, "");
}

TEST(date_order, a_text_that_was_read_before_is_read_as_the_first_time) {
  const NoticesSettings settings = with({"%d/%m/%Y", "%d.%m.%y"});
  ReportDates dates(settings);
  std::vector<std::string> texts = {"",
                                    " ",
                                    "nothing",
                                    "31/02/2026",
                                    "2026-11-05",
                                    "05/11/2026",
                                    " 05/11/2026",
                                    "5.11.26",
                                    "05/11/2026 and a text that is longer than any date"};
  // More than are remembered at once.
  for (int day = 1; day < 6'000; ++day) {
    texts.push_back(fmt::format("{:02}/{:02}/{}", day % 33, day % 13, 2000 + day % 50));
  }
  for (int round = 0; round < 3; ++round) {
    for (const std::string& text : texts) {
      for (const std::optional<int32_t> serial_day : {std::optional<int32_t>(), {20'000}}) {
        const Cell cell{text, serial_day};
        const ReadDate read = dates.read(cell);
        EXPECT_EQ(read.day, day_in(cell, dates.formats())) << text;
        const auto numeric = numeric_date(cleaned(text, Cleaning::phrase));
        ASSERT_EQ(read.numeric.has_value(), numeric.has_value()) << text;
        if (!numeric) continue;
        EXPECT_EQ(read.numeric->order, numeric->order) << text;
        EXPECT_EQ(read.numeric->is_year_first, numeric->is_year_first) << text;
      }
    }
  }
}

}  // namespace
}  // namespace dw
