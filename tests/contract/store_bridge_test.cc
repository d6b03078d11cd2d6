// The bridge's rows: what every store must do.
#include "contract/store_world.h"

namespace dw {
namespace {

BridgeLink link_of(TicketId ticket) {
  return {.channel = "C1",
          .thread = "100.1",
          .ticket = ticket,
          .url = "https://s/p1",
          .requester = "U7",
          .opened_at = t0};
}

Said said_at(const std::string& message, TimePoint at) {
  return {.key = "C1/" + message,
          .kind = "chat.message",
          .channel = "C1",
          .thread = "100.1",
          .message = message,
          .author = "U7",
          .digest = "d",
          .body = json::object{{"text", "hi"}},
          .at = at};
}

TEST_P(StoreContract, a_link_is_found_by_its_thread_and_by_its_ticket_and_shown_with_it) {
  auto b = setup();
  b->write([](Journal& j) -> Result<void> {
    DW_CHECK(j.guard_thread("C1", "100.1"));
    DW_CHECK(j.set_link(link_of({})));
    DW_TRY(const TicketId id, open_one(j, "one"));
    BridgeLink linked = link_of(id);
    linked.stage = LinkStage::solved;
    linked.solved_at = t0 + Millis(5);
    linked.comments_until = "7001";
    DW_CHECK(j.set_link(linked));
    DW_TRY(const auto by_thread, j.link_of_thread("C1", "100.1"));
    EXPECT_EQ(by_thread->stage, LinkStage::solved);
    EXPECT_EQ(by_thread->solved_at, t0 + Millis(5));
    EXPECT_EQ(by_thread->comments_until, "7001");
    DW_TRY(const auto by_ticket, j.link_of_ticket(id));
    EXPECT_EQ(by_ticket->thread, "100.1");
    DW_TRY(const auto none, j.link_of_thread("C1", "100.2"));
    EXPECT_FALSE(none);
    DW_TRY(const auto live, j.live_links(t0 + Millis(9), 10));
    EXPECT_TRUE(live.empty());
    DW_TRY(const auto shown, j.links(id));
    EXPECT_EQ(shown.at(0).url, "https://s/p1");
    return {};
  });
}

TEST_P(StoreContract, what_waits_comes_in_the_order_in_which_it_was_said) {
  auto b = setup();
  b->write([](Journal& j) -> Result<void> {
    DW_CHECK(j.set_said(said_at("100.3", t0 + Millis(3))));
    DW_CHECK(j.set_said(said_at("100.2", t0 + Millis(2))));
    Said done = said_at("100.1", t0);
    DW_CHECK(j.set_said(done));
    done.state = SaidState::carried;
    done.body = nullptr;
    DW_CHECK(j.set_said(done));
    DW_TRY(const auto waiting, j.waiting_said("C1", "100.1", 10));
    EXPECT_EQ(waiting.size(), 2U);
    EXPECT_EQ(waiting.at(0).message, "100.2");
    EXPECT_EQ(waiting.at(1).body, said_at("100.3", t0).body);
    DW_TRY(const auto first, j.said("C1/100.1"));
    EXPECT_EQ(first->state, SaidState::carried);
    EXPECT_TRUE(first->body.is_null());
    DW_TRY(const std::string last, j.last_said("C1", "100.1"));
    EXPECT_EQ(last, "100.3");
    Said own = said_at("100.25", t0 + Millis(4));
    own.kind = "own";
    DW_CHECK(j.set_said(own));
    DW_TRY(const auto between, j.said_between("C1", "100.1", "100.1", "100.3", 10));
    EXPECT_EQ(between.size(), 2U);
    EXPECT_EQ(between.at(0).message, "100.2");
    DW_TRY(const int64_t carried, j.count_said("C1", "100.1", t0));
    EXPECT_EQ(carried, 1);
    return {};
  });
}

TEST_P(StoreContract, an_answer_replaces_the_one_before) {
  auto b = setup();
  b->write([](Journal& j) -> Result<void> {
    DW_CHECK(j.set_known({"U7", nullptr, t0}));
    DW_CHECK(j.set_known({"U7", json::object{{"name", "Ana"}}, t0 + Millis(1)}));
    DW_TRY(const auto ana, j.known("U7"));
    EXPECT_EQ(ana->at, t0 + Millis(1));
    EXPECT_EQ(ana->body, (json::object{{"name", "Ana"}}));
    DW_TRY(const auto nobody, j.known("U8"));
    EXPECT_FALSE(nobody);
    return {};
  });
}

TEST_P(StoreContract, a_lanes_open_deliveries_are_seen_in_order) {
  auto b = setup();
  b->write([](Journal& j) -> Result<void> {
    DW_TRY(const DeliveryId first, j.add_delivery(pending_in("a")));
    DW_CHECK(j.add_delivery(pending_in("b")));
    DW_TRY(const DeliveryId second, j.add_delivery(pending_in("a")));
    DW_TRY(const DeliveryId gone, j.add_delivery(pending_in("a")));
    DW_CHECK(j.discard_delivery(gone, "why", t0));
    DW_TRY(const auto open, j.open_in_lane("a", 10));
    EXPECT_EQ(open.size(), 2U);
    EXPECT_EQ(open.at(0).id, first);
    EXPECT_EQ(open.at(1).id, second);
    return {};
  });
}

TEST_P(StoreContract, a_channels_figures_count_its_own_tickets_whichever_way_they_came) {
  auto b = setup();
  b->write([](Journal& j) -> Result<void> {
    int count = 0;
    for (const char* source : {"slack:C1", "email:C1", "slack:C2", "api"}) {
      DW_TRY(const TicketId id, j.fresh_ticket());
      Ticket ticket = ticket_with(id, source);
      ticket.source = source;
      ticket.desk = "zendesk";
      ticket.external.id = std::to_string(40 + count++);
      DW_CHECK(j.open_ticket(ticket));
    }
    DW_CHECK(j.set_link(link_of({1})));
    DW_CHECK(j.change_ticket({2}, {.status = Status::solved}, t0 + Millis(60'000)));
    DW_TRY(const TicketFigures one, j.channel_figures("C1", t0));
    EXPECT_EQ(one.open_now, 1);
    EXPECT_EQ(one.opened, 2);
    EXPECT_EQ(one.solved, 1);
    EXPECT_EQ(one.cycle.median, 60.0);
    DW_TRY(const TicketFigures all, j.channel_figures("", t0));
    EXPECT_EQ(all.opened, 3);
    DW_TRY(const auto open, j.channel_tickets("C1", ChannelTickets::open, t0, 10));
    EXPECT_EQ(open.size(), 1U);
    EXPECT_EQ(open.at(0).thread_url, "https://s/p1");
    DW_TRY(const auto solved, j.channel_tickets("C1", ChannelTickets::solved, t0, 10));
    EXPECT_EQ(solved.at(0).ticket.id, TicketId{2});
    DW_TRY(const auto found, j.ticket_at_desk("zendesk", "42"));
    EXPECT_EQ(found, TicketId{3});
    DW_TRY(const auto missing, j.ticket_at_desk("embedded", "42"));
    EXPECT_FALSE(missing);
    return {};
  });
}

TEST_P(StoreContract, what_was_said_goes_with_its_ticket_and_not_before) {
  auto b = setup();
  const TimePoint late = t0 + Millis(1'000'000);
  b->write([&](Journal& j) -> Result<void> {
    DW_TRY(const TicketId id, open_one(j, "one"));
    DW_CHECK(j.set_link(link_of(id)));
    DW_CHECK(j.set_said(said_at("100.1", t0)));
    DW_CHECK(j.prune(late, 100, 100));
    DW_TRY(const auto kept, j.said("C1/100.1"));
    EXPECT_TRUE(kept);
    DW_CHECK(j.change_ticket(id, {.status = Status::solved}, t0));
    for (int i = 0; i < 3; ++i) DW_CHECK(j.prune(late, 100, 100));
    DW_TRY(const auto link, j.link_of_thread("C1", "100.1"));
    EXPECT_FALSE(link);
    DW_TRY(const auto gone, j.said("C1/100.1"));
    EXPECT_FALSE(gone);
    return {};
  });
}

}  // namespace
}  // namespace dw
