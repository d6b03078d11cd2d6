// From a chat's event to a number: the real inbox, job and store. With DESKWIRE_INCIDENTS naming a
// file of incident updates (UCI's "incident_event_log.csv"), all of them as a channel would
// bring it, with repeats, edits, deletions and disorder, against counts taken from the file.
#include "jobs/tally/tally.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "base/text.h"
#include "domain/event.h"
#include "engine/inbox.h"
#include "jobs/tally/records.h"
#include "jobs/tally/rows.h"
#include "net/task_group.h"
#include "ports/store.h"
#include "store/open.h"

namespace dw {
namespace {

const std::vector<TallySettings> settings = {
    {.channel = "C1", .pattern = {}, .username_suffix = "rcc", .stats_file = {}}};

struct World {
  Loop loop;
  ManualClock clock;
  Metrics metrics;
  std::unique_ptr<Store> store;
  Tally job{settings};
  TaskGroup tasks{loop, clock};
  std::unique_ptr<Inbox> inbox;

  World() {
    auto opened = open_store("sqlite::memory:", OpenMode::visit, nullptr);
    store = std::move(*opened);
    inbox = std::make_unique<Inbox>(*store, clock, metrics, std::vector<const Job*>{&job},
                                    std::vector<LocalTarget*>{});
  }

  Task<void> take(Event event) {
    const Result<Accepted> taken = co_await inbox->accept(std::move(event));
    EXPECT_TRUE(taken.ok());
  }

  void tell(const std::string& kind, const std::string& key, const std::string& message,
            const std::string& text) {
    json::object body{{"channel", "C1"}, {"message", message}, {"text", text}};
    tasks.run("take", take({.source = "slack",
                            .key = key,
                            .kind = kind,
                            .at = clock.now(),
                            .body = std::move(body)}));
    loop.restart();
    loop.poll();
  }

  std::map<std::string, int64_t> counts() {
    std::map<std::string, int64_t> out;
    auto work = [&](ReadDb& db) -> Result<void> {
      DW_TRY(const auto agents, tally::agents(db, {}));
      for (const TallyAgent& one : agents) out[one.username] = one.updates;
      return {};
    };
    EXPECT_TRUE(store->read_now(work).ok());
    return out;
  }
};

using Counts = std::map<std::string, int64_t>;

std::string line(const std::string& ticket, const std::string& agent) {
  return ticket + " [ *a title* ] Updated by *Agent " + agent + "* (_user" + agent + "rcc_):\n" +
         "&gt; INC1 [ *x* ] Updated by *Me* (_mercc_):\n\n";
}

TEST(TallyThroughTheInbox, repeats_count_once_edits_replace_and_deletions_stay) {
  World world;
  world.tell("chat.message", "C1/10.1", "10.1", line("INC1", "1") + line("INC2", "2"));
  world.tell("chat.message", "C1/10.1", "10.1", line("INC1", "1") + line("INC2", "2"));
  EXPECT_EQ(world.counts(), (Counts{{"user1rcc", 1}, {"user2rcc", 1}}));
  world.tell("chat.edit", "C1/10.1/30.0", "10.1", line("INC1", "3"));
  world.tell("chat.edit", "C1/10.1/20.0", "10.1", line("INC1", "4"));
  EXPECT_EQ(world.counts(), (Counts{{"user3rcc", 1}}));
  world.tell("chat.delete", "C1/10.1/deleted", "10.1", "");
  world.tell("chat.edit", "C1/10.1/40.0", "10.1", line("INC1", "5"));
  EXPECT_EQ(world.counts(), Counts{});
}

/// Column 0 is the ticket, column 12 "Updated by 21".
TEST(TallyThroughTheInbox, a_file_of_incidents_is_counted_as_the_file_has_it) {
  const char* file = std::getenv("DESKWIRE_INCIDENTS");
  if (file == nullptr) GTEST_SKIP() << "DESKWIRE_INCIDENTS names no file";
  std::ifstream stream(file);
  std::vector<std::pair<std::string, std::string>> rows;
  std::string text;
  std::getline(stream, text);
  while (std::getline(stream, text)) {
    const std::vector<std::string_view> cells = split(text, ',');
    ASSERT_GT(cells.size(), 12U);
    const std::string_view by = cells[12];
    rows.emplace_back(cells[0], by.substr(by.rfind(' ') + 1));
  }
  ASSERT_GT(rows.size(), 1000U);
  World world;
  Counts expected;
  size_t at = 0;
  for (int message = 0; at < rows.size(); ++message) {
    const std::string id = fmt::format("{}.000001", 1'456'700'000 + message);
    const std::string key = "C1/" + id;
    std::string said;
    std::vector<std::string> agents;
    for (int i = 0; i <= message % 3 && at < rows.size(); ++i, ++at) {
      said += line(rows[at].first, rows[at].second);
      agents.push_back("user" + rows[at].second + "rcc");
    }
    const bool is_edited = message % 7 == 0, is_gone = message % 11 == 0;
    const std::string edit = fmt::format("{}/{}.5", key, 1'500'000'000 + message);
    // Every other edit comes before the message that it edits.
    if (is_edited && message % 2 == 0) world.tell("chat.edit", edit, id, said);
    world.tell("chat.message", key, id, is_edited ? line("INC9", "0") : said);
    if (is_edited && message % 2 == 1) world.tell("chat.edit", edit, id, said);
    if (message % 5 == 0) world.tell("chat.message", key, id, said);
    if (is_gone) world.tell("chat.delete", key + "/deleted", id, "");
    if (is_gone) continue;
    for (const std::string& agent : agents) ++expected[agent];
  }
  EXPECT_EQ(world.counts(), expected);
}

}  // namespace
}  // namespace dw
