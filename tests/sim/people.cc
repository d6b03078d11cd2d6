// Those outside who hand events over and repeat themselves, the person who decides what the
// program can't, and the consumer of the embedded queue.
#include <fmt/format.h>

#include "records/deliveries.h"
#include "records/paging.h"
#include "records/queues.h"
#include "sim/world.h"

namespace dw::sim {
namespace {

Event chat_ticket(size_t number, const std::string& priority) {
  const std::string text =
      fmt::format("Title: T{}\nPriority: {}\nDescription: it is broken", number, priority);
  Event event{.source = "teams:it", .key = fmt::format("m{}", number), .kind = "chat.ticket"};
  event.body = json::object{
      {"text", text},
      {"sender", json::object{{"name", "Ana"}, {"id", fmt::format("u{}", number % 5)}}}};
  return event;
}

Event api_ticket(size_t number, const std::string& priority) {
  Event event{.source = "api", .key = fmt::format("a{}", number), .kind = "api.ticket"};
  event.body = json::object{{"title", fmt::format("T{}", number)},
                            {"priority", priority},
                            {"description", "it is broken"},
                            {"requester", json::object{{"name", "Ana"}}}};
  return event;
}

}  // namespace

void World::plan_orders() {
  orders_to_come_ = 15 + random_.below(100) + (random_.below(3) == 0 ? 250 : 0);
  if (is_on_server()) orders_to_come_ = 5 + random_.below(25);
  const int64_t last = is_on_server() ? 60'000 : 900'000;
  for (size_t i = orders_to_come_; i > 0; --i) {
    after(any_wait(0, last), [this] {
      --orders_to_come_;
      add_order(orders_.size());
    });
  }
}

void World::add_order(size_t number) {
  static const char* const priorities[] = {"high", "medium", "low"};
  const std::string priority = priorities[random_.below(3)];
  Order order{.expect = Order::Expect::ticket, .queue = priority};
  switch (random_.below(10)) {
    case 0:
    case 1:
    case 2:
      order.event = chat_ticket(number, priority);
      break;
    case 3:
      order.event = api_ticket(number, priority);
      break;
    case 4:
      order.expect = Order::Expect::reply;
      order.event = chat_ticket(number, "none of them");
      break;
    case 5: {
      order.event = api_ticket(number, random_.below(2) == 0 ? priority : "wrong");
      order.expect = Order::Expect::refusal;
      order.event.body.as_object()["title"] = "";
      break;
    }
    case 6: {
      order.expect = random_.below(8) == 0 ? Order::Expect::parked : Order::Expect::comment;
      const bool is_parked = order.expect == Order::Expect::parked;
      const Order* about = orders_.empty() ? nullptr : &orders_[random_.below(orders_.size())];
      if (!is_parked && (about == nullptr || about->ticket == 0)) return add_order(number);
      order.event = {.source = "api",
                     .key = fmt::format("c{}", number),
                     .kind = is_parked ? "sim.broken" : "desk.comment"};
      order.event.body =
          json::object{{"ticket", is_parked ? 0 : about->ticket},
                       {"body", fmt::format("comment {}", number)},
                       {"author", json::object{{"name", "Bo"}, {"email", "bo@example.com"}}}};
      break;
    }
    default: {
      order.expect = Order::Expect::courier;
      order.event = {.source = "sim", .key = fmt::format("o{}", number), .kind = "sim.order"};
      json::array items;
      order.items = 1 + static_cast<int>(random_.below(5));
      for (int i = 0; i < order.items; ++i) {
        static const char* const kinds[] = {"open", "post", "post", "note", "mail", "alert"};
        items.emplace_back(kinds[random_.below(6)]);
        if (items.back() == "open") ++order.answers;
      }
      order.event.body = json::object{{"thread", fmt::format("C{}", random_.below(6))},
                                      {"items", std::move(items)}};
      break;
    }
  }
  orders_.push_back(std::move(order));
  send(orders_.size() - 1);
}

/// Sends once, and again until it is answered; some senders go on after that.
void World::send(size_t index) {
  Order& order = orders_[index];
  if (order.is_accepted || order.is_refused) return;
  Replica* replica = any_replica();
  if (replica != nullptr && !left_) {
    story_.tell("order:" + order.event.key, fmt::format("{} {} is sent to {}", order.event.kind,
                                                        order.event.key, replica->sender.name));
    replica->tasks.run("hand", hand(*replica, *this, index, order.event));
    if (random_.below(10) == 0) {  // the same at once on another connection
      replica->tasks.run("hand", hand(*replica, *this, index, order.event));
    }
  }
  after(any_wait(3000, 40'000), [this, index] { send(index); });
}

Task<void> World::hand(Replica& replica, World& world, size_t index, Event event) {
  event.at = replica.clock.now();
  const Result<Accepted> accepted = co_await replica.inbox.accept(std::move(event));
  world.hear(index, accepted);
}

void World::hear(size_t index, const Result<Accepted>& accepted) {
  Order& order = orders_[index];
  const std::string subject = "order:" + order.event.key;
  if (!accepted.ok()) {
    const ErrorKind kind = accepted.error().kind;
    const bool is_for_good = kind == ErrorKind::invalid || kind == ErrorKind::missing;
    story_.tell(subject, "is answered: " + accepted.error().text());
    if (is_for_good && order.expect != Order::Expect::refusal) {
      story_.broke("what is good is accepted", subject, accepted.error().text());
    }
    order.is_refused = order.is_refused || is_for_good;
    return;
  }
  const std::string reply = to_text(accepted->reply);
  const bool is_planned = static_cast<bool>(accepted->event);  // else: received, and planned later
  story_.tell(subject,
              fmt::format("is answered: {}{}", is_planned ? to_text(accepted->event) : "received",
                          accepted->is_first ? "" : " (a repeat)"));
  if (order.is_accepted && order.reply != reply) {
    story_.broke("a repeat gets the first answer", subject, order.reply + " became " + reply);
  }
  if (is_planned && accepted->is_first && ++order.firsts > 1) {
    story_.broke("the same event counts once", subject, "was taken for the first time twice");
  }
  const bool was_accepted = order.is_accepted;
  order.is_accepted = true;
  order.reply = reply;
  order.ticket = JsonView(accepted->reply)["ticket"].integer().value_or(0);
  if (was_accepted || random_.below(3) != 0) return;
  after(any_wait(10, 600'000), [this, index] {
    Replica* replica = any_replica();
    if (replica == nullptr || left_) return;
    story_.fault("repeat", "order:" + orders_[index].event.key, "is sent again, though answered");
    replica->tasks.run("hand", hand(*replica, *this, index, orders_[index].event));
  });
}

void World::send_all_again() {
  for (size_t index = 0; index < orders_.size(); ++index) {
    Replica* replica = any_replica();
    if (replica == nullptr || !orders_[index].is_accepted) continue;
    replica->tasks.run("hand", hand(*replica, *this, index, orders_[index].event));
  }
}

/// A person looks at the board from time to time, never at what is a minute old only.
void World::decide() {
  after(any_wait(60'000, 300'000), &World::decide);
  if (!disk_.is_open() || left_) return;
  std::vector<Delivery> waiting;
  const auto look = [&waiting](ReadDb& db) -> Result<void> {
    DeliveryQuery query{.states = {DeliveryState::dead, DeliveryState::unsure}};
    query.page.limit = 500;
    DW_TRY(Page<Delivery> page, deliveries::list(db, query));
    waiting = std::move(page.items);
    return {};
  };
  if (!disk_.read(look).ok()) return;
  std::set<int64_t> seen;
  for (const Delivery& delivery : waiting) {
    const int64_t id = delivery.id.value;
    const bool is_known = seen_by_person_.count(id) > 0;
    seen.insert(id);
    if (is_known && (!is_storm_ || random_.below(3) != 0)) decide_one(delivery);
  }
  seen_by_person_ = std::move(seen);
}

void World::decide_one(const Delivery& delivery) {
  const bool has_happened = outside_.has_happened(delivery.id.value);
  const bool is_dead = delivery.state == DeliveryState::dead;
  const bool is_discarded = has_happened || (is_dead && random_.below(2) == 0);
  const TimePoint now = clock_.now();
  const auto work = [&](Db& db) -> Result<void> {
    if (is_discarded) return deliveries::discard(db, delivery.id, "by a person", now);
    return deliveries::retry(db, delivery.id, now);
  };
  const Result<void> written = disk_.write(work);
  if (!written.ok()) return;
  outside_.note_decision(delivery.id.value);
  story_.tell(fmt::format("{} lane:{}", to_text(delivery.id), delivery.lane),
              is_discarded ? "a person discards it" : "a person has it sent again");
}

/// Receives from the embedded queue, deletes most of it, and crashes now and then in between.
void World::consume() {
  after(is_storm_ ? any_wait(5000, 60'000) : Millis(2000), &World::consume);
  if (!disk_.is_open() || left_) return;
  const TimePoint now = clock_.now();
  std::vector<QueueMessage> received;
  const auto receive = [&](Db& db) -> Result<void> {
    const QueueReceive wish{.queue = "low", .count_max = 10, .receives_max = 1'000'000};
    DW_TRY(received, queues::receive(db, wish, now));
    return {};
  };
  if (!disk_.write(receive).ok()) return;
  for (const QueueMessage& message : received) {
    const Result<json::value> body = parse_json(message.body);
    if (body.ok()) {
      const int64_t ticket = JsonView(*body)["ticket"].integer().value_or(0);
      consumed_[ticket].insert(message.id.value);
    }
    if (is_storm_ && random_.below(4) == 0) continue;
    const auto erase = [&](Db& db) -> Result<void> {
      const std::string handle = fmt::format("{}.{}", message.id.value, message.receipt);
      DW_CHECK(queues::remove(db, "low", handle));
      return {};
    };
    if (!disk_.write(erase).ok()) return;
  }
}

/// Until the weather is good: then the report is as it is.
void World::close_ticket() {
  if (!is_storm_) return;
  auto& rows = outside_.report().rows;
  const std::string name = fmt::format("c{}", random_.below(24));
  rows.push_back({"Pat", name, name + "@customer.example", fmt::format("{}", 1000 + rows.size()),
                  random_.below(5) == 0 ? "Open" : "Closed", "17/11/2026"});
  after(any_wait(2000, 40'000), &World::close_ticket);
}

/// Somebody runs it again and again, on any machine, whatever became of the run before.
void World::tell_customers() {
  after(is_storm_ ? any_wait(5000, 120'000) : Millis(20'000), &World::tell_customers);
  ask_for_notices(any_replica());
}

void World::ask_for_notices(Replica* replica) {
  if (replica == nullptr || left_) return;
  story_.tell("notices", replica->sender.name + " is asked to tell customers");
  const bool is_storm = is_storm_;
  const auto heard = [this, is_storm](Result<int64_t> customers) {
    story_.tell("notices", customers.ok() ? fmt::format("{} customers are told", *customers)
                                          : customers.error().text());
    if (customers.ok() && *customers == 0 && !is_storm) is_everybody_notified_ = true;
  };
  replica->tasks.run("notices", sim::tell_customers(replica->notices.get(), heard));
}

}  // namespace dw::sim
