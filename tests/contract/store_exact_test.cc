// A text is kept exactly as it was accepted, or refused before anything is decided on it; both
// engines refuse the same.
#include "contract/store_world.h"
#include "jobs/bridge/rows.h"
#include "jobs/notices/rows.h"
#include "ports/store.h"
#include "records/events.h"
#include "records/ticket_lists.h"
#include "records/tickets.h"

namespace dw {
namespace {

class StoreExact : public StoreContract {};

INSTANTIATE_TEST_SUITE_P(Engines, StoreExact, testing::Values("sqlite", "memory", "postgresql"),
                         [](const auto& engine) { return engine.param; });

const std::vector<std::string> kept_texts = {
    "", "plain", "\t\n\r\x01\x7f", "žluťoučký", "\U0001F600\U000FFFFF", "\xEF\xBF\xBF", "'\"\\;--"};

const std::vector<std::string> refused_texts = {
    std::string("a\0b", 3),  // a NUL
    std::string(1, '\0'),
    std::string("long enough to be looked at by the word, and then a\0", 52),
    "caf\xE9",           // Latin-1
    "\xC0\x80",          // a NUL in two bytes
    "\xED\xA0\x80",      // half of a pair
    "\xF4\x90\x80\x80",  // behind the last character
    "cut \xE2\x82",
};

TEST_P(StoreExact, texts_come_back_as_they_were) {
  auto b = setup();
  for (const std::string& text : kept_texts) b->write(opening(text));
  b->read([](ReadDb& db) -> Result<void> {
    for (size_t i = 0; i < kept_texts.size(); ++i) {
      DW_TRY(const auto found, tickets::find(db, {static_cast<int64_t>(i + 1)}));
      EXPECT_EQ(found->title, kept_texts[i]);
    }
    return {};
  });
}

TEST_P(StoreExact, texts_that_no_store_keeps_are_refused_by_name_and_nothing_of_the_work_stays) {
  auto b = setup();
  for (const std::string& text : refused_texts) {
    const Result<void> written = b->store->write_now([&](Db& db) -> Result<void> {
      DW_CHECK(open_one(db, "before it"));
      DW_CHECK(open_one(db, text));
      return {};
    });
    ASSERT_FALSE(written.ok());
    EXPECT_EQ(written.error().kind, ErrorKind::invalid);
    EXPECT_NE(written.error().what.find("open_ticket"), std::string::npos) << written.error().what;
    EXPECT_EQ(written.error().what.find(text), std::string::npos);
  }
  EXPECT_TRUE(b->store->health().is_ok) << "the sender is at fault, not the store";
  b->read([](ReadDb& db) -> Result<void> {
    DW_TRY(const auto page, tickets::list(db, {}));
    EXPECT_TRUE(page.items.empty());
    return {};
  });
}

TEST_P(StoreExact, a_text_is_never_looked_for_as_another_one) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(events::record(db, event_with("key")));
    DW_TRY(const bool is_first, notices::reserve(db, "2026-W47", "ana@x.example", 1));
    EXPECT_TRUE(is_first);
    return {};
  });
  const std::string with_nul("ana@x.example\0", 14);
  const Result<void> again = b->store->write_now([&](Db& db) -> Result<void> {
    DW_CHECK(notices::reserve(db, "2026-W47", with_nul, 2));
    return {};
  });
  EXPECT_EQ(again.error().kind, ErrorKind::invalid);
  const Result<void> read = b->store->read_now([&](ReadDb& db) -> Result<void> {
    DW_CHECK(bridge::message(db, std::string("key\0", 4)));
    return {};
  });
  EXPECT_EQ(read.error().kind, ErrorKind::invalid);
  EXPECT_TRUE(b->store
                  ->read_now([](ReadDb& db) -> Result<void> {
                    DW_CHECK(bridge::message(db, "key"));
                    return {};
                  })
                  .ok());
}

}  // namespace
}  // namespace dw
