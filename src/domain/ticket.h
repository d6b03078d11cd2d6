// A ticket: a piece of work with subject, description, priority, requester, status and tags.
// Every ticket is recorded here, whichever desk works it.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"

namespace dw {

enum class Priority { high, medium, low };

enum class Status {
  open,     ///< somebody here has to act
  pending,  ///< the requester has to act
  solved,   ///< done; a reopen word or a new message opens it again
};

/// What kind of request a ticket is, in ITIL's words. One outage is a problem, and each ticket
/// about it is an incident of that problem.
enum class TicketType {
  none,      ///< nobody has said
  question,  ///< "How do I get a licence?"
  incident,  ///< "VPN is down for me"; may name the problem behind it
  problem,   ///< "The VPN gateway failed": what several incidents have in common
  task,      ///< "Replace the gateway"
};

std::string_view name_of(Priority priority);
std::string_view name_of(Status status);
/// "" for none.
std::string_view name_of(TicketType type);
std::optional<Priority> priority_named(std::string_view name);
std::optional<Status> status_named(std::string_view name);
/// "" is none.
std::optional<TicketType> ticket_type_named(std::string_view name);

/// Who asks. `email` may be empty; `id` is the sender's id where the ticket was written, with
/// its system in front ("teams:29:1a2b"), or empty.
struct Requester {
  std::string name, email, id;
  friend bool operator==(const Requester&, const Requester&) = default;
};

/// The same ticket at an outside desk; both empty for a ticket that lives here only.
struct External {
  std::string id, url;
  friend bool operator==(const External&, const External&) = default;
};

struct Ticket {
  TicketId id;
  std::string title;        ///< one line, at most intake.max_title characters
  std::string description;  ///< plain text
  Priority priority = Priority::medium;
  Status status = Status::open;
  Requester requester;
  std::string assignee;  ///< empty: nobody
  std::vector<std::string> tags;
  std::string source;             ///< "teams:it", "api", "slack:C0123456789"
  std::string desk = "embedded";  ///< where it is worked: "embedded" or "zendesk"
  External external;
  std::string queue;  ///< the queue chosen for it; empty if none
  TimePoint opened_at{};
  std::optional<TimePoint> first_reply_at;  ///< by a person other than the requester
  std::optional<TimePoint> solved_at;
  TimePoint updated_at{};
  TicketType type = TicketType::none;
  TicketId problem_id;  ///< our id of the problem that this is an incident of; none: of no problem
};

struct Comment {
  CommentId id;
  TicketId ticket;
  std::string author_name, author_email;
  std::string body;  ///< plain text
  bool is_public = true;
  TimePoint at{};
  std::string source;  ///< where it was written: "board", "api", "slack:C0123456789"
};

/// What a change leaves alone is absent.
struct TicketPatch {
  std::optional<Status> status;
  std::optional<Priority> priority;
  std::optional<std::string> assignee;
  std::optional<std::vector<std::string>> tags;
  std::optional<External> external;
  std::optional<TicketType> type;
  std::optional<TicketId> problem_id;  ///< 0: of no problem

  bool is_empty() const {
    return !status && !priority && !assignee && !tags && !external && !type && !problem_id;
  }
};

/// Where a ticket is also talked about: (chat, channel, thread) is unique.
struct Link {
  TicketId ticket;
  std::string chat;     ///< "slack", "teams"
  std::string channel;  ///< "C0123456789"
  std::string thread;   ///< "1771290107.000400"
  std::string url;
};

}  // namespace dw
