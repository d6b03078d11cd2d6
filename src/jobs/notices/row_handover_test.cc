#include "jobs/notices/row_handover.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>

namespace dw {
namespace {

/// What was taken, in its order.
struct Taken {
  std::vector<int64_t> rows;
  std::string last_ticket, last_email;
  size_t bytes = 0;

  void take(std::span<const GoodRow> more) {
    for (const GoodRow& row : more) {
      rows.push_back(row.row);
      bytes += row.ticket.size() + row.email.size() + row.subject.size();
      last_ticket = row.ticket;
      last_email = row.email;
    }
  }
};

TEST(row_handover, rows_arrive_in_their_order_with_their_texts) {
  for (const int64_t count : {0, 1, 1024, 8193, 60'000}) {
    SCOPED_TRACE(count);
    Taken taken;
    RowHandover handover([&](std::span<const GoodRow> rows) { taken.take(rows); });
    size_t bytes = 0;
    std::string ticket, email;
    for (int64_t row = 1; row <= count; ++row) {
      // One that fills a batch by itself now and then, and one that is larger than a batch.
      const size_t long_subject = row % 5000 == 0 ? 200'000 : row % 700 == 0 ? 60'000 : 3;
      ticket = "T" + std::to_string(row);
      email = "c" + std::to_string(row) + "@x.example";
      const std::string subject(long_subject, 's');
      bytes += ticket.size() + email.size() + subject.size();
      handover.give({.row = row, .email = email, .ticket = ticket, .subject = subject});
    }
    const std::string last_ticket = std::exchange(ticket, "overwritten");
    handover.finish();
    std::vector<int64_t> all(static_cast<size_t>(count));
    std::iota(all.begin(), all.end(), 1);
    EXPECT_EQ(taken.rows, all);
    EXPECT_EQ(taken.bytes, bytes);
    EXPECT_EQ(taken.last_ticket, last_ticket);
    EXPECT_EQ(taken.last_email, email);
  }
}

TEST(row_handover, one_that_is_given_up_ends_its_thread) {
  Taken taken;
  {
    RowHandover handover([&](std::span<const GoodRow> rows) { taken.take(rows); });
    for (int64_t row = 1; row <= 30'000; ++row) handover.give({.row = row, .ticket = "T"});
  }
  EXPECT_LE(taken.rows.size(), 30'000U);
  EXPECT_TRUE(std::is_sorted(taken.rows.begin(), taken.rows.end()));
}

}  // namespace
}  // namespace dw
