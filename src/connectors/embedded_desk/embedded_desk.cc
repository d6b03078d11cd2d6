#include "connectors/embedded_desk/embedded_desk.h"

#include <fmt/format.h>

#include "records/tickets.h"

namespace dw {
namespace {

/// A ticket that is gone is the delivery's trouble, not the store's.
Result<Outcome> outcome_of(Result<void> done) {
  if (done.ok()) return Outcome::done();
  if (done.error().kind == ErrorKind::missing) return Outcome::refused(done.error().what);
  return std::move(done.error());
}

/// Only a problem has incidents.
Result<bool> is_problem(Db& db, const DeskUpdate& update) {
  const TicketId problem = update.patch.problem_id.value_or(TicketId());
  if (!problem) return true;
  DW_TRY(const std::optional<Ticket> found, tickets::find(db, problem));
  return found && found->type == TicketType::problem && problem != update.ticket;
}

}  // namespace

Result<Outcome> EmbeddedDesk::apply(Db& db, const Delivery& delivery, TimePoint now) {
  if (const auto* given = std::get_if<DeskComment>(&delivery.payload)) {
    const Comment comment{.ticket = given->ticket,
                          .author_name = given->author_name,
                          .author_email = given->author_email,
                          .body = given->body,
                          .is_public = given->is_public,
                          .at = now,
                          .source = given->source};
    const Result<CommentId> added = tickets::add_comment(db, comment);
    return outcome_of(added.ok() ? Result<void>() : Result<void>(added.error()));
  }
  if (const auto* update = std::get_if<DeskUpdate>(&delivery.payload)) {
    DW_TRY(const bool is_linkable, is_problem(db, *update));
    if (!is_linkable) {
      return Outcome::refused(
          fmt::format("not linked: ticket {} is not a problem", update->patch.problem_id->value));
    }
    return outcome_of(tickets::change(db, update->ticket, update->patch, now));
  }
  if (const auto* open = std::get_if<DeskOpen>(&delivery.payload)) {
    // Every ticket is recorded here before any desk is told: there is nothing left to open.
    return Outcome::done(json::object{{"id", std::to_string(open->ticket.value)}});
  }
  return Outcome::refused("a desk accepts tickets, comments and changes only");
}

}  // namespace dw
