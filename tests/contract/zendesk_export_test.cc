// The incremental export: what the webhook missed, once, from where it stood.
#include "connectors/zendesk/export.h"
#include "contract/zendesk_world.h"
#include "domain/event.h"

namespace dw {
namespace {

constexpr const char* note = "zendesk.export";

struct ExportWorld : ZendeskWorld, EventSink {
  std::vector<Event> events;
  bool is_store_full = false, is_wanted = true;
  std::unique_ptr<ZendeskExport> polled;

  ExportWorld() { restart(); }
  void restart() {
    polled = std::make_unique<ZendeskExport>(*client, world.loop, key_values, *this,
                                             [](const std::string&) {});
  }
  bool takes(std::string_view) const override { return is_wanted; }
  Task<Result<json::value>> accept(Event event) override {
    if (is_store_full) co_return Error{ErrorKind::full, "store", "the disk is full"};
    events.push_back(std::move(event));
    co_return json::value();
  }
  Result<size_t> look() { return world.wait_for(polled->look()); }
};

TEST(ZendeskExport, each_change_comes_once_and_a_restart_goes_on) {
  ExportWorld w;
  const int64_t id = w.fake.mail_in("Printer", "It burns", "bo@example.com");
  ASSERT_TRUE(w.look().ok());
  ASSERT_EQ(w.events.size(), 1U);
  EXPECT_EQ(w.events[0].key,
            fmt::format("export/{}/{}", id, text_at(w.fake.ticket(id), "updated_at")));
  EXPECT_EQ(to_text(w.events[0].body),
            fmt::format(R"({{"ticket":"{}","type":null,"problem_id":null}})", id));
  ASSERT_TRUE(w.look().ok());
  EXPECT_EQ(w.events.size(), 1U);
  w.fake.say(id, "<p>Which one?</p>", true);
  w.restart();
  ASSERT_TRUE(w.look().ok());
  EXPECT_EQ(w.events.size(), 2U);
}

TEST(ZendeskExport, the_cursor_stays_while_the_store_can_not_take_what_it_brought) {
  ExportWorld w;
  w.fake.mail_in("Printer", "It burns", "bo@example.com");
  w.is_store_full = true;
  EXPECT_EQ(w.look().error().kind, ErrorKind::full);
  EXPECT_EQ(w.key_values.kept[note].version, 0);
  w.is_store_full = false;
  ASSERT_TRUE(w.look().ok());
  EXPECT_EQ(w.events.size(), 1U);
}

TEST(ZendeskExport, what_no_job_wants_is_read_none_the_less) {
  ExportWorld w;
  w.fake.mail_in("Printer", "It burns", "bo@example.com");
  w.is_wanted = false;
  ASSERT_TRUE(w.look().ok());
  EXPECT_TRUE(w.events.empty());
  EXPECT_EQ(w.key_values.kept[note].version, 1);
}

TEST(ZendeskExport, more_than_a_page_is_read_to_its_end) {
  ExportWorld w;
  for (int i = 0; i < 2300; ++i) w.fake.mail_in("Printer", "It burns", "bo@example.com");
  const Result<size_t> count = w.look();
  ASSERT_TRUE(count.ok());
  EXPECT_EQ(*count, 2300U);
}

TEST(ZendeskExport, a_replica_that_has_the_turn_reads_alone) {
  ExportWorld w;
  w.fake.mail_in("Printer", "It burns", "bo@example.com");
  w.key_values.taken_by_others[note] = true;
  const Result<size_t> count = w.look();
  ASSERT_TRUE(count.ok());
  EXPECT_EQ(*count, 0U);
  EXPECT_TRUE(w.world.script.seen().empty());
}

TEST(ZendeskExport, a_cursor_that_is_no_longer_taken_is_replaced_by_the_time) {
  ExportWorld w;
  w.fake.mail_in("Printer", "It burns", "bo@example.com");
  const std::string kept = to_text(
      json::object{{"url", w.settings.url}, {"cursor", "gone"}, {"at", to_rfc3339(system_now())}});
  w.key_values.kept[note] = {kept, 1};
  EXPECT_FALSE(w.look().ok());
  ASSERT_TRUE(w.look().ok());
  EXPECT_EQ(w.events.size(), 1U);
}

TEST(ZendeskExport, an_agent_is_told_that_it_takes_an_admin) {
  ExportWorld w;
  w.settings.oauth_token = Secret();
  w.settings.email = "ida@acme.example";
  w.settings.token = Secret("api-token");
  w.polled.reset();
  w.build();
  w.restart();
  const Result<size_t> looked = w.look();
  ASSERT_FALSE(looked.ok());
  EXPECT_EQ(looked.error().kind, ErrorKind::denied);
}

TEST(ZendeskExport, it_looks_at_once_and_ends_when_it_is_asked) {
  ExportWorld w;
  w.fake.mail_in("Printer", "It burns", "bo@example.com");
  w.polled = std::make_unique<ZendeskExport>(*w.client, w.world.loop, w.key_values, w,
                                             [&w](const std::string& trouble) {
                                               EXPECT_EQ(trouble, "");
                                               w.polled->stop();
                                             });
  struct Runner {
    static Task<int> run(ZendeskExport* polled) {
      co_await polled->run();
      co_return 1;
    }
  };
  EXPECT_EQ(w.world.wait_for(Runner::run(w.polled.get())), 1);
  EXPECT_EQ(w.events.size(), 1U);
}

}  // namespace
}  // namespace dw
