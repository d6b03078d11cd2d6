// Tickets, their comments and links, search, and figures.
#include "records/tickets.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/number.h"
#include "base/text.h"
#include "records/changes.h"
#include "records/own_words.h"
#include "records/stored_json.h"
#include "records/ticket_row.h"
#include "sql/tickets.h"

namespace dw {
namespace {

constexpr const char* asked_for_id = "ticket, asked for";

std::string encode_tags(const std::vector<std::string>& tags) {
  return tags.empty() ? "[]" : to_text(json::array(tags.begin(), tags.end()));
}

/// "3451" of "#3451"; empty: it is not a number.
std::string_view digits_of(std::string_view text) {
  text = trim(text);
  if (text.starts_with('#')) text.remove_prefix(1);
  const bool is_number = text.find_first_not_of("0123456789") == std::string_view::npos;
  return is_number ? text : std::string_view();
}

/// Our ticket of this number; none where no ticket can have it.
TicketId ticket_numbered(std::string_view digits) {
  return {number_in(digits).value_or(0)};
}

/// Whoever looked for a ticket of a desk's number must not miss it: see ticket_at_desk().
Result<void> guard_number(Db& db, const std::string& desk, const std::string& number) {
  return number.empty() ? Result<void>{} : db.guard("desk:" + desk + "/" + number);
}

}  // namespace

std::vector<std::string> decode_tags(std::string_view text) {
  if (text == "[]") return {};
  const json::value tags = stored_json(text);
  return JsonView(tags).texts();
}

Ticket ticket_in(const Row& row) {
  namespace col = columns::ticket;
  return {.id = {row.integer(col::id)},
          .title = std::string(row.text(col::title)),
          .description = std::string(row.text(col::description)),
          .priority = static_cast<Priority>(row.integer(col::priority)),
          .status = static_cast<Status>(row.integer(col::status)),
          .requester = {std::string(row.text(col::requester_name)),
                        std::string(row.text(col::requester_email)),
                        std::string(row.text(col::requester_id))},
          .assignee = std::string(row.text(col::assignee)),
          .tags = decode_tags(row.text(col::tags)),
          .source = std::string(row.text(col::source)),
          .desk = std::string(row.text(col::desk)),
          .external = {std::string(row.text(col::external_id)),
                       std::string(row.text(col::external_url))},
          .queue = std::string(row.text(col::queue)),
          .opened_at = row.time(col::opened_at),
          .first_reply_at = row.time_or_none(col::first_reply_at),
          .solved_at = row.time_or_none(col::solved_at),
          .updated_at = row.time(col::updated_at),
          .type = static_cast<TicketType>(row.integer(col::type)),
          .problem_id = {row.integer(col::problem_id)}};
}

Comment comment_in(const Row& row) {
  namespace col = columns::comment;
  return {.id = {row.integer(col::id)},
          .ticket = {row.integer(col::ticket)},
          .author_name = std::string(row.text(col::author_name)),
          .author_email = std::string(row.text(col::author_email)),
          .body = std::string(row.text(col::body)),
          .is_public = row.integer(col::is_public) != 0,
          .at = row.time(col::at),
          .source = std::string(row.text(col::source))};
}

Quantiles quantiles_of(std::vector<int64_t> times) {
  if (times.empty()) return {};
  const auto at = [&times](double share) {
    const auto rank =
        times.begin() + static_cast<ptrdiff_t>(share * static_cast<double>(times.size() - 1) + 0.5);
    std::nth_element(times.begin(), rank, times.end());
    return static_cast<double>(*rank) / 1000.0;
  };
  return {at(0.5), at(0.9)};
}

namespace tickets {

Result<void> reserve_id_later(ReadDb& db) {
  if (db.is_sqlite()) return {};
  int64_t& asked_for = db.reserved(asked_for_id);
  return db.run_later(stmt::fresh_ticket, {},
                      [&asked_for](const Row& row) { asked_for = row.integer(0); });
}

Result<TicketId> reserve_id(ReadDb& db) {
  int64_t& asked_for = db.reserved(asked_for_id);
  if (asked_for != 0) return TicketId{std::exchange(asked_for, 0)};
  TicketId id;
  DW_CHECK(db.run(stmt::fresh_ticket, {}, [&](const Row& row) { id = {row.integer(0)}; }));
  // SQLite counts what is there: a number given a moment ago and not used yet is known here only.
  int64_t& reserved = db.reserved("ticket");
  id.value = std::max(id.value, reserved + 1);
  reserved = id.value;
  return id;
}

Result<std::optional<Ticket>> find(ReadDb& db, TicketId id) {
  std::optional<Ticket> found;
  DW_CHECK(db.lock(stmt::lock_ticket, {id}));
  DW_CHECK(db.run(stmt::ticket_by_id, {id}, [&](const Row& row) { found = ticket_in(row); }));
  return found;
}

Result<bool> waits(ReadDb& db, TicketId id) {
  bool is_waiting = false;
  DW_CHECK(db.run(stmt::ticket_waits, {id}, [&](const Row&) { is_waiting = true; }));
  return is_waiting;
}

/// Whoever joins or leaves changes its problem's row first.
Result<std::vector<Ticket>> incidents_of(ReadDb& db, TicketId problem, TicketId after,
                                         size_t limit) {
  std::vector<Ticket> out;
  DW_CHECK(db.lock(stmt::lock_ticket, {problem}));
  DW_CHECK(db.run(stmt::incidents_of, {problem, after, static_cast<int64_t>(limit)},
                  [&](const Row& row) { out.push_back(ticket_in(row)); }));
  return out;
}

Result<std::vector<Comment>> comments(ReadDb& db, TicketId id) {
  std::vector<Comment> out;
  DW_CHECK(
      db.run(stmt::comments_of, {id}, [&](const Row& row) { out.push_back(comment_in(row)); }));
  return out;
}

Result<std::vector<Link>> links(ReadDb& db, TicketId id) {
  std::vector<Link> out;
  DW_CHECK(db.run(stmt::links_of, {id}, [&](const Row& row) {
    namespace col = columns::link;
    out.push_back({{row.integer(col::ticket)},
                   std::string(row.text(col::chat)),
                   std::string(row.text(col::channel)),
                   std::string(row.text(col::thread)),
                   std::string(row.text(col::url))});
  }));
  return out;
}

Result<TicketMetrics> metrics(ReadDb& db, TimePoint since) {
  TicketMetrics metrics;
  DW_CHECK(
      db.run(stmt::count_unsolved, {}, [&](const Row& row) { metrics.open_now = row.integer(0); }));
  DW_CHECK(db.run(stmt::count_opened, {since},
                  [&](const Row& row) { metrics.opened = row.integer(0); }));
  std::vector<int64_t> times;
  const auto collect = [&](const Row& row) { times.push_back(row.integer(0)); };
  DW_CHECK(db.run(stmt::first_reply_times, {since}, collect));
  metrics.first_reply = quantiles_of(times);
  times.clear();
  DW_CHECK(db.run(stmt::cycle_times, {since}, collect));
  metrics.cycle = quantiles_of(times);
  metrics.solved = static_cast<int64_t>(times.size());
  return metrics;
}

Result<void> open(Db& db, const Ticket& ticket) {
  DW_CHECK(guard_number(db, ticket.desk, ticket.external.id));
  if (ticket.problem_id) DW_CHECK(db.lock(stmt::lock_ticket, {ticket.problem_id}));
  DW_CHECK(db.send(stmt::open_ticket, {ticket.id,
                                       ticket.title,
                                       ticket.description,
                                       static_cast<int>(ticket.priority),
                                       static_cast<int>(ticket.status),
                                       ticket.requester.name,
                                       ticket.requester.email,
                                       ticket.requester.id,
                                       ticket.assignee,
                                       encode_tags(ticket.tags),
                                       ticket.source,
                                       ticket.desk,
                                       ticket.external.id,
                                       ticket.external.url,
                                       ticket.queue,
                                       ticket.opened_at,
                                       ticket.first_reply_at,
                                       ticket.solved_at,
                                       ticket.updated_at,
                                       static_cast<int>(ticket.type),
                                       ticket.problem_id}));
  return changes::add(db, "ticket", ticket.id.value);
}

namespace {

std::string text_of(TicketId id) {
  return id ? std::to_string(id.value) : "";
}

/// Writes down what a patch changes, and what was there before, for the ticket's timeline.
Result<void> add_changes(Db& db, TicketId id, const TicketPatch& patch, TimePoint now) {
  const bool is_shown = patch.status || patch.priority || patch.assignee || patch.tags ||
                        patch.type || patch.problem_id;
  if (!is_shown) return {};
  std::optional<Ticket> before;
  DW_CHECK(db.run(stmt::ticket_by_id, {id}, [&](const Row& row) { before = ticket_in(row); }));
  if (!before) return {};
  const auto add = [&](const char* field, std::string_view was, std::string_view is) {
    if (was == is) return Result<void>();
    return db.send(stmt::add_ticket_change, {id, now, field, was, is});
  };
  if (patch.status) DW_CHECK(add("status", name_of(before->status), name_of(*patch.status)));
  if (patch.priority) {
    DW_CHECK(add("priority", name_of(before->priority), name_of(*patch.priority)));
  }
  if (patch.assignee) DW_CHECK(add("assignee", before->assignee, *patch.assignee));
  if (patch.tags) DW_CHECK(add("tags", join(before->tags, ", "), join(*patch.tags, ", ")));
  if (patch.type) DW_CHECK(add("type", name_of(before->type), name_of(*patch.type)));
  if (patch.problem_id) {
    DW_CHECK(add("problem", text_of(before->problem_id), text_of(*patch.problem_id)));
  }
  return {};
}

/// Locks the problem that the ticket leaves and the one that it joins: see incidents_of().
Result<void> guard_problems(Db& db, TicketId id, TicketId joined) {
  TicketId left;
  DW_CHECK(db.lock(stmt::lock_ticket, {id}));
  DW_CHECK(db.run(stmt::problem_of_ticket, {id}, [&](const Row& row) { left = {row.integer(0)}; }));
  if (left && left != joined) DW_CHECK(db.lock(stmt::lock_ticket, {left}));
  return joined ? db.lock(stmt::lock_ticket, {joined}) : Result<void>();
}

}  // namespace

/// A patch stays a patch: what it leaves alone is not written, so that another's change of it,
/// committed a moment ago, stands.
Result<void> change(Db& db, TicketId id, const TicketPatch& patch, TimePoint now) {
  const Value none = nullptr;
  const std::string tags = patch.tags ? encode_tags(*patch.tags) : "";
  if (patch.external) {
    std::string desk;
    DW_CHECK(db.lock(stmt::lock_ticket, {id}));
    DW_CHECK(db.run(stmt::desk_of_ticket, {id}, [&](const Row& row) { desk = row.text(0); }));
    DW_CHECK(guard_number(db, desk, patch.external->id));
  }
  if (patch.problem_id) DW_CHECK(guard_problems(db, id, *patch.problem_id));
  DW_CHECK(add_changes(db, id, patch, now));
  // Words leave the index as they came in: before the row has others.
  const bool has_words = patch.assignee || patch.tags;
  if (has_words) {
    DW_CHECK(db.send(stmt::prune_ticket_words, {fmt::format("[{}]", id.value)}));
  }
  DW_TRY(const int64_t rows,
         db.run(stmt::change_ticket,
                {id, patch.status ? Value(static_cast<int>(*patch.status)) : none,
                 patch.priority ? Value(static_cast<int>(*patch.priority)) : none,
                 patch.assignee ? Value(*patch.assignee) : none, patch.tags ? Value(tags) : none,
                 patch.external ? Value(patch.external->id) : none,
                 patch.external ? Value(patch.external->url) : none, now,
                 patch.type ? Value(static_cast<int>(*patch.type)) : none,
                 patch.problem_id ? Value(*patch.problem_id) : none}));
  if (has_words && rows > 0) DW_CHECK(db.send(stmt::index_ticket_again, {id}));
  if (rows > 0) return changes::add(db, "ticket", id.value);
  return Error{ErrorKind::missing, "store", fmt::format("there is no ticket {}", id.value)};
}

Result<CommentId> add_comment(Db& db, const Comment& comment) {
  DW_TRY(const std::optional<Ticket> about, find(db, comment.ticket));
  if (!about) {
    return Error{ErrorKind::missing, "store",
                 fmt::format("there is no ticket {}", comment.ticket.value)};
  }
  CommentId id;
  DW_TRY(id.value, db.insert(stmt::add_comment,
                             {comment.ticket, comment.author_name, comment.author_email,
                              comment.body, comment.is_public, comment.at, comment.source}));
  const Requester& requester = about->requester;
  const bool is_own = !comment.author_email.empty() && !requester.email.empty()
                          ? equals_ignoring_case(comment.author_email, requester.email)
                          : comment.author_name == requester.name;
  std::optional<TimePoint> reply_at;
  const bool is_ours = comment.source == deskwire_source;
  if (comment.is_public && !is_own && !is_ours) reply_at = comment.at;
  DW_CHECK(db.send(stmt::touch_ticket, {comment.ticket, comment.at, reply_at}));
  DW_CHECK(changes::add(db, "ticket", comment.ticket.value));
  return id;
}

Result<int64_t> index_words(Db& db, size_t limit) {
  return db.run(stmt::index_tickets, {static_cast<int64_t>(limit)});
}

Result<std::optional<TicketId>> find_at_desk(ReadDb& db, const std::string& desk,
                                             const std::string& external_id) {
  std::optional<TicketId> found;
  DW_CHECK(db.guard_shared("desk:" + desk + "/" + external_id));
  DW_CHECK(db.run(stmt::ticket_at_desk, {desk, external_id},
                  [&](const Row& row) { found = TicketId{row.integer(0)}; }));
  return found;
}

Result<std::optional<TicketId>> find_numbered(ReadDb& db, std::string_view number) {
  const std::string digits(digits_of(number));
  if (digits.empty()) return std::optional<TicketId>();
  DW_TRY(const auto at_desk, find_at_desk(db, "zendesk", digits));
  if (at_desk) return at_desk;
  const TicketId ours = ticket_numbered(digits);
  DW_TRY(const auto ticket, find(db, ours));
  return ticket ? std::optional(ours) : std::nullopt;
}

std::string number_of(const Ticket& ticket) {
  const bool is_at_desk = !ticket.external.id.empty();
  return is_at_desk ? ticket.external.id : std::to_string(ticket.id.value);
}

Result<std::vector<OpenedHour>> opened_per_hour(ReadDb& db, TimePoint from, TimePoint until) {
  std::vector<OpenedHour> out;
  DW_CHECK(db.run(stmt::opened_per_hour, {from, until}, [&](const Row& row) {
    out.push_back({row.time(0), row.integer(1)});
  }));
  return out;
}

Result<std::vector<OpenedTicket>> opened_between(ReadDb& db, TimePoint from, TimePoint until,
                                                 size_t limit) {
  std::vector<OpenedTicket> out;
  DW_CHECK(
      db.run(stmt::opened_between, {from, until, static_cast<int64_t>(limit)}, [&](const Row& row) {
        out.push_back({TicketId{row.integer(0)}, std::string(row.text(1)), decode_tags(row.text(2)),
                       row.time(3)});
      }));
  return out;
}

/// What hangs on a ticket goes first, so that one with a million comments takes many commits, too.
/// The tickets are locked: one that is reopened meanwhile keeps all.
Result<int64_t> prune(Db& db, const std::vector<PruneOfTickets>& of_tickets, TimePoint before,
                      int64_t limit) {
  json::array ids;
  DW_CHECK(db.run(stmt::old_tickets, {before, limit},
                  [&](const Row& row) { ids.emplace_back(row.integer(0)); }));
  if (ids.empty()) return 0;
  const std::string list = to_text(ids);
  DW_TRY(const int64_t comments, db.run(stmt::prune_comments, {list, limit}));
  if (comments > 0) return comments;
  for (const PruneOfTickets step : of_tickets) {
    DW_TRY(const int64_t rows, step(db, list, limit));
    if (rows > 0) return rows;
  }
  for (const Statement* statement :
       {&stmt::prune_links, &stmt::prune_ticket_changes, &stmt::prune_ticket_words}) {
    DW_CHECK(db.send(*statement, {list}));
  }
  return db.run(stmt::prune_tickets, {list});
}

}  // namespace tickets

Result<void> OpenTicket::write(Db& db, TimePoint) const {
  return tickets::open(db, ticket);
}

Result<void> ChangeTicket::write(Db& db, TimePoint now) const {
  return tickets::change(db, ticket, patch, now);
}

Result<void> RemoveComment::write(Db& db, TimePoint) const {
  DW_TRY(const int64_t rows,
         db.run(stmt::remove_comment, {comment.ticket, comment.author_name, comment.body,
                                       comment.is_public, comment.source}));
  return rows > 0 ? changes::add(db, "ticket", comment.ticket.value) : Result<void>();
}

Result<void> MarkReplied::write(Db& db, TimePoint) const {
  DW_CHECK(db.send(stmt::mark_replied, {ticket, at}));
  return changes::add(db, "ticket", ticket.value);
}

Result<void> BeginWaiting::write(Db& db, TimePoint now) const {
  DW_CHECK(db.send(stmt::begin_waiting, {ticket, now}));
  return changes::add(db, "ticket", ticket.value);
}

Result<void> RewordTicket::write(Db& db, TimePoint now) const {
  const std::string list = fmt::format("[{}]", ticket.value);
  DW_CHECK(db.send(stmt::prune_ticket_words, {list}));
  DW_CHECK(db.send(stmt::reword_ticket, {ticket, title, description, now}));
  DW_CHECK(db.send(stmt::index_ticket_again, {ticket}));
  return changes::add(db, "ticket", ticket.value);
}

Result<void> AddComment::write(Db& db, TimePoint) const {
  DW_TRY(const CommentId id, tickets::add_comment(db, comment));
  DW_ASSERT(id, "the store numbers comments from 1");
  return {};
}

}  // namespace dw
