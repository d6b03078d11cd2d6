#include "connectors/embedded_desk/embedded_desk.h"

#include "records/tickets.h"

namespace dw {
namespace {

/// A ticket that is gone is the delivery's trouble, not the store's.
Result<Outcome> outcome_of(Result<void> done) {
  if (done.ok()) return Outcome::done();
  if (done.error().kind == ErrorKind::missing) return Outcome::refused(done.error().what);
  return std::move(done.error());
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
    return outcome_of(tickets::change(db, update->ticket, update->patch, now));
  }
  if (const auto* open = std::get_if<DeskOpen>(&delivery.payload)) {
    // Every ticket is recorded here before any desk is told: there is nothing left to open.
    return Outcome::done(json::object{{"id", std::to_string(open->ticket.value)}});
  }
  return Outcome::refused("a desk accepts tickets, comments and changes only");
}

}  // namespace dw
