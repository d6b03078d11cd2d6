#include "records/links.h"

#include "sql/links.h"

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
  out.paused_until = row.time_or_none(11);
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
