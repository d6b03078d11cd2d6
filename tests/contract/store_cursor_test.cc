// A cursor is one that the list has given. Anything else is refused, never the first page.
#include "contract/store_world.h"

namespace dw {
namespace {

using List = std::function<Result<std::string>(Reader&, const PageRequest&)>;

template <class T>
Result<std::string> next_of(const Result<Page<T>>& page) {
  if (!page.ok()) return page.error();
  return page->next_cursor;
}

/// Every list of the store that has pages.
const std::vector<std::pair<std::string, List>>& lists() {
  static const std::vector<std::pair<std::string, List>> all = {
      {"tickets", [](Reader& r, const PageRequest& p) { return next_of(r.tickets({.page = p})); }},
      {"deliveries",
       [](Reader& r, const PageRequest& p) { return next_of(r.deliveries({.page = p})); }},
      {"parked", [](Reader& r, const PageRequest& p) { return next_of(r.parked_events(p)); }},
      {"queue", [](Reader& r, const PageRequest& p) { return next_of(r.queue_peek("q", p)); }},
      {"tally", [](Reader& r, const PageRequest& p) { return next_of(r.tally_rows({}, "", p)); }},
      {"runs", [](Reader& r, const PageRequest& p) { return next_of(r.notice_runs(p)); }},
      {"letters", [](Reader& r, const PageRequest& p) { return next_of(r.notice_letters(1, p)); }},
      {"audit", [](Reader& r, const PageRequest& p) -> Result<std::string> {
         DW_CHECK(r.audit(p));
         return std::string();
       }}};
  return all;
}

TEST_P(StoreContract, a_cursor_that_no_list_has_given_is_refused_by_every_list) {
  auto b = setup();
  b->read([](Reader& r) -> Result<void> {
    for (const auto& [name, list] : lists()) {
      EXPECT_TRUE(list(r, {}).ok()) << name;
      for (const char* bad : {"x", "-1", "+1", "0", "01", "1x", " 1", "1 ", "1.5", "1e3", "0x1",
                              "9223372036854775808", "99999999999999999999", "1/2", "a/b/c/1",
                              "1/C1/m/x", "1/C1/m/-1", "1//m/1"}) {
        const auto answer = list(r, {.limit = 1, .cursor = bad});
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
  b->write([](Journal& j) -> Result<void> {
    for (int i = 0; i < 3; ++i) {
      DW_CHECK(open_one(j, "t"));
      DW_CHECK(j.add_delivery(pending_in("a")));
      DW_CHECK(j.queue_send({.queue = "q", .body = "b"}, t0));
    }
    return {};
  });
  b->read([](Reader& r) -> Result<void> {
    for (const auto& [name, list] : lists()) {
      if (name != "tickets" && name != "deliveries" && name != "queue") continue;
      int pages = 1;
      for (std::string cursor;; ++pages) {
        DW_TRY(cursor, list(r, {.limit = 1, .cursor = cursor}));
        if (cursor.empty()) break;
      }
      EXPECT_EQ(pages, 3) << name;
    }
    return {};
  });
}

}  // namespace
}  // namespace dw
