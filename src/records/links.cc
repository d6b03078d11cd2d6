#include "records/links.h"

#include "sql/links.h"

namespace dw {
namespace {

BridgeLink link_in(const Row& row) {
  namespace col = columns::bridge_link;
  BridgeLink out;
  out.channel = row.text(col::channel);
  out.thread = row.text(col::thread);
  out.ticket = {row.integer(col::ticket)};
  out.stage = static_cast<LinkStage>(row.integer(col::stage));
  out.url = row.text(col::url);
  out.has_url = row.integer(col::has_url) != 0;
  out.is_greeted = row.integer(col::is_greeted) != 0;
  out.requester = row.text(col::requester);
  out.comments_until = row.text(col::comments_until);
  out.opened_at = row.time(col::opened_at);
  out.solved_at = row.time_or_none(col::solved_at);
  out.paused_until = row.time_or_none(col::halted_until);
  return out;
}

}  // namespace

namespace links {

Result<void> guard_thread(ReadDb& db, const std::string& channel, const std::string& thread) {
  DW_CHECK(db.run(stmt::guard_thread, {channel + "/" + thread}));
  return {};
}

Result<std::optional<BridgeLink>> of_thread(ReadDb& db, const std::string& channel,
                                            const std::string& thread) {
  std::optional<BridgeLink> found;
  // The ticket's row before the link's, as everybody does who begins with the ticket.
  DW_CHECK(db.lock(stmt::lock_ticket_of_thread, {channel, thread}));
  DW_CHECK(db.lock(stmt::lock_link, {channel, thread}));
  DW_CHECK(db.run(stmt::link_of_thread, {channel, thread},
                  [&](const Row& row) { found = link_in(row); }));
  return found;
}

Result<std::optional<BridgeLink>> of_ticket(ReadDb& db, TicketId ticket) {
  std::optional<BridgeLink> found;
  DW_CHECK(db.lock(stmt::lock_link_of_ticket, {ticket}));
  DW_CHECK(db.run(stmt::link_of_ticket, {ticket}, [&](const Row& row) { found = link_in(row); }));
  return found;
}

Result<std::vector<BridgeLink>> live(ReadDb& db, TimePoint since, size_t limit) {
  std::vector<BridgeLink> out;
  DW_CHECK(db.run(stmt::live_links, {since, static_cast<int64_t>(limit)},
                  [&](const Row& row) { out.push_back(link_in(row)); }));
  return out;
}

Result<void> set(Db& db, const BridgeLink& link) {
  DW_CHECK(db.send(stmt::set_link,
                   {link.channel, link.thread, link.ticket, static_cast<int>(link.stage), link.url,
                    link.has_url, link.is_greeted, link.requester, link.comments_until,
                    link.opened_at, link.solved_at, link.paused_until}));
  if (!link.ticket) return {};
  DW_CHECK(db.send(stmt::show_link, {link.ticket, link.channel, link.thread, link.url}));
  return {};
}

}  // namespace links

Result<void> SetLink::write(Db& db, TimePoint) const {
  return links::set(db, link);
}

}  // namespace dw
