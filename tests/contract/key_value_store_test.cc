// The connectors' key-value store over a real store: what one replica writes, the other reads.
#include "engine/key_value_store.h"

#include <gtest/gtest.h>

#include <optional>

#include "contract/engine_world.h"
#include "contract/store_world.h"
#include "net/task_group.h"

namespace dw {
namespace {

struct KeyValueWorld {
  Loop loop;
  ManualClock clock;
  std::unique_ptr<Bundle> place;
  Lying store;
  TaskGroup tasks{loop, clock};
  StoredKeyValues one{store, clock, "one"}, two{store, clock, "two"};

  explicit KeyValueWorld(const std::string& engine) : place(opened(engine)), store(*place->store) {}

  template <class T>
  T wait_for(Task<T> task) {
    std::optional<T> out;
    tasks.run("test", keep(std::move(task), &out));
    loop.restart();
    loop.run();
    return std::move(*out);
  }
  StoredValue kept() { return *wait_for(two.read("a")); }

 private:
  static std::unique_ptr<Bundle> opened(const std::string& engine) {
    std::unique_ptr<Bundle> out = place_for(engine);
    out->reopen();
    return out;
  }
  template <class T>
  static Task<void> keep(Task<T> task, std::optional<T>* out) {
    *out = co_await std::move(task);
  }
};

class StoreNotebookContract : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Engines, StoreNotebookContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& engine) { return engine.param; });

TEST_P(StoreNotebookContract, what_one_replica_keeps_the_other_reads) {
  KeyValueWorld w(GetParam());
  EXPECT_EQ(w.wait_for(w.one.read("a"))->version, 0);
  EXPECT_TRUE(w.wait_for(w.one.write("a", "text", 0)).ok());
  const auto kept = w.wait_for(w.two.read("a"));
  EXPECT_EQ(kept->text, "text");
  EXPECT_EQ(kept->version, 1);
  EXPECT_EQ(w.wait_for(w.two.write("a", "late", 0)).error().kind, ErrorKind::conflict);
}

TEST_P(StoreNotebookContract, one_replica_has_the_turn_until_it_ends_or_its_time_is_over) {
  KeyValueWorld w(GetParam());
  EXPECT_TRUE(*w.wait_for(w.one.acquire_lease("a", Millis(1000))));
  EXPECT_FALSE(*w.wait_for(w.two.acquire_lease("a", Millis(1000))));
  EXPECT_TRUE(*w.wait_for(w.one.acquire_lease("a", Millis(1000)))) << "extended";
  EXPECT_TRUE(w.wait_for(w.one.release_lease("a")).ok());
  EXPECT_TRUE(*w.wait_for(w.two.acquire_lease("a", Millis(1000))));
  w.clock.advance(Millis(1001));
  EXPECT_TRUE(*w.wait_for(w.one.acquire_lease("a", Millis(1000)))) << "the other has died";
}

TEST_P(StoreNotebookContract, after_a_wrong_answer_what_is_there_is_read_and_goes_on) {
  for (const ErrorKind kind : {ErrorKind::full, ErrorKind::unsure}) {
    for (const bool stands : {false, true}) {
      KeyValueWorld w(GetParam());
      w.store.stands = stands;
      w.store.kind_of_lie = kind;
      EXPECT_TRUE(w.wait_for(w.one.write("a", "first", 0)).ok());
      w.store.lies_at = w.store.writes + 1;
      EXPECT_EQ(w.wait_for(w.one.write("a", "second", 1)).error().kind, kind);
      EXPECT_EQ(w.kept().text, stands ? "second" : "first");
      EXPECT_EQ(w.kept().version, stands ? 2 : 1);
      // The same again stands once, and a version that was read is the one that is replaced.
      const Result<void> again = w.wait_for(w.one.write("a", "second", 1));
      EXPECT_EQ(again.ok(), !stands);
      EXPECT_EQ(w.kept().text, "second");
      EXPECT_EQ(w.kept().version, 2);
      EXPECT_TRUE(w.wait_for(w.two.write("a", "third", 2)).ok());
      const Result<void> late = w.wait_for(w.one.write("a", "second", 1));
      ASSERT_FALSE(late.ok());
      EXPECT_EQ(late.error().kind, ErrorKind::conflict);
      EXPECT_EQ(w.kept().text, "third");
    }
  }
}

TEST_P(StoreNotebookContract,
       a_turn_that_was_taken_or_ended_with_a_wrong_answer_ends_with_its_time) {
  for (const bool stands : {false, true}) {
    KeyValueWorld w(GetParam());
    w.store.stands = stands;
    w.store.kind_of_lie = ErrorKind::unsure;
    w.store.lies_at = 1;
    EXPECT_FALSE(w.wait_for(w.one.acquire_lease("a", Millis(1000))).ok());
    EXPECT_EQ(*w.wait_for(w.two.acquire_lease("a", Millis(1000))), !stands);
    EXPECT_EQ(*w.wait_for(w.one.acquire_lease("a", Millis(1000))), stands) << "asked again";
    w.store.lies_at = w.store.writes + 1;
    StoredKeyValues& holder = stands ? w.one : w.two;
    EXPECT_FALSE(w.wait_for(holder.release_lease("a")).ok());
    w.clock.advance(Millis(1001));
    EXPECT_TRUE(*w.wait_for((stands ? w.two : w.one).acquire_lease("a", Millis(1000))));
  }
}

}  // namespace
}  // namespace dw
