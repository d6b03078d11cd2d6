// The SQS endpoint over a real store: how many transactions its operations need, and who hears of a
// message. What its clients see is tests/e2e/sqs_clients.test.mjs and sqs_endpoint.test.mjs.
#include <gtest/gtest.h>

#include <list>

#include "contract/store_world.h"
#include "net/async_event.h"
#include "support/wrapped_store.h"
#include "web/sqs_endpoint/endpoint.h"

namespace dw {
namespace {

/// Counts the transactions that write, and holds them up or refuses them when it is told to.
class WatchedStore : public WrappedStore {
 public:
  WatchedStore(Loop& loop, Clock& clock, Store& inner)
      : WrappedStore(inner), loop_(loop), clock_(clock) {}

  Task<Result<void>> write(WriteWork work) override {
    ++writes;
    const bool fails = is_full;
    if (is_held) {
      AsyncEvent gate(loop_, clock_);
      held_.push_back(&gate);
      const std::optional<Monotonic> no_end;
      co_await gate.wait(no_end);
    }
    if (fails) co_return Error{ErrorKind::full, "store", "no space"};
    co_return inner_.write_now(work);
  }
  Task<Result<void>> read(ReadWork work) override { co_return inner_.read_now(work); }
  void let_go() {
    is_held = false;
    for (AsyncEvent* gate : std::exchange(held_, {})) gate->notify();
  }

  int writes = 0;
  bool is_held = false, is_full = false;

 private:
  Loop& loop_;
  Clock& clock_;
  std::vector<AsyncEvent*> held_;
};

/// A call of an operation: its answer once it is there.
struct Call {
  std::string operation, body;
  bool is_gone = false;
  std::optional<Response> answer;

  json::value reply() const { return answer ? *parse_json(answer->body) : json::value(); }
  size_t messages() const {
    const json::value whole = reply();
    const json::value* list = whole.get_object().if_contains("Messages");
    return list == nullptr ? 0 : list->get_array().size();
  }
};

/// As intake does it, and not this endpoint.
const WriteWork queue_another_way = [](Db& db) -> Result<void> {
  DW_CHECK(queues::send(db, {.queue = "jobs", .body = "of a ticket"}, TimePoint()));
  return {};
};

class SqsEndpointContract : public testing::TestWithParam<std::string> {
 public:
  SqsEndpointContract() : place(place_for(GetParam())) {
    place->reopen();
    store = std::make_unique<WatchedStore>(loop, clock, *place->store);
    SqsEndpointSettings settings;
    settings.queues = {{.name = "jobs"}, {.name = "other"}, {.name = "line.fifo", .is_fifo = true}};
    endpoint =
        std::make_unique<SqsEndpoint>(loop, clock, tasks, *store, metrics, std::move(settings));
    endpoint->add_to(routes);
    store->on_change([this](DirtyFlags touched) {
      if (touched.queues) endpoint->queues_changed();
    });
  }

  Call& start(const std::string& operation, json::object input) {
    Call& call = calls.emplace_back();
    call.operation = "AmazonSQS." + operation;
    call.body = to_text(input);
    tasks.run("call", serve(&call));
    go_on();
    return call;
  }
  Call& poll(const std::string& queue, int seconds = 20, int count = 1) {
    return start(
        "ReceiveMessage",
        {{"QueueUrl", queue}, {"WaitTimeSeconds", seconds}, {"MaxNumberOfMessages", count}});
  }
  Call& send(const std::string& queue, const std::string& text) {
    json::object input{{"QueueUrl", queue}, {"MessageBody", text}};
    if (queue.ends_with(".fifo")) input["MessageGroupId"] = "g";
    return start("SendMessage", std::move(input));
  }
  /// Runs what can run without more time.
  void go_on() {
    loop.restart();
    loop.poll();
  }
  void pass(Millis time) {
    clock.advance(time);
    go_on();
  }
  int writes() const { return std::exchange(store->writes, 0); }

  /// Nothing waits in an endpoint that is taken apart.
  void TearDown() override {
    endpoint->stop();
    store->let_go();
    go_on();
  }

  std::list<Call> calls;
  std::unique_ptr<Bundle> place;
  Loop loop;
  ManualClock clock;
  TaskGroup tasks{loop, clock};
  Metrics metrics;
  Routes routes;
  std::unique_ptr<WatchedStore> store;
  std::unique_ptr<SqsEndpoint> endpoint;

 private:
  Task<void> serve(Call* call) {
    Request request;
    request.method = "POST";
    request.path = "/sqs";
    request.body = call->body;
    request.is_loopback = true;
    request.headers.emplace_back("x-amz-target", call->operation);
    request.is_gone = [call] { return call->is_gone; };
    const Routes::Found found = routes.find(request.method, request.path);
    call->answer = co_await (*found.handler)(request);
  }
};

TEST_P(SqsEndpointContract, a_poll_of_an_empty_queue_is_one_transaction) {
  Call& at_once = poll("jobs", 0);
  EXPECT_EQ(at_once.messages(), 0U);
  EXPECT_EQ(writes(), 1);
  Call& waiting = poll("jobs");
  EXPECT_FALSE(waiting.answer);
  EXPECT_EQ(writes(), 1);
}

TEST_P(SqsEndpointContract, while_polls_wait_nothing_is_written) {
  for (int i = 0; i < 5; ++i) poll(i % 2 == 0 ? "jobs" : "other");
  writes();
  for (int i = 0; i < 15; ++i) pass(Millis(1'000));
  EXPECT_EQ(writes(), 0);
  send("jobs", "for the first");
  EXPECT_EQ(calls.front().messages(), 1U);
  EXPECT_FALSE(std::next(calls.begin())->answer);
}

TEST_P(SqsEndpointContract, an_attribute_that_no_message_has_is_refused) {
  send("jobs", "kept");
  for (const char* parameter : {"AttributeNames", "MessageSystemAttributeNames"}) {
    Call& call = start("ReceiveMessage",
                       {{"QueueUrl", "jobs"}, {parameter, json::array{"SenderId", "Foo"}}});
    EXPECT_EQ(call.answer->status, 400);
    EXPECT_EQ(call.reply().at("__type").as_string(), "com.amazonaws.sqs#InvalidAttributeName");
  }
  EXPECT_EQ(poll("jobs", 0).messages(), 1U) << "a refused receive hides nothing";
}

TEST_P(SqsEndpointContract, a_send_gives_its_message_to_a_waiting_poll_in_one_transaction) {
  Call& waiting = poll("jobs");
  writes();
  Call& sent = send("jobs", "for whoever waits");
  EXPECT_EQ(sent.answer->status, 200);
  ASSERT_TRUE(waiting.answer);
  EXPECT_EQ(waiting.messages(), 1U);
  EXPECT_EQ(writes(), 1);
  EXPECT_EQ(poll("jobs", 0).messages(), 0U) << "it is hidden from others";
  pass(Millis(31'000));
  EXPECT_EQ(poll("jobs", 0).messages(), 1U) << "until its visibility timeout is over";
}

TEST_P(SqsEndpointContract, a_batch_goes_to_those_who_wait_in_their_order) {
  Call &first = poll("jobs", 20, 2), &second = poll("jobs", 20, 10);
  json::array entries;
  for (const char* id : {"a", "b", "c"}) entries.push_back({{"Id", id}, {"MessageBody", id}});
  Call& sent = start("SendMessageBatch", {{"QueueUrl", "jobs"}, {"Entries", entries}});
  EXPECT_EQ(sent.reply().at("Successful").get_array().size(), 3U);
  ASSERT_TRUE(first.answer && second.answer);
  EXPECT_EQ(first.messages(), 2U);
  EXPECT_EQ(second.messages(), 1U);
}

TEST_P(SqsEndpointContract, a_fifo_group_is_given_to_one_poll_and_is_locked_by_it) {
  Call &first = poll("line.fifo"), &second = poll("line.fifo");
  send("line.fifo", "1");
  send("line.fifo", "2");
  ASSERT_TRUE(first.answer);
  EXPECT_EQ(first.messages(), 1U);
  EXPECT_FALSE(second.answer);
  pass(Millis(20'000));
  EXPECT_EQ(second.messages(), 0U);
}

TEST_P(SqsEndpointContract, a_delayed_message_is_given_to_nobody_before_its_time) {
  Call& waiting = poll("jobs");
  start("SendMessage", {{"QueueUrl", "jobs"}, {"MessageBody", "later"}, {"DelaySeconds", 5}});
  pass(Millis(4'900));
  EXPECT_FALSE(waiting.answer);
  for (int i = 0; i < 2; ++i) pass(Millis(1'000));
  ASSERT_TRUE(waiting.answer);
  EXPECT_EQ(waiting.messages(), 1U);
}

TEST_P(SqsEndpointContract, a_message_is_not_given_to_a_caller_who_hung_up) {
  Call &gone = poll("jobs"), &there = poll("jobs");
  gone.is_gone = true;
  send("jobs", "for who is there");
  ASSERT_TRUE(there.answer);
  EXPECT_EQ(there.messages(), 1U);
  pass(Millis(1'000));
  EXPECT_EQ(gone.messages(), 0U);
}

TEST_P(SqsEndpointContract, a_poll_waits_on_if_the_send_that_was_for_it_fails) {
  Call& waiting = poll("jobs");
  store->is_full = true;
  EXPECT_EQ(send("jobs", "lost").answer->status, 503);
  EXPECT_FALSE(waiting.answer);
  store->is_full = false;
  send("jobs", "kept");
  ASSERT_TRUE(waiting.answer);
  EXPECT_EQ(waiting.messages(), 1U);
}

TEST_P(SqsEndpointContract, a_poll_whose_time_ends_during_the_commit_of_its_message_gets_it) {
  Call& waiting = poll("jobs", 1);
  store->is_held = true;
  Call& sent = send("jobs", "in the last moment");
  pass(Millis(1'500));
  EXPECT_FALSE(waiting.answer) << "nobody knows yet whether it stands";
  endpoint->stop();
  go_on();
  EXPECT_FALSE(waiting.answer);
  store->let_go();
  go_on();
  ASSERT_TRUE(waiting.answer && sent.answer);
  EXPECT_EQ(waiting.messages(), 1U);
}

TEST_P(SqsEndpointContract, a_poll_whose_time_ends_during_a_commit_that_fails_ends) {
  Call& waiting = poll("jobs", 1);
  store->is_held = store->is_full = true;
  send("jobs", "lost");
  store->is_full = false;
  pass(Millis(1'500));
  EXPECT_FALSE(waiting.answer);
  store->let_go();
  go_on();
  ASSERT_TRUE(waiting.answer);
  EXPECT_EQ(waiting.answer->status, 200);
  EXPECT_EQ(waiting.messages(), 0U);
}

TEST_P(SqsEndpointContract, a_message_that_comes_another_way_during_a_send_that_fails_is_noticed) {
  Call& waiting = poll("jobs");
  store->is_held = store->is_full = true;
  send("jobs", "lost");
  store->is_full = false;
  ASSERT_TRUE(store->write_now(queue_another_way).ok());
  go_on();
  EXPECT_FALSE(waiting.answer);
  store->let_go();
  go_on();
  ASSERT_TRUE(waiting.answer);
  EXPECT_EQ(waiting.messages(), 1U);
}

TEST_P(SqsEndpointContract, what_happens_at_one_queue_makes_no_poll_of_another_write) {
  for (const char* queue : {"other", "line.fifo", "jobs-dead"}) poll(queue);
  send("jobs", "1");
  const auto received = poll("jobs", 0).reply().at("Messages").get_array();
  const json::value handle = received.at(0).at("ReceiptHandle");
  start("DeleteMessage", {{"QueueUrl", "jobs"}, {"ReceiptHandle", handle}});
  EXPECT_EQ(writes(), 3 + 3);
}

TEST_P(SqsEndpointContract, a_message_of_a_ticket_wakes_who_waits_at_its_queue) {
  Call &other = poll("other"), &waiting = poll("jobs");
  ASSERT_TRUE(store->write_now(queue_another_way).ok());
  go_on();
  EXPECT_FALSE(other.answer);
  ASSERT_TRUE(waiting.answer);
  EXPECT_EQ(waiting.messages(), 1U);
}

TEST_P(SqsEndpointContract, two_sends_at_once_reach_two_polls) {
  Call &first = poll("jobs"), &second = poll("jobs");
  store->is_held = true;
  for (const char* text : {"1", "2"}) send("jobs", text);
  store->let_go();
  go_on();
  go_on();
  ASSERT_TRUE(first.answer && second.answer);
  EXPECT_EQ(first.messages() + second.messages(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Stores, SqsEndpointContract, testing::Values("memory", "postgresql"),
                         [](const auto& kind) { return kind.param; });

}  // namespace
}  // namespace dw
