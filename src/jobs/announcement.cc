#include "jobs/announcement.h"

#include <fmt/format.h>

#include "records/tickets.h"

namespace dw {
namespace {

std::string line_of(const Ticket& ticket) {
  return fmt::format("Ticket #{} ({}): {}", tickets::number_of(ticket), name_of(ticket.priority),
                     ticket.title);
}

/// At its desk once that has opened it, until then on the board.
ChatButton open_button(const Ticket& ticket, const std::string& public_url) {
  const std::string& at_desk = ticket.external.url;
  return {
      .label = "Open",
      .url = at_desk.empty() ? fmt::format("{}/tickets/{}", public_url, ticket.id.value) : at_desk,
      .action = {},
      .value = {}};
}

}  // namespace

ChatPost announcement(const Ticket& ticket, const std::string& channel,
                      const std::string& public_url) {
  const ChatButton take{.label = "Take it",
                        .url = {},
                        .action = std::string(take_action),
                        .value = std::to_string(ticket.id.value)};
  ChatPost post;
  post.channel = channel;
  post.text = line_of(ticket);
  post.buttons = {take, open_button(ticket, public_url)};
  return post;
}

ChatPost announcement_taken(const Ticket& ticket, const std::string& channel,
                            const std::string& message, const std::string& name,
                            const std::string& public_url) {
  ChatPost post;
  post.channel = channel;
  post.text = fmt::format("{}\nTaken by {}", line_of(ticket), name);
  post.buttons = {open_button(ticket, public_url)};
  post.replaces = message;
  return post;
}

}  // namespace dw
