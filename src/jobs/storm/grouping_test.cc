#include "jobs/storm/grouping.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "domain/words.h"

namespace dw {
namespace {

const TimePoint eleven = *from_rfc3339("2026-11-23T11:00:00Z");

Millis minutes(int64_t count) {
  return std::chrono::minutes(count);
}

std::vector<std::string> sorted_words(const std::string& text) {
  std::vector<std::string> out = words_in(text);
  std::sort(out.begin(), out.end());
  return out;
}

/// A desk where printers, passwords and invoices are what people write about.
UsualWords usual_of(const std::vector<std::string>& texts, int days = 28) {
  UsualWords usual;
  for (int day = days; day > 0; --day) {
    for (size_t i = 0; i < texts.size(); ++i) {
      const TimePoint at =
          eleven - std::chrono::hours(24 * day) + minutes(static_cast<int>(i) * 20);
      usual.add(at, sorted_words(texts[i]));
    }
  }
  return usual;
}

const UsualWords& ordinary() {
  static const UsualWords usual = usual_of(
      {"Printer on floor three jams", "Password expired, locked out", "Invoice 4411 is missing",
       "New laptop for a colleague", "Screen flickers", "VPN token for home office",
       "Der Drucker druckt nur weiße Seiten", "Passwort abgelaufen", "Outlook sucht langsam",
       "La impresora no tiene papel", "Contraseña caducada", "El portátil va lento"});
  return usual;
}

std::vector<StormTicket> window_of(const std::vector<std::string>& texts, int64_t first = 1) {
  std::vector<StormTicket> out;
  for (const std::string& text : texts) {
    const auto number = first + static_cast<int64_t>(out.size());
    out.push_back(
        {number, "person" + std::to_string(number), eleven + minutes(number), sorted_words(text)});
  }
  return out;
}

const std::vector<std::string>& english() {
  static const std::vector<std::string> texts = {"VPN error 619",
                                                 "VPN down again?",
                                                 "Can't connect: VPN says 619",
                                                 "vpn disconnects, 619",
                                                 "VPN broken for all",
                                                 "Error 619 when VPN connects",
                                                 "Is the VPN down? 619",
                                                 "VPN 619 since eleven",
                                                 "no VPN from home",
                                                 "Printer jams on floor two",
                                                 "Password expired"};
  return texts;
}

std::string words_of(const StormGroup& group) {
  std::string out;
  for (const StormWord& one : group.words) {
    if (!out.empty()) out += " ";
    out += one.word;
  }
  return out;
}

TEST(StormGroups, an_outage_is_seen_in_english_german_and_spanish) {
  const auto vpn = find_groups(window_of(english()), ordinary(), {});
  ASSERT_EQ(vpn.size(), 1U);
  EXPECT_EQ(words_of(vpn[0]).substr(0, 7), "vpn 619") << words_of(vpn[0]);
  EXPECT_EQ(vpn[0].tickets, (std::vector<int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(vpn[0].requesters, 9);
  EXPECT_EQ(vpn[0].since, eleven + minutes(1));

  const auto mail = find_groups(
      window_of({"Outlook startet nicht", "Mails kommen nicht an, Exchange weg",
                 "Exchange nicht erreichbar", "Outlook: Exchange getrennt",
                 "kein Exchange seit zehn", "Exchange Postfach leer", "EXCHANGE?",
                 "Verbindung zu Exchange verloren", "Exchange tot", "Drucker druckt weiße Seiten"}),
      ordinary(), {});
  ASSERT_EQ(mail.size(), 1U);
  EXPECT_EQ(mail[0].words[0].word, "exchange");
  EXPECT_EQ(mail[0].tickets.size(), 8U);

  const auto internet = find_groups(
      window_of({"Sin internet en la oficina", "No hay internet", "Internet caído en planta 2",
                 "internet no va", "¿Internet caído?", "Se cayó internet", "No tengo internet",
                 "Internet muy lento, luego nada", "La impresora no tiene papel"}),
      ordinary(), {});
  ASSERT_EQ(internet.size(), 1U);
  EXPECT_EQ(internet[0].words[0].word, "internet");
  EXPECT_EQ(internet[0].tickets.size(), 8U);
}

TEST(StormGroups, several_languages_share_the_name_of_what_is_down) {
  const auto groups =
      find_groups(window_of({"Citrix is down", "Citrix geht nicht", "Citrix no funciona",
                             "CITRIX!!", "kein Citrix", "Citrix session lost", "Citrix caído",
                             "Citrix hängt", "Invoice 4412 is missing"}),
                  ordinary(), {});
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].words[0].word, "citrix");
  EXPECT_EQ(groups[0].tickets.size(), 8U);
}

TEST(StormGroups, a_usual_day_is_none) {
  EXPECT_TRUE(find_groups(window_of({"Printer jams", "Password expired", "Invoice missing",
                                     "Screen flickers", "Outlook sucht", "Printer empty",
                                     "Password lost", "Laptop slow", "Printer loud"}),
                          ordinary(), {})
                  .empty());
  EXPECT_TRUE(find_groups({}, ordinary(), {}).empty());
}

TEST(StormGroups, too_few_tickets_or_people_are_none_and_a_spike_halves_the_tickets) {
  std::vector<std::string> five(english().begin(), english().begin() + 5);
  EXPECT_TRUE(find_groups(window_of(five), ordinary(), {}).empty());
  EXPECT_EQ(find_groups(window_of(five), ordinary(), {.is_spike = true}).size(), 1U);
  EXPECT_EQ(StormRules({.min_tickets = 4, .is_spike = true}).needed(), 3) << "never below three";
  std::vector<StormTicket> monitor = window_of(english());
  for (StormTicket& one : monitor) one.requester = one.id % 2 == 0 ? "monitor" : "probe";
  EXPECT_TRUE(find_groups(monitor, ordinary(), {}).empty()) << "two programs are no three people";
}

TEST(StormGroups, what_comes_every_monday_is_usual_until_it_is_far_larger) {
  UsualWords usual = usual_of({"Printer on floor three jams", "Invoice is missing",
                               "Screen flickers", "Outlook search is slow"});
  UsualWords with_mondays = usual;
  for (int week = 1; week <= 4; ++week) {
    for (int i = 0; i < 5; ++i) {
      with_mondays.add(eleven - std::chrono::hours(24 * 7 * week) + minutes(i),
                       sorted_words("VPN token"));
    }
  }
  const auto window = window_of(english());
  EXPECT_EQ(find_groups(window, usual, {}).size(), 1U);
  const auto groups = find_groups(window, with_mondays, {});
  for (const StormGroup& group : groups) EXPECT_EQ(words_of(group).find("vpn"), std::string::npos);
  std::vector<std::string> many;
  for (int i = 0; i < 3; ++i) many.insert(many.end(), english().begin(), english().begin() + 9);
  EXPECT_EQ(find_groups(window_of(many), with_mondays, {}).size(), 1U);
}

TEST(StormGroups, two_outages_at_once_are_two_and_no_ticket_is_in_both) {
  std::vector<StormTicket> window = window_of(english());
  const auto other = window_of({"Citrix down", "Citrix hangs", "No Citrix", "Citrix session lost",
                                "Citrix broken", "Citrix slow", "Citrix gone", "Citrix again"},
                               100);
  window.insert(window.end(), other.begin(), other.end());
  const UsualWords usual =
      usual_of({"Printer on floor three jams", "Invoice is missing", "Screen flickers",
                "Outlook search is slow", "Password expired", "New laptop for a colleague"});
  const auto groups = find_groups(window, usual, {});
  ASSERT_EQ(groups.size(), 2U);
  for (const int64_t id : groups[0].tickets) {
    EXPECT_FALSE(std::binary_search(groups[1].tickets.begin(), groups[1].tickets.end(), id));
  }
}

TEST(StormGroups, the_same_tickets_in_any_order_are_the_same_group) {
  std::vector<StormTicket> window = window_of(english());
  const auto before = find_groups(window, ordinary(), {});
  std::reverse(window.begin(), window.end());
  const auto after = find_groups(window, ordinary(), {});
  ASSERT_EQ(before.size(), after.size());
  EXPECT_EQ(before[0].tickets, after[0].tickets);
  EXPECT_EQ(before[0].words, after[0].words);
  EXPECT_EQ(before[0].since, after[0].since);
}

TEST(StormGroups, a_young_desk_sees_what_a_third_of_its_people_write) {
  EXPECT_EQ(find_groups(window_of(english()), {}, {}).size(), 1U);
  std::vector<std::string> many = english();
  for (int i = 0; i < 40; ++i) many.push_back("something" + std::to_string(i));
  EXPECT_TRUE(find_groups(window_of(many), {}, {}).empty());
}

TEST(StormGroups, each_word_of_the_window_has_what_keeps_it_out) {
  std::vector<StormTicket> window = window_of(english());
  // Three people in eleven write what every twelfth ticket has: no four times as often.
  for (size_t i = 0; i < 2; ++i) window[i].words = sorted_words("printer vpn");
  const auto verdicts = judge_words(window, ordinary());
  EXPECT_EQ(verdicts.at("vpn"), WordVerdict::stands_out);
  EXPECT_EQ(verdicts.at("home"), WordVerdict::few_people);
  EXPECT_EQ(verdicts.at("printer"), WordVerdict::usual_rate);
  UsualWords mondays = ordinary();
  for (int week = 1; week <= 3; ++week) {
    for (int i = 0; i < 5; ++i) {
      mondays.add(eleven - std::chrono::hours(24 * 7 * week) + minutes(i), {"vpn"});
    }
  }
  EXPECT_EQ(judge_words(window, mondays).at("vpn"), WordVerdict::usual_hours);
}

TEST(StormGroups, a_ticket_matches_with_half_of_the_weight) {
  const std::vector<StormWord> group = {{.word = "vpn", .weight = 60},
                                        {.word = "619", .weight = 40}};
  EXPECT_EQ(match(group, {"619", "vpn"}), 1);
  EXPECT_GE(match(group, {"vpn"}), match_min);
  EXPECT_LT(match(group, {"619"}), match_min);
  EXPECT_EQ(match({}, {"619"}), 0);
}

TEST(StormGroups, usual_words_forget_the_oldest_tickets) {
  UsualWords usual;
  usual.add(eleven, {"vpn"});
  usual.add(eleven + minutes(90), {"vpn"});
  EXPECT_EQ(usual.with("vpn"), 2);
  EXPECT_EQ(usual.days_with("vpn", 1), 1);
  usual.remove(eleven, {"vpn"});
  usual.remove(eleven + minutes(90), {"vpn"});
  EXPECT_EQ(usual.tickets(), 0);
  EXPECT_EQ(usual.with("vpn"), 0);
}

}  // namespace
}  // namespace dw
