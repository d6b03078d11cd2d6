// What the tests of the store share: a store of each kind, and rows to put into it.
#pragma once
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/random.h"
#include "domain/event.h"
#include "ports/store.h"
#include "records/changes.h"
#include "records/events.h"
#include "records/lanes.h"
#include "records/tickets.h"
#include "store/open.h"
#include "support/postgres.h"

namespace dw {

constexpr TimePoint t0{Millis(1'795'000'000'000)};

/// As a command does, beside what serves it.
inline std::unique_ptr<Store> visit_store(const std::string& url) {
  auto opened = open_store(url, OpenMode::visit, nullptr);
  if (!opened.ok()) throw std::runtime_error(opened.error().text());
  return std::move(*opened);
}

/// A store, and how to open it again.
struct Bundle {
  std::string url;
  std::filesystem::path folder;
  std::unique_ptr<Store> store;

  ~Bundle() {
    store.reset();
    if (!folder.empty()) std::filesystem::remove_all(folder);
  }
  void reopen() {
    store.reset();
    store = visit_store(url);
  }
  /// Runs work that must succeed.
  void write(const WriteWork& work) {
    const Result<void> done = store->write_now(work);
    EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().text());
  }
  void read(const ReadWork& work) {
    const Result<void> done = store->read_now(work);
    EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().text());
  }
};

/// `kind`: "sqlite", "memory", "postgresql". Empty, and not opened yet.
inline std::unique_ptr<Bundle> place_for(const std::string& kind) {
  auto bundle = std::make_unique<Bundle>();
  if (kind == "postgresql") {
    bundle->url = fresh_postgres_url();
  } else if (kind == "memory") {
    bundle->url = "sqlite::memory:";
  } else {
    bundle->folder = std::filesystem::temp_directory_path() / ("deskwire-" + random_uuid());
    std::filesystem::create_directory(bundle->folder);
    bundle->url = "sqlite:" + (bundle->folder / "store.db").string();
  }
  return bundle;
}

/// The tests that every store passes, whatever its engine.
class StoreContract : public testing::TestWithParam<std::string> {
 protected:
  std::unique_ptr<Bundle> setup() {
    std::unique_ptr<Bundle> bundle = place_for(GetParam());
    bundle->reopen();
    return bundle;
  }
};

inline Event event_with(const std::string& key) {
  return {.source = "test", .key = key, .kind = "k", .at = t0, .body = json::object{{"a", 1}}};
}

inline Ticket ticket_with(TicketId id, const std::string& title) {
  return {.id = id,
          .title = title,
          .description = "d",
          .requester = {"Ana", "ana@x.example", ""},
          .source = "test",
          .queue = "high",
          .opened_at = t0,
          .updated_at = t0};
}

inline Delivery pending_in(const std::string& lane, bool holds_lane = true) {
  return {.event = {1},
          .ticket = {1},
          .lane = lane,
          .target = "queue:high",
          .payload = QueueSend{.queue = "high", .body = "b"},
          .holds_lane = holds_lane,
          .created_at = t0,
          .next_attempt_at = t0};
}

inline Result<TicketId> open_one(Db& db, const std::string& title) {
  DW_TRY(const TicketId id, tickets::reserve_id(db));
  DW_CHECK(tickets::open(db, ticket_with(id, title)));
  return id;
}

inline WriteWork opening(const std::string& title) {
  return [title](Db& db) -> Result<void> {
    DW_CHECK(open_one(db, title));
    return {};
  };
}

inline std::vector<ChangeNote> changes_after(Store& store, const std::string& position,
                                             size_t limit = 100) {
  std::vector<ChangeNote> notes;
  const Result<void> read = store.read_now([&](ReadDb& db) -> Result<void> {
    DW_TRY(notes, changes::after(db, position, limit));
    return {};
  });
  EXPECT_TRUE(read.ok()) << (read.ok() ? "" : read.error().text()) << " after " << position;
  return notes;
}

/// What lanes::begin_attempts() takes.
inline Result<std::vector<Delivery>> begin(Db& db, const LaneClaim& claim, TimePoint at,
                                           const TakesAnswer& takes = {}, size_t batch_max = 10) {
  const auto batch = [batch_max](const Delivery&) { return batch_max; };
  DW_TRY(Begun begun, lanes::begin_attempts(db, claim, at, batch, takes));
  return std::move(begun.taken);
}

}  // namespace dw
