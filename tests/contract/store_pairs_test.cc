// Pairs of verbs from two stores: tickets, events, queues, lanes and deliveries.
#include "contract/store_pairs.h"

namespace dw {
namespace {

// Tickets.

Result<void> patch_apart(Journal& j, Side& side) {
  DW_CHECK(j.tickets({}));
  side.meet();
  TicketPatch patch;
  if (side.me == 0) {
    patch.status = Status::solved;
  } else {
    patch.assignee = "bea";
  }
  return j.change_ticket({1}, patch, t0 + Millis(5));
}

Result<void> both_patches_stand(Reader& r, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  DW_TRY(const auto found, r.ticket({1}));
  EXPECT_EQ(found->status, Status::solved);
  EXPECT_TRUE(found->solved_at.has_value());
  EXPECT_EQ(found->assignee, "bea");
  return {};
}

Result<void> add_a_tag(Journal& j, Side& side) {
  DW_TRY(const auto found, j.ticket({1}));
  side.meet();
  TicketPatch patch{.tags = found->tags};
  patch.tags->push_back(side.name());
  return j.change_ticket({1}, patch, t0);
}

Result<void> both_tags_stand(Reader& r, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  DW_TRY(const auto found, r.ticket({1}));
  EXPECT_EQ(found->tags.size(), 2U);
  return {};
}

Result<void> patch_and_comment(Journal& j, Side& side) {
  DW_CHECK(j.tickets({}));
  side.meet();
  if (side.me == 0) return j.change_ticket({1}, {.priority = Priority::high}, t0);
  DW_CHECK(
      j.add_comment({.ticket = {1}, .author_name = "Bea", .body = "hi", .at = t0 + Millis(7)}));
  return {};
}

Result<void> patch_and_comment_stand(Reader& r, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  DW_TRY(const auto found, r.ticket({1}));
  EXPECT_EQ(found->priority, Priority::high);
  EXPECT_EQ(found->first_reply_at, t0 + Millis(7));
  DW_TRY(const auto comments, r.comments({1}));
  EXPECT_EQ(comments.size(), 1U);
  return {};
}

Result<void> comment_twice(Journal& j, Side& side) {
  DW_CHECK(j.tickets({}));
  side.meet();
  DW_CHECK(j.add_comment({.ticket = {1}, .author_name = side.name(), .body = "hi", .at = t0}));
  return {};
}

Result<void> both_comments_stand(Reader& r, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  DW_TRY(const auto comments, r.comments({1}));
  EXPECT_EQ(comments.size(), 2U);
  return {};
}

Result<void> open_what_the_desk_has(Journal& j, Side& side) {
  DW_TRY(const auto found, j.ticket_at_desk("zendesk", "42"));
  side.meet();
  side.is_first = !found;
  if (found) return {};
  DW_TRY(const TicketId id, j.fresh_ticket());
  Ticket ticket = ticket_with(id, side.name());
  ticket.desk = "zendesk";
  ticket.external = {"42", ""};
  return j.open_ticket(ticket);
}

Result<void> number_what_the_desk_has(Journal& j, Side& side) {
  DW_TRY(const auto found, j.ticket_at_desk("embedded", "42"));
  side.meet();
  side.is_first = !found;
  if (found) return {};
  return j.change_ticket({1}, {.external = External{"42", side.name()}}, t0);
}

// Events, leases, queues.

Result<void> record_the_same(Journal& j, Side& side) {
  side.meet();
  DW_TRY(const Recorded recorded, j.record(event_with("same")));
  side.is_first = recorded.is_first;
  return {};
}

Result<void> hold_the_same(Journal& j, Side& side) {
  side.meet();
  DW_TRY(side.is_first, j.hold_lease("l", side.name(), t0, t0 + Millis(1000)));
  return {};
}

Result<void> keep_the_same_version(Journal& j, Side& side) {
  DW_TRY(const Kept kept, j.kept("k"));
  side.meet();
  return j.keep("k", side.name(), kept.version);
}

/// The second either found the first one's version, or was told that its own is old.
Result<void> versions_follow_each_other(Reader& r, const Sides& sides) {
  DW_TRY(const Kept kept, r.kept("k"));
  EXPECT_EQ(kept.version, oks(sides));
  for (const Side& side : sides) {
    if (!side.answer.ok()) {
      EXPECT_EQ(side.answer.error().kind, ErrorKind::conflict);
    }
  }
  return {};
}

Result<void> send_the_same(Journal& j, Side& side) {
  DW_CHECK(j.queue_figures("q", t0));
  side.meet();
  DW_TRY(const MessageId id,
         j.queue_send({.queue = "q", .body = "b", .group = "g", .deduplication = "d"}, t0));
  side.seen = id.value;
  return {};
}

Result<void> one_message_was_sent(Reader& r, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  EXPECT_EQ(sides[0].seen, sides[1].seen);
  EXPECT_NE(sides[0].seen, 0);
  DW_TRY(const auto messages, r.queue_peek("q", {}));
  EXPECT_EQ(messages.items.size(), 1U);
  return {};
}

Result<void> sent_long_ago(Journal& j) {
  DW_CHECK(j.queue_send({.queue = "q", .body = "b", .group = "g", .deduplication = "d"},
                        t0 - Millis(6 * 60'000)));
  return {};
}

Result<void> one_more_message_was_sent(Reader& r, const Sides& sides) {
  EXPECT_EQ(sides[0].seen, sides[1].seen);
  DW_TRY(const auto messages, r.queue_peek("q", {}));
  EXPECT_EQ(messages.items.size(), 2U);
  return {};
}

Result<void> receive_of_one_group(Journal& j, Side& side) {
  side.meet();
  DW_TRY(const auto got, j.queue_receive({.queue = "q", .count_max = 10, .is_fifo = true}, t0));
  side.is_first = !got.empty();
  return {};
}

Result<void> two_of_one_group(Journal& j) {
  for (const char* body : {"1", "2"}) {
    DW_CHECK(j.queue_send({.queue = "q", .body = body, .group = "g"}, t0));
  }
  return {};
}

// Lanes and deliveries.

Result<void> one_delivery(Journal& j) {
  DW_CHECK(j.add_delivery(pending_in("a")));
  return {};
}

Result<void> claim_the_same(Journal& j, Side& side) {
  side.meet();
  DW_TRY(const auto claims, j.claim_lanes({side.name()}, t0, t0 + Millis(1000), 10));
  side.is_first = !claims.empty();
  return {};
}

Result<void> take_and_retry(Journal& j, Side& side) {
  if (side.me == 1) {
    DW_TRY(const auto found, j.delivery({1}));
    side.meet();
    side.seen = found->attempts;
    return j.retry_delivery({1}, t0);
  }
  side.meet();
  DW_TRY(const auto claims, j.claim_lanes({"a"}, t0, t0 + Millis(1000), 10));
  if (claims.empty()) return {};  // the other has the lane's row
  DW_TRY(const auto taken, j.take(claims.at(0), t0, ten));
  side.seen = static_cast<int64_t>(taken.size());
  return {};
}

Result<void> both_were_answered(Reader&, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  return {};
}

Result<void> discard_what_is_open(Journal& j, Side& side) {
  DW_TRY(const auto open, j.open_in_lane("a", 10));
  side.meet();
  side.is_first = !open.empty();
  if (open.empty()) return {};
  return j.discard_delivery(open.front().id, "enough", t0);
}

Result<void> answer_a_dead_one(Journal& j, Side& side) {
  DW_TRY(const auto found, j.delivery({1}));
  side.meet();
  side.is_first = found->state == DeliveryState::pending;
  return side.is_first ? j.discard_delivery({1}, "enough", t0) : Result<void>{};
}

const std::vector<PairCase> pairs = {
    {"patch_and_patch", one_ticket, patch_apart, both_patches_stand},
    {"patches_of_what_was_read", one_ticket, add_a_tag, both_tags_stand},
    {"patch_and_comment", one_ticket, patch_and_comment, patch_and_comment_stand},
    {"comment_and_comment", one_ticket, comment_twice, both_comments_stand},
    {"tickets_of_one_number", nothing, open_what_the_desk_has, one_of_two_was_first},
    {"numbers_of_one_ticket", one_ticket, number_what_the_desk_has, one_of_two_was_first},
    {"events_of_one_key", nothing, record_the_same, one_of_two_was_first},
    {"leases_of_one_name", nothing, hold_the_same, one_of_two_was_first},
    {"kept_of_one_version", nothing, keep_the_same_version, versions_follow_each_other},
    {"messages_of_one_deduplication", nothing, send_the_same, one_message_was_sent},
    {"messages_after_the_window", sent_long_ago, send_the_same, one_more_message_was_sent},
    {"receives_of_one_group", two_of_one_group, receive_of_one_group, one_of_two_was_first},
    {"claims_of_one_lane", one_delivery, claim_the_same, one_of_two_was_first},
    {"take_and_retry", one_delivery, take_and_retry, both_were_answered},
    {"discards_of_what_is_open", one_delivery, discard_what_is_open, one_of_two_was_first},
    {"decisions_on_one_delivery", one_delivery, answer_a_dead_one, one_of_two_was_first},
};

class StorePairs : public testing::TestWithParam<PairParam> {};

INSTANTIATE_TEST_SUITE_P(Table, StorePairs,
                         testing::Combine(testing::Values("sqlite", "postgresql"),
                                          testing::Range(size_t{0}, pairs.size())),
                         [](const auto& param) {
                           return std::string(pairs.at(std::get<1>(param.param)).name) + "_" +
                                  std::get<0>(param.param);
                         });

TEST_P(StorePairs, leave_what_one_after_the_other_would) {
  run_pair(pairs.at(std::get<1>(GetParam())), std::get<0>(GetParam()));
}

/// The number of replicas that a report counted with: 300 pairs, 168 lost one.
TEST(StorePairs300, of_patches_at_two_replicas_lose_none) {
  const std::string url = fresh_postgres_url();
  auto a = open_store(url, OpenMode::visit, nullptr), b = open_store(url, OpenMode::visit, nullptr);
  ASSERT_TRUE(a.ok() && b.ok());
  constexpr int64_t count = 300;
  ASSERT_TRUE((*a)->write_now([](Journal& j) -> Result<void> {
                    for (int64_t i = 0; i < count; ++i) DW_CHECK(open_one(j, "t"));
                    return {};
                  })
                  .ok());
  const auto patch_all = [](Store& store, const TicketPatch& patch) {
    for (int64_t id = 1; id <= count; ++id) {
      const Result<void> done = store.write_now(
          [&](Journal& j) -> Result<void> { return j.change_ticket({id}, patch, t0); });
      EXPECT_TRUE(done.ok());
    }
  };
  std::thread other([&] { patch_all(**b, {.assignee = "bea"}); });
  patch_all(**a, {.status = Status::solved});
  other.join();
  EXPECT_EQ(ask_postgres(url,
                         "select count(*) from ticket where status = 2 and assignee = 'bea' "
                         "and solved_at is not null"),
            "300");
}

}  // namespace
}  // namespace dw
