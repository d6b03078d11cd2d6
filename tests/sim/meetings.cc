// The same at once at two replicas: changes of one ticket, a FIFO message that is sent twice, an
// event, the customers' notices. Two who read before either has written is where PostgreSQL and a
// store with one writer are not the same.
#include <fmt/format.h>

#include "records/queues.h"
#include "sim/world.h"

namespace dw::sim {
namespace {

constexpr const char* fifo = "meetings.fifo";

/// A new value of a field, as the API takes it, and as the ticket's column shows it.
struct NewValue {
  const char* field;
  json::value given;
  std::string shown;
};

NewValue any_value(Random& random, size_t number) {
  switch (random.below(4)) {
    case 0: {
      const std::string name = fmt::format("agent {}", number);
      return {"assignee", json::string(name), name};
    }
    case 1: {
      const std::string tag = fmt::format("tag{}", number);
      return {"tags", json::array{json::string(tag)}, to_text(json::array{json::string(tag)})};
    }
    case 2: {
      const auto status = static_cast<Status>(random.below(3));
      return {"status", json::string(name_of(status)), std::to_string(static_cast<int>(status))};
    }
    default: {
      const auto priority = static_cast<Priority>(random.below(3));
      return {"priority", json::string(name_of(priority)),
              std::to_string(static_cast<int>(priority))};
    }
  }
}

bool is_not_written(const Error& error) {
  return error.kind == ErrorKind::full || error.kind == ErrorKind::busy;
}

}  // namespace

void World::meet() {
  if (!is_storm_) return;
  after(any_wait(50, 1500), &World::meet);
  switch (random_.below(8)) {
    case 0:
    case 1:
      send_twins();
      break;
    case 2:
      send_order_twice();
      break;
    case 3:
      for (Replica* replica : two_replicas()) ask_for_notices(replica);
      break;
    default:
      patch_one_ticket();
  }
}

void World::patch_one_ticket() {
  std::vector<int64_t> tickets;
  for (const Order& order : orders_) {
    if (order.ticket != 0 && order.expect == Order::Expect::ticket) tickets.push_back(order.ticket);
  }
  if (tickets.empty()) return;
  // Few tickets, so that many meet.
  const int64_t ticket = tickets[random_.below(std::min<size_t>(tickets.size(), 3))];
  for (Replica* replica : two_replicas()) {
    const size_t index = patches_.size();
    NewValue value = any_value(random_, index);
    Patch patch{.ticket = ticket,
                .field = value.field,
                .value = std::move(value.shown),
                .is_insistent = random_.below(2) == 0};
    patch.event = {.source = "api", .key = fmt::format("p{}", index), .kind = "desk.update"};
    patch.event.body =
        json::object{{"ticket", ticket}, {value.field, std::move(value.given)}, {"by", "Bo"}};
    patches_.push_back(std::move(patch));
    send_patch(index, replica);
  }
}

void World::send_patch(size_t index, Replica* replica) {
  Patch& patch = patches_[index];
  if (patch.is_accepted) return;
  if (replica != nullptr) {
    if (patch.sent++ == 0) patch.sent_at = clock_.monotonic();
    story_.tell(fmt::format("patch:{} ticket:{}", patch.event.key, patch.ticket),
                fmt::format("{}: {} of ticket {} becomes {}, at {}", patch.event.key, patch.field,
                            patch.ticket, patch.value, replica->sender.name));
    replica->tasks.run("patch", hand_patch(*replica, *this, index, patch.event));
  }
  if (!patch.is_insistent) return;
  after(any_wait(3000, 15'000), [this, index] { send_patch(index, any_replica()); });
}

Task<void> World::hand_patch(Replica& replica, World& world, size_t index, Event event) {
  event.at = replica.clock.now();
  const Result<Accepted> accepted = co_await replica.inbox.accept(std::move(event));
  world.hear_patch(index, accepted);
}

void World::hear_patch(size_t index, const Result<Accepted>& accepted) {
  Patch& patch = patches_[index];
  const std::string subject = fmt::format("patch:{} ticket:{}", patch.event.key, patch.ticket);
  story_.tell(subject, fmt::format("{} is answered: {}", patch.event.key,
                                   accepted.ok() ? "accepted" : accepted.error().text()));
  if (accepted.ok()) {
    if (!patch.is_accepted) patch.accepted_at = clock_.monotonic();
    patch.is_accepted = true;
    return;
  }
  if (is_not_written(accepted.error())) ++patch.refused;
  const ErrorKind kind = accepted.error().kind;
  if (kind == ErrorKind::invalid || kind == ErrorKind::missing || kind == ErrorKind::conflict) {
    story_.broke("what is good is accepted", subject, accepted.error().text());
  }
}

void World::send_twins() {
  const size_t index = twins_.size();
  twins_.push_back({.key = fmt::format("twin{}", index)});
  for (Replica* replica : two_replicas()) {
    ++twins_[index].sent;
    replica->tasks.run("twin", hand_twin(*replica, *this, index));
  }
}

Task<void> World::hand_twin(Replica& replica, World& world, size_t index) {
  const std::string key = world.twins_[index].key;
  const QueueMessage message{.queue = fifo, .body = key, .group = "g", .deduplication = key};
  const TimePoint now = replica.clock.now();
  MessageId id;
  WriteWork work = [&](Db& db) -> Result<void> {
    DW_TRY(id, queues::send(db, message, now));
    return {};
  };
  const Result<void> written = co_await replica.store.write(std::move(work));
  world.story_.tell("twins:" + key,
                    fmt::format("{} at {}: {}", key, replica.sender.name,
                                written.ok() ? std::to_string(id.value) : written.error().text()));
  Twins& twins = world.twins_[index];
  if (written.ok()) twins.ids.insert(id.value);
  if (!written.ok() && is_not_written(written.error())) ++twins.refused;
}

void World::send_order_twice() {
  add_order(orders_.size());
  const size_t index = orders_.size() - 1;
  for (Replica* replica : two_replicas()) {
    replica->tasks.run("hand", hand(*replica, *this, index, orders_[index].event));
  }
}

void World::check_meetings() {
  std::set<std::pair<int64_t, std::string>> fields;
  for (const Patch& patch : patches_) {
    check_patch(patch);
    if (patch.is_accepted) fields.emplace(patch.ticket, patch.field);
  }
  for (const auto& [ticket, field] : fields) check_field(ticket, field);
  for (const Twins& twins : twins_) {
    const int64_t rows = disk_.count(
        "SELECT count(*) FROM queue_message WHERE queue = 'meetings.fifo' AND deduplication = $1",
        {twins.key});
    const bool is_accepted = twins.ids.size() == 1;
    const bool is_unknown = twins.ids.empty() && twins.refused < twins.sent;
    if (!(is_accepted ? rows == 1 : is_unknown ? rows <= 1 : twins.ids.empty() && rows == 0)) {
      story_.broke("a FIFO message counts once", "twins:" + twins.key,
                   fmt::format("{}: {} messages, {} numbers", twins.key, rows, twins.ids.size()));
    }
  }
}

/// Accepted means there, once; refused, each time it was sent, means not there.
void World::check_patch(const Patch& patch) {
  const std::string subject = fmt::format("patch:{} ticket:{}", patch.event.key, patch.ticket);
  const int64_t rows = disk_.count("SELECT count(*) FROM event WHERE source = 'api' AND key = $1",
                                   {patch.event.key});
  if (patch.is_accepted && rows != 1) {
    story_.broke("nothing accepted is lost", subject, patch.event.key + " is not there");
  }
  const bool is_refused = !patch.is_accepted && patch.refused == patch.sent;
  if (is_refused && rows != 0) {
    story_.broke("what was refused does not stand", subject,
                 patch.event.key + " was answered as not written, and is there");
  }
}

/// A field has the value of an accepted change that no other one followed, or of one that nobody
/// knows about.
void World::check_field(int64_t ticket, const std::string& field) {
  static const std::map<std::string, const char*> queries = {
      {"assignee", "SELECT assignee FROM ticket WHERE id = $1"},
      {"tags", "SELECT tags FROM ticket WHERE id = $1"},
      {"status", "SELECT status FROM ticket WHERE id = $1"},
      {"priority", "SELECT priority FROM ticket WHERE id = $1"}};
  const std::string found = disk_.ask(queries.at(field), {std::to_string(ticket)});
  std::vector<const Patch*> all;
  for (const Patch& patch : patches_) {
    if (patch.ticket == ticket && patch.field == field && patch.sent > 0) all.push_back(&patch);
  }
  for (const Patch* one : all) {
    if (one->value != found || (!one->is_accepted && one->refused == one->sent)) continue;
    bool is_followed = false;
    for (const Patch* other : all) {
      is_followed = is_followed ||
                    (one->is_accepted && other->is_accepted && other->sent_at > one->accepted_at);
    }
    if (!is_followed) return;
  }
  story_.broke(
      "an accepted change stands", fmt::format("ticket:{}", ticket),
      fmt::format("{} of ticket {} is {}, which no last change made it", field, ticket, found));
}

}  // namespace dw::sim
