// People in bridged threads and the agent who answers them, and what the bridge owes to both.
#include <fmt/format.h>

#include <cstdlib>

#include "sim/world.h"

namespace dw::sim {

Event World::message_event(const std::string& thread, const std::string& message,
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

std::string World::fresh_message() {
  const int64_t seconds = clock_.now().time_since_epoch().count() / 1000;
  return fmt::format("{}.{:06}", seconds, ++last_message_);
}

void World::plan_talks() {
  const uint64_t threads = random_.below(4);
  const int64_t last = is_on_server() ? 30'000 : 600'000;
  for (uint64_t i = 0; i < threads; ++i) after(any_wait(0, last), &World::begin_ordinary_talk);
  if (random_.below(2) == 0) after(any_wait(0, last), &World::begin_ephemeral);
}

void World::begin_ordinary_talk() {
  if (is_storm_) begin_talk("problem ");  // then people go home
}

void World::begin_talk(const char* words) {
  const std::string thread = fresh_message();
  Conversation one{.thread = thread, .root = orders_.size()};
  orders_.push_back(
      {.expect = Order::Expect::said, .event = message_event(thread, thread, words + thread)});
  const size_t number = conversations_.size();
  conversations_.push_back(std::move(one));
  send(orders_.size() - 1);
  const uint64_t sentences = 1 + random_.below(6), answers = random_.below(5);
  const int64_t last = is_on_server() ? 60'000 : 900'000;
  for (uint64_t i = 0; i < sentences; ++i) {
    after(any_wait(1000, last), [this, number] { speak(number); });
  }
  for (uint64_t i = 0; i < answers; ++i) {
    after(any_wait(1000, last + last / 3), [this, number] { answer_talk(number); });
  }
  const uint64_t ephemerals = random_.below(3), slips = random_.below(3);
  for (uint64_t i = 0; i < ephemerals; ++i) {
    after(any_wait(1000, last), [this, number] { ephemeral(number); });
  }
  for (uint64_t i = 0; i < slips; ++i) {
    after(any_wait(1000, last), [this, number] { take_back(number); });
  }
  if (random_.below(2) == 0) {
    after(any_wait(1000, last), [this, number] { speak_at_once(number); });
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
  Event event = message_event(talk.thread, message, text);
  talk.said.push_back({text, event.key});
  const size_t order = orders_.size();
  if (random_.below(4) == 0) {
    event.body.as_object()["text"] = text + " <@U0BOT>";
    send_twins_of(std::move(event));
  } else {
    orders_.push_back({.expect = Order::Expect::said, .event = std::move(event)});
    send(order);
  }
  if (random_.below(3) == 0) {
    after(any_wait(1000, 300'000),
          [this, number, order, message] { edit(number, order, message); });
  }
}

/// Of a message that has arrived, as Slack tells it: what is edited before that is said edited.
void World::edit(size_t number, size_t order, const std::string& message) {
  if (!is_storm_ || !orders_[order].is_accepted) return;
  Conversation& talk = conversations_[number];
  const std::string text = "other " + message + ";";
  Event event = message_event(talk.thread, message, text);
  event.kind = "chat.edit";
  event.key += "/" + fresh_message();
  talk.edited.push_back({"edited: " + text, event.key});
  orders_.push_back({.expect = Order::Expect::said, .event = std::move(event)});
  send(orders_.size() - 1);
}

void World::answer_talk(size_t number) {
  if (!is_storm_) return;
  Conversation& talk = conversations_[number];
  const std::string text = "answer " + fresh_message() + ";";
  const bool is_public = random_.below(3) != 0;
  const std::string ticket =
      outside_.talk().say_at_desk(talk.thread, text, is_public, clock_.now());
  if (ticket.empty()) return;  // an agent sees what is there
  const bool is_hidden_later = is_public && random_.below(3) == 0;
  (is_hidden_later ? talk.hidden : is_public ? talk.answered : talk.noted).push_back(text);
  if (is_hidden_later) {
    after(any_wait(0, 120'000), [this, thread = talk.thread, text] { hide_answer(thread, text); });
  }
  tell_change(ticket);
  // A trigger is called again at once where another one changes the ticket too.
  if (random_.below(2) == 0) {
    after(any_wait(0, 2000), [this, ticket] {
      if (is_storm_) tell_change(ticket);
    });
  }
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

namespace {

/// "word 17.1;" is edited to "other 17.1;".
std::string newest_of(const std::string& text) {
  return "other" + text.substr(std::string_view("word").size());
}

}  // namespace

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
    const std::string query = std::string(
                                  "SELECT count(*) FROM delivery WHERE state = 4 AND operation NOT "
                                  "IN ('react', 'ask') AND "
                                  "NOT ") +
                              is_taken_back + " AND lane LIKE $1 || '%'";
    const int64_t discarded =
        disk_.count(query.c_str(), {fmt::format("slack:{}/{}", Talk::channel, thread)});
    if (found == 0 && discarded == 0) {
      story_.broke("nothing accepted is lost", subject, fmt::format("no {} of {}", what, text));
    }
  };
  for (const Conversation& one : conversations_) {
    check_secrets(one);
    if (one.is_private) {
      const int64_t opened = talk.tickets(one.thread);
      if (opened > 0) {
        story_.broke("what was private is never public", "lane:slack:C1/" + one.thread,
                     "a private thread has a ticket");
      }
      continue;
    }
    expect(one.thread, "tickets", talk.tickets(one.thread), "the thread");
    for (const Conversation::Words& words : one.said) {
      // What waited while it was edited is told by its newest text alone.
      const std::string newest = newest_of(words.text), edit = "edited: " + newest;
      const int64_t first = talk.comments(one.thread, words.text);
      const int64_t edited = talk.comments(one.thread, edit);
      const int64_t alone = talk.comments(one.thread, newest) - edited;
      if (first + edited == 0 && alone == 1) continue;
      expect(one.thread, "comments", first + alone, words.text);
      const bool is_edited =
          std::any_of(one.edited.begin(), one.edited.end(),
                      [&edit](const Conversation::Words& other) { return other.text == edit; });
      if (is_edited) expect(one.thread, "comments", edited, edit);
    }
    for (const std::string& text : one.answered) {
      expect(one.thread, "posts", talk.posts(one.thread, text), text);
    }
    check_silence(one);
    check_talk_order(one);
  }
}

/// A private note stays at the desk, and what came from the thread does not come back to it.
void World::check_silence(const Conversation& one) {
  const Talk& talk = outside_.talk();
  const std::string subject = fmt::format("lane:slack:{}/{}", Talk::channel, one.thread);
  for (const std::string& text : one.noted) {
    if (talk.posts(one.thread, text) > 0) {
      story_.broke("a private note never crosses", subject, text);
    }
  }
  for (const Conversation::Words& words : one.said) {
    if (talk.posts(one.thread, words.text) > 0) {
      story_.broke("nothing comes back to where it was said", subject, words.text);
    }
  }
}

/// What was said and has arrived in that order stands in that order. What a person had to send
/// again stands where they sent it.
void World::check_talk_order(const Conversation& one) {
  const Talk& talk = outside_.talk();
  const std::string lane = fmt::format("slack:{}/{}", Talk::channel, one.thread);
  const std::vector<std::string> ids = disk_.list(
      "SELECT id FROM delivery WHERE lane IN ($1, $1 || '/chat') "
      "AND operation IN ('comment', 'post')",
      {lane});
  for (const std::string& id : ids) {
    if (outside_.is_decided(std::strtoll(id.c_str(), nullptr, 10))) return;
  }
  const auto broke = [&](const std::string& first, const std::string& second) {
    story_.broke("order inside a lane", fmt::format("lane:{0} lane:{0}/chat", lane),
                 second + " stands before " + first);
  };
  // What is not there at all (a place below 0) was refused for good: check_talks() judges that.
  const auto is_before = [](int64_t place, int64_t other) { return place >= 0 && place < other; };
  for (size_t i = 1; i < one.answered.size(); ++i) {
    const std::string &first = one.answered[i - 1], &second = one.answered[i];
    if (is_before(talk.post_place(one.thread, second), talk.post_place(one.thread, first))) {
      broke(first, second);
    }
  }
  // Of a message that mentions the app there are two events.
  const auto arrived = [this](const Conversation::Words& words) {
    const std::string mention = "C1/mention" + words.key.substr(words.key.find('/'));
    return disk_.count("SELECT min(id) FROM event WHERE source = 'slack' AND key IN ($1, $2)",
                       {words.key, mention});
  };
  for (size_t i = 1; i < one.said.size(); ++i) {
    const Conversation::Words &first = one.said[i - 1], &second = one.said[i];
    const bool is_told_late = arrived(first) > arrived(second);
    const auto place = [&](const Conversation::Words& words) {
      const int64_t found = talk.comment_place(one.thread, words.text);
      return found >= 0 ? found : talk.comment_place(one.thread, newest_of(words.text));
    };
    if (!is_told_late && is_before(place(second), place(first))) broke(first.text, second.text);
  }
}

}  // namespace dw::sim
