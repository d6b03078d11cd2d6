#include "jobs/tally/tally.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "jobs/tally/rows.h"
#include "records/deliveries.h"

namespace dw {
namespace {

TallyFormats formats(const std::string& pattern = "", const std::string& suffix = "") {
  Result<TallyFormats> made = TallyFormats::make(pattern, suffix);
  EXPECT_TRUE(made.ok());
  return std::move(*made);
}

/// "INC1 jxsrcc Jon Snow; …"
std::string counts(const TallyFormats& with, std::string_view text, std::string_view blocks = "") {
  std::vector<std::string> out;
  for (const TallyUpdate& update : with.read(text, blocks)) {
    out.push_back((update.ticket.empty() ? "-" : update.ticket) + " " + update.username + " " +
                  update.name);
  }
  return join(out, "; ");
}

std::string counts(std::string_view text, std::string_view blocks = "") {
  return counts(formats(), text, blocks);
}

const char* const two_notes =
    "INC0000000 [ *Screen will not turn on* ] Work note added by *Jon Snow* (_jxsrcc_):\n"
    "&gt; Found some issues. Fixing now!\n\n"
    "<https://it.example/INC0000001|INC0000001> [ *Reimage new computer* ] Public comment added by "
    "*Sansa Stark* (_sxsrcc_):\n&gt; Hello Robb, ...\n";

TEST(TallyFormats, every_update_line_of_a_ticket_service_counts) {
  EXPECT_EQ(counts(two_notes), "INC0000000 jxsrcc Jon Snow; INC0000001 sxsrcc Sansa Stark");
  const std::string twice =
      "INC1 [ *a* ] Work note added by *Jon Snow* (_jxsrcc_):\n> one\n\n"
      "INC1 [ *a* ] Work note added by *Jon Snow* (_jxsrcc_):\n> two";
  EXPECT_EQ(counts(twice), "INC1 jxsrcc Jon Snow; INC1 jxsrcc Jon Snow");
}

TEST(TallyFormats, quoted_words_and_titles_never_count) {
  EXPECT_EQ(counts("> INC1 [ *a* ] Work note added by *Me* (_merrcc_):"), "");
  EXPECT_EQ(counts(">>> hello\nINC1 [ *a* ] Work note added by *Me* (_mercc_):"), "");
  EXPECT_EQ(counts("INC1 [ *x* ] Work note added by *Me* (_mercc_): [ * ] Resolved by *Jon Snow* "
                   "(_jxsrcc_):"),
            "INC1 jxsrcc Jon Snow");
  EXPECT_EQ(counts("Ticket 17 \"updated by Me (mercc)\" was updated by Jon Snow (jxsrcc)"),
            "17 jxsrcc Jon Snow");
}

TEST(TallyFormats, the_other_built_in_formats) {
  EXPECT_EQ(counts("Jon Snow (jxsrcc) updated ticket INC17"), "INC17 jxsrcc Jon Snow");
  EXPECT_EQ(counts("*Jon Snow* (jxs_rcc) commented on the incident #42: hello"),
            "42 jxs_rcc Jon Snow");
  EXPECT_EQ(counts("Jon Snow (jxsrcc) changed the priority of ticket 9"), "9 jxsrcc Jon Snow");
  EXPECT_EQ(counts("Ticket INC17 (VPN) has been resolved by Jon Snow jxsrcc."),
            "INC17 jxsrcc Jon Snow");
  EXPECT_EQ(counts("Ticket: INC3\nUpdated by: Jon Snow (jxsrcc)\nNote: x"), "INC3 jxsrcc Jon Snow");
  EXPECT_EQ(counts("*Username:* jxsrcc\n*Number:* INC3\n*Name:* Jon Snow"), "INC3 jxsrcc Jon Snow");
  EXPECT_EQ(counts("Username: jxsrcc"), "") << "a name belongs to it";
  EXPECT_EQ(counts("we talked about ticket 9 by the way"), "");
}

TEST(TallyFormats, blocks_that_say_the_same_again_count_once) {
  EXPECT_EQ(counts(two_notes, two_notes),
            "INC0000000 jxsrcc Jon Snow; INC0000001 sxsrcc Sansa Stark");
  EXPECT_EQ(counts("New activity", two_notes),
            "INC0000000 jxsrcc Jon Snow; INC0000001 sxsrcc Sansa Stark");
  EXPECT_EQ(counts("Jon Snow (jxsrcc) updated ticket 1", "Jon Snow (jxsrcc) updated ticket 2"),
            "1 jxsrcc Jon Snow; 2 jxsrcc Jon Snow");
}

TEST(TallyFormats, names_and_verbs_may_hold_parentheses_colons_and_commas) {
  EXPECT_EQ(counts("INC9 [ *VPN* ] Work note added by *Jon Snow (Contractor)* (_a8rcc_):"),
            "INC9 a8rcc Jon Snow (Contractor)");
  EXPECT_EQ(
      counts("INC9 [ VPN ] Public comment (Customer visible) added by *Snow, Jon: IT* (_a8_):"),
      "INC9 a8 Snow, Jon: IT");
  EXPECT_EQ(counts("INC9 [ *VPN* ] Work note added by *Jon Snow* ( _a8rcc_ ):"),
            "INC9 a8rcc Jon Snow");
  EXPECT_EQ(counts("Jon Snow (EXT) (jxsrcc) updated ticket INC17"), "INC17 jxsrcc Jon Snow (EXT)");
  EXPECT_EQ(counts("Ticket INC17 was updated by Snow, Jon (EXT) (jxsrcc)"),
            "INC17 jxsrcc Snow, Jon (EXT)");
  EXPECT_EQ(counts("Updated by: Jon Snow (EXT) (jxsrcc)"), "- jxsrcc Jon Snow (EXT)");
  EXPECT_EQ(counts("INC9 [ VPN ] Resolved by Seán O'Brien & Co &amp; Sons (a8):"),
            "INC9 a8 Seán O'Brien & Co & Sons");
}

TEST(TallyFormats, odd_verbs_count_in_a_ticket_services_own_line) {
  for (const char* verb :
       {"Priority changed from 3 - Moderate to 2 - High by", "Work notes & comments updated by",
        "Customer's reply added by", "Additional comments – added by",
        "State set to \"On Hold\" by", "Comment #3 added by", "Re-assigned to Network/LAN by",
        "Updated by:", "- Updated by", "RESOLVED BY", "Field \"Impact\" (1 → 2) changed by",
        "Work note, 2nd, added by"}) {
    EXPECT_EQ(counts("INC9 [ *VPN [2]: slow* ] " + std::string(verb) + " *Jon Snow* (_jxsrcc_):"),
              "INC9 jxsrcc Jon Snow")
        << verb;
  }
  for (const char* end : {"", ".", "!", ":", " at 10:30", " on 2026-11-03 10:30", ", at 10:30 AM",
                          " 5 minutes ago", " just now", " - Status: open"}) {
    EXPECT_EQ(counts("INC9 [ VPN ] Closed by Jon Snow (jxsrcc)" + std::string(end)),
              "INC9 jxsrcc Jon Snow")
        << end;
    EXPECT_EQ(counts("Ticket 9 was closed by Jon Snow (jxsrcc)" + std::string(end)),
              "9 jxsrcc Jon Snow")
        << end;
  }
  for (const char* name : {"Dr. Jon \"Ghost\" Snow", "Jon Snow [ext]", "Snow, Jon (EXT) [IT]",
                           "Jon “J” Snow: IT/Ops", "山田 太郎", "O’Brien, Miles"}) {
    EXPECT_EQ(counts("INC9 [ VPN ] Closed by *" + std::string(name) + "* (_jxsrcc_):"),
              "INC9 jxsrcc " + std::string(name));
  }
  EXPECT_EQ(counts("[INC9] Closed by Jon Snow (jxsrcc)"), "INC9 jxsrcc Jon Snow");
  EXPECT_EQ(counts("INC9: VPN is slow - closed by Jon Snow (jxsrcc)"), "INC9 jxsrcc Jon Snow");
  EXPECT_EQ(counts("REQ1 / RITM2 [ Laptop ] Approved by Jon Snow (jxsrcc):"),
            "REQ1 jxsrcc Jon Snow");
  EXPECT_EQ(counts("INC9 [ fixed by Me (mercc) ] (jxsrcc):"), "");
  EXPECT_EQ(counts("INC9 [ x ] Closed by Me (mercc): at 5 ] Closed by Jon Snow (jxsrcc):"),
            "INC9 jxsrcc Jon Snow");
  EXPECT_EQ(counts("INC9 by Me (mercc)"), "");
}

TEST(TallyFormats, a_line_may_stand_in_a_list_and_name_whom_it_was_done_for) {
  const std::string line = "INC9 [ *VPN* ] Work note added by *Jon Snow* (_jxsrcc_)";
  for (const char* front : {"1. ", "12) ", "• ", ":ticket: ", "- "}) {
    EXPECT_EQ(counts(front + line + ":"), "INC9 jxsrcc Jon Snow") << front;
  }
  EXPECT_EQ(counts(line + " on behalf of *Al Bo* (_alrcc_):"), "INC9 jxsrcc Jon Snow");
  EXPECT_EQ(counts(line + " on behalf of Al Bo at 10:30"), "INC9 jxsrcc Jon Snow");
  EXPECT_EQ(counts("Jon Snow (@jxsrcc) updated ticket INC17"), "INC17 jxsrcc Jon Snow");
  EXPECT_EQ(counts("Jon Snow (jxsrcc) set ticket 17 to resolved"), "17 jxsrcc Jon Snow");
  EXPECT_EQ(counts("INC9 [ on behalf of Me (mercc) ] Closed by Jon Snow (jxsrcc):"),
            "INC9 jxsrcc Jon Snow");
}

TEST(TallyFormats, words_behind_the_agent_are_no_part_of_the_line) {
  for (const char* words :
       {"Found it.", "called (twice) at 5, \"no\" answer", "by the way, done"}) {
    EXPECT_EQ(counts("INC9 [ *VPN* ] Work note added by *Jon Snow* (_jxsrcc_): " +
                     std::string(words) + "\nINC8 [ *VPN* ] Closed by *Jon Snow* (_jxsrcc_)"),
              "INC9 jxsrcc Jon Snow; INC8 jxsrcc Jon Snow")
        << words;
  }
  EXPECT_EQ(counts("INC9\u00A0[ VPN\u00A0]\u00A0Work note added by Jon\u00A0Snow\u00A0(jxsrcc):"),
            "INC9 jxsrcc Jon Snow");
  for (const char* forged :
       {"INC9 [ x ] Closed by Me (mercc): y ] opened",
        "INC9 [ x ] Closed by Me (mercc): y [ z ] opened",
        "INC9 [ x ] Closed by Me (mercc): y ] seen by Jon Snow (jxsrcc): words",
        "INC9 [ x ] Closed by Jon Snow (jxsrcc): seen by Me (mercc): words",
        "INC9: VPN closed by Me (mercc): words - opened"}) {
    EXPECT_EQ(counts(forged).find("mercc"), std::string::npos) << forged;
  }
}

TEST(TallyFormats, an_agent_does_many_things_to_a_ticket) {
  for (const char* done : {"escalated",
                           "cancelled",
                           "put",
                           "took",
                           "just updated",
                           "is working on",
                           "re-opened",
                           "added a work note to",
                           "added a comment to",
                           "left a comment on",
                           "replied to",
                           "marked",
                           "set the priority of",
                           "changed the status of",
                           "merged",
                           "reassigned",
                           "has now closed",
                           "attached 2 files to",
                           "acknowledged",
                           "picked up"}) {
    EXPECT_EQ(counts("Jon Snow (jxsrcc) " + std::string(done) + " ticket #9 as he said"),
              "9 jxsrcc Jon Snow")
        << done;
  }
  EXPECT_EQ(counts("Snow, Jon (EXT) (jxsrcc): resolved <https://x.example/9|INC9>"),
            "INC9 jxsrcc Snow, Jon (EXT)");
  for (const char* done :
       {"asked about", "says", "will look at", "has a question about", "likes"}) {
    EXPECT_EQ(counts("Jon Snow (jxsrcc) " + std::string(done) + " ticket #9"), "") << done;
  }
  EXPECT_EQ(counts("Ticket 9 closed by Jon Snow (jxsrcc) and now open"), "");
}

TEST(TallyFormats, marks_of_any_kind_do_not_matter) {
  for (const char* line :
       {"*INC9* [ VPN ] Work note added by *Jon Snow* (_jx_src_):",
        "`INC9` [ VPN ] *Work note* added by _Jon Snow_ (`jx_src`):",
        "*<https://it.example/INC9|INC9> [ VPN ] Work note added by Jon Snow (jx_src):*",
        "🎫 INC9 [ VPN ] Work note added by Jon Snow (jx_src)",
        ":ticket: • ~INC9~ [ VPN ] Work note added by *Jon Snow* (*jx_src*):"}) {
    EXPECT_EQ(counts(line), "INC9 jx_src Jon Snow") << line;
  }
}

TEST(TallyFormats, another_line_about_the_same_ticket_is_another_update) {
  const std::string note = "INC8 [ *VPN* ] Work note added by *Gu Va* (_a7rcc_):";
  const std::string comment = "INC8 [ *VPN* ] Public comment added by *Gu Va* (_a7rcc_):";
  EXPECT_EQ(counts(note, note), "INC8 a7rcc Gu Va");
  EXPECT_EQ(counts(note, note + "\n" + comment), "INC8 a7rcc Gu Va; INC8 a7rcc Gu Va");
  EXPECT_EQ(counts(note, comment), "INC8 a7rcc Gu Va; INC8 a7rcc Gu Va");
  EXPECT_EQ(counts("Gu Va (a7rcc) updated ticket INC8", note), "INC8 a7rcc Gu Va")
      << "an app that says it twice";
}

TEST(TallyFormats, the_value_of_a_field_counts_as_a_line_of_its_own) {
  const char* const line = "INC9 [ *VPN* ] Work note added by *Jon Snow* (_jxsrcc_):";
  for (const char* label : {"Update: ", "*Latest update:* ", "*Activity*: ", "Ticket: "}) {
    EXPECT_EQ(counts("", label + std::string(line)), "INC9 jxsrcc Jon Snow") << label;
  }
  EXPECT_EQ(counts("", "Update: Jon Snow (jxsrcc) updated ticket INC17"), "INC17 jxsrcc Jon Snow");
  for (const char* label : {"Comment: ", "Short description: ", "*Work notes:* ", "Title: "}) {
    EXPECT_EQ(counts("", label + std::string(line)), "") << label;
  }
}

TEST(TallyFormats, a_label_may_stand_in_the_line_above_its_value) {
  EXPECT_EQ(counts("", "*Number:*\nINC3\n*Updated by:*\nJon Snow (jxsrcc)"),
            "INC3 jxsrcc Jon Snow");
  EXPECT_EQ(counts("",
                   "*Username*\njxsrcc\n*Name*\nJon Snow\n*Incident*\n"
                   "<https://it.example/3|INC3>"),
            "INC3 jxsrcc Jon Snow");
  EXPECT_EQ(counts("", "Comment:\nUsername: jxsrcc"), "") << "a name belongs to it";
  EXPECT_EQ(counts("", "Updated by:\nTicket: INC3\nJon Snow (jxsrcc)"), "");
}

TEST(TallyFormats, as_many_lines_as_slack_takes_are_counted) {
  std::string text;
  for (int i = 0; i < 900; ++i) text += "INC" + std::to_string(i) + " Resolved by Bo (b1):\n";
  EXPECT_EQ(formats().read(text, "").size(), 900U);
}

TEST(TallyFormats, a_pattern_of_ones_own_sees_what_a_person_reads) {
  const TallyFormats own =
      formats(R"((?P<ticket>AB-\d+) touched by (?P<name>.+?) <(?P<username>\w+)>$)");
  EXPECT_EQ(counts(own, "<https://x.example/1|AB-1> touched by Jon &amp; Co &lt;jon&gt;"),
            "AB-1 jon Jon & Co");
}

TEST(TallyFormats, a_suffix_is_compared_without_case_on_every_line) {
  const TallyFormats staff = formats("", "rcc");
  EXPECT_EQ(counts(staff, "Ana (customer1) updated ticket 1\nJon (JXSRCC) updated ticket 1"),
            "1 JXSRCC Jon");
}

TEST(TallyFormats, a_pattern_of_ones_own_replaces_the_built_in_formats) {
  const TallyFormats own =
      formats(R"(^(?P<ticket>[A-Z]+-\d+) touched by (?P<name>.+?) <(?P<username>\w+)>$)");
  EXPECT_EQ(counts(own,
                   "AB-1 touched by Jon Snow <jon>\n> AB-2 touched by Me <me>\n"
                   "AB-3 touched by Ana <ana>"),
            "AB-1 jon Jon Snow; AB-3 ana Ana");
  EXPECT_EQ(counts(own, two_notes), "");
  EXPECT_FALSE(TallyFormats::make("(", "").ok());
  EXPECT_FALSE(TallyFormats::make("(?P<name>x)", "").ok());
  EXPECT_EQ(counts(formats("(?P<name>x*)(?P<username>y*)"), "abc"), "") << "it ends";
}

TEST(TallyFormats, long_hostile_lines_take_linear_time) {
  std::string text = "INC1 [ ";
  for (int i = 0; i < 4000; ++i) text += "] by *a* (_b_ ";
  EXPECT_EQ(counts(text), "");
}

TEST(TallyFormats, the_key_of_the_older_file) {
  EXPECT_EQ(stats_key("Jon Snow", "jxsrcc"), "Jon S\njxsrcc");
  EXPECT_EQ(stats_key("Mary Jane Watson", "m"), "Mary Jane W\nm");
  EXPECT_EQ(stats_key("Jon", "j"), "J\nj");
  EXPECT_EQ(stats_key("Ana Öz", "a"), "Ana Ö\na");
  EXPECT_EQ(stats_key("", "a"), "\na");
}

Event event(std::string kind, std::string key, json::object body) {
  return {.source = "slack",
          .key = std::move(key),
          .kind = std::move(kind),
          .at = TimePoint(Millis(1'795'000'000'000)),
          .body = std::move(body)};
}

TEST(Tally, a_message_is_counted_where_it_was_sent_and_an_edit_by_its_time) {
  const Tally job({{.channel = "C1", .pattern = {}, .username_suffix = "rcc", .stats_file = {}}});
  const json::object body{{"channel", "C1"},
                          {"message", "1771290107.000400"},
                          {"text", two_notes},
                          {"blocks_text", ""}};
  Plan plan = job.plan(event("chat.message", "C1/1771290107.000400", body), {});
  ASSERT_EQ(plan.changes.size(), 1U);
  const TallyMessage& kept = plan.changes[0].get_if<KeepTally>()->message;
  EXPECT_EQ(kept.updates.size(), 2U);
  EXPECT_EQ(kept.revision, 1'771'290'107'000'400);
  EXPECT_EQ(kept.at, TimePoint(Millis(1'771'290'107'000)));
  plan = job.plan(event("chat.edit", "C1/1771290107.000400/1771290200.5", body), {});
  EXPECT_EQ(plan.changes.at(0).get_if<KeepTally>()->message.revision, 1'771'290'200'500'000);
  plan = job.plan(event("chat.delete", "x", body), {});
  EXPECT_EQ(plan.changes.at(0).get_if<DropTally>()->message, "1771290107.000400");
}

TEST(Tally, other_channels_are_left_alone) {
  const Tally job({{.channel = "C1", .pattern = {}, .username_suffix = {}, .stats_file = {}}});
  const json::object body{{"channel", "C2"}, {"message", "1.1"}, {"text", two_notes}};
  EXPECT_TRUE(job.plan(event("chat.message", "C2/1.1", body), {}).changes.empty());
  EXPECT_TRUE(
      job.plan(event("chat.message", "C1/mention/1771290107.000400", body), {}).changes.empty())
      << "it may hold less than the message itself";
  EXPECT_TRUE(job.takes("chat.edit") && !job.takes("chat.reaction"));
}

TEST(Tally, a_page_of_history_is_as_new_as_the_question) {
  const Tally job({{.channel = "C1", .pattern = {}, .username_suffix = {}, .stats_file = {}}});
  const json::object one{{"channel", "C1"}, {"message", "1.1"}, {"text", two_notes}};
  const json::object page{{"channel", "C1"}, {"asked_at", 77}, {"messages", json::array{one, one}}};
  const Plan plan = job.plan(event("tally.history", "k", page), {});
  ASSERT_EQ(plan.changes.size(), 2U);
  EXPECT_EQ(plan.changes[0].get_if<KeepTally>()->message.revision, 77);
}

TEST(Tally, a_start_asks_in_the_place_of_what_has_waited_since_earlier_ones) {
  const Tally job({{.channel = "C1", .pattern = {}, .username_suffix = "rcc", .stats_file = {}}});
  const auto catch_up = [&](const TallyView& view) {
    return job.plan(event("tally.catchup", "k", json::object{}), view);
  };
  TallyView view{{{"C1", "1771290107.000400"}}};
  Delivery first = catch_up(view).deliveries.at(0);
  first.id = {7};
  view.waiting = {first};
  view.newest["C1"] = "1771290999.1";  // something came in between
  const Plan again = catch_up(view);
  ASSERT_EQ(again.deliveries.size(), 1U);
  EXPECT_EQ(to_text(encode(again.deliveries[0].payload)), to_text(encode(first.payload)))
      << "from the earliest on";
  ASSERT_EQ(again.changes.size(), 1U);
  EXPECT_EQ(again.changes[0].get_if<DropDelivery>()->delivery, DeliveryId{7});
  view.waiting[0].is_in_doubt = true;
  EXPECT_TRUE(catch_up(view).changes.empty()) << "it may have been answered already";
}

TEST(Tally, what_was_said_while_it_was_down_is_read_threads_included) {
  const Tally job({{.channel = "C1", .pattern = {}, .username_suffix = "rcc", .stats_file = {}}});
  const auto questions = [](const Plan& plan) {
    std::string out;
    for (const Delivery& one : plan.deliveries) {
      out += to_text(encode(one.payload)) + " " + one.reference + "\n";
    }
    return out;
  };
  EXPECT_EQ(questions(job.plan(event("tally.catchup", "k", json::object{}), {{{"C1", ""}}})), "")
      << "the first start";
  Plan plan =
      job.plan(event("tally.catchup", "k", json::object{}), {{{"C1", "1771290107.000400"}}});
  ASSERT_EQ(plan.deliveries.size(), 1U);
  EXPECT_EQ(to_text(encode(plan.deliveries[0].payload)),
            R"({"channel":"C1","since":"1770685307.000400","cursor":"","about":"history"})");
  const std::string reference = plan.deliveries[0].reference;
  const auto line = [](const char* ts) {
    return json::object{
        {"channel", "C1"}, {"message", ts}, {"text", "Jon Snow (jxsrcc) updated ticket INC1"}};
  };
  const json::object page{
      {"reference", reference},
      {"is_done", true},
      {"answer",
       json::object{{"messages", json::array{line("1771290107.000400"), line("1771290200.1")}},
                    {"deleted", json::array{"1771290000.1"}},
                    {"threads", json::array{json::object{{"message", "1771280000.1"},
                                                         {"latest_reply", "1771280001.1"}},
                                            json::object{{"message", "1771290107.000400"},
                                                         {"latest_reply", "1771290300.1"}}}},
                    {"next_cursor", "n"}}}};
  plan = job.plan(event("tally.answered", "d", page), {});
  EXPECT_EQ(plan.changes.size(), 3U);
  ASSERT_EQ(plan.deliveries.size(), 2U) << questions(plan);
  EXPECT_EQ(to_text(encode(plan.deliveries[0].payload)),
            R"({"channel":"C1","since":"1771290107.000400","cursor":"",)"
            R"("thread":"1771290107.000400","about":"history"})");
  EXPECT_NE(to_text(encode(plan.deliveries[1].payload)).find(R"("cursor":"n")"), std::string::npos);
  const json::object refused{{"reference", reference}, {"is_done", false}, {"why", "no"}};
  EXPECT_TRUE(job.plan(event("tally.answered", "d2", refused), {}).changes.empty());
}

}  // namespace
}  // namespace dw
