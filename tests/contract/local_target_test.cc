// The targets in our own store, over a real one.
#include <gtest/gtest.h>

#include "connectors/embedded_desk/embedded_desk.h"
#include "connectors/embedded_queue/embedded_queue.h"
#include "connectors/shadow/shadow.h"
#include "domain/delivery.h"
#include "domain/ticket.h"
#include "ports/queue_limits.h"
#include "ports/store.h"
#include "records/queues.h"
#include "records/tickets.h"
#include "store/open.h"

namespace dw {
namespace {

using Kind = Outcome::Kind;
constexpr TimePoint t0{Millis(1'795'000'000'000)};

struct World {
  std::unique_ptr<Store> store =
      std::move(*open_store("sqlite::memory:", OpenMode::visit, nullptr));
  EmbeddedQueue queue{"high"};
  EmbeddedDesk desk;

  Outcome apply(LocalTarget& target, Payload payload) {
    Outcome outcome;
    const Delivery delivery{.target = target.name(), .payload = std::move(payload)};
    const Result<void> done = store->write_now([&](Db& db) -> Result<void> {
      DW_TRY(outcome, target.apply(db, delivery, t0));
      return {};
    });
    EXPECT_TRUE(done.ok()) << "the store itself is fine";
    return outcome;
  }
  std::vector<QueueMessage> receive() {
    std::vector<QueueMessage> out;
    EXPECT_TRUE(
        store
            ->write_now([&](Db& db) -> Result<void> {
              DW_TRY(out,
                     queues::receive(db, {.queue = "high", .count_max = 10, .dead_queue = ""}, t0));
              return {};
            })
            .ok());
    return out;
  }
  TicketId open_ticket() {
    TicketId id;
    EXPECT_TRUE(store
                    ->write_now([&](Db& db) -> Result<void> {
                      DW_TRY(id, tickets::reserve_id(db));
                      return tickets::open(
                          db, {.id = id, .title = "t", .opened_at = t0, .updated_at = t0});
                    })
                    .ok());
    return id;
  }
};

TEST(EmbeddedQueue, a_message_is_there_when_its_transaction_is) {
  World world;
  const QueueSend send{"high", "body ✓", {{"ticket", "42"}}, "", ""};
  EXPECT_EQ(world.apply(world.queue, send).kind, Kind::done);
  const auto messages = world.receive();
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].body, "body ✓");
  EXPECT_EQ(messages[0].attributes,
            *parse_json(R"({"ticket":{"DataType":"String","StringValue":"42"}})"));
}

TEST(EmbeddedQueue, what_no_queue_takes_is_refused) {
  World world;
  const auto kind = [&](std::string body) {
    return world.apply(world.queue, QueueSend{"high", std::move(body), {}, "", ""}).kind;
  };
  EXPECT_EQ(kind(std::string(message_bytes_max, 'x')), Kind::done);
  EXPECT_EQ(kind(std::string(message_bytes_max + 1, 'x')), Kind::refused);
  EXPECT_EQ(kind("\x02"), Kind::refused);
  EXPECT_EQ(kind("\xEF\xBF\xBF"), Kind::refused);
  EXPECT_EQ(kind(""), Kind::refused);
  EXPECT_EQ(world.apply(world.queue, DeskUpdate{}).kind, Kind::refused);
  EXPECT_EQ(world.receive().size(), 1U);
}

TEST(EmbeddedDesk, comments_and_changes_reach_the_ticket) {
  World world;
  const TicketId id = world.open_ticket();
  const DeskComment comment{id, "Ana", "ana@x.example", "on it", true, "api"};
  EXPECT_EQ(world.apply(world.desk, comment).kind, Kind::done);
  EXPECT_EQ(world.apply(world.desk, DeskUpdate{id, {.status = Status::solved}}).kind, Kind::done);
  EXPECT_TRUE(world.store
                  ->read_now([&](ReadDb& db) -> Result<void> {
                    DW_TRY(const auto comments, tickets::comments(db, id));
                    EXPECT_EQ(comments.size(), 1U);
                    EXPECT_EQ(comments.at(0).body, "on it");
                    DW_TRY(const auto ticket, tickets::find(db, id));
                    EXPECT_EQ(ticket->status, Status::solved);
                    return {};
                  })
                  .ok());
}

TEST(EmbeddedDesk, a_ticket_that_is_not_there_is_the_delivery_s_trouble) {
  World world;
  const Outcome comment =
      world.apply(world.desk, DeskComment{{7}, "Ana", "", "hello", true, "api"});
  EXPECT_EQ(comment.kind, Kind::refused);
  EXPECT_FALSE(comment.why.empty());
  const DeskUpdate update{{7}, {.status = Status::solved}};
  EXPECT_EQ(world.apply(world.desk, update).kind, Kind::refused);
  EXPECT_EQ(world.apply(world.desk, QueueSend{}).kind, Kind::refused);
}

TEST(EmbeddedDesk, a_ticket_that_is_recorded_is_open_already) {
  World world;
  const DeskOpen open{.ticket = {42}, .key = "slack:C1:100.1", .title = "t"};
  const Outcome outcome = world.apply(world.desk, open);
  EXPECT_EQ(outcome.kind, Kind::done);
  EXPECT_EQ(outcome.answer, (json::object{{"id", "42"}}));
}

TEST(Shadow, takes_everything_and_writes_nothing) {
  World world;
  Shadow shadow;
  const TicketId id = world.open_ticket();
  const DeskOpen open{.ticket = id, .key = "k", .title = "t"};
  EXPECT_EQ(world.apply(shadow, open).answer, (json::object{{"id", "shadow-1"}}));
  const Outcome post = world.apply(shadow, ChatPost{.channel = "C1", .text = "hello\nyou"});
  EXPECT_EQ(post.kind, Kind::done);
  EXPECT_EQ(post.why, "not sent: hello");
  const DeskComment comment{.ticket = id, .author_name = "Ana", .body = "b"};
  EXPECT_EQ(world.apply(shadow, comment).kind, Kind::done);
  EXPECT_EQ(world.apply(shadow, comment).why, "not sent: public comment of Ana: b");
  const DeskUpdate solve{id, {.status = Status::solved}};
  EXPECT_EQ(world.apply(shadow, solve).why, "not sent: set status solved");
  EXPECT_TRUE(world.store
                  ->read_now([&](ReadDb& db) -> Result<void> {
                    DW_TRY(const auto comments, tickets::comments(db, id));
                    EXPECT_TRUE(comments.empty());
                    return {};
                  })
                  .ok());
}

}  // namespace
}  // namespace dw
