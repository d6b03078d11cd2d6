// The connectors' notebook over a real store: what one replica writes, the other reads.
#include "engine/notebook.h"

#include <gtest/gtest.h>

#include <optional>

#include "net/task_group.h"
#include "ports/store.h"
#include "store/open.h"

namespace dw {
namespace {

struct NotebookWorld {
  Loop loop;
  ManualClock clock;
  std::unique_ptr<Store> store =
      std::move(*open_store("sqlite::memory:", OpenMode::visit, nullptr));
  TaskGroup tasks{loop, clock};
  StoreNotebook one{*store, clock, "one"}, two{*store, clock, "two"};

  template <class T>
  T wait_for(Task<T> task) {
    std::optional<T> out;
    tasks.run("test", keep(std::move(task), &out));
    loop.restart();
    loop.run();
    return std::move(*out);
  }

 private:
  template <class T>
  static Task<void> keep(Task<T> task, std::optional<T>* out) {
    *out = co_await std::move(task);
  }
};

TEST(StoreNotebook, what_one_replica_keeps_the_other_reads) {
  NotebookWorld w;
  EXPECT_EQ(w.wait_for(w.one.read("a"))->version, 0);
  EXPECT_TRUE(w.wait_for(w.one.write("a", "text", 0)).ok());
  const auto kept = w.wait_for(w.two.read("a"));
  EXPECT_EQ(kept->text, "text");
  EXPECT_EQ(kept->version, 1);
  EXPECT_EQ(w.wait_for(w.two.write("a", "late", 0)).error().kind, ErrorKind::conflict);
}

TEST(StoreNotebook, one_replica_has_the_turn_until_it_ends_or_its_time_is_over) {
  NotebookWorld w;
  EXPECT_TRUE(*w.wait_for(w.one.take_turn("a", Millis(1000))));
  EXPECT_FALSE(*w.wait_for(w.two.take_turn("a", Millis(1000))));
  EXPECT_TRUE(*w.wait_for(w.one.take_turn("a", Millis(1000)))) << "extended";
  EXPECT_TRUE(w.wait_for(w.one.end_turn("a")).ok());
  EXPECT_TRUE(*w.wait_for(w.two.take_turn("a", Millis(1000))));
  w.clock.advance(Millis(1001));
  EXPECT_TRUE(*w.wait_for(w.one.take_turn("a", Millis(1000)))) << "the other has died";
}

}  // namespace
}  // namespace dw
