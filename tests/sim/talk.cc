#include "sim/talk.h"

#include <fmt/format.h>

#include <algorithm>
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
                               {"author", json::object{{"name", "Ida"}}},
                               {"text", from->text},
                               {"digest", from->text},
                               {"is_public", from->is_public},
                               {"marker", from->marker}});
  }
  return {{"comments", std::move(out)}};
}

json::object Talk::answer(const Delivery& delivery) {
  const std::string marker = to_text(delivery.id);
  if (const auto* open = std::get_if<DeskOpen>(&delivery.payload)) {
    return {{"id", number_of(open->key)}, {"url", "http://desk/" + number_of(open->key)}};
  }
  if (std::holds_alternative<DeskComment>(delivery.payload)) return {{"comment", marker}};
  if (std::holds_alternative<ChatPost>(delivery.payload)) {
    return {{"channel", channel}, {"message", "own-" + marker}};
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
  if (ask->about == "comments") return comments_after(id, text_in(ask->details, "after"));
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
      ticket.comments.push_back({"first", open->description, marker, !open->is_private});
    }
  } else if (const auto* comment = std::get_if<DeskComment>(&delivery.payload)) {
    tickets_[comment->external_id].comments.push_back(
        {marker, comment->body, marker, comment->is_public});
  } else if (const auto* update = std::get_if<DeskUpdate>(&delivery.payload)) {
    if (update->patch.status) tickets_[update->external_id].status = name_of(*update->patch.status);
  } else if (const auto* post = std::get_if<ChatPost>(&delivery.payload)) {
    posts_[post->thread].push_back({post->text, now});
  }
}

std::string Talk::say_at_desk(const std::string& thread, const std::string& text, bool is_public) {
  AtDesk* ticket = at_desk(thread);
  if (ticket == nullptr) return "";
  ticket->comments.push_back({fmt::format("agent-{}", ++last_comment_), text, "", is_public});
  return numbers_.at(key_of(thread));
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
