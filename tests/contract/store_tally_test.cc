// The tally in every store: the newest text counts, a deletion is final, periods and channels.
#include "contract/store_world.h"
#include "jobs/tally/records.h"
#include "jobs/tally/rows.h"
#include "records/changes.h"
#include "support/retention.h"

namespace dw {
namespace {

TallyMessage message(const std::string& id, int64_t revision, std::vector<TallyUpdate> updates,
                     Millis after = Millis(0)) {
  return {.channel = "C1",
          .message = id,
          .revision = revision,
          .at = t0 + after,
          .text = "text of " + id,
          .blocks = "",
          .updates = std::move(updates)};
}

const TallyUpdate jon{"jxsrcc", "Jon Snow", "INC1"};
const TallyUpdate ana{"anarcc", "Ana", "INC2"};

std::string bars(Bundle& bundle, const TallyQuery& query = {}) {
  std::string out;
  bundle.read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const auto agents, tally::agents(db, query));
    out.clear();
    for (const TallyAgent& one : agents) {
      out += fmt::format("{}/{}:{}+{} ", one.username, one.name, one.updates - one.opening,
                         one.opening);
    }
    return {};
  });
  return out;
}

void keep(Bundle& bundle, const TallyMessage& message) {
  bundle.write([&](Db& db) { return tally::count(db, message); });
}

TEST_P(StoreContract, tally_counts_lines_and_the_newest_text_of_a_message) {
  const auto bundle = setup();
  keep(*bundle, message("1.1", 10, {jon, jon, ana}));
  EXPECT_EQ(bars(*bundle), "jxsrcc/Jon Snow:2+0 anarcc/Ana:1+0 ");
  keep(*bundle, message("1.1", 10, {jon, jon, ana}));
  EXPECT_EQ(bars(*bundle), "jxsrcc/Jon Snow:2+0 anarcc/Ana:1+0 ") << "a repeat counts once";
  keep(*bundle, message("1.1", 30, {ana}));
  keep(*bundle, message("1.1", 20, {jon}));
  EXPECT_EQ(bars(*bundle), "anarcc/Ana:1+0 ") << "an older edit that comes late is passed over";
}

TEST_P(StoreContract, tally_takes_a_deleted_message_back_for_good) {
  const auto bundle = setup();
  keep(*bundle, message("1.1", 10, {jon}));
  const auto drop = [&](const char* id) {
    bundle->write([&](Db& db) { return tally::drop(db, "C1", id, t0); });
  };
  drop("1.1");
  drop("2.2");
  keep(*bundle, message("1.1", 40, {jon}));
  keep(*bundle, message("2.2", 40, {jon}));
  EXPECT_EQ(bars(*bundle), "");
}

TEST_P(StoreContract, tally_joins_spellings_and_shows_the_newest_name) {
  const auto bundle = setup();
  keep(*bundle, message("2.2", 10, {{"JXSRCC", "Jon Targaryen", ""}}, Millis(5000)));
  keep(*bundle, message("1.1", 10, {jon}));
  EXPECT_EQ(bars(*bundle), "JXSRCC/Jon Targaryen:2+0 ");
}

TEST_P(StoreContract, tally_of_a_period_and_of_a_channel) {
  const auto bundle = setup();
  keep(*bundle, message("1.1", 10, {jon}));
  keep(*bundle, message("2.2", 10, {ana}, Millis(1000)));
  TallyMessage other = message("3.3", 10, {ana, jon}, Millis(2000));
  other.channel = "C2";
  keep(*bundle, other);
  EXPECT_EQ(bars(*bundle, {.since = t0 + Millis(1000)}), "anarcc/Ana:2+0 jxsrcc/Jon Snow:1+0 ");
  EXPECT_EQ(bars(*bundle, {.until = t0 + Millis(1000)}), "jxsrcc/Jon Snow:1+0 ");
  EXPECT_EQ(bars(*bundle, {.channel = "C2"}), "anarcc/Ana:1+0 jxsrcc/Jon Snow:1+0 ");
  bundle->read([](ReadDb& db) -> Result<void> {
    DW_TRY(const auto channels, tally::channels(db));
    EXPECT_EQ(channels, (std::vector<std::string>{"C1", "C2"}));
    DW_TRY(const auto found, tally::bars(db, t0 + Millis(1000)));
    EXPECT_EQ(found.size(), 3U);
    return {};
  });
}

TEST_P(StoreContract, tally_notes_every_agent_whose_number_moved) {
  const auto bundle = setup();
  keep(*bundle, message("1.1", 10, {jon}));
  keep(*bundle, message("1.1", 20, {ana}));
  keep(*bundle, message("1.1", 30, {ana}));
  bundle->read([](ReadDb& db) -> Result<void> {
    DW_TRY(const auto notes, changes::after(db, "", 100));
    EXPECT_EQ(notes.size(), 3U);
    DW_TRY(const auto bar, tally::bar(db, notes.at(0).id, t0));
    EXPECT_EQ(notes[0].topic, "tally");
    EXPECT_TRUE(bar && bar->username == "jxsrcc" && bar->updates == 0 && bar->channel == "C1");
    return {};
  });
}

TEST_P(StoreContract, tally_rows_page_newest_first) {
  const auto bundle = setup();
  for (int i = 0; i < 5; ++i) {
    keep(*bundle, message(fmt::format("{}.1", i), 10, {jon, ana}, Millis(i / 2)));
  }
  std::string seen, cursor;
  do {
    bundle->read([&](ReadDb& db) -> Result<void> {
      DW_TRY(const auto page, tally::rows(db, {}, "JXSRCC", {.limit = 2, .cursor = cursor}));
      for (const TallyRow& row : page.items) seen += row.message + " ";
      cursor = page.next_cursor;
      return {};
    });
  } while (!cursor.empty());
  EXPECT_EQ(seen, "4.1 3.1 2.1 1.1 0.1 ");
}

TEST_P(StoreContract, tally_opening_balances_count_where_no_period_is_asked_for) {
  const auto bundle = setup();
  keep(*bundle, message("1.1", 10, {jon}));
  for (int i = 0; i < 2; ++i) {
    bundle->write([](Db& db) {
      return tally::set_balances(db, {{"jxsrcc", "Jon S", 4}, {"oldrcc", "Old O", 9}}, t0);
    });
  }
  EXPECT_EQ(bars(*bundle), "oldrcc/Old O:0+9 jxsrcc/Jon Snow:1+4 ");
  EXPECT_EQ(bars(*bundle, {.since = t0}), "jxsrcc/Jon Snow:1+0 ");
}

TEST_P(StoreContract, tally_texts_are_kept_for_counting_anew_until_retention) {
  const auto bundle = setup();
  keep(*bundle, message("1.1", 10, {jon}));
  keep(*bundle, message("2.2", 10, {ana}, Millis(1000)));
  const auto texts = [&] {
    std::string out;
    bundle->read([&](ReadDb& db) -> Result<void> {
      DW_TRY(const auto found, tally::texts(db, "C1", "", 10));
      out.clear();
      for (const TallyMessage& one : found) out += one.text + ";";
      return {};
    });
    return out;
  };
  EXPECT_EQ(texts(), "text of 1.1;text of 2.2;");
  bundle->write([](Db& db) -> Result<void> {
    DW_CHECK(prune_all(db, t0 + Millis(500), 100, 1000));
    DW_CHECK(tally::set_rule(db, "C1", "a"));
    DW_CHECK(tally::set_rule(db, "C1", "b"));
    DW_TRY(const std::string rule, tally::rule(db, "C1"));
    EXPECT_EQ(rule, "b");
    return {};
  });
  EXPECT_EQ(texts(), "text of 2.2;");
  EXPECT_EQ(bars(*bundle), "anarcc/Ana:1+0 jxsrcc/Jon Snow:1+0 ") << "the counts stay";
}

TEST_P(StoreContract, tally_lines_that_retention_removes_are_counted_for_good) {
  const auto bundle = setup();
  const Millis quarter(900'000);
  // Days begin at whole quarters of an hour, wherever one is.
  const TimePoint start = t0 - Millis(t0.time_since_epoch().count() % quarter.count());
  keep(*bundle, message("1.1", 10, {jon, jon, ana}));
  keep(*bundle, message("2.2", 10, {jon}, quarter));
  keep(*bundle, message("3.3", 10, {jon}, 10 * quarter));
  const std::string all = "jxsrcc/Jon Snow:4+0 anarcc/Ana:1+0 ";
  const TallyQuery first{.since = start, .until = start + quarter, .channel = "C1"};
  const std::string in_first = bars(*bundle, first);
  std::string live;
  const auto read_live = [&] {
    std::string out;
    bundle->read([&](ReadDb& db) -> Result<void> {
      out.clear();
      DW_TRY(const auto found, tally::bars(db, start));
      for (const TallyBar& one : found) {
        DW_TRY(const auto same, tally::bar(db, one.id, start));
        out += fmt::format("{} {} {};", one.username, one.updates, same->updates);
      }
      return {};
    });
    return out;
  };
  live = read_live();
  // In pieces, one message each, and again when nothing is left to do.
  for (int i = 0; i < 6; ++i) {
    bundle->write([&](Db& db) -> Result<void> {
      DW_CHECK(prune_all(db, t0 + 2 * quarter, 1, 1000));
      return {};
    });
    EXPECT_EQ(bars(*bundle), all);
  }
  EXPECT_EQ(bars(*bundle, first), in_first);
  EXPECT_EQ(read_live(), live);
  bundle->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const auto rows, tally::rows(db, {}, "", {}));
    EXPECT_EQ(rows.items.size(), 1U) << "the lines themselves are gone";
    return {};
  });
  // An edit, a deletion or a repeat of what is summed up changes nothing any more.
  keep(*bundle, message("1.1", 90, {ana}));
  keep(*bundle, message("2.2", 10, {jon}, quarter));
  bundle->write([&](Db& db) { return tally::drop(db, "C1", "1.1", t0); });
  EXPECT_EQ(bars(*bundle), all);
}

}  // namespace
}  // namespace dw
