// The bridge's rows: what every store must do.
#include "contract/store_world.h"
#include "domain/bridge_link.h"
#include "domain/ticket.h"
#include "jobs/bridge/records.h"
#include "jobs/bridge/rows.h"
#include "records/deliveries.h"
#include "records/links.h"
#include "records/ticket_lists.h"
#include "records/tickets.h"
#include "support/retention.h"

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

ThreadMessage said_at(const std::string& message, TimePoint at) {
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

TEST_P(StoreContract, what_was_said_keeps_when_its_newest_text_was_made) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    ThreadMessage said = said_at("100.2", t0);
    DW_CHECK(bridge::set_message(db, said));
    said.edited_at = "101.5";
    said.digest = "e";
    DW_CHECK(bridge::set_message(db, said));
    DW_TRY(const auto found, bridge::message(db, said.key));
    EXPECT_EQ(found->digest + " " + found->edited_at, "e 101.5");
    return {};
  });
}

TEST_P(StoreContract, words_that_were_taken_back_are_in_no_record) {
  auto b = setup();
  TicketId id;
  b->write([&id](Db& db) -> Result<void> {
    DW_TRY(id, open_one(db, "one"));
    DW_TRY(const int64_t indexed, tickets::index_words(db, 10));
    EXPECT_GE(indexed, 0);
    Comment comment{.ticket = id, .author_name = "Ana", .body = "hunter2", .source = "slack:C1"};
    for (int i = 0; i < 2; ++i) {
      DW_TRY(const CommentId added, tickets::add_comment(db, comment));
      EXPECT_TRUE(added);
    }
    DW_CHECK((RemoveComment{comment}.write(db, t0)));
    DW_TRY(const auto left, tickets::comments(db, id));
    EXPECT_EQ(left.size(), 1U) << "two equal comments are two";
    comment.body = "never said";
    DW_CHECK((RemoveComment{comment}.write(db, t0)));
    return RewordTicket{id, "Zebra", "It was taken back."}.write(db, t0);
  });
  b->write([id](Db& db) -> Result<void> {
    DW_TRY(const int64_t indexed, tickets::index_words(db, 10));
    EXPECT_GE(indexed, 0);
    DW_TRY(const auto old, tickets::list(db, {.text = "one"}));
    EXPECT_TRUE(old.items.empty());
    DW_TRY(const auto found, tickets::list(db, {.text = "zebra"}));
    EXPECT_EQ(found.items.size(), 1U);
    EXPECT_EQ(found.items.empty() ? "" : found.items[0].description, "It was taken back.");
    DW_TRY(const auto comments, tickets::comments(db, id));
    EXPECT_EQ(comments.size(), 1U);
    return {};
  });
}

TEST_P(StoreContract, a_link_is_found_by_its_thread_and_by_its_ticket_and_shown_with_it) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(links::guard_thread(db, "C1", "100.1"));
    DW_CHECK(links::set(db, link_of({})));
    DW_TRY(const TicketId id, open_one(db, "one"));
    BridgeLink linked = link_of(id);
    linked.stage = LinkStage::solved;
    linked.solved_at = t0 + Millis(5);
    linked.comments_until = "7001";
    DW_CHECK(links::set(db, linked));
    DW_TRY(const auto by_thread, links::of_thread(db, "C1", "100.1"));
    EXPECT_EQ(by_thread->stage, LinkStage::solved);
    EXPECT_EQ(by_thread->solved_at, t0 + Millis(5));
    EXPECT_EQ(by_thread->comments_until, "7001");
    DW_TRY(const auto by_ticket, links::of_ticket(db, id));
    EXPECT_EQ(by_ticket->thread, "100.1");
    DW_TRY(const auto none, links::of_thread(db, "C1", "100.2"));
    EXPECT_FALSE(none);
    DW_TRY(const auto live, links::live(db, t0 + Millis(9), 10));
    EXPECT_TRUE(live.empty());
    DW_TRY(const auto shown, tickets::links(db, id));
    EXPECT_EQ(shown.at(0).url, "https://s/p1");
    return {};
  });
}

TEST_P(StoreContract, what_waits_comes_in_the_order_in_which_it_was_said) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(bridge::set_message(db, said_at("100.3", t0 + Millis(3))));
    DW_CHECK(bridge::set_message(db, said_at("100.2", t0 + Millis(2))));
    ThreadMessage done = said_at("100.1", t0);
    DW_CHECK(bridge::set_message(db, done));
    done.state = ThreadMessageState::carried;
    done.body = nullptr;
    DW_CHECK(bridge::set_message(db, done));
    DW_TRY(const auto waiting, bridge::waiting_messages(db, "C1", "100.1", 10));
    EXPECT_EQ(waiting.size(), 2U);
    EXPECT_EQ(waiting.at(0).message, "100.2");
    EXPECT_EQ(waiting.at(1).body, said_at("100.3", t0).body);
    DW_TRY(const auto first, bridge::message(db, "C1/100.1"));
    EXPECT_EQ(first->state, ThreadMessageState::carried);
    EXPECT_TRUE(first->body.is_null());
    DW_TRY(const std::string last, bridge::last_message(db, "C1", "100.1"));
    EXPECT_EQ(last, "100.3");
    ThreadMessage own = said_at("100.25", t0 + Millis(4));
    own.kind = "own";
    own.state = ThreadMessageState::carried;
    DW_CHECK(bridge::set_message(db, own));
    DW_TRY(const auto between, bridge::messages_between(db, "C1", "100.1", "100.1", "100.3", 10));
    EXPECT_EQ(between.size(), 2U);
    EXPECT_EQ(between.at(0).message, "100.2");
    DW_TRY(const int64_t carried, bridge::count_messages(db, "C1", "100.1", t0, 40));
    EXPECT_EQ(carried, 2);
    DW_TRY(const int64_t at_most, bridge::count_messages(db, "C1", "100.1", t0, 1));
    EXPECT_EQ(at_most, 1);
    return {};
  });
}

TEST_P(StoreContract, an_answer_replaces_the_one_before) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(bridge::set_lookup(db, {"U7", nullptr, t0}));
    DW_CHECK(bridge::set_lookup(db, {"U7", json::object{{"name", "Ana"}}, t0 + Millis(1)}));
    DW_TRY(const auto ana, bridge::lookup(db, "U7"));
    EXPECT_EQ(ana->at, t0 + Millis(1));
    EXPECT_EQ(ana->body, (json::object{{"name", "Ana"}}));
    DW_TRY(const auto nobody, bridge::lookup(db, "U8"));
    EXPECT_FALSE(nobody);
    return {};
  });
}

TEST_P(StoreContract, a_lanes_open_deliveries_are_seen_in_order) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const DeliveryId first, deliveries::add(db, pending_in("a")));
    DW_CHECK(deliveries::add(db, pending_in("b")));
    DW_TRY(const DeliveryId second, deliveries::add(db, pending_in("a")));
    DW_TRY(const DeliveryId gone, deliveries::add(db, pending_in("a")));
    DW_CHECK(deliveries::discard(db, gone, "why", t0));
    DW_TRY(const auto open, deliveries::open_in_lane(db, "a", 10));
    EXPECT_EQ(open.size(), 2U);
    EXPECT_EQ(open.at(0).id, first);
    EXPECT_EQ(open.at(1).id, second);
    return {};
  });
}

TEST_P(StoreContract, a_channels_metrics_count_its_own_tickets_whichever_way_they_came) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    int count = 0;
    for (const char* source : {"slack:C1", "email:C1", "slack:C2", "api"}) {
      DW_TRY(const TicketId id, tickets::reserve_id(db));
      Ticket ticket = ticket_with(id, source);
      ticket.source = source;
      ticket.desk = "zendesk";
      ticket.external.id = std::to_string(40 + count++);
      DW_CHECK(tickets::open(db, ticket));
    }
    DW_CHECK(links::set(db, link_of({1})));
    DW_CHECK(tickets::change(db, {2}, {.status = Status::solved}, t0 + Millis(60'000)));
    DW_TRY(const TicketMetrics one, bridge::channel_metrics(db, "C1", t0));
    EXPECT_EQ(one.open_now, 1);
    EXPECT_EQ(one.opened, 2);
    EXPECT_EQ(one.solved, 1);
    EXPECT_EQ(one.cycle.median, 60.0);
    DW_TRY(const TicketMetrics all, bridge::channel_metrics(db, "", t0));
    EXPECT_EQ(all.opened, 3);
    DW_TRY(const auto open, bridge::channel_tickets(db, "C1", ChannelTickets::open, t0, 10));
    EXPECT_EQ(open.size(), 1U);
    EXPECT_EQ(open.at(0).thread_url, "https://s/p1");
    DW_TRY(const auto solved, bridge::channel_tickets(db, "C1", ChannelTickets::solved, t0, 10));
    EXPECT_EQ(solved.at(0).ticket.id, TicketId{2});
    DW_TRY(const auto found, tickets::find_at_desk(db, "zendesk", "42"));
    EXPECT_EQ(found, TicketId{3});
    DW_TRY(const auto missing, tickets::find_at_desk(db, "embedded", "42"));
    EXPECT_FALSE(missing);
    return {};
  });
}

TEST_P(StoreContract, tickets_of_shadow_mode_are_in_no_figure) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    for (const char* number : {"shadow-1", "42"}) {
      DW_TRY(const TicketId id, tickets::reserve_id(db));
      Ticket ticket = ticket_with(id, "Printer");
      ticket.source = "slack:C1";
      ticket.desk = "zendesk";
      ticket.external.id = number;
      DW_CHECK(tickets::open(db, ticket));
    }
    const TimePoint later = t0 + Millis(3'600'000);
    const auto counts = [&](int64_t open_now, int64_t solved) -> Result<void> {
      DW_TRY(const TicketMetrics here, bridge::channel_metrics(db, "C1", t0));
      DW_TRY(const TicketMetrics all, tickets::metrics(db, t0));
      for (const TicketMetrics& one : {here, all}) {
        EXPECT_EQ(one.open_now, open_now);
        EXPECT_EQ(one.opened, 1);
        EXPECT_EQ(one.solved, solved);
      }
      return {};
    };
    DW_CHECK(counts(1, 0));
    DW_TRY(const auto open, bridge::channel_tickets(db, "", ChannelTickets::open, t0, 10));
    EXPECT_EQ(open.size(), 1U);
    DW_TRY(const auto hours, tickets::opened_per_hour(db, t0 - Millis(3'600'000), later));
    EXPECT_EQ(hours.at(0).count, 1);
    DW_TRY(const auto opened, tickets::opened_between(db, t0, later, 10));
    EXPECT_EQ(opened.size(), 1U);
    DW_TRY(const auto shadows, bridge::unsolved_shadows(db, 10));
    EXPECT_EQ(shadows.size(), 1U);
    DW_CHECK(tickets::change(db, {1}, {.status = Status::solved}, later));
    return counts(1, 0);
  });
}

TEST_P(StoreContract, a_ticket_is_found_by_its_number_at_the_desk_and_by_ours) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    // Zendesk counts from 2 as well: its number 2 is our 1.
    for (const char* number : {"2", "3451", ""}) {
      DW_TRY(const TicketId id, tickets::reserve_id(db));
      Ticket ticket = ticket_with(id, "Printer");
      ticket.desk = "zendesk";
      ticket.external.id = number;
      DW_CHECK(tickets::open(db, ticket));
    }
    return {};
  });
  b->read([](ReadDb& db) -> Result<void> {
    const auto named = [&db](const std::string& name) -> int64_t {
      const auto found = tickets::find_numbered(db, name);
      return found.ok() && *found ? (*found)->value : 0;
    };
    EXPECT_EQ(named("3451"), 2);
    EXPECT_EQ(named("#3451"), 2);
    EXPECT_EQ(named("2"), 1) << "the desk's number is the one that people know";
    EXPECT_EQ(named("3"), 3);
    for (const char* none : {"", "#", "34", "x", "-1", "99999999999999999999"}) {
      EXPECT_EQ(named(none), 0) << none;
    }
    const auto found = [&db](const std::string& text) -> std::string {
      std::string ids;
      const auto page = tickets::list(db, {.text = text});
      for (const Ticket& one : page->items) ids += std::to_string(one.id.value) + " ";
      return ids;
    };
    EXPECT_EQ(found("3451"), "2 ");
    EXPECT_EQ(found(" #3451 "), "2 ");
    EXPECT_EQ(found("2"), "2 1 ");
    EXPECT_EQ(found("#3"), "3 ");
    EXPECT_EQ(found("#3451 printer"), "") << "words, and no number";
    EXPECT_EQ(found("99999999999999999999"), "");
    return {};
  });
}

TEST_P(StoreContract, what_was_said_goes_with_its_ticket_and_not_before) {
  auto b = setup();
  const TimePoint late = t0 + Millis(1'000'000);
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const TicketId id, open_one(db, "one"));
    DW_CHECK(links::set(db, link_of(id)));
    DW_CHECK(bridge::set_message(db, said_at("100.1", t0)));
    DW_CHECK(prune_all(db, late, 100, 100));
    DW_TRY(const auto kept, bridge::message(db, "C1/100.1"));
    EXPECT_TRUE(kept);
    DW_CHECK(tickets::change(db, id, {.status = Status::solved}, t0));
    for (int i = 0; i < 3; ++i) DW_CHECK(prune_all(db, late, 100, 100));
    DW_TRY(const auto link, links::of_thread(db, "C1", "100.1"));
    EXPECT_FALSE(link);
    DW_TRY(const auto gone, bridge::message(db, "C1/100.1"));
    EXPECT_FALSE(gone);
    return {};
  });
}

}  // namespace
}  // namespace dw
