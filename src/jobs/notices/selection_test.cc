#include "jobs/notices/selection.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "base/text.h"

namespace dw {
namespace {

using Texts = std::vector<std::string>;

constexpr int32_t first_day = 20'700;

/// The same by the rule alone: of each ticket the newest row, of one day the last.
class Rule {
 public:
  void take(int64_t row, const Texts& texts, int32_t day) {
    const std::string &email = texts[2], &ticket = texts[3];
    if (ticket.empty()) return bad(row);
    const bool is_closed = texts[4] == "Closed";
    const std::string key = to_lower(email);
    if (is_closed && email.find('@') == std::string::npos) return bad(row);
    if (is_closed) {
      const auto [at, is_new] = customers_.try_emplace(key, Customer{email, "", day});
      if (is_new || day >= at->second.day) at->second.name = texts[0] + " " + texts[1];
      at->second.day = std::max(at->second.day, day);
    }
    const auto [at, is_new] = tickets_.try_emplace(ticket);
    if (!is_new && day < at->second.day) return;
    if (is_new) at->second.place = tickets_.size();
    at->second.day = day;
    at->second.is_closed = is_closed;
    at->second.customer = key;
    if (is_closed) at->second.subject = texts[6];
  }
  std::string notices() const {
    std::map<std::string, std::map<std::pair<int32_t, size_t>, std::string>> due;
    for (const auto& [id, one] : tickets_) {
      if (!one.is_closed) continue;
      due[one.customer][{one.day, one.place}] = fmt::format(" {}/{}/{}", id, one.subject, one.day);
    }
    std::string out;
    for (const auto& [key, tickets] : due) {
      const Customer& customer = customers_.at(key);
      out += customer.email + " " + customer.name + ":";
      for (const auto& [order, text] : tickets) out += text;
      out += "\n";
    }
    return out;
  }
  const std::vector<int64_t>& bad_rows() const { return bad_rows_; }

 private:
  struct Customer {
    std::string email, name;
    int32_t day = 0;
  };
  struct Ticket {
    size_t place = 0;
    int32_t day = 0;
    bool is_closed = false;
    std::string customer, subject;
  };
  void bad(int64_t row) { bad_rows_.push_back(row); }

  std::map<std::string, Customer> customers_;
  std::map<std::string, Ticket> tickets_;
  std::vector<int64_t> bad_rows_;
};

std::string notices_of(Selection& selection) {
  std::string out;
  selection.settle();
  selection.each_notice([&](const Notice& notice) {
    out += std::string(notice.email) + " " + notice.name() + ":";
    for (const SelectedTicket& ticket : notice.tickets) {
      out += fmt::format(" {}/{}/{}", ticket.id, ticket.subject, ticket.day);
    }
    out += "\n";
  });
  return out;
}

/// A row out of few tickets and customers, so that they meet within a few rows and far apart.
Texts random_row(std::mt19937& random, int tickets, int32_t day) {
  const auto below = [&](int most) { return static_cast<int>(random() % unsigned(most)); };
  const int who = below(tickets / 4 + 1);
  std::string email = fmt::format("c{}@customer{}.example", who, who % 7);
  if (below(5) == 0) email[0] = 'C';
  if (below(50) == 0) email = "nobody";
  const std::string ticket = below(60) == 0 ? "" : fmt::format("T{}", below(tickets));
  // One that fills what waits, and more than that.
  const size_t length = below(40) == 0 ? 900 : static_cast<size_t>(below(12));
  return {fmt::format("First{}", below(3)),
          fmt::format("Last{}", who),
          email,
          ticket,
          below(3) == 0 ? "Open" : "Closed",
          day_text(day),
          std::string(length, static_cast<char>('a' + below(26)))};
}

/// Few, as most reports have, or so many that another thread keeps them.
int rows_of(unsigned seed, std::mt19937& random) {
  const unsigned most = seed % 12 == 0 ? 40'000 : 3000;
  return 1 + static_cast<int>(random() % most);
}

TEST(selection, rows_are_taken_as_the_rule_says) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    NoticesSettings settings;
    settings.columns.subject = "G";
    Selection selection(settings, {first_day, first_day + 400});
    Rule rule;
    const int tickets = seed % 3 == 0 ? 3 : seed % 3 == 1 ? 60 : 2000;
    const int rows = rows_of(seed, random);
    for (int row = 1; row <= rows; ++row) {
      const int32_t day = first_day + static_cast<int32_t>(random() % 30);
      const Texts texts = random_row(random, tickets, day);
      std::vector<Cell> cells;
      for (const std::string& text : texts) cells.push_back({text});
      ASSERT_TRUE(selection.take({row, cells}, 0).ok());
      rule.take(row, texts, day);
    }
    ASSERT_TRUE(selection.finish().ok());
    std::vector<int64_t> bad_rows;
    for (const BadRow& one : selection.bad_rows()) bad_rows.push_back(one.row);
    std::vector<int64_t> expected = rule.bad_rows();
    EXPECT_EQ(selection.metrics().bad, static_cast<int64_t>(expected.size())) << "seed " << seed;
    expected.resize(std::min(expected.size(), bad_rows_max));
    EXPECT_EQ(bad_rows, expected) << "seed " << seed;
    EXPECT_EQ(notices_of(selection), rule.notices()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace dw
