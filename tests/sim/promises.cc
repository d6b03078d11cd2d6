// What must hold after every crash and at the end of every run (promises 1, 2, 3, 5 and 6).
#include <fmt/format.h>

#include "sim/world.h"

namespace dw::sim {

bool World::has_drained() {
  if (!disk_.is_open() || left_ || orders_to_come_ > 0) return false;
  if (outage_.copies_to_come > 0 || outage_.twins_to_come > 0) return false;
  for (const Order& order : orders_) {
    if (!order.is_accepted && !order.is_refused) return false;
  }
  for (const Patch& patch : patches_) {
    if (patch.is_insistent && !patch.is_accepted) return false;
  }
  for (const auto& replica : replicas_) {
    if (!replica || replica->is_paused || replica->outbox.lanes_in_work() > 0) return false;
  }
  return is_everybody_notified_ &&
         disk_.count("SELECT count(*) FROM delivery WHERE state <= 2") == 0 &&
         disk_.count("SELECT count(*) FROM lane") == 0 &&
         disk_.count("SELECT count(*) FROM received_event") == 0 &&
         disk_.count("SELECT count(*) FROM queue_message WHERE queue = 'low'") == 0;
}

/// After a crash: the file is whole, and what was answered is in it.
void World::check_kept() {
  const Result<std::vector<std::string>> found = disk_.verify();
  if (!found.ok()) {
    story_.broke("nothing is half written", "", found.error().text());
  } else {
    for (const std::string& line : *found) story_.broke("nothing is half written", "", line);
  }
  for (const Order& order : orders_) {
    if (!order.is_accepted) continue;
    const int64_t rows = disk_.count("SELECT count(*) FROM event WHERE source = $1 AND key = $2",
                                     {order.event.source, order.event.key});
    const int64_t received =
        disk_.count("SELECT count(*) FROM received_event WHERE source = $1 AND key = $2",
                    {order.event.source, order.event.key});
    if (rows + (received > 0 ? 1 : 0) == 0 || rows > 1) {
      story_.broke("nothing accepted is lost", "order:" + order.event.key,
                   "it was answered, and is not there after the crash");
    }
  }
}

void World::check_promises() {
  check_kept();
  for (const Order& order : orders_) check_order(order);
  check_deliveries();
  check_customers();
  check_talks();
  check_outage();
  check_meetings();
  const int64_t ticks =
      disk_.count("SELECT count(*) - count(DISTINCT key) FROM event WHERE source = 'clock'");
  if (ticks != 0) story_.broke("a schedule runs once", "", "two ticks of one time");
}

void World::check_order(const Order& order) {
  const std::string subject = "order:" + order.event.key;
  const std::string event =
      disk_.ask("SELECT coalesce((SELECT id FROM event WHERE source = $1 AND key = $2), 0)",
                {order.event.source, order.event.key});
  switch (order.expect) {
    case Order::Expect::ticket:
      check_tickets(order, event);
      return;
    case Order::Expect::refusal:
      if (event != "0") story_.broke("what is refused is not recorded", subject, event);
      return;
    case Order::Expect::reply:
    case Order::Expect::parked: {
      const int64_t state = disk_.count("SELECT state FROM event WHERE source = $1 AND key = $2",
                                        {order.event.source, order.event.key});
      const bool is_right = state == (order.expect == Order::Expect::parked ? 1 : 0);
      if (!is_right) story_.broke("an event is concluded", subject, std::to_string(state));
      return;
    }
    case Order::Expect::said:
      return;  // check_talks()
    case Order::Expect::comment:
      check_comment(order);
      return;
    case Order::Expect::courier: {
      const int64_t rows =
          disk_.count("SELECT count(*) FROM delivery WHERE event = CAST($1 AS INTEGER)", {event});
      if (rows != order.items) {
        story_.broke("its effects happen once", subject,
                     fmt::format("{} deliveries for {} items", rows, order.items));
      }
      return;
    }
  }
}

/// Once on its ticket, and nowhere else but on the tickets of the incident whose parent that is:
/// they hear what is said there.
void World::check_comment(const Order& order) {
  const std::string body = "comment " + order.event.key.substr(1);
  const std::string ticket =
      std::to_string(JsonView(order.event.body)["ticket"].integer().value_or(0));
  const int64_t rows =
      disk_.count("SELECT count(*) FROM comment WHERE body = $1 AND ticket = CAST($2 AS INTEGER)",
                  {body, ticket});
  const int64_t elsewhere = disk_.count(
      "SELECT count(*) FROM comment c WHERE c.body = $1 AND c.ticket <> CAST($2 AS INTEGER) "
      "AND NOT EXISTS (SELECT 1 FROM storm_ticket s JOIN storm_group g ON g.id = s.grouped "
      "WHERE s.ticket = c.ticket AND g.parent = CAST($2 AS INTEGER))",
      {body, ticket});
  if (rows != 1 || elsewhere != 0) {
    story_.broke("its effects happen once", "order:" + order.event.key,
                 fmt::format("{} comments on its ticket and {} elsewhere", rows, elsewhere));
  }
}

void World::check_tickets(const Order& order, const std::string& event) {
  const std::string subject = "order:" + order.event.key;
  const std::string title = "T" + order.event.key.substr(1);
  const int64_t tickets = disk_.count("SELECT count(*) FROM ticket WHERE title = $1", {title});
  const int64_t sent = disk_.count(
      "SELECT count(*) FROM delivery WHERE event = CAST($1 AS INTEGER) AND operation = 'send'",
      {event});
  if (tickets != 1 || sent != 1) {
    story_.broke("the same event counts once", subject,
                 fmt::format("{} tickets and {} messages", tickets, sent));
  }
  if (order.queue != "low") return;
  const std::string ticket = disk_.ask("SELECT id FROM ticket WHERE title = $1", {title});
  const auto found = consumed_.find(std::strtoll(ticket.c_str(), nullptr, 10));
  const size_t messages = found == consumed_.end() ? 0 : found->second.size();
  if (messages != 1) {
    story_.broke("the embedded queue is never in doubt", subject,
                 fmt::format("{} messages about one ticket", messages));
  }
}

/// Each one that is done has happened; each that was asked for an answer has had one.
void World::check_deliveries() {
  const int64_t newest = disk_.count("SELECT max(id) FROM delivery");
  for (int64_t id = 1; id <= newest; ++id) {
    const std::string subject = to_text(DeliveryId{id});
    const std::string row = disk_.ask(
        "SELECT state, CASE WHEN target LIKE '%:far' OR target IN ('queue:high', 'queue:medium', "
        "'notices:webhook', 'slack', 'desk:zendesk') THEN 1 ELSE 0 END, CASE answer_kind "
        "WHEN '' THEN 0 WHEN 'bridge.answered' THEN 2 WHEN 'notices.read' THEN 2 "
        "WHEN 'notices.go_on' THEN 2 WHEN 'desk.done' THEN 2 WHEN 'bridge.mention' THEN 2 ELSE "
        "CASE WHEN answer_kind LIKE 'storm.%' THEN 2 ELSE 1 END END FROM delivery "
        "WHERE id = CAST($1 AS INTEGER)",
        {std::to_string(id)});
    const bool is_done = row.starts_with("3 ");
    const bool is_outside = row.size() > 2 && row[2] == '1';
    const bool has_happened = outside_.has_happened(id);
    if (row.empty() && has_happened) {
      story_.broke("nothing accepted is lost", subject, "it happened, and nobody remembers it");
    }
    if (is_done && is_outside && !has_happened) {
      story_.broke("nothing is done before it is done", subject, "is done and never happened");
    }
    // The bridge takes its ⏳ back where the desk was fast enough, and what nobody is to read. A
    // question without an answer, and a post that the chat refuses, need no person.
    const bool is_dropped =
        row.starts_with("4 ") &&
        disk_.count((std::string("SELECT count(*) FROM delivery WHERE (operation IN ('react', "
                                 "'ask') OR (operation = 'post' AND reason = '422') OR "
                                 "reason = 'the announcement keeps its words' OR ") +
                     is_taken_back + ") AND id = CAST($1 AS INTEGER)")
                        .c_str(),
                    {std::to_string(id)}) == 1;
    if (!is_done && !row.empty() && !is_dropped && !outside_.is_decided(id)) {
      story_.broke("nothing accepted is lost", subject, "ended without a person: " + row);
    }
    if (is_done && row.ends_with(" 2")) {
      const int64_t events = disk_.count(
          "SELECT count(*) FROM event WHERE source = 'delivery' AND key = $1", {subject});
      if (events != 1) {
        story_.broke("an answer becomes an event, once", subject, fmt::format("{} events", events));
      }
    }
    if (is_done && row.ends_with(" 1")) {
      const int64_t answers = disk_.count(
          "SELECT count(*) FROM delivery d JOIN event e ON e.id = d.event "
          "WHERE e.source = 'delivery' AND e.key = $1",
          {subject});
      if (answers != 1) {
        story_.broke("an answer becomes an event, once", subject,
                     fmt::format("{} posts came of it", answers));
      }
    }
  }
}

/// Each customer with a closed ticket has one letter, all of it in the ledger; none is forgotten.
void World::check_customers() {
  std::set<std::string> due;
  for (const auto& row : outside_.report().rows) {
    if (row[4] == "Closed") due.insert(row[2]);
  }
  for (const std::string& email : due) {
    const int64_t notices = disk_.count(
        "SELECT count(*) FROM notice_letter l JOIN delivery d ON d.id = l.delivery "
        "WHERE l.email = $1 AND d.target = 'notices:webhook'",
        {email});
    const int64_t periods =
        disk_.count("SELECT count(*) FROM notice_customer WHERE email = $1", {email});
    if (notices != 1 || periods != 1) {
      story_.broke("a customer hears once", "notices",
                   fmt::format("{} has {} letters in {} periods", email, notices, periods));
    }
  }
  for (const auto& [told, by] : outside_.mailboxes().told()) {
    const std::string ticket = told.substr(told.find(' ') + 1);
    const int64_t rows =
        disk_.count("SELECT count(*) FROM notice_closure WHERE ticket = $1", {ticket});
    if (rows != 1) story_.broke("a customer hears once", "notices", told + " is not in the ledger");
  }
}

}  // namespace dw::sim
