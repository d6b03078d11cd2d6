// What a person, a token or a command asks for is in the audit list, in the commit that does it.
#include "records/audit.h"

#include <gtest/gtest.h>

#include "domain/delivery.h"
#include "domain/event.h"
#include "engine/inbox.h"
#include "net/task_group.h"
#include "ports/job.h"
#include "ports/store.h"
#include "records/deliveries.h"
#include "records/events.h"
#include "records/tickets.h"
#include "store/open.h"

namespace dw {
namespace {

struct ChangingView {
  TicketId fresh_ticket;
};

/// Opens a ticket, refuses, or changes one: at once or after a question.
class Changing : public JobOf<ChangingView> {
 public:
  std::string_view name() const override { return "changing"; }
  bool takes(std::string_view kind) const override { return kind != "nothing"; }
  Result<ChangingView> read(const Event& event, ReadDb& db) const override {
    ChangingView view;
    if (event.kind == "open") {
      DW_TRY(view.fresh_ticket, tickets::reserve_id(db));
    }
    return view;
  }
  Plan plan(const Event& event, const ChangingView& view) const override {
    Plan plan;
    if (event.kind == "open") {
      plan.changes.push_back(OpenTicket{{.id = view.fresh_ticket, .title = "t"}});
      plan.reply = json::object{{"ticket", view.fresh_ticket.value}};
    } else if (event.kind == "refuse") {
      plan.refusal = Error{ErrorKind::invalid, "", "no"};
    } else if (event.kind == "press") {
      plan.deliveries.push_back({.lane = "a",
                                 .target = "queue:out",
                                 .payload = QueueSend{.queue = "out", .body = "who?"},
                                 .answer_kind = "asked"});
    } else {
      plan.deliveries.push_back(
          {.lane = "b",
           .target = "desk:zendesk",
           .payload = DeskUpdate{.ticket = {7}, .patch = {.assignee = "Ana"}, .external_id = ""}});
    }
    return plan;
  }
};

struct AuditWorld {
  Loop loop;
  ManualClock clock;
  Metrics metrics;
  std::unique_ptr<Store> store =
      std::move(*open_store("sqlite::memory:", OpenMode::visit, nullptr));
  Changing job;
  Inbox inbox{*store, clock, metrics, {&job}, {}};
  TaskGroup tasks{loop, clock};

  static Task<void> keep(Task<Result<Accepted>> task, std::optional<Result<Accepted>>& out) {
    out = co_await std::move(task);
  }
  Result<Accepted> wait_for(Task<Result<Accepted>> task) {
    std::optional<Result<Accepted>> out;
    tasks.run("test", keep(std::move(task), out));
    loop.restart();
    loop.run();
    return std::move(*out);
  }
  Event event(const std::string& kind, const std::string& key, json::object body = {}) {
    return {.source = "test", .key = key, .kind = kind, .at = clock.now(), .body = std::move(body)};
  }
  std::vector<std::string> lines() {
    std::vector<std::string> out;
    const Result<void> read = store->read_now([&](ReadDb& db) -> Result<void> {
      DW_TRY(const auto entries, audit::list(db, {}));
      for (const AuditEntry& one : entries) {
        out.insert(out.begin(), one.who + "|" + one.what + "|" + one.subject);
      }
      return {};
    });
    EXPECT_TRUE(read.ok());
    return out;
  }
};

using Lines = std::vector<std::string>;

TEST(Audit, what_is_asked_for_is_written_down_once_and_what_is_refused_is_not) {
  AuditWorld w;
  const Asked asked{"token ci", "ticket.open", "by hand"};
  EXPECT_TRUE(w.wait_for(w.inbox.accept(w.event("open", "1"), asked)).ok());
  EXPECT_FALSE(w.wait_for(w.inbox.accept(w.event("open", "1"), asked))->is_first);
  EXPECT_FALSE(w.wait_for(w.inbox.accept(w.event("refuse", "2"), asked)).ok());
  EXPECT_TRUE(w.wait_for(w.inbox.accept(w.event("open", "3"))).ok()) << "nobody whom we know";
  EXPECT_EQ(w.lines(), (Lines{"token ci|ticket.open|ticket 1: by hand"}));
}

TEST(Audit, who_changes_a_ticket_from_a_chat_is_written_down_through_every_question) {
  AuditWorld w;
  const json::object person{{"user", json::object{{"id", "U1"}, {"name", "Ana"}}}};
  EXPECT_TRUE(w.wait_for(w.inbox.accept(w.event("change", "1", person))).ok());
  EXPECT_TRUE(w.wait_for(w.inbox.accept(w.event("change", "2"))).ok()) << "nobody did";
  EXPECT_EQ(w.lines(), (Lines{"chat Ana (U1)|ticket.update|ticket 7: assignee"}));

  EXPECT_TRUE(w.wait_for(w.inbox.accept(w.event("press", "3", person))).ok());
  const Result<void> answered = w.store->write_now([&](Db& db) -> Result<void> {
    DW_TRY(const auto waiting, deliveries::list(db, {.lane = "a", .page = {}}));
    Inbox::Counts counts;
    Inbox::Broken broken;
    return w.inbox.take_answer(db, waiting.items.at(0), Outcome::done(), counts, broken);
  });
  ASSERT_TRUE(answered.ok());
  EXPECT_EQ(w.lines().size(), 2U);
  EXPECT_EQ(w.lines().back(), "chat Ana (U1)|ticket.update|ticket 7: assignee");
}

TEST(Audit, a_text_that_no_store_keeps_is_cleaned_before_anything_is_decided) {
  AuditWorld w;
  const std::string nul("1\0x", 3);
  EXPECT_TRUE(w.wait_for(w.inbox.accept(w.event("open", nul)))->is_first);
  EXPECT_FALSE(w.wait_for(w.inbox.accept(w.event("open", nul)))->is_first);
  std::optional<StoredEvent> kept;
  const Result<void> read = w.store->read_now([&](ReadDb& db) -> Result<void> {
    DW_TRY(kept, events::find(db, {1}));
    return {};
  });
  ASSERT_TRUE(read.ok() && kept);
  EXPECT_EQ(kept->event.key, "1\uFFFDx");
}

}  // namespace
}  // namespace dw
