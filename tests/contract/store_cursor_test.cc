// A cursor is one that the list has given. Anything else is refused, never the first page.
#include "contract/store_world.h"
#include "jobs/notices/rows.h"
#include "jobs/tally/rows.h"
#include "records/audit.h"
#include "records/deliveries.h"
#include "records/events.h"
#include "records/paging.h"
#include "records/queues.h"
#include "records/ticket_lists.h"
#include "records/tickets.h"

namespace dw {
namespace {

using List = std::function<Result<std::string>(ReadDb&, const PageRequest&)>;

template <class T>
Result<std::string> next_of(const Result<Page<T>>& page) {
  if (!page.ok()) return page.error();
  return page->next_cursor;
}

/// Every list of the store that has pages.
const std::vector<std::pair<std::string, List>>& lists() {
  static const std::vector<std::pair<std::string, List>> all = {
      {"tickets",
       [](ReadDb& db, const PageRequest& p) { return next_of(tickets::list(db, {.page = p})); }},
      {"deliveries",
       [](ReadDb& db, const PageRequest& p) { return next_of(deliveries::list(db, {.page = p})); }},
      {"parked", [](ReadDb& db, const PageRequest& p) { return next_of(events::parked(db, p)); }},
      {"queue", [](ReadDb& db, const PageRequest& p) { return next_of(queues::peek(db, "q", p)); }},
      {"tally",
       [](ReadDb& db, const PageRequest& p) { return next_of(tally::rows(db, {}, "", p)); }},
      {"runs", [](ReadDb& db, const PageRequest& p) { return next_of(notices::runs(db, p)); }},
      {"letters",
       [](ReadDb& db, const PageRequest& p) { return next_of(notices::notices(db, 1, p)); }},
      {"audit", [](ReadDb& db, const PageRequest& p) -> Result<std::string> {
         DW_CHECK(audit::list(db, p));
         return std::string();
       }}};
  return all;
}

TEST_P(StoreContract, a_cursor_that_no_list_has_given_is_refused_by_every_list) {
  auto b = setup();
  b->read([](ReadDb& db) -> Result<void> {
    for (const auto& [name, list] : lists()) {
      EXPECT_TRUE(list(db, {}).ok()) << name;
      for (const char* bad : {"x", "-1", "+1", "0", "01", "1x", " 1", "1 ", "1.5", "1e3", "0x1",
                              "9223372036854775808", "99999999999999999999", "1/2", "a/b/c/1",
                              "1/C1/m/x", "1/C1/m/-1", "1//m/1"}) {
        const auto answer = list(db, {.limit = 1, .cursor = bad});
        EXPECT_FALSE(answer.ok()) << name << " took " << bad;
        if (answer.ok()) continue;
        EXPECT_EQ(answer.error().kind, ErrorKind::invalid);
        EXPECT_EQ(answer.error().where, "cursor");
        EXPECT_EQ(answer.error().problems.at(0).field, "cursor");
      }
    }
    return {};
  });
}

TEST_P(StoreContract, what_a_list_gives_as_its_cursor_it_takes) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    for (int i = 0; i < 3; ++i) {
      DW_CHECK(open_one(db, "t"));
      DW_CHECK(deliveries::add(db, pending_in("a")));
      DW_CHECK(queues::send(db, {.queue = "q", .body = "b"}, t0));
    }
    return {};
  });
  b->read([](ReadDb& db) -> Result<void> {
    for (const auto& [name, list] : lists()) {
      if (name != "tickets" && name != "deliveries" && name != "queue") continue;
      int pages = 1;
      for (std::string cursor;; ++pages) {
        DW_TRY(cursor, list(db, {.limit = 1, .cursor = cursor}));
        if (cursor.empty()) break;
      }
      EXPECT_EQ(pages, 3) << name;
    }
    return {};
  });
}

}  // namespace
}  // namespace dw
