// Pieces of work in steps, and rows that travel together: what the pieces of one commit see of each
// other stays what it is when they run one after the other.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "contract/store_world.h"
#include "records/changes.h"
#include "records/deliveries.h"
#include "records/queues.h"

namespace dw {
namespace {

class StoreSteps : public testing::TestWithParam<std::string> {
 protected:
  StoreSteps() : bundle_(place_for(GetParam())) {
    auto opened = open_store(bundle_->url, OpenMode::serve, &loop_);
    if (!opened.ok()) throw std::runtime_error(opened.error().text());
    store_ = std::move(*opened);
  }

  /// All that is added before run() shares a commit, except perhaps the first.
  void add(WriteWork work) {
    answers_.push_back(Error{ErrorKind::full, "test", "not answered"});
    asio::co_spawn(loop_, write_once(std::move(work), answers_.size() - 1), asio::detached);
  }
  std::vector<Result<void>> run() {
    loop_.run();
    loop_.restart();
    return std::exchange(answers_, {});
  }
  Task<void> write_once(WriteWork work, size_t place) {
    answers_[place] = co_await store_->write(std::move(work));
  }
  template <class Read>
  void read(const Read& work) {
    asio::co_spawn(loop_, read_once(work), asio::detached);
    run();
  }
  Task<void> read_once(ReadWork work) {
    const Result<void> done = co_await store_->read(std::move(work));
    EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().text());
  }

  std::unique_ptr<Bundle> bundle_;
  Loop loop_;
  std::unique_ptr<Store> store_;
  std::vector<Result<void>> answers_;
};

INSTANTIATE_TEST_SUITE_P(Engines, StoreSteps, testing::Values("sqlite", "postgresql"),
                         [](const auto& engine) { return engine.param; });

/// An event that is recorded in an early step, with a ticket in the last.
struct Intake {
  Event event;
  EventId id{};
  Recorded recorded{};
  TicketId ticket{};

  WriteWork work() {
    return WriteWork(
        {[this](Db& db) { return events::record_later(db, event, id); },
         [this](Db& db) { return id ? tickets::reserve_id_later(db) : Result<void>(); }},
        [this](Db& db) -> Result<void> {
          DW_TRY(recorded, events::recorded(db, event, id));
          if (!recorded.is_first) return {};
          DW_TRY(ticket, open_one(db, event.key));
          const json::value reply{{"ticket", ticket.value}};
          return events::set_state(db, id, EventState::done, "", reply);
        });
  }
};

TEST_P(StoreSteps, every_event_of_a_commit_is_recorded_once_and_its_repeats_get_the_first_reply) {
  std::vector<Intake> intakes(90);
  for (size_t i = 0; i < intakes.size(); ++i) {
    intakes[i].event = event_with(fmt::format("key '{}' \"\\", i % 60));  // the last 30 are repeats
    add(intakes[i].work());
  }
  for (const Result<void>& answer : run()) EXPECT_TRUE(answer.ok());
  std::set<int64_t> numbers;
  for (size_t i = 0; i < intakes.size(); ++i) {
    EXPECT_EQ(intakes[i].recorded.is_first, i < 60) << i;
    if (i < 60) numbers.insert(intakes[i].ticket.value);
    if (i < 60) continue;
    EXPECT_EQ(intakes[i].recorded.id, intakes[i - 60].id);
    EXPECT_EQ(intakes[i].recorded.reply.at("ticket").as_int64(), intakes[i - 60].ticket.value);
  }
  EXPECT_EQ(numbers.size(), 60U);
  EXPECT_EQ(*numbers.begin(), 1);
  EXPECT_EQ(*numbers.rbegin(), 60) << "no number is lost to a repeat";
}

TEST_P(StoreSteps, events_and_tickets_are_numbered_in_the_order_of_their_works) {
  std::vector<Intake> intakes(80);
  for (size_t i = 0; i < intakes.size(); ++i) {
    intakes[i].event = event_with(fmt::format("k{}", i));
    add(intakes[i].work());
  }
  for (const Result<void>& answer : run()) EXPECT_TRUE(answer.ok());
  for (size_t i = 1; i < intakes.size(); ++i) {
    EXPECT_LT(intakes[i - 1].id.value, intakes[i].id.value);
    EXPECT_LT(intakes[i - 1].ticket.value, intakes[i].ticket.value);
  }
}

TEST_P(StoreSteps, a_step_that_fails_undoes_its_own_work_alone) {
  std::vector<Intake> good(40), bad(40);
  for (size_t i = 0; i < good.size(); ++i) {
    good[i].event = event_with(fmt::format("good{}", i));
    bad[i].event = event_with(fmt::format("bad{}", i));
    add(good[i].work());
    WriteWork work = bad[i].work();
    const auto refuse = [](Db&) { return Result<void>(Error{ErrorKind::invalid, "", "no"}); };
    const auto refuse_last = [inner = work, refuse](Db& db) -> Result<void> {
      DW_CHECK(inner.last()(db));
      return refuse(db);
    };
    if (i % 2 == 0) {
      add(WriteWork({work.early()[0], refuse}, work.last()));
    } else {
      add(WriteWork(work.early(), refuse_last));
    }
  }
  const std::vector<Result<void>> answers = run();
  for (size_t i = 0; i < answers.size(); ++i) EXPECT_EQ(answers[i].ok(), i % 2 == 0) << i;
  read([&](ReadDb& db) -> Result<void> {
    for (size_t i = 0; i < good.size(); ++i) {
      DW_TRY(const auto kept, events::find_by_key(db, "test", good[i].event.key));
      EXPECT_TRUE(kept.has_value());
      DW_TRY(const auto gone, events::find_by_key(db, "test", bad[i].event.key));
      EXPECT_FALSE(gone.has_value());
    }
    return {};
  });
}

TEST_P(StoreSteps, an_event_that_retention_removes_in_the_same_commit_is_new) {
  for (int round = 0; round < 20; ++round) {
    Intake first{.event = event_with("k")};
    add(first.work());
    run();
    const EventId before = first.recorded.id;
    // Two, so that the second shares a commit with what comes after it.
    Intake other{.event = event_with(fmt::format("other{}", round))};
    add(other.work());
    Intake again{.event = event_with("k")};
    add([](Db& db) -> Result<void> {
      DW_CHECK(events::prune(db, t0 + Millis(1), 10));
      return {};
    });
    add(again.work());
    for (const Result<void>& answer : run()) EXPECT_TRUE(answer.ok());
    EXPECT_TRUE(again.recorded.is_first);
    EXPECT_GT(again.recorded.id.value, before.value);
    EXPECT_NE(again.ticket.value, 0);
    add([](Db& db) -> Result<void> {
      DW_CHECK(events::prune(db, t0 + Millis(1), 100));
      return {};
    });
    run();
  }
}

TEST_P(StoreSteps, a_work_sees_the_rows_that_those_before_it_have_sent) {
  std::vector<size_t> seen(50);
  for (size_t i = 0; i < seen.size(); ++i) {
    add([i](Db& db) -> Result<void> {
      DW_CHECK(queues::send_unseen(db, {.queue = "q", .body = std::to_string(i)}, t0));
      DW_CHECK(deliveries::add_unseen(db, pending_in("a")));
      return {};
    });
    add([&seen, i](Db& db) -> Result<void> {
      DW_TRY(const QueueMetrics metrics, queues::metrics(db, "q", t0));
      DW_TRY(const auto open, deliveries::open_in_lane(db, "a", 100));
      EXPECT_EQ(static_cast<size_t>(metrics.depth), open.size());
      seen[i] = open.size();
      return {};
    });
  }
  for (const Result<void>& answer : run()) EXPECT_TRUE(answer.ok());
  for (size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], i + 1);
}

TEST_P(StoreSteps, rows_that_travel_together_keep_every_text_and_every_gap) {
  const std::vector<std::string> texts = {"",          "{}",           "NULL",
                                          "a,b",       "\"q\"",        "back\\slash",
                                          "{\"a\":1}", "\xC3\xBC\n\t", std::string(70'000, 'x')};
  std::vector<TicketId> ids(texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    add([&, i](Db& db) -> Result<void> {
      DW_TRY(ids[i], tickets::reserve_id(db));
      Ticket ticket = ticket_with(ids[i], texts[i]);
      ticket.assignee = texts[texts.size() - 1 - i];
      if (i % 2 == 0) ticket.first_reply_at = t0 + Millis(static_cast<int64_t>(i));
      if (i % 3 == 0) ticket.solved_at = t0;
      return tickets::open(db, ticket);
    });
  }
  for (const Result<void>& answer : run()) EXPECT_TRUE(answer.ok());
  read([&](ReadDb& db) -> Result<void> {
    for (size_t i = 0; i < texts.size(); ++i) {
      DW_TRY(const auto found, tickets::find(db, ids[i]));
      EXPECT_TRUE(found.has_value());
      if (!found) continue;
      EXPECT_EQ(found->title, texts[i]);
      EXPECT_EQ(found->assignee, texts[texts.size() - 1 - i]);
      EXPECT_EQ(found->first_reply_at.has_value(), i % 2 == 0);
      EXPECT_EQ(found->solved_at.has_value(), i % 3 == 0);
    }
    return {};
  });
}

TEST_P(StoreSteps, a_delivery_that_nobody_asks_for_is_on_the_board_under_its_number) {
  for (int i = 0; i < 3; ++i) {
    add([](Db& db) { return deliveries::add_unseen(db, pending_in("a")); });
  }
  for (const Result<void>& answer : run()) EXPECT_TRUE(answer.ok());
  read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const auto notes, changes::after(db, "", 10));
    DW_TRY(const auto open, deliveries::open_in_lane(db, "a", 10));
    EXPECT_EQ(notes.size(), 3U);
    EXPECT_EQ(open.size(), 3U);
    for (size_t i = 0; i < std::min(notes.size(), open.size()); ++i) {
      EXPECT_EQ(notes[i].topic, "delivery");
      EXPECT_EQ(notes[i].id, open[i].id.value);
    }
    return {};
  });
}

}  // namespace
}  // namespace dw
