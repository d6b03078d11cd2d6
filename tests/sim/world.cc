#include "sim/world.h"

#include <fmt/format.h>

namespace dw::sim {
namespace {

constexpr Millis drain_max{6 * 3'600'000};
constexpr Millis wall_offset_max{2 * 3'600'000};
/// Twice this is what the outbox allows two replicas to be apart.
constexpr Millis replica_offset_max{1000};
constexpr StoreWeather stormy_store{.death = 0.0005, .stall = 0.004, .deaf = 0.1};
constexpr Cuts stormy_connections{
    .statement = 0.0005, .never_sent = 0.004, .answer_lost = 0.01, .late = 0.004};
constexpr Cuts bad_connections{
    .statement = 0.01, .never_sent = 0.05, .answer_lost = 0.1, .late = 0.05};
/// PostgresDb's idle_in_transaction_session_timeout.
constexpr Millis idle_in_transaction_max{60'000};
constexpr size_t store_waiting_max = 600;

OutboxSettings outbox_settings(Random& random, const std::string& holder, bool is_on_server) {
  OutboxSettings settings;
  settings.holder = holder;
  settings.lanes_max = 2 + random.below(20);
  if (is_on_server) {
    settings.backoff.max = Millis(10'000);
    return settings;
  }
  settings.backoff.max = Millis(random.below(2) == 0 ? 600'000 : 60'000);
  if (random.below(4) == 0) settings.backoff.give_up = Millis(1'200'000);
  return settings;
}

}  // namespace

World::World(uint64_t seed, Ground ground)
    : seed_(seed),
      story_(seed, clock_),
      random_(seed),
      server_(ground == Ground::file ? nullptr
                                     : std::make_unique<Server>(clock_, seed,
                                                                [this](const std::string& kind,
                                                                       const std::string& line) {
                                                                  story_.fault(kind, "", line);
                                                                })),
      file_(server_ ? nullptr : std::make_unique<FileDisk>(std::to_string(seed))),
      disk_(server_ ? static_cast<Disk&>(*server_) : *file_),
      outside_(clock_, story_, disk_, seed ^ 0x9E3779B97F4A7C15U) {
  const bool is_alone = !server_ && random_.below(2) == 0;
  const size_t count = is_alone ? 1 : 2 + random_.below(2);
  wall_offsets_.resize(count);
  replicas_.resize(count);
}

World::~World() {
  take_apart();
}

Millis World::passed() const {
  return std::chrono::duration_cast<Millis>(clock_.monotonic() - Monotonic{});
}

Millis World::any_wait(int64_t least, int64_t most) {
  return Millis(least + static_cast<int64_t>(random_.below(most - least + 1)));
}

void World::after(Millis wait, std::function<void()> then) {
  clock_.call_at(clock_.monotonic() + wait, std::move(then));
}

void World::after(Millis wait, void (World::*then)()) {
  after(wait, [this, then] { (this->*then)(); });
}

void World::start_machine(const Image* image) {
  const Result<void> opened = disk_.open(image);
  if (!opened.ok()) {
    story_.broke("what was accepted is there", "", "not opened: " + opened.error().text());
    return;
  }
  disk_.on_change([this](DirtyFlags touched, const Writer* by) {
    for (const auto& replica : replicas_) {
      if (replica) replica->store.tell(touched, &replica->store.writer() == by);
    }
  });
  if (image != nullptr) check_kept();
  for (size_t i = 0; i < replicas_.size(); ++i) start_replica(i);
}

void World::start_replica(size_t number) {
  if (!disk_.is_open() || replicas_[number]) return;
  Sender sender{.holder = fmt::format("r{}.{}", number, ++incarnation_)};
  sender.name = sender.holder;
  replicas_[number] = std::make_unique<Replica>(
      ReplicaParts{.clock = clock_,
                   .wall_offset = wall_offsets_[number],
                   .disk = disk_,
                   .story = story_,
                   .outside = outside_,
                   .weather = store_weather_,
                   .watch = *this,
                   .sender = sender,
                   .outbox = outbox_settings(random_, sender.holder, is_on_server()),
                   .seed = seed_ * 1000 + static_cast<uint64_t>(incarnation_)});
  replicas_[number]->start();
  story_.tell("", fmt::format("{} starts", sender.name));
}

void World::take_apart() {
  for (auto& replica : replicas_) replica.reset();
  disk_.close();
}

void World::machine_dies(const std::string& how, Image left) {
  if (left_) return;
  left_ = std::move(left);
  how_it_died_ = how;
}

void World::step() {
  for (auto& replica : replicas_) {
    if (!replica || replica->is_paused || left_) continue;
    replica->poll();
    if (replica->is_stopping && replica->is_idle() && !left_) {
      story_.tell("", replica->sender.name + " has stopped as it was asked to");
      replica.reset();
    }
  }
  if (left_) {
    story_.fault("crash of the machine", "", "the machine " + how_it_died_);
    take_apart();
    // Shared by the timer and its copies: std::function must be copyable.
    auto image = std::make_shared<Image>(std::move(*left_));
    left_.reset();
    after(any_wait(0, 60'000), [this, image] { start_machine(image.get()); });
  }
  check_bounds();
}

void World::check_bounds() {
  for (const auto& replica : replicas_) {
    if (!replica) continue;
    if (replica->outbox.lanes_in_work() > replica->lanes_max) {
      story_.broke("queues in memory are bounded", "", "more lanes in work than lanes_max");
    }
    if (replica->store.waiting() > store_waiting_max) {
      story_.broke("queues in memory are bounded", "",
                   fmt::format("{} works wait for the store", replica->store.waiting()));
    }
  }
}

void World::run_until(Monotonic until, bool is_ended_by_draining) {
  Monotonic look = clock_.monotonic();
  while (clock_.monotonic() < until && !story_.is_broken()) {
    step();
    if (is_ended_by_draining && clock_.monotonic() >= look) {
      if (has_drained()) return;
      look = clock_.monotonic() + Millis(5000);
    }
    // A statement takes a moment, in which others begin theirs.
    if (disk_.advance()) {
      clock_.advance(Millis(random_.below(2)));
      continue;
    }
    const Monotonic next = clock_.has_timer() ? std::min(clock_.next_timer(), until) : until;
    const auto wait = std::chrono::ceil<Millis>(next - clock_.monotonic());
    clock_.advance(std::max(wait, Millis(0)));
  }
}

void World::run() {
  store_weather_ = stormy_store;
  if (server_) {
    store_weather_.death = 0;  // a server's processes die alone: kill_replica()
    server_->set_cuts(stormy_connections);
  }
  start_machine(nullptr);
  plan_orders();
  plan_talks();
  plan_outage();
  next_weather();
  next_fault();
  after(Millis(60'000), &World::decide);
  after(Millis(20'000), &World::consume);
  after(Millis(5000), &World::close_ticket);
  after(Millis(30'000), &World::tell_customers);
  if (server_) after(Millis(1000), &World::meet);
  const Millis storm = server_ ? any_wait(30'000, 120'000) : any_wait(300'000, 1'800'000);
  run_until(clock_.monotonic() + storm, false);
  if (story_.is_broken()) return;
  calm();
  run_until(clock_.monotonic() + drain_max, true);
  if (story_.is_broken()) return;
  if (!has_drained()) {
    story_.broke("everything drains when the world is well", "",
                 fmt::format("still open: {} deliveries, {} lanes, first {}",
                             disk_.count("SELECT count(*) FROM delivery WHERE state <= 2"),
                             disk_.count("SELECT count(*) FROM lane"),
                             disk_.ask("SELECT id, lane, state, in_doubt, attempts, reason FROM "
                                       "delivery WHERE state <= 2 ORDER BY id LIMIT 1")));
    return;
  }
  // As the desk's export does in the end.
  tell_all_changes();
  run_until(clock_.monotonic() + drain_max, true);
  send_all_again();
  run_until(clock_.monotonic() + Millis(is_on_server() ? 20'000 : 120'000), false);
  if (!story_.is_broken()) check_promises();
}

void World::calm() {
  is_storm_ = false;
  story_.tell("", "the storm is over");
  store_weather_ = {};
  if (server_) server_->set_cuts({});
  if (disk_.is_open()) disk_.set_full(false);
  outside_.change_weather(true);
  for (size_t i = 0; i < replicas_.size(); ++i) {
    if (replicas_[i]) replicas_[i]->set_paused(false);
    start_replica(i);
  }
}

void World::next_weather() {
  if (!is_storm_) return;
  outside_.change_weather(false);
  after(any_wait(20'000, 120'000), &World::next_weather);
}

void World::next_fault() {
  if (!is_storm_) return;
  one_fault();
  after(server_ ? any_wait(1000, 20'000) : any_wait(3000, 90'000), &World::next_fault);
}

void World::one_fault() {
  if (!disk_.is_open()) return;
  switch (random_.below(8)) {
    case 0:
      if (server_) return trouble_server();
      machine_dies("loses its power", with_garbage(disk_.image(), random_));
      return;
    case 1:
      kill_replica();
      return;
    case 2:
    case 3:
      pause_replica();
      return;
    case 4:
      jump_clock();
      return;
    case 5:
      restart_replica();
      return;
    default:
      if (server_) return trouble_server();
      spoil_store();
      return;
  }
}

void World::kill_replica() {
  auto& replica = replicas_[random_.below(replicas_.size())];
  if (!replica) return;
  story_.fault("crash of a process", "", replica->sender.name + " is killed");
  replica.reset();
  const size_t number = static_cast<size_t>(&replica - replicas_.data());
  after(any_wait(0, 60'000), [this, number] { start_replica(number); });
}

void World::trouble_server() {
  if (random_.below(3) == 0) {
    story_.fault("restart of the server", "", "the server is started again");
    server_->restart();
    return;
  }
  story_.fault("bad connections", "", "connections to the server are bad");
  server_->set_cuts(bad_connections);
  store_weather_.deaf = 0.5;
  after(any_wait(1000, 15'000), [this] {
    server_->set_cuts(is_storm_ ? stormy_connections : Cuts{});
    store_weather_.deaf = is_storm_ ? stormy_store.deaf : 0;
  });
}

void World::pause_replica() {
  Replica* replica = any_replica();
  if (replica != nullptr) pause(*replica);
}

void World::replica_stalls(const SimStore& store) {
  for (const auto& replica : replicas_) {
    if (replica && &replica->store == &store) pause(*replica);
  }
}

/// Stopped for a while, its sockets and timers with it; most pauses are longer than a lease.
void World::pause(Replica& replica) {
  const Millis time = any_wait(2000, 90'000);
  story_.fault("pause", "",
               fmt::format("{} is stopped for {} ms", replica.sender.name, time.count()));
  replica.set_paused(true);
  if (time > idle_in_transaction_max) {
    after(idle_in_transaction_max, [this, name = replica.sender.name] {
      for (const auto& one : replicas_) {
        if (one && one->sender.name == name) one->store.writer().cut();
      }
    });
  }
  after(time, [this, name = replica.sender.name] {
    for (const auto& one : replicas_) {
      if (!one || one->sender.name != name) continue;
      one->set_paused(false);
      story_.tell("", name + " goes on");
    }
  });
}

void World::restart_replica() {
  Replica* replica = any_replica();
  if (replica == nullptr) return;
  story_.fault("restart", "", replica->sender.name + " is asked to stop");
  replica->stop();
  after(Millis(45'000), [this, name = replica->sender.name] {
    for (size_t i = 0; i < replicas_.size(); ++i) {
      if (replicas_[i] && replicas_[i]->sender.name == name) replicas_[i].reset();
      start_replica(i);
    }
  });
}

void World::jump_clock() {
  Millis& offset = wall_offsets_[random_.below(wall_offsets_.size())];
  // Leases are compared over replicas: their clocks may be apart, but not by much.
  const Millis limit = wall_offsets_.size() == 1 ? wall_offset_max : replica_offset_max;
  offset += any_wait(-limit.count(), limit.count());
  offset = std::clamp(offset, -limit, limit);
  story_.fault("clock jump", "", fmt::format("a wall clock is off by {} ms now", offset.count()));
}

void World::spoil_store() {
  switch (random_.below(4)) {
    case 0:
      disk_.set_full(true);
      story_.tell("", "the disk is full");
      break;
    case 1:
      store_weather_.failure = 0.3;
      break;
    case 2:
      store_weather_.latency_max = any_wait(100, 3000);
      break;
    default:
      store_weather_.death = 0.02;
      store_weather_.deaf = 0.5;
      break;
  }
  after(any_wait(1000, 60'000), [this] {
    store_weather_ = is_storm_ ? stormy_store : StoreWeather{};
    disk_.set_full(false);
  });
}

Replica* World::any_replica() {
  Replica* replica = replicas_[random_.below(replicas_.size())].get();
  const bool is_there = replica != nullptr && !replica->is_paused && !replica->is_stopping;
  return is_there ? replica : nullptr;
}

/// Two that are awake, or fewer.
std::vector<Replica*> World::two_replicas() {
  std::vector<Replica*> out;
  const size_t first = random_.below(replicas_.size());
  for (size_t i = 0; i < replicas_.size() && out.size() < 2; ++i) {
    Replica* one = replicas_[(first + i) % replicas_.size()].get();
    if (one != nullptr && !one->is_paused && !one->is_stopping) out.push_back(one);
  }
  return out;
}

}  // namespace dw::sim
