#include <gtest/gtest.h>

#include "jobs/notices/notice.h"
#include "jobs/notices/selection.h"

namespace dw {
namespace {

int32_t day(std::string_view text) {
  return day_named(text).value();
}

/// Rows of text, as a report has them.
class Report {
 public:
  explicit Report(NoticesSettings settings = {}, std::string_view from = "2026-10-01")
      : settings_(std::move(settings)), selection_(settings_, {day(from), day("2026-11-21")}) {}

  Report& row(std::vector<std::string> texts) {
    std::vector<Cell> cells;
    for (const std::string& text : texts) cells.push_back({text});
    const Result<void> taken = selection_.take({++number_, cells}, 0);
    if (!taken.ok()) error_ = taken.error().text();
    return *this;
  }
  Report& closed(const std::string& email, const std::string& ticket, const std::string& date) {
    return row({"Pat", "Doe", email, ticket, "Closed", date});
  }
  /// "pat@x: 1041 1043; …"
  std::string notices() {
    finish();
    selection_.settle();
    std::string out;
    selection_.each_notice([&](const Notice& notice) {
      out += std::string(notice.email) + ":";
      for (const SelectedTicket& ticket : notice.tickets) out += " " + std::string(ticket.id);
      out += "; ";
    });
    return out;
  }
  Selection& selection() {
    finish();
    return selection_;
  }
  const std::string& error() const { return error_; }

 private:
  void finish() {
    if (std::exchange(is_finished_, true)) return;
    const auto finished = selection_.finish();
    if (!finished.ok()) error_ = finished.error().text();
  }

  NoticesSettings settings_;
  Selection selection_;
  int64_t number_ = 0;
  bool is_finished_ = false;
  std::string error_;
};

TEST(notices, a_customer_is_an_address_and_tickets_are_oldest_first) {
  Report report;
  report.closed("Pat@x.example", "1043", "17/11/2026")
      .closed("ann@x.example", "7", "01/11/2026")
      .closed(" pat@X.example ", "1041", "16/11/2026");
  EXPECT_EQ(report.notices(), "ann@x.example: 7; Pat@x.example: 1041 1043; ");
  EXPECT_EQ(report.selection().newest_day(), day("2026-11-17"));
}

TEST(notices, two_people_of_one_name_share_nothing) {
  Report report;
  report.closed("pat@x.example", "1", "16/11/2026").closed("pat@y.example", "2", "16/11/2026");
  EXPECT_EQ(report.notices(), "pat@x.example: 1; pat@y.example: 2; ");
}

TEST(notices, a_ticket_that_comes_twice_is_named_once_with_its_newest_row) {
  Report report;
  report.closed("old@x.example", "1", "16/11/2026")
      .closed("new@x.example", "1", "17/11/2026")
      .closed("older@x.example", "1", "10/11/2026");
  EXPECT_EQ(report.notices(), "new@x.example: 1; ");
}

TEST(notices, a_reopened_ticket_is_left_out_wherever_its_rows_stand) {
  Report report;
  report.closed("a@x.example", "1", "16/11/2026")
      .row({"A", "B", "a@x.example", "1", "Open", "17/11/2026"})
      .row({"A", "B", "a@x.example", "2", "Open", "18/11/2026"})
      .closed("a@x.example", "2", "17/11/2026")
      .row({"A", "B", "a@x.example", "3", "Open", "16/11/2026"})
      .closed("a@x.example", "3", "16/11/2026");
  EXPECT_EQ(report.notices(), "a@x.example: 3; ");
  EXPECT_EQ(report.selection().metrics().reopened, 2);
}

TEST(notices, the_ledger_decides_and_a_later_closing_is_a_new_one) {
  Report report;
  report.closed("a@x.example", "1", "16/11/2026")
      .closed("a@x.example", "2", "16/11/2026")
      .closed("a@x.example", "3", "18/11/2026");
  report.selection().note_notified("1", day("2026-11-16"));
  report.selection().note_notified("3", day("2026-11-16"));
  report.selection().note_notified("gone", day("2026-11-16"));
  EXPECT_EQ(report.notices(), "a@x.example: 2 3; ");
  EXPECT_EQ(report.selection().metrics().told, 1);
}

TEST(notices, who_had_theirs_and_who_is_suppressed_is_left_out_with_the_reason) {
  NoticesSettings settings;
  settings.suppress = {"never@x.example", "@Quiet.example"};
  Report report(settings);
  report.closed("had@x.example", "1", "16/11/2026")
      .closed("NEVER@x.example", "2", "16/11/2026")
      .closed("who@quiet.example", "3", "16/11/2026")
      .closed("due@x.example", "4", "16/11/2026");
  report.selection().note_had("Had@x.example");
  EXPECT_EQ(report.notices(), "due@x.example: 4; ");
  std::string left;
  report.selection().each_left_out([&](const Notice& notice, LeftOut why) {
    left += std::string(notice.email) + " " + std::string(name_of(why)) + "; ";
  });
  EXPECT_EQ(left, "had@x.example had; NEVER@x.example suppressed; who@quiet.example suppressed; ");
}

TEST(notices, the_watermarks_own_day_counts_and_older_rows_do_not) {
  Report report({}, "2026-11-16");
  report.closed("a@x.example", "1", "16/11/2026").closed("a@x.example", "2", "15/11/2026");
  EXPECT_EQ(report.notices(), "a@x.example: 1; ");
  EXPECT_EQ(report.selection().metrics().old, 1);
}

TEST(notices, a_heading_is_found_out_and_never_assumed) {
  Report with;
  with.row({"Firstname", "Lastname", "Email", "Ticket", "Status", "Date"})
      .closed("a@x.example", "1", "16/11/2026");
  EXPECT_EQ(with.notices(), "a@x.example: 1; ");
  EXPECT_EQ(with.selection().metrics().bad, 0);
  Report without;
  without.closed("a@x.example", "1", "16/11/2026");
  EXPECT_EQ(without.notices(), "a@x.example: 1; ");
  Report bad_first;
  bad_first.closed("a@x.example", "1", "16.11.2026").closed("a@x.example", "2", "16/11/2026");
  EXPECT_EQ(bad_first.notices(), "a@x.example: 2; ");
  EXPECT_EQ(bad_first.selection().metrics().bad, 1);
}

TEST(notices, headings_name_columns_and_drift_is_told_by_name) {
  NoticesSettings settings;
  settings.columns = {"", "", "E-Mail", "Ticket", "State", "Closed on", "Customer", "Title"};
  Report report(settings);
  report.row({"Closed on", "State", "Ticket", "Title", "Customer", "E-Mail"})
      .row({"16/11/2026", "closed", "1", "Printer", "Pat Doe", "a@x.example"});
  EXPECT_EQ(report.notices(), "a@x.example: 1; ");
  Report gone(settings);
  gone.row({"Closed on", "State", "Ticket", "Title", "Customer", "Address"});
  EXPECT_NE(gone.error().find("there is no column \"E-Mail\""), std::string::npos) << gone.error();
  EXPECT_NE(gone.error().find("F \"Address\""), std::string::npos) << gone.error();
  Report moved;
  moved.row({"Firstname", "Lastname", "Email", "Ticket", "Date", "Status"});
  EXPECT_NE(moved.error().find("column E is headed \"Date\""), std::string::npos) << moved.error();
}

TEST(notices, bad_rows_are_told_with_number_and_reason_and_the_rest_goes_on) {
  Report report;
  report.closed("a@x.example", "1", "16/11/2026")
      .closed("", "2", "16/11/2026")
      .closed("a@b@c", "3", "16/11/2026")
      .closed("a@x.example", "4", "")
      .closed("a@x.example", "5", "3-7-2021")
      .closed("a@x.example", "", "16/11/2026")
      .row({"", "", "", "", "", ""})
      .closed("a@x.example", "6", "01/01/2099")
      .row({"Pat", "Doe", "a@x.example"})
      .row({"Pat", "Doe", "a@x.example", "9", "", "16/11/2026"})
      .closed("evil\r\nBcc: all@x.example", "8", "16/11/2026")
      .closed("a@x.example", "7", "17/11/2026");
  EXPECT_EQ(report.notices(), "a@x.example: 1 7; ");
  std::string told;
  for (const BadRow& one : report.selection().bad_rows()) {
    told += std::to_string(one.row) + " " + one.why + "\n";
  }
  EXPECT_EQ(told,
            "2 there is no email\n"
            "3 \"a@b@c\" is no address\n"
            "4 there is no date\n"
            "5 \"3-7-2021\" is no date of the form %d/%m/%Y (notices.date_format); %d-%m-%Y would "
            "fit\n"
            "6 there is no ticket\n"
            "8 2099-01-01 is in the future\n"
            "9 there is no date\n"
            "10 there is no status\n"
            "11 \"evilBcc: all@x.example\" is no address\n");
  EXPECT_EQ(report.selection().metrics().rows, 11);
}

TEST(notices, a_row_that_the_ledger_cant_keep_exactly_is_a_bad_one) {
  Report report;
  report.closed("a@x.example", std::string("1\0", 2), "16/11/2026")
      .closed("a@x.example", "a ticket \xE9 1", "16/11/2026")
      .row({"Jos\xE9", "Doe", "a@x.example", "2", "Closed", "16/11/2026"})
      .row({"Jos\xE9", "Doe", "a@x.example", "3", "Open", "16/11/2026"});
  EXPECT_EQ(report.notices(), "");
  std::string reasons;
  for (const BadRow& one : report.selection().bad_rows()) reasons += one.why + "\n";
  EXPECT_EQ(reasons,
            "it has a NUL character; check notices.encoding\n"
            "it is not valid UTF-8; check notices.encoding\n"
            "it is not valid UTF-8; check notices.encoding\n");
}

std::string reasons_of(Report& report) {
  std::string out;
  for (const BadRow& one : report.selection().bad_rows()) {
    out += std::to_string(one.row) + " " + one.why + "\n";
  }
  return out;
}

TEST(notices, what_nobody_can_see_makes_no_second_customer_status_or_ticket) {
  NoticesSettings settings;
  settings.closed = {"Closed won"};
  settings.suppress = {"\uFEFFquiet@x.example\u00A0"};
  Report report(settings);
  report.row({"A", "B", "ann@x.example\u00A0", "T1", "Closed\u00A0won", "16/11/2026"})
      .row({"A", "B", "\uFEFFann@x.\u200Bexample", "T1\u200B", "closed won\u2060", "17/11/2026"})
      .row({"A", "B", "ann@x.example", "T2", " Closed  won", "\u00A017/11/2026"})
      .row({"A", "B", "quiet@x.example", "T3", "closed won", "17/11/2026"});
  EXPECT_EQ(report.notices(), "ann@x.example: T1 T2; ");
  EXPECT_EQ(reasons_of(report), "");
}

TEST(notices, one_mailbox_is_one_customer_however_it_is_written) {
  NoticesSettings settings;
  settings.suppress = {"@caf\u00E9.example", "Quiet <quiet@x.example>"};
  Report report(settings);
  report.closed("mailto:ann@b\u00FCcher.example", "1", "16/11/2026")
      .closed("Ann Abe <ANN@xn--bcher-kva.example>", "2", "17/11/2026")
      .closed("ann@B\u00DCCHER.example;", "3", "18/11/2026")
      .closed("who@xn--caf-dma.example", "4", "18/11/2026")
      .closed("quiet@x.example", "5", "18/11/2026")
      .closed("ann@x.example; bob@x.example", "6", "18/11/2026");
  EXPECT_EQ(report.notices(), "ann@xn--bcher-kva.example: 1 2 3; ");
  EXPECT_EQ(report.selection().metrics().suppressed, 2);
  EXPECT_EQ(reasons_of(report), "6 \"ann@x.example; bob@x.example\" has more than one address\n");
}

TEST(notices, rows_that_an_open_quote_swallowed_reach_nobody) {
  Report report;
  report
      .row({"Ann,Abe,ann@x.example,T1,Closed,16/11/2026\nBob", "Bee", "bob@x.example", "T2",
            "Closed", "17/11/2026"})
      .row({"Cy", "Cee;cy@x.example;T3\r\nDan", "dan@x.example", "T4", "Closed", "17/11/2026"})
      .row({"Eve\nMaria", "Fox", "eve@x.example", "T5", "Closed", "17/11/2026"});
  EXPECT_EQ(report.notices(), "eve@x.example: T5; ");
  EXPECT_EQ(reasons_of(report),
            "1 a name has an address and line ends in it: is a quote opened and not closed?\n"
            "2 a name has an address and line ends in it: is a quote opened and not closed?\n");
}

TEST(notices, what_a_spreadsheet_made_of_a_number_is_no_ticket) {
  Report report;
  report.closed("ann@x.example", "1.23457E+11", "16/11/2026")
      .closed("ann@x.example", "1,2E+05", "16/11/2026")
      .closed("ann@x.example", "TRUE", "16/11/2026")
      .closed("ann@x.example", "1041.0", "16/11/2026")
      .closed("ann@x.example", "1041", "17/11/2026")
      .closed("ann@x.example", "12E4", "17/11/2026")
      .closed("ann@x.example", "#123", "17/11/2026")
      .closed("ann@x.example", std::string(1001, '1'), "17/11/2026")
      .row({"A", "B", "ann@x.example", "7", "#UNCALCULATED!", "17/11/2026"});
  EXPECT_EQ(report.notices(), "ann@x.example: 1041 12E4 #123; ");
  const std::string shortened =
      "is a number that a spreadsheet has shortened: make the column text, and export it again\n";
  EXPECT_EQ(reasons_of(report), "1 the ticket \"1.23457E+11\" " + shortened +
                                    "2 the ticket \"1,2E+05\" " + shortened +
                                    "3 the ticket is TRUE, which is no number or name\n"
                                    "8 the ticket is longer than 1000 bytes\n"
                                    "9 a formula has no value: open the report in a spreadsheet "
                                    "program and save it\n");
}

TEST(notices, headings_that_come_again_are_no_rows) {
  Report report;
  const std::vector<std::string> headings = {"Firstname", "Lastname", "Email",
                                             "Ticket",    "Status",   "Date"};
  report.row(headings)
      .closed("a@x.example", "1", "16/11/2026")
      .row(headings)
      .closed("b@x.example", "2", "16/11/2026");
  EXPECT_EQ(report.notices(), "a@x.example: 1; b@x.example: 2; ");
  EXPECT_EQ(report.selection().metrics().bad, 0);
  EXPECT_EQ(report.selection().metrics().rows, 2);
}

TEST(notices, titles_above_the_headings_are_no_rows) {
  Report report;
  report.row({"Closed tickets", "", "", "", "", ""})
      .row({"Week 47", "2026", "", "", "", ""})
      .row({"", "", "", "", "", ""})
      .row({"Firstname", "Lastname", "Email", "Ticket", "Status", "Date"})
      .closed("a@x.example", "1", "16/11/2026");
  EXPECT_EQ(report.notices(), "a@x.example: 1; ");
  EXPECT_EQ(reasons_of(report), "");
  EXPECT_EQ(report.selection().metrics().rows, 1);
  Report strange;
  strange.row({"Report of the desk"})
      .row({"Vorname", "Name", "Adresse", "Nummer", "Stand", "Datum"})
      .closed("a@x.example", "1", "16/11/2026");
  EXPECT_EQ(strange.notices(), "a@x.example: 1; ");
  EXPECT_EQ(reasons_of(strange), "");
  Report unreadable;
  unreadable.row({"Pat", "Doe", "", "5", "Closed", ""}).closed("a@x.example", "1", "16/11/2026");
  EXPECT_EQ(unreadable.selection().metrics().rows, 2) << "a row without an address is no title";
}

TEST(notices, two_columns_of_one_heading_are_refused_where_it_is_used) {
  NoticesSettings settings;
  settings.columns = {"", "", "Email", "Ticket", "Status", "Date", "Name", ""};
  Report report(settings);
  report.row({"Name", "Email", "Ticket", "Status", "Date", "Email\u00A0"})
      .row({"Ann", "agent@x.example", "1", "Closed", "16/11/2026", "ann@x.example"});
  EXPECT_NE(report.error().find("\"Email\" stands twice, in the columns B and F"),
            std::string::npos)
      << report.error();
}

TEST(notices, a_report_without_rows_is_an_error) {
  Report empty, heading;
  EXPECT_FALSE(empty.selection().finish().ok());
  heading.row({"Firstname", "Lastname", "Email", "Ticket", "Status", "Date"});
  EXPECT_FALSE(heading.selection().finish().ok());
  Report one;
  one.closed("a@x.example", "1", "16/11/2026");
  EXPECT_TRUE(one.selection().finish().ok());
}

TEST(notices, an_error_of_a_spreadsheet_is_no_ticket_and_no_name) {
  Report report;
  report.closed("a@x.example", "#N/A", "16/11/2026")
      .row({"#REF!", "Doe", "b@x.example", "2", "Closed", "16/11/2026"})
      .closed("c@x.example", "3", "#VALUE!")
      .closed("d@x.example", "#4", "16/11/2026");
  EXPECT_EQ(report.notices(), "d@x.example: #4; ");
  EXPECT_EQ(reasons_of(report),
            "1 a cell has the error #N/A\n2 a cell has the error #REF!\n"
            "3 a cell has the error #VALUE!\n");
}

TEST(notices, an_iso_date_is_understood_and_a_refused_one_gets_the_columns_form) {
  Report report;
  report.closed("a@x.example", "1", "2026-11-16T08:00:00.000Z")
      .closed("b@x.example", "2", "2026-11-16");
  EXPECT_EQ(report.notices(), "a@x.example: 1; b@x.example: 2; ");
  Report american;
  american.closed("a@x.example", "1", "11/05/26").closed("b@x.example", "2", "11/16/26");
  american.notices();
  EXPECT_NE(reasons_of(american).find("; %m/%d/%y would fit"), std::string::npos)
      << reasons_of(american);
}

TEST(notices, dates_of_service_desks_get_their_form) {
  Report report;
  report.closed("a@x.example", "1", "05-03-2016 12:00")
      .closed("b@x.example", "2", "24-03-2016 18:40");
  report.notices();
  EXPECT_NE(reasons_of(report).find("; %d-%m-%Y %H:%M would fit"), std::string::npos)
      << reasons_of(report);
}

TEST(notices, a_spreadsheets_serial_date_is_a_date) {
  EXPECT_EQ(day_in({"46344", 20'775}, {"%d/%m/%Y"}), 20'775);
  EXPECT_EQ(day_in({"5", -25'564}, {"%d/%m/%Y"}), std::nullopt);
  EXPECT_EQ(day_in({"16/11/2026", std::nullopt}, {"%Y-%m-%d", "%d/%m/%Y"}), day("2026-11-16"));
}

TEST(notices, many_tickets_of_many_customers_stay_apart) {
  Report report;
  for (int i = 0; i < 20'000; ++i) {
    report.closed(fmt::format("c{}@x.example", i % 5000), fmt::format("T{}", i), "16/11/2026");
  }
  report.selection().settle();
  size_t notices = 0;
  report.selection().each_notice([&](const Notice& notice) {
    ++notices;
    ASSERT_EQ(notice.tickets.size(), 4U);
    const std::string id(notice.email.substr(1, notice.email.find('@') - 1));
    for (const SelectedTicket& ticket : notice.tickets) {
      const int number = std::stoi(std::string(ticket.id.substr(1)));
      ASSERT_EQ(std::to_string(number % 5000), id);
    }
  });
  EXPECT_EQ(notices, 5000U);
}

NoticeContents two_tickets() {
  return {"pat@x.example",
          "Pat",
          "Doe",
          {{"1041", "Printer <b>", day("2026-11-16")}, {"1043", "", day("2026-11-17")}}};
}

TEST(notice_text, one_template_gives_text_and_html) {
  const NoticeWriter writer({}, "");
  EXPECT_EQ(writer.problem(), "");
  const WrittenNotice many = writer.write(two_tickets());
  EXPECT_EQ(many.subject, "Your tickets 1041, 1043 closed");
  EXPECT_NE(many.text.find("- 1041: Printer <b>, on 2026-11-16\n- 1043, on 2026-11-17\n"),
            std::string::npos)
      << many.text;
  EXPECT_NE(many.html.find("- 1041: Printer &lt;b&gt;, on 2026-11-16<br>"), std::string::npos)
      << many.html;
  NoticeContents one = two_tickets();
  one.tickets.pop_back();
  EXPECT_EQ(writer.write(one).subject, "Your ticket 1041 closed");
}

TEST(notice_text, an_html_template_gives_text_as_well) {
  NoticesSettings settings;
  settings.template_file = "letter.html";
  const NoticeWriter writer(settings, "<p>Dear {{name}}</p>{{#list}}<p>{{subject}}</p>{{/list}}");
  const WrittenNotice out = writer.write(two_tickets());
  EXPECT_NE(out.html.find("Printer &lt;b&gt;"), std::string::npos) << out.html;
  EXPECT_NE(out.text.find("Printer <b>"), std::string::npos) << out.text;
  EXPECT_NE(NoticeWriter({}, "{{#list}}").problem(), "");
  const std::string misspelt = NoticeWriter({}, "Hi {{ nmae }}").problem();
  EXPECT_TRUE(misspelt.starts_with("unknown variable {{nmae}} (did you mean name? ")) << misspelt;
  EXPECT_EQ(
      NoticeWriter({}, "{{! a comment }}{{&name}} {{^many}}{{/many}}{{=<% %>=}}<%name%>").problem(),
      "");
}

TEST(notice_text, a_subject_is_one_line_whatever_a_ticket_is_called) {
  NoticeContents contents = two_tickets();
  contents.tickets[0].id = "1\r\nBcc: all@x.example";
  EXPECT_EQ(NoticeWriter({}, "").write(contents).subject.find_first_of("\r\n"), std::string::npos);
}

TEST(notice_text, bodies_are_as_receivers_expect_them) {
  const json::array report = report_body(two_tickets());
  EXPECT_EQ(to_text(report),
            R"([{"full_name":"Pat DOE","email_address":"pat@x.example","ready_to_send":true,)"
            R"("email":{"subject":"Ticket status report","to_address":["pat@x.example"],)"
            R"("cc_address":[],"body":"Ticket no. 1041 was closed on 16-Nov-2026\n)"
            R"(Ticket no. 1043 was closed on 17-Nov-2026\n"}}])");
  const json::object body = notice_body(two_tickets(), {"s", "t", "h"}, "2026-11-21", "n-000017");
  EXPECT_EQ(to_text(body),
            R"({"to":"pat@x.example","name":"Pat Doe","subject":"s","text":"t","html":"h",)"
            R"("tickets":[{"id":"1041","subject":"Printer <b>","closed_on":"2026-11-16"},)"
            R"({"id":"1043","subject":"","closed_on":"2026-11-17"}],"run":"2026-11-21",)"
            R"("notice":"n-000017"})");
  const auto kept = tickets_in_json(to_text(tickets_as_json(two_tickets().tickets)));
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept[0].subject, "Printer <b>");
  EXPECT_EQ(kept[1].day, day("2026-11-17"));
}

}  // namespace
}  // namespace dw
