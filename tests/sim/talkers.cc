// People in bridged threads and the agent who answers them, and what the bridge owes to both.
#include <fmt/format.h>

#include "sim/world.h"

namespace dw::sim {
namespace {

Event message_event(const std::string& thread, const std::string& message,
                    const std::string& text) {
  Event event{.source = "slack",
              .key = fmt::format("{}/{}", Talk::channel, message),
              .kind = "chat.message"};
  event.body = json::object{{"channel", Talk::channel},
                            {"message", message},
                            {"thread", thread},
                            {"is_top", message == thread},
                            {"text", text},
                            {"author", json::object{{"id", "U7"}, {"is_bot", false}}}};
  return event;
}

}  // namespace

std::string World::fresh_message() {
  const int64_t seconds = clock_.now().time_since_epoch().count() / 1000;
  return fmt::format("{}.{:06}", seconds, ++last_message_);
}

void World::plan_talks() {
  const uint64_t threads = random_.below(4);
  for (uint64_t i = 0; i < threads; ++i) after(any_wait(0, 600'000), &World::begin_talk);
}

void World::begin_talk() {
  if (!is_storm_) return;  // people go home
  const std::string thread = fresh_message();
  Conversation one{.thread = thread, .root = orders_.size()};
  orders_.push_back(
      {.expect = Order::Expect::said, .event = message_event(thread, thread, "problem " + thread)});
  const size_t number = conversations_.size();
  conversations_.push_back(std::move(one));
  send(orders_.size() - 1);
  const uint64_t words = 1 + random_.below(6), answers = random_.below(5);
  for (uint64_t i = 0; i < words; ++i) {
    after(any_wait(1000, 900'000), [this, number] { speak(number); });
  }
  for (uint64_t i = 0; i < answers; ++i) {
    after(any_wait(1000, 1'200'000), [this, number] { answer_talk(number); });
  }
}

/// A reply comes after its thread's first message: Slack tells that one first.
void World::speak(size_t number) {
  Conversation& talk = conversations_[number];
  if (!is_storm_) return;
  if (!orders_[talk.root].is_accepted) {
    after(Millis(5000), [this, number] { speak(number); });
    return;
  }
  const std::string message = fresh_message(), text = "word " + message + ";";
  talk.said.push_back(text);
  orders_.push_back(
      {.expect = Order::Expect::said, .event = message_event(talk.thread, message, text)});
  send(orders_.size() - 1);
}

void World::answer_talk(size_t number) {
  if (!is_storm_) return;
  Conversation& talk = conversations_[number];
  const std::string text = "answer " + fresh_message() + ";";
  const std::string ticket = outside_.talk().say_at_desk(talk.thread, text);
  if (ticket.empty()) return;  // an agent sees what is there
  talk.answered.push_back(text);
  tell_change(ticket);
}

/// The desk's webhook.
void World::tell_change(const std::string& ticket) {
  Event event{.source = "zendesk", .key = "call/" + fresh_message(), .kind = "desk.changed"};
  event.body = json::object{{"ticket", ticket}};
  orders_.push_back({.expect = Order::Expect::said, .event = std::move(event)});
  send(orders_.size() - 1);
}

void World::tell_all_changes() {
  for (const std::string& ticket : outside_.talk().numbers()) tell_change(ticket);
}

/// A ticket is never made twice, and what is said is carried once, in both directions.
void World::check_talks() {
  const Talk& talk = outside_.talk();
  const auto expect = [this](const std::string& thread, const std::string& what, int64_t found,
                             const std::string& text) {
    const std::string subject = fmt::format("lane:slack:{}/{}", Talk::channel, thread);
    if (found > 1) {
      story_.broke("nothing happens twice", subject, fmt::format("{} {} of {}", found, what, text));
    }
    // A person may have decided that it is not needed, or that there shall be no ticket.
    const int64_t discarded = disk_.count(
        "SELECT count(*) FROM delivery WHERE state = 4 AND operation <> 'react' AND lane LIKE ?1 "
        "|| '%'",
        {fmt::format("slack:{}/{}", Talk::channel, thread)});
    if (found == 0 && discarded == 0) {
      story_.broke("nothing accepted is lost", subject, fmt::format("no {} of {}", what, text));
    }
  };
  for (const Conversation& one : conversations_) {
    expect(one.thread, "tickets", talk.tickets(one.thread), "the thread");
    for (const std::string& text : one.said) {
      expect(one.thread, "comments", talk.comments(one.thread, text), text);
    }
    for (const std::string& text : one.answered) {
      expect(one.thread, "posts", talk.posts(one.thread, text), text);
    }
  }
}

}  // namespace dw::sim
