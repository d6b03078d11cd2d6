#include "sim/talk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace dw::sim {
namespace {

std::string text_in(const json::object& details, std::string_view key) {
  const json::value* found = details.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : "";
}

std::string key_of(const std::string& thread) {
  return fmt::format("slack:{}:{}", Talk::channel, thread);
}

/// Few, so that a ticket with some words takes several questions.
constexpr size_t page_max = 3;
/// Deskwire signs in as an agent: only its marker tells its updates from those of that agent.
constexpr const char* agent = "7";

/// A desk's times are whole seconds.
std::string desk_time(TimePoint at) {
  return to_rfc3339(std::chrono::floor<std::chrono::seconds>(at));
}

json::object author() {
  return {{"id", agent}, {"name", "Ida"}, {"is_agent", true}};
}

int64_t place_of(const std::vector<std::string>& texts, const std::string& part) {
  for (size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].find(part) != std::string::npos) return static_cast<int64_t>(i);
  }
  return -1;
}

int64_t count_holding(const std::vector<std::string>& texts, const std::string& part) {
  return std::count_if(texts.begin(), texts.end(), [&part](const std::string& one) {
    return one.find(part) != std::string::npos;
  });
}

}  // namespace

std::string Talk::number_of(const std::string& key) {
  std::string& number = numbers_[key];
  if (number.empty()) number = std::to_string(40 + numbers_.size());
  return number;
}

json::object Talk::comments_after(const std::string& number, const std::string& after) const {
  json::array out;
  const auto ticket = tickets_.find(number);
  if (ticket == tickets_.end()) return {{"comments", std::move(out)}};
  const std::vector<Comment>& all = ticket->second.comments;
  auto from = std::find_if(all.begin(), all.end(),
                           [&after](const Comment& one) { return one.id == after; });
  for (from = from == all.end() ? all.begin() : from + 1; from != all.end(); ++from) {
    if (out.size() == page_max) return {{"comments", std::move(out)}, {"has_more", true}};
    out.push_back(json::object{{"id", from->id},
                               {"author", author()},
                               {"text", from->text},
                               {"digest", from->text},
                               {"is_public", from->is_public},
                               {"at", desk_time(from->at)},
                               {"marker", from->marker}});
  }
  return {{"comments", std::move(out)}};
}

json::object Talk::updates_after(const std::string& number, int64_t after) const {
  json::array out;
  int64_t until = after;
  const auto ticket = tickets_.find(number);
  if (ticket == tickets_.end()) return {};
  for (const Update& one : ticket->second.updates) {
    if (one.id <= after) continue;
    until = one.id;
    json::object update{{"audit", std::to_string(one.id)},
                        {"author", agent},
                        {"at", desk_time(one.at)},
                        {"status", one.status},
                        {"marker", one.marker}};
    for (const Comment& comment : ticket->second.comments) {
      if (comment.id != one.comment) continue;
      update["comment"] = json::object{{"id", comment.id},
                                       {"author", author()},
                                       {"text", comment.text},
                                       {"digest", comment.text},
                                       {"is_public", comment.is_public},
                                       {"marker", comment.marker}};
    }
    out.push_back(std::move(update));
  }
  return {{"updates", std::move(out)}, {"until", std::to_string(until)}};
}

json::object Talk::solutions_since(const std::string& number, const std::string& since) const {
  json::array out;
  const auto ticket = tickets_.find(number);
  if (ticket == tickets_.end()) return {{"solutions", std::move(out)}};
  for (const Update& one : ticket->second.updates) {
    const bool is_one =
        one.status == "solved" && from_rfc3339(desk_time(one.at)) >= from_rfc3339(since);
    if (!is_one) continue;
    out.push_back(json::object{{"audit", std::to_string(one.id)},
                               {"author", agent},
                               {"at", desk_time(one.at)},
                               {"comment", one.comment},
                               {"is_public", one.is_public},
                               {"marker", one.marker}});
  }
  return {{"solutions", std::move(out)}};
}

json::object Talk::answer(const Delivery& delivery) {
  const std::string marker = to_text(delivery.id);
  if (const auto* open = std::get_if<DeskOpen>(&delivery.payload)) {
    return {{"id", number_of(open->key)}, {"url", "http://desk/" + number_of(open->key)}};
  }
  if (std::holds_alternative<DeskComment>(delivery.payload)) return {{"comment", marker}};
  if (const auto* post = std::get_if<ChatPost>(&delivery.payload)) {
    return {{"channel", post->channel}, {"message", "own-" + marker}};
  }
  const auto* ask = std::get_if<Lookup>(&delivery.payload);
  if (ask == nullptr) return {};
  const std::string id = text_in(ask->details, "id");
  if (ask->about == "person") return {{"id", id}, {"name", "Ana"}, {"is_bot", false}};
  if (ask->about == "permalink") return {{"url", "http://slack/x"}};
  if (ask->about == "ticket") {
    const auto ticket = tickets_.find(id);
    const std::string status = ticket == tickets_.end() ? "open" : ticket->second.status;
    return {{"id", id}, {"status", status}, {"via", "api"}};
  }
  if (ask->about == "comment_stands") {
    return comment_stands(id, text_in(ask->details, "comment"));
  }
  const std::string after = text_in(ask->details, "after");
  if (ask->about == "comments") return comments_after(id, after);
  if (ask->about == "updates") return updates_after(id, std::atoll(after.c_str()));
  if (ask->about == "solutions") return solutions_since(id, text_in(ask->details, "since"));
  return {};
}

json::object Talk::comment_stands(const std::string& number, const std::string& comment) const {
  const auto ticket = tickets_.find(number);
  if (ticket != tickets_.end()) {
    for (const Comment& one : ticket->second.comments) {
      if (one.id == comment) return {{"stands", one.is_public}, {"why", "it is private"}};
    }
  }
  return {{"stands", false}, {"why", "it is gone"}};
}

std::string Talk::make_private(const std::string& thread, const std::string& text, TimePoint now) {
  AtDesk* ticket = at_desk(thread);
  if (ticket == nullptr) return "";
  for (Comment& one : ticket->comments) {
    if (one.text != text || !one.is_public) continue;
    one.is_public = false;
    one.hidden_at = now;
    return numbers_.at(key_of(thread));
  }
  return "";
}

int64_t Talk::public_comments(const std::string& thread, const std::string& text) const {
  const AtDesk* ticket = at_desk(thread);
  if (ticket == nullptr) return 0;
  return std::count_if(ticket->comments.begin(), ticket->comments.end(), [&](const Comment& one) {
    return one.is_public && one.text.find(text) != std::string::npos;
  });
}

int64_t Talk::comments_of_ours(const std::string& thread, const std::string& text) const {
  const AtDesk* ticket = at_desk(thread);
  if (ticket == nullptr) return 0;
  return std::count_if(ticket->comments.begin(), ticket->comments.end(), [&](const Comment& one) {
    return !one.marker.empty() && one.text.find(text) != std::string::npos;
  });
}

int64_t Talk::comments_at(const std::string& number, const std::string& text) const {
  const auto ticket = tickets_.find(number);
  if (ticket == tickets_.end()) return 0;
  const std::vector<Comment>& all = ticket->second.comments;
  return std::count_if(all.begin(), all.end(), [&text](const Comment& one) {
    return one.text.find(text) != std::string::npos;
  });
}

std::vector<std::string> Talk::posted_behind(const std::string& thread, Millis timeout) const {
  std::vector<std::string> out;
  const AtDesk* ticket = at_desk(thread);
  const auto posts = posts_.find(thread);
  if (ticket == nullptr || posts == posts_.end()) return out;
  for (const Comment& one : ticket->comments) {
    if (!one.hidden_at) continue;
    for (const Post& post : posts->second) {
      const bool is_it = post.text.find(one.text) != std::string::npos;
      if (is_it && post.at - *one.hidden_at > timeout) out.push_back(one.text);
    }
  }
  return out;
}

void Talk::take_effect(const Delivery& delivery, TimePoint now) {
  const std::string marker = to_text(delivery.id);
  if (const auto* open = std::get_if<DeskOpen>(&delivery.payload)) {
    AtDesk& ticket = tickets_[number_of(open->key)];
    ++ticket.opened;
    if (ticket.opened == 1) {
      add(ticket, {"first", open->description, marker, !open->is_private, now});
    }
  } else if (const auto* comment = std::get_if<DeskComment>(&delivery.payload)) {
    add(tickets_[comment->external_id], {marker, comment->body, marker, comment->is_public, now});
  } else if (const auto* update = std::get_if<DeskUpdate>(&delivery.payload)) {
    AtDesk& ticket = tickets_[update->external_id];
    if (update->patch.problem_id) ticket.problem = update->problem;
    if (update->patch.status) {
      ticket.status = name_of(*update->patch.status);
      ticket.updates.push_back({++last_update_, now, ticket.status, "", marker});
    }
  } else if (const auto* post = std::get_if<ChatPost>(&delivery.payload)) {
    posts_[post->thread].push_back({post->text, now});
  }
}

void Talk::add(AtDesk& ticket, Comment comment, const std::string& status) {
  ticket.updates.push_back(
      {++last_update_, comment.at, status, comment.id, comment.marker, comment.is_public});
  ticket.comments.push_back(std::move(comment));
}

std::string Talk::say_at_desk(const std::string& thread, const std::string& text, bool is_public,
                              TimePoint now) {
  if (at_desk(thread) == nullptr) return "";
  const std::string& number = numbers_.at(key_of(thread));
  comment(number, text, is_public, now);
  return number;
}

void Talk::comment(const std::string& number, const std::string& text, bool is_public,
                   TimePoint now) {
  const std::string id = fmt::format("agent-{}", ++last_comment_);
  add(tickets_.at(number), {id, text, "", is_public, now});
}

std::vector<std::string> Talk::solve_problem(const std::string& number, const std::string& text,
                                             TimePoint now) {
  AtDesk& problem = tickets_.at(number);
  problem.status = "solved";
  if (text.empty()) {
    problem.updates.push_back({++last_update_, now, "solved", "", ""});
  } else {
    add(problem, {fmt::format("agent-{}", ++last_comment_), text, "", true, now}, "solved");
  }
  std::vector<std::string> out;
  for (const auto& [other, ticket] : tickets_) {
    if (ticket.problem == number && ticket.status != "solved") out.push_back(other);
  }
  return out;
}

bool Talk::solve_incident(const std::string& number, const std::string& problem,
                          const std::string& text, TimePoint now) {
  AtDesk& ticket = tickets_.at(number);
  if (ticket.problem != problem) return false;
  ticket.status = "solved";
  if (text.empty()) {
    ticket.updates.push_back({++last_update_, now, "solved", "", ""});
  } else {
    add(ticket, {fmt::format("copy-{}", ++last_comment_), text, "", true, now}, "solved");
  }
  return true;
}

const Talk::AtDesk* Talk::at_desk(const std::string& thread) const {
  const auto number = numbers_.find(key_of(thread));
  const auto found = number == numbers_.end() ? tickets_.end() : tickets_.find(number->second);
  return found == tickets_.end() ? nullptr : &found->second;
}

Talk::AtDesk* Talk::at_desk(const std::string& thread) {
  return const_cast<AtDesk*>(std::as_const(*this).at_desk(thread));
}

int64_t Talk::tickets(const std::string& thread) const {
  const AtDesk* ticket = at_desk(thread);
  return ticket == nullptr ? 0 : ticket->opened;
}

std::vector<std::string> Talk::comment_texts(const std::string& thread) const {
  std::vector<std::string> texts;
  const AtDesk* ticket = at_desk(thread);
  if (ticket == nullptr) return texts;
  for (const Comment& one : ticket->comments) texts.push_back(one.text);
  return texts;
}

std::vector<std::string> Talk::post_texts(const std::string& thread) const {
  std::vector<std::string> texts;
  const auto found = posts_.find(thread);
  if (found == posts_.end()) return texts;
  for (const Post& one : found->second) texts.push_back(one.text);
  return texts;
}

int64_t Talk::comments(const std::string& thread, const std::string& text) const {
  return count_holding(comment_texts(thread), text);
}

int64_t Talk::comment_place(const std::string& thread, const std::string& text) const {
  return place_of(comment_texts(thread), text);
}

int64_t Talk::post_place(const std::string& thread, const std::string& text) const {
  return place_of(post_texts(thread), text);
}

int64_t Talk::posts(const std::string& thread, const std::string& text) const {
  return count_holding(post_texts(thread), text);
}

std::string Talk::elsewhere(const std::string& thread, const std::string& text) const {
  for (const auto& [other, posts] : posts_) {
    if (other != thread && count_holding(post_texts(other), text) > 0) return "thread " + other;
  }
  const AtDesk* own = at_desk(thread);
  for (const auto& [number, ticket] : tickets_) {
    if (&ticket == own) continue;
    for (const Comment& one : ticket.comments) {
      if (one.is_public && one.text.find(text) != std::string::npos) return "ticket " + number;
    }
  }
  return "";
}

std::vector<std::string> Talk::numbers() const {
  std::vector<std::string> out;
  for (const auto& [number, ticket] : tickets_) out.push_back(number);
  return out;
}

}  // namespace dw::sim
