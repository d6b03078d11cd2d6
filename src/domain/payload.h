// What a delivery carries: one struct per effect on the outside world. They are kept as JSON, so
// a field that is added later is absent in what was written before, and has its default.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/id.h"
#include "base/json.h"
#include "domain/file_link.h"
#include "domain/ticket.h"

namespace dw {

/// Puts one message on a queue. Attributes are SQS String attributes.
struct QueueSend {
  std::string queue;  ///< "high"
  std::string body;
  std::map<std::string, std::string> attributes;
  std::string group;          ///< FIFO queues only: what keeps order together
  std::string deduplication;  ///< FIFO queues only
};

/// Opens a recorded ticket at an outside desk. Answer: {"id":"42","url":"https://…"}.
struct DeskOpen {
  TicketId ticket;
  std::string key;  ///< unique at the desk for ever: "slack:C1/1771290107.000400", "deskwire:17"
  std::string title, description;
  Priority priority = Priority::medium;
  Requester requester;
  std::vector<std::string> tags;
  std::string thread_url;    ///< where it is talked about; may be empty
  std::string follow_up_of;  ///< the desk's id of a closed ticket that this one goes on from
  TicketType type = TicketType::none;
  bool is_private = false;  ///< the requester does not see the description
};

/// Adds a comment to a ticket at its desk. Answer: {"comment":"7001"} from an outside desk.
struct DeskComment {
  TicketId ticket;
  std::string author_name, author_email;
  std::string body;  ///< plain text
  bool is_public = true;
  std::string source;       ///< where it was written
  std::string external_id;  ///< the ticket's id at an outside desk; empty: the embedded one
  std::vector<FileLink> files;
};

/// Changes a ticket at its desk. Answer of an outside desk, where the patch has a problem:
/// {"type":"incident","problem_id":"50"}. Refused with "not linked: …" where the desk does not link
/// the two, and with "closed" where the ticket takes no change any more.
struct DeskUpdate {
  TicketId ticket;
  TicketPatch patch;
  std::string external_id;  ///< as in DeskComment
  std::string problem;      ///< the desk's id of patch.problem_id; empty: of no problem
};

/// Under a message: it opens `url`, or tells us `action` and `value` when it is pressed.
struct ChatButton {
  std::string label;          ///< "Take it"; at most 75 characters are shown
  std::string url;            ///< of a link; empty: it is an action
  std::string action, value;  ///< "ticket.take", "17"; they come back as "chat.action"
};

/// The comment at a desk that a post repeats.
struct CommentSource {
  std::string target;           ///< "desk:zendesk"; empty: the post repeats none
  std::string ticket, comment;  ///< as the desk counts them
  std::string digest;           ///< of the words as they were read
};

/// Says something in a chat. Answer: {"message":"1771290108.000100"}.
struct ChatPost {
  std::string channel;
  std::string thread;                 ///< empty: a message of its own
  std::string text;                   ///< plain text, or
  std::string html;                   ///< rich text; what it holds can never mention anyone
  std::vector<std::string> mentions;  ///< ids of people who are told, in front of the text
  std::string author_name;            ///< on whose behalf; empty: Deskwire's own words
  std::vector<FileLink> files;
  std::vector<ChatButton> buttons;
  std::string replaces;  ///< a message of ours that is written anew instead; without files
  std::string only_to;   ///< the one person who sees it; nobody finds it again later
  CommentSource source;  ///< a late post asks first whether this is still public
  int part = 0;          ///< of what is longer than a message can be, the piece from 1 on; 0: all
  TicketId reminds_of;   ///< asks first, each time, whether this ticket still has no reply
  bool has_mentions_last = false;  ///< the people who are told stand behind the text
};

/// Puts an emoji on a message, or takes it off.
struct ChatReact {
  std::string channel, message;
  std::string emoji;  ///< "white_check_mark"
  bool is_removed = false;
};

/// A question to the outside; its answer comes back as an event.
/// {"about":"person","id":"U7"} -> {"name","email"}; the connectors' READMEs list what each knows.
struct Lookup {
  std::string about;
  json::object details;
};

struct MailImage {
  std::string id;  ///< "cid:ID" in the HTML
  std::string content_type;
  std::string base64;
};

struct MailSend {
  std::vector<std::string> to;
  std::string subject, text, html;
  std::vector<MailImage> images;
  std::string unsubscribe;  ///< List-Unsubscribe's value; empty: none
  bool is_once = false;     ///< a second one would do harm: in doubt a person decides
  bool is_bulk = false;     ///< one of many to customers: it gets a List-Unsubscribe in any case
};

/// POSTs JSON to a URL of the configuration.
struct WebhookPost {
  std::string body;             ///< JSON
  std::string idempotency_key;  ///< empty: none
};

using Payload = std::variant<QueueSend, DeskComment, DeskUpdate, DeskOpen, ChatPost, ChatReact,
                             Lookup, MailSend, WebhookPost>;

/// What has to be asked before a delivery is sent: the answer {"stands":false,"why":"private"}
/// takes it back.
struct Precondition {
  std::string target;  ///< who is asked
  Lookup question;
};

/// The target that knows of each ticket whether it waits for its first reply.
constexpr const char* waiting_target_name = "tickets:waiting";
std::optional<Precondition> precondition_of(const Payload& payload);

/// "send", "comment", "update", "open", "post", "react", "ask", "mail", "webhook": what the API
/// calls `operation`.
std::string_view operation_of(const Payload& payload);
json::value encode(const Payload& payload);
/// errors  invalid: no such operation, or what it needs is missing
Result<Payload> decode_payload(std::string_view operation, const json::value& body);

}  // namespace dw
