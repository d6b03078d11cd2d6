// The bridge's rows: linked threads, what was said in them, what the outside answered, and the
// figures of a channel.
#include "statements.h"
#include "store/delivery_rows.h"
#include "store/journal.h"
#include "store/ticket_rows.h"

namespace dw {
namespace {

BridgeLink link_in(const Row& row) {
  BridgeLink out;
  out.channel = row.text(0);
  out.thread = row.text(1);
  out.ticket = {row.integer(2)};
  out.stage = static_cast<LinkStage>(row.integer(3));
  out.url = row.text(4);
  out.has_url = row.integer(5) != 0;
  out.is_greeted = row.integer(6) != 0;
  out.requester = row.text(7);
  out.comments_until = row.text(8);
  out.opened_at = row.time(9);
  out.solved_at = row.time_or_none(10);
  out.halted_until = row.time_or_none(11);
  return out;
}

Said said_in(const Row& row) {
  Said out;
  out.key = row.text(0);
  out.kind = row.text(1);
  out.channel = row.text(2);
  out.thread = row.text(3);
  out.message = row.text(4);
  out.author = row.text(5);
  out.digest = row.text(6);
  out.state = static_cast<SaidState>(row.integer(7));
  out.body = stored_json(row.text(8));
  out.at = row.time(9);
  return out;
}

}  // namespace

Result<void> SqlJournal::guard_thread(const std::string& channel, const std::string& thread) {
  DW_CHECK(db_.run(stmt::guard_thread, {channel + "/" + thread}));
  return {};
}

Result<std::optional<BridgeLink>> SqlJournal::link_of_thread(const std::string& channel,
                                                             const std::string& thread) {
  std::optional<BridgeLink> found;
  // The ticket's row before the link's, as everybody does who begins with the ticket.
  DW_CHECK(lock(stmt::lock_ticket_of_thread, {channel, thread}));
  DW_CHECK(lock(stmt::lock_link, {channel, thread}));
  DW_CHECK(db_.run(stmt::link_of_thread, {channel, thread},
                   [&](const Row& row) { found = link_in(row); }));
  return found;
}

Result<std::optional<BridgeLink>> SqlJournal::link_of_ticket(TicketId ticket) {
  std::optional<BridgeLink> found;
  DW_CHECK(lock(stmt::lock_link_of_ticket, {ticket}));
  DW_CHECK(db_.run(stmt::link_of_ticket, {ticket}, [&](const Row& row) { found = link_in(row); }));
  return found;
}

Result<std::vector<BridgeLink>> SqlJournal::live_links(TimePoint since, size_t limit) {
  std::vector<BridgeLink> out;
  DW_CHECK(db_.run(stmt::live_links, {since, static_cast<int64_t>(limit)},
                   [&](const Row& row) { out.push_back(link_in(row)); }));
  return out;
}

Result<std::optional<Said>> SqlJournal::said(const std::string& key) {
  std::optional<Said> found;
  DW_CHECK(guard("said:" + key));
  DW_CHECK(db_.run(stmt::said_by_key, {key}, [&](const Row& row) { found = said_in(row); }));
  return found;
}

Result<std::vector<Said>> SqlJournal::waiting_said(const std::string& channel,
                                                   const std::string& thread, size_t limit) {
  std::vector<Said> out;
  DW_CHECK(db_.run(stmt::waiting_said, {channel, thread, static_cast<int64_t>(limit)},
                   [&](const Row& row) { out.push_back(said_in(row)); }));
  return out;
}

Result<std::vector<Said>> SqlJournal::said_between(const std::string& channel,
                                                   const std::string& thread,
                                                   const std::string& after,
                                                   const std::string& until, size_t limit) {
  std::vector<Said> out;
  DW_CHECK(db_.run(stmt::said_between, {channel, thread, after, until, static_cast<int64_t>(limit)},
                   [&](const Row& row) { out.push_back(said_in(row)); }));
  return out;
}

Result<std::string> SqlJournal::last_said(const std::string& channel, const std::string& thread) {
  std::string last;
  DW_CHECK(
      db_.run(stmt::last_said, {channel, thread}, [&](const Row& row) { last = row.text(0); }));
  return last;
}

Result<int64_t> SqlJournal::count_said(const std::string& channel, const std::string& thread,
                                       TimePoint since) {
  int64_t count = 0;
  DW_CHECK(db_.run(stmt::count_said, {channel, thread, since},
                   [&](const Row& row) { count = row.integer(0); }));
  return count;
}

Result<std::optional<Known>> SqlJournal::known(const std::string& id) {
  std::optional<Known> found;
  const auto look = [&] {
    return db_.run(stmt::known_by_id, {id}, [&](const Row& row) {
      found = Known{std::string(row.text(0)), stored_json(row.text(1)), row.time(2)};
    });
  };
  DW_CHECK(lock(stmt::lock_known, {id}));
  DW_CHECK(look());
  if (found || !is_guarding_) return found;
  DW_CHECK(guard_shared("known:" + id));
  DW_CHECK(look());
  return found;
}

Result<std::optional<TicketId>> SqlJournal::ticket_at_desk(const std::string& desk,
                                                           const std::string& external_id) {
  std::optional<TicketId> found;
  DW_CHECK(guard_shared("desk:" + desk + "/" + external_id));
  DW_CHECK(db_.run(stmt::ticket_at_desk, {desk, external_id},
                   [&](const Row& row) { found = TicketId{row.integer(0)}; }));
  return found;
}

Result<std::vector<Delivery>> SqlJournal::open_in_lane(const std::string& lane, size_t limit) {
  std::vector<Delivery> out;
  // Whoever sends from it, or decides about what is in it, changes the lane's row first.
  DW_CHECK(lock(stmt::lock_lane, {lane}));
  DW_CHECK(db_.run(stmt::open_in_lane, {lane, static_cast<int64_t>(limit)},
                   [&](const Row& row) { out.push_back(delivery_in(row)); }));
  return out;
}

Result<TicketFigures> SqlJournal::channel_figures(const std::string& channel, TimePoint since) {
  TicketFigures figures;
  DW_CHECK(db_.run(stmt::channel_counts, {channel, since}, [&](const Row& row) {
    figures.open_now = row.integer(0);
    figures.opened = row.integer(1);
    figures.solved = row.integer(2);
  }));
  std::vector<int64_t> times;
  const auto collect = [&](const Row& row) { times.push_back(row.integer(0)); };
  DW_CHECK(db_.run(stmt::channel_first_replies, {channel, since}, collect));
  figures.first_reply = quantiles_of(times);
  times.clear();
  DW_CHECK(db_.run(stmt::channel_cycles, {channel, since}, collect));
  figures.cycle = quantiles_of(times);
  return figures;
}

Result<std::vector<OpenTicketRow>> SqlJournal::channel_tickets(const std::string& channel,
                                                               ChannelTickets which,
                                                               TimePoint since, size_t limit) {
  std::vector<OpenTicketRow> out;
  DW_CHECK(db_.run(stmt::channel_tickets,
                   {channel, since, static_cast<int>(which), static_cast<int64_t>(limit)},
                   [&](const Row& row) {
                     out.push_back({ticket_in(row), std::string(row.text(19))});
                   }));
  return out;
}

Result<void> SqlJournal::set_link(const BridgeLink& link) {
  DW_CHECK(db_.send(stmt::set_link,
                    {link.channel, link.thread, link.ticket, static_cast<int>(link.stage), link.url,
                     link.has_url, link.is_greeted, link.requester, link.comments_until,
                     link.opened_at, link.solved_at, link.halted_until}));
  if (!link.ticket) return {};
  DW_CHECK(db_.send(stmt::show_link, {link.ticket, link.channel, link.thread, link.url}));
  return {};
}

Result<void> SqlJournal::set_said(const Said& said) {
  const std::string body = said.body.is_null() ? std::string() : to_text(said.body);
  DW_CHECK(guard("said:" + said.key));
  DW_CHECK(db_.send(stmt::set_said,
                    {said.key, said.kind, said.channel, said.thread, said.message, said.author,
                     said.digest, static_cast<int>(said.state), body, said.at}));
  return {};
}

Result<void> SqlJournal::set_known(const Known& known) {
  const std::string body = known.body.is_null() ? std::string() : to_text(known.body);
  DW_CHECK(guard("known:" + known.id));
  DW_CHECK(db_.send(stmt::set_known, {known.id, body, known.at}));
  return {};
}

}  // namespace dw
