// What agents do at an incident's parent: they answer in its own thread, where Slack tells of a
// message that mentions the app twice, and at the desk, which solves a problem's incidents itself
// and copies the answer to them, some time later.
#include <fmt/format.h>

#include <array>
#include <utility>

#include "sim/world.h"

namespace dw::sim {
namespace {

/// Deskwire waits for the copies for two minutes: some come behind that.
constexpr int64_t copy_after_max = 300'000;
/// Slack's two events of one message come close together, over any of its sockets.
constexpr int64_t twin_after_max = 6'000;

/// Of one message: "message" and "app_mention".
std::array<Event, 2> twins_of(Event message) {
  Event mention = message;
  json::object& body = message.body.as_object();
  body["is_mention_of_us"] = true;
  mention.key = fmt::format("{}/mention/{}", std::string(body["channel"].as_string()),
                            std::string(body["message"].as_string()));
  mention.body = message.body;
  return {std::move(message), std::move(mention)};
}

}  // namespace

/// In either order, and each of them to any replica.
void World::send_twins_of(Event message) {
  std::array<Event, 2> both = twins_of(std::move(message));
  if (random_.below(2) == 0) std::swap(both[0], both[1]);
  orders_.push_back({.expect = Order::Expect::said, .event = std::move(both[0])});
  send(orders_.size() - 1);
  after(any_wait(0, twin_after_max), [this, second = std::move(both[1])] {
    story_.fault("twin event", "order:" + second.key, "Slack tells of the same message again");
    orders_.push_back({.expect = Order::Expect::said, .event = second});
    send(orders_.size() - 1);
    --outage_.twins_to_come;
  });
  ++outage_.twins_to_come;
}

/// Below the announcement: an answer for all, or talk between agents.
void World::say_in_outage() {
  if (!is_storm_ || outage_.is_ended) return;
  const int64_t parent = outage_parent();
  const std::string thread =
      parent == 0 ? "" : disk_.ask("SELECT message FROM storm_group WHERE parent > 0", {});
  if (thread.empty()) return after(Millis(5000), &World::say_in_outage);
  const bool is_answer = random_.below(3) != 0;
  const std::string message = fresh_message();
  const std::string text = (is_answer ? "relayed " : "among us ") + message + ";";
  (is_answer ? outage_.commanded : outage_.notes).push_back(text);
  Event event =
      message_event(thread, message, (is_answer ? "<@U0BOT> answer " : "<@U0BOT> ") + text);
  event.key = fmt::format("{}/{}", Talk::storm_channel, message);
  json::object& body = event.body.as_object();
  body["channel"] = Talk::storm_channel;
  body["our_id"] = "U0BOT";
  send_twins_of(std::move(event));
}

/// An agent's words on the parent at the desk.
void World::comment_outage() {
  if (!is_storm_ || outage_.is_ended) return;
  const std::string number = outage_parent() == 0 ? "" : outage_number();
  if (number.empty()) return after(Millis(5000), &World::comment_outage);
  const bool is_public = random_.below(3) != 0;
  const std::string text = (is_public ? "relayed " : "among us ") + fresh_message() + ";";
  if (!is_public) outage_.notes.push_back(text);
  if (is_public) outage_.said_at_desk.push_back(text);
  outside_.talk().comment(number, text, is_public, clock_.now());
  tell_change(number);
}

std::string World::outage_number() {
  return disk_.ask(
      "SELECT t.external_id FROM storm_group g JOIN ticket t ON t.id = g.parent "
      "WHERE g.parent > 0",
      {});
}

/// The desk solves what is linked, each at a time of its own, with a copy of the agent's comment.
void World::solve_outage_at_desk() {
  const std::string number = outage_number();
  const std::string text = random_.below(4) == 0 ? "" : "over " + fresh_message() + ";";
  outage_.copied = text;
  const std::vector<std::string> incidents =
      outside_.talk().solve_problem(number, text, clock_.now());
  tell_change(number);
  for (const std::string& one : incidents) {
    ++outage_.copies_to_come;
    after(any_wait(0, copy_after_max), [this, number, text, one] {
      --outage_.copies_to_come;
      story_.fault("copy at the desk", "", fmt::format("the desk solves {} with its problem", one));
      if (outside_.talk().solve_incident(one, number, text, clock_.now())) tell_change(one);
    });
  }
}

/// Each command counts once, and what agents say at the desk.
void World::check_answers() {
  const auto count = [this](const std::string& text) {
    return disk_.count("SELECT count(*) FROM storm_answer WHERE body = $1", {text});
  };
  const int64_t discarded = disk_.count(
      "SELECT count(*) FROM delivery WHERE state = 4 AND lane LIKE 'storm:command:%' "
      "AND reason = 'by a person'");
  for (const std::string& text : outage_.commanded) {
    const int64_t found = count(text);
    // It may have come when the incident was over.
    const bool is_missed = found == 0 && !outage_.is_ended && discarded == 0;
    if (found > 1 || is_missed) {
      story_.broke("a command counts once", "", fmt::format("{} answers of {}", found, text));
    }
  }
  for (const std::string& text : outage_.said_at_desk) {
    const int64_t found = count(text);
    if (found > 1 || (found == 0 && !outage_.is_ended)) {
      story_.broke("an agent's comment is an answer, once", "",
                   fmt::format("{} answers of {}", found, text));
    }
  }
  const std::string number = outage_number();
  for (const auto* said : {&outage_.commanded, &outage_.notes}) {
    for (const std::string& text : *said) {
      if (outside_.talk().comments_at(number, text) <= 1) continue;
      story_.broke("what is said of an incident stands on its parent once", "",
                   text + " stands there twice");
    }
  }
}

}  // namespace dw::sim
