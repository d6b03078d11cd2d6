// What people in bridged threads keep to themselves, take back or say in disorder, and what the
// agent makes private: nothing that was private on one side is ever public on the other.
#include <fmt/format.h>

#include "sim/world.h"

namespace dw::sim {
namespace {

/// A post of what was public a moment ago may be on its way: the promise is about late ones.
constexpr Millis on_its_way_max{60'000};

}  // namespace

void World::send_chat(const std::string& thread, const std::string& message,
                      const std::string& text, const char* kind, bool is_command) {
  Event event = message_event(thread, message, text);
  event.kind = kind;
  if (event.kind == "chat.edit") event.key += "/" + fresh_message();
  if (event.kind == "chat.delete") event.key += "/deleted";
  json::object& body = event.body.as_object();
  if (event.kind == "chat.delete") body.erase("text");
  if (is_command) body["is_mention_of_us"] = true;
  orders_.push_back({.expect = Order::Expect::said, .event = std::move(event)});
  send(orders_.size() - 1);
}

/// Something private, which may be edited to other private words, or to words for everybody.
void World::ephemeral(size_t number) {
  if (!is_storm_) return;
  Conversation& talk = conversations_[number];
  const std::string message = fresh_message(), secret = "secret " + message + ";";
  talk.secrets.push_back(secret);
  const uint64_t how = random_.below(3);
  const std::string text = how == 0   ? "#internal " + secret
                           : how == 1 ? "*#internal* " + secret
                                      : "<@U0BOT>: note " + secret;
  send_chat(talk.thread, message, text, "chat.message", how == 2);
  const uint64_t then = random_.below(4);
  if (then == 0) {
    const std::string other = "secret " + message + " again;";
    talk.secrets.push_back(other);
    after(any_wait(0, 60'000), [this, number, message, other, how] {
      if (!is_storm_) return;
      send_chat(conversations_[number].thread, message,
                (how == 2 ? "<@U0BOT> note " : "#internal ") + other, "chat.edit", how == 2);
    });
  } else if (then == 1) {
    after(any_wait(0, 60'000), [this, number, message] {
      if (!is_storm_) return;
      send_chat(conversations_[number].thread, message, "open words", "chat.edit");
    });
  }
}

/// ThreadMessage and deleted: where the deletion comes first, nobody else ever reads it.
void World::take_back(size_t number) {
  if (!is_storm_) return;
  const std::string thread = conversations_[number].thread, message = fresh_message();
  const std::string text = "slip " + message + ";";
  const bool is_early = random_.below(2) == 0;
  if (!is_early) {
    send_chat(thread, message, text, "chat.message");
    after(any_wait(0, 120'000), [this, thread, message] {
      if (is_storm_) send_chat(thread, message, "", "chat.delete");
    });
    return;
  }
  conversations_[number].secrets.push_back(text);
  send_chat(thread, message, "", "chat.delete");
  const size_t deletion = orders_.size() - 1;
  say_behind(deletion, thread, message, text);
}

/// The message itself arrives once its deletion has.
void World::say_behind(size_t deletion, const std::string& thread, const std::string& message,
                       const std::string& text) {
  if (!orders_[deletion].is_accepted) {
    after(Millis(2000),
          [this, deletion, thread, message, text] { say_behind(deletion, thread, message, text); });
    return;
  }
  send_chat(thread, message, text, "chat.message");
}

/// A first message that nobody at the desk is to read, and what is said below it.
void World::begin_ephemeral() {
  if (!is_storm_) return;
  const std::string thread = fresh_message(), secret = "secret " + thread + ";";
  Conversation one{.thread = thread, .root = orders_.size(), .is_private = true};
  one.secrets.push_back(secret);
  conversations_.push_back(std::move(one));
  const size_t number = conversations_.size() - 1;
  send_chat(thread, thread, "#internal " + secret, "chat.message");
  after(any_wait(1000, 60'000), [this, number] {
    if (!is_storm_) return;
    Conversation& talk = conversations_[number];
    const std::string message = fresh_message(), below = "secret below " + message + ";";
    talk.secrets.push_back(below);
    send_chat(talk.thread, message, below, "chat.message");
  });
}

/// Three words at once, on whatever connections: the last one comes first.
void World::speak_at_once(size_t number) {
  if (!is_storm_ || !orders_[conversations_[number].root].is_accepted) return;
  Conversation& talk = conversations_[number];
  std::vector<size_t> fresh;
  for (int i = 0; i < 3; ++i) {
    const std::string message = fresh_message(), text = "word " + message + ";";
    orders_.push_back(
        {.expect = Order::Expect::said, .event = message_event(talk.thread, message, text)});
    talk.said.push_back({text, orders_.back().event.key});
    fresh.push_back(orders_.size() - 1);
  }
  orders_[fresh[1]].event.body.as_object()["author"] =
      json::object{{"id", "U" + std::to_string(fresh[1])}, {"is_bot", false}};
  for (const size_t i : {2, 0, 1}) send(fresh[i]);
}

/// The agent has second thoughts about a public comment.
void World::hide_answer(const std::string& thread, const std::string& text) {
  if (!is_storm_) return;
  const std::string ticket = outside_.talk().make_private(thread, text, clock_.now());
  if (!ticket.empty()) tell_change(ticket);
}

void World::check_secrets(const Conversation& one) {
  const Talk& talk = outside_.talk();
  const std::string subject = fmt::format("lane:slack:{}/{}", Talk::channel, one.thread);
  for (const std::string& secret : one.secrets) {
    if (talk.public_comments(one.thread, secret) > 0) {
      story_.broke("what was private is never public", subject, secret + " is at the desk");
    }
    if (talk.posts(one.thread, secret) > 0) {
      story_.broke("what was private is never public", subject, secret + " is in the thread");
    }
    const int64_t kept = disk_.count(
        "SELECT count(*) FROM comment WHERE is_public = 1 AND body LIKE '%' || $1 || '%'",
        {secret});
    const int64_t opened = disk_.count(
        "SELECT count(*) FROM ticket WHERE description LIKE '%' || $1 || '%'", {secret});
    if (kept + opened > 0) {
      story_.broke("what was private is never public", subject, secret + " is in our record");
    }
  }
  for (const std::string& text : talk.posted_behind(one.thread, on_its_way_max)) {
    story_.broke("what was private is never public", subject,
                 text + " was posted long after it was made private");
  }
}

}  // namespace dw::sim
