// A workspace and the desk behind it, as far as the bridge can tell: what is said in threads, the
// tickets and comments that came of it, what an agent answers there, and what the desk itself does
// with a problem's incidents.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/delivery.h"

namespace dw::sim {

class Talk {
 public:
  /// What Slack or Zendesk says to this delivery when it is done.
  json::object answer(const Delivery& delivery);
  void take_effect(const Delivery& delivery, TimePoint now);
  /// An agent's comment; "" while there is no such ticket, else the ticket's number.
  std::string say_at_desk(const std::string& thread, const std::string& text, bool is_public,
                          TimePoint now);
  /// The same by the ticket's number.
  void comment(const std::string& number, const std::string& text, bool is_public, TimePoint now);
  /// An agent solves a problem, with a public comment or ("") without one. The incidents that are
  /// linked to it and not solved: the desk solves them some time later, each with a copy of it.
  std::vector<std::string> solve_problem(const std::string& number, const std::string& text,
                                         TimePoint now);
  /// False: meanwhile it was unlinked.
  bool solve_incident(const std::string& number, const std::string& problem,
                      const std::string& text, TimePoint now);

  /// The agent makes a public comment private; "" if there is none, else the ticket's number.
  std::string make_private(const std::string& thread, const std::string& text, TimePoint now);
  int64_t public_comments(const std::string& thread, const std::string& text) const;
  /// Of these, what Deskwire wrote; the others are agents' and the desk's own copies.
  int64_t comments_of_ours(const std::string& thread, const std::string& text) const;
  /// By the ticket's number, public or not.
  int64_t comments_at(const std::string& number, const std::string& text) const;
  /// What was posted more than so long after it had been made private.
  std::vector<std::string> posted_behind(const std::string& thread, Millis timeout) const;

  /// How often the desk opened a ticket for a thread, has a comment with that text, and how often a
  /// thread has a post with it.
  int64_t tickets(const std::string& thread) const;
  int64_t comments(const std::string& thread, const std::string& text) const;
  int64_t posts(const std::string& thread, const std::string& text) const;
  /// Where a comment with that text stands in the thread's ticket; -1: nowhere. The same of a post.
  int64_t comment_place(const std::string& thread, const std::string& text) const;
  int64_t post_place(const std::string& thread, const std::string& text) const;
  /// Where else than in that thread and its ticket a text was posted or is a public comment; "":
  /// nowhere.
  std::string elsewhere(const std::string& thread, const std::string& text) const;
  /// The numbers of all tickets.
  std::vector<std::string> numbers() const;

  static constexpr const char* channel = "C1";
  static constexpr const char* storm_channel = "C9";

 private:
  struct Comment {
    std::string id, text, marker;
    bool is_public = true;
    TimePoint at{};
    std::optional<TimePoint> hidden_at{};
  };
  /// What one request changed: its comment, or the status.
  struct Update {
    int64_t id = 0;
    TimePoint at{};
    std::string status, comment, marker;
    bool is_public = false;
  };
  struct Post {
    std::string text;
    TimePoint at;
  };
  struct AtDesk {
    int64_t opened = 0;
    std::string status = "open";
    std::string problem;  ///< its number
    std::vector<Comment> comments;
    std::vector<Update> updates;
  };
  std::string number_of(const std::string& key);
  const AtDesk* at_desk(const std::string& thread) const;
  AtDesk* at_desk(const std::string& thread);
  std::vector<std::string> comment_texts(const std::string& thread) const;
  std::vector<std::string> post_texts(const std::string& thread) const;
  json::object comment_stands(const std::string& number, const std::string& comment) const;
  json::object comments_after(const std::string& number, const std::string& after) const;
  json::object updates_after(const std::string& number, int64_t after) const;
  json::object solutions_since(const std::string& number, const std::string& since) const;
  void add(AtDesk& ticket, Comment comment, const std::string& status = "");

  std::map<std::string, std::string> numbers_;  // a ticket's number by its key
  std::map<std::string, AtDesk> tickets_;       // by number
  std::map<std::string, std::vector<Post>> posts_;
  int64_t last_comment_ = 0, last_update_ = 0;
};

}  // namespace dw::sim
