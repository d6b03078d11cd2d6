// An outage: people report one thing, a person makes it one incident, new tickets join by
// themselves, it is answered and ended. Each joined thread hears each answer once and the line
// once, what is private stays where it was said, and no ticket waits for another one.
#include <fmt/format.h>

#include <cstdlib>

#include "sim/world.h"

namespace dw::sim {
namespace {

constexpr const char* outage_words = "vpn 619 is down ";
constexpr size_t reports_min = 3;

json::object word(const char* text, double weight) {
  return {{"word", text}, {"tickets", 3},     {"requesters", 3},
          {"usual", 0},   {"weight", weight}, {"is_name", false}};
}

/// A row of the store as the disk lists it: "41 100.1" is 41 and the rest.
std::pair<std::string, std::string> split_once(const std::string& row) {
  const size_t at = row.find(' ');
  return {row.substr(0, at), at == std::string::npos ? "" : row.substr(at + 1)};
}

}  // namespace

void World::plan_outage() {
  begun_at_ = clock_.now();
  if (random_.below(2) == 0) return;
  const int64_t last = is_on_server() ? 15'000 : 300'000;
  const uint64_t reports = reports_min + random_.below(3);
  for (uint64_t i = 0; i < reports; ++i) after(any_wait(0, last), &World::report_outage);
  after(Millis(last), &World::see_outage);
}

void World::report_outage() {
  if (!is_storm_) return;
  outage_.talks.push_back(conversations_.size());
  begin_talk(outage_words);
}

/// The tickets of those whose thread has one by now.
std::vector<std::string> World::reported_tickets() {
  std::vector<std::string> out;
  for (const size_t talk : outage_.talks) {
    const std::string ticket =
        disk_.ask("SELECT ticket FROM bridge_link WHERE channel = 'C1' AND thread = $1",
                  {conversations_[talk].thread});
    if (!ticket.empty() && ticket != "0") out.push_back(ticket);
  }
  return out;
}

size_t World::ask_of_storm(const char* kind, json::object body) {
  Event event{.source = "api", .key = "storm/" + fresh_message(), .kind = kind};
  event.body = std::move(body);
  orders_.push_back({.expect = Order::Expect::said, .event = std::move(event)});
  send(orders_.size() - 1);
  return orders_.size() - 1;
}

/// What the looking of app/ finds, and then a person's press.
void World::see_outage() {
  if (!is_storm_) return;
  const bool can_look = disk_.is_open() && !left_;
  const std::vector<std::string> found = can_look ? reported_tickets() : std::vector<std::string>();
  if (found.size() < reports_min) return after(Millis(5000), &World::see_outage);
  json::array tickets;
  for (const std::string& one : found) {
    const int64_t id = std::strtoll(one.c_str(), nullptr, 10);
    tickets.push_back(json::object{{"ticket", id}, {"requester", id}});
  }
  json::object group{{"words", json::array{word("vpn", 60), word("619", 40)}},
                     {"tickets", std::move(tickets)},
                     {"needed", 3},
                     {"since", to_rfc3339(begun_at_)}};
  outage_.seen = ask_of_storm("storm.seen", {{"groups", json::array{std::move(group)}}});
  after(Millis(2000), &World::open_outage);
}

void World::open_outage() {
  if (!is_storm_) return;
  const bool is_seen = outage_.seen && orders_[*outage_.seen].is_accepted;
  // Not always the first number: a commit that failed has used it up.
  const bool can_look = is_seen && disk_.is_open() && !left_;
  const int64_t group = can_look ? disk_.count("SELECT coalesce(max(id), 0) FROM storm_group") : 0;
  if (group == 0) return after(Millis(3000), &World::open_outage);
  outage_.opening =
      ask_of_storm("storm.open", {{"group", fmt::format("g-{:06}", group)}, {"by", "Ida"}});
  const int64_t last = is_on_server() ? 30'000 : 600'000;
  const uint64_t later = random_.below(4), answers = 1 + random_.below(3);
  for (uint64_t i = 0; i < later; ++i) after(any_wait(1000, last), &World::report_outage);
  for (uint64_t i = 0; i < answers; ++i) after(any_wait(1000, last), &World::answer_outage);
  const uint64_t said = random_.below(3), at_desk = random_.below(2);
  for (uint64_t i = 0; i < said; ++i) after(any_wait(1000, last), &World::say_in_outage);
  for (uint64_t i = 0; i < at_desk; ++i) after(any_wait(1000, last), &World::comment_outage);
  if (random_.below(2) == 0) after(any_wait(1000, last), &World::note_outage);
  if (random_.below(2) == 0) after(any_wait(1000, last), &World::leave_outage);
  if (random_.below(4) != 0) after(any_wait(last / 4, last), &World::end_outage);
}

/// Our id of the parent, once its desk has opened it; 0: not yet.
int64_t World::outage_parent() {
  if (!disk_.is_open() || left_ || !outage_.opening) return 0;
  return disk_.count(
      "SELECT coalesce(max(t.id), 0) FROM storm_group g JOIN ticket t ON t.id = g.parent "
      "WHERE g.parent > 0 AND t.external_id <> ''");
}

void World::answer_outage() {
  if (!is_storm_ || outage_.is_ended) return;
  const int64_t parent = outage_parent();
  if (parent == 0) return after(Millis(5000), &World::answer_outage);
  const std::string text = "relayed " + fresh_message() + ";";
  outage_.answers.push_back(
      ask_of_storm("storm.answer", {{"incident", parent}, {"body", text}, {"by", "Ida"}}));
}

/// Between agents.
void World::note_outage() {
  if (!is_storm_) return;
  const int64_t parent = outage_parent();
  if (parent == 0) return after(Millis(5000), &World::note_outage);
  const std::string text = "among us " + fresh_message() + ";";
  outage_.notes.push_back(text);
  ask_of_storm("desk.comment", {{"ticket", parent},
                                {"body", text},
                                {"public", false},
                                {"author", json::object{{"name", "Ida"}}}});
}

/// "Not this one", pressed in a thread.
void World::leave_outage() {
  if (!is_storm_ || outage_.is_ended) return;
  const std::vector<std::string> tickets =
      outage_parent() == 0 ? std::vector<std::string>() : reported_tickets();
  if (tickets.empty()) return after(Millis(5000), &World::leave_outage);
  Event event{.source = "slack", .key = "press/" + fresh_message(), .kind = "chat.action"};
  event.body = json::object{{"action", "storm.leave"},
                            {"value", tickets[random_.below(tickets.size())]},
                            {"channel", Talk::channel},
                            {"message", "1.1"},
                            {"user", json::object{{"id", "U7"}, {"name", "Ana"}}}};
  orders_.push_back({.expect = Order::Expect::said, .event = std::move(event)});
  send(orders_.size() - 1);
}

void World::end_outage() {
  if (!is_storm_) return;
  bool is_answered = outage_parent() != 0;
  for (const size_t answer : outage_.answers) {
    is_answered = is_answered && orders_[answer].is_accepted;
  }
  if (!is_answered) return after(Millis(5000), &World::end_outage);
  outage_.is_ended = true;
  const int64_t parent = outage_parent();
  const uint64_t how = random_.below(6);
  if (how < 4) return solve_outage_at_desk();
  if (how == 4) {
    ask_of_storm("storm.dissolve", {{"incident", parent}, {"by", "Ida"}});
    return;
  }
  const std::string text = "over " + fresh_message() + ";";
  ask_of_storm("storm.close", {{"incident", parent}, {"answer", text}, {"by", "Ida"}});
}

void World::check_outage() {
  const std::string parent = disk_.ask(
      "SELECT p.external_id FROM storm_group g JOIN ticket p ON p.id = g.parent "
      "WHERE g.parent > 0 AND p.external_id <> ''");
  if (parent.empty()) return;
  for (const std::string& row :
       disk_.list("SELECT s.ticket, l.thread FROM storm_ticket s JOIN bridge_link l "
                  "ON l.ticket = s.ticket JOIN ticket t ON t.id = s.ticket "
                  "WHERE s.joined_at IS NOT NULL AND t.external_id <> ''",
                  {})) {
    const auto [ticket, thread] = split_once(row);
    check_member(ticket, thread);
  }
  check_answers();
  for (const std::string& text : outage_.notes) {
    if (!outside_.talk().elsewhere("", text).empty()) {
      story_.broke("a private note never crosses", "", text + " was relayed");
    }
  }
  for (const size_t number : outage_.talks) {
    const Conversation& talk = conversations_[number];
    for (const Conversation::Words& words : talk.said) {
      const std::string place = outside_.talk().elsewhere(talk.thread, words.text);
      if (place.empty()) continue;
      story_.broke("what a requester says stays in his ticket", "lane:slack:C1/" + talk.thread,
                   words.text + " is in " + place);
    }
  }
  const int64_t shared = disk_.count(
      "SELECT count(*) FROM (SELECT lane FROM delivery WHERE answer_kind = 'storm.heard' "
      "GROUP BY lane HAVING count(DISTINCT ticket) > 1 OR max(holds_lane) = 1) AS x");
  if (shared > 0) {
    story_.broke("one doubtful thread holds no other", "",
                 fmt::format("{} lanes have the answers of several tickets", shared));
  }
}

/// A ticket that is or was part of the incident.
void World::check_member(const std::string& ticket, const std::string& thread) {
  const Talk& talk = outside_.talk();
  const std::string subject = "lane:slack:C1/" + thread;
  const bool is_decided =
      disk_.count("SELECT count(*) FROM delivery WHERE ticket = CAST($1 AS INTEGER) AND state = 4",
                  {ticket}) > 0;
  const std::string state =
      disk_.ask("SELECT state FROM storm_ticket WHERE ticket = CAST($1 AS INTEGER)", {ticket});
  if (state == "1" || state == "3" || state == "7" || state == "8") {
    story_.broke("an incident's steps go on to their end", subject, "its state is " + state);
  }
  const bool has_left = state == "4" || state == "6";
  const auto expect = [&](const char* what, int64_t found, bool may_be_absent) {
    if (found > 1) {
      story_.broke("each joined thread hears it once", subject,
                   fmt::format("{} posts of {}", found, what));
    }
    if (found == 0 && !may_be_absent && !is_decided) {
      story_.broke("each joined thread hears it once", subject, std::string("no ") + what);
    }
  };
  expect("the line", talk.posts(thread, "part of a known incident"), has_left);
  for (const std::string& row : disk_.list(
           "SELECT a.id, a.body FROM storm_answer a JOIN storm_ticket s ON s.grouped = a.grouped "
           "WHERE s.ticket = CAST($1 AS INTEGER) AND a.id >= s.answers_from",
           {ticket})) {
    const std::string text = split_once(row).second;
    expect(text.c_str(), talk.posts(thread, text), has_left);
    // The desk's own copy may stand beside it there.
    const int64_t comments = text == outage_.copied ? talk.comments_of_ours(thread, text)
                                                    : talk.public_comments(thread, text);
    if (comments > 1) {
      story_.broke("each joined ticket hears it once", subject,
                   fmt::format("{} comments of {}", comments, text));
    }
  }
}

}  // namespace dw::sim
