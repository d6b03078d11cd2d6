#include "sim/replica.h"

namespace dw::sim {
namespace {

StormSettings storm_settings() {
  StormSettings settings;
  settings.is_on = true;
  settings.channel = Talk::storm_channel;
  return settings;
}

IntakeParts intake_parts(const TicketMatcher* matcher) {
  IntakeParts parts{.public_url = "http://d", .matcher = matcher};
  parts.queues = {{.name = "high", .url = "https://queue.example/high.fifo"},
                  {.name = "medium", .url = "https://queue.example/medium"},
                  {.name = "low"}};
  return parts;
}

BridgeParts bridge_parts(const TicketMatcher* matcher) {
  BridgeParts parts{.public_url = "http://d", .matcher = matcher};
  parts.bridges = {{.channel = Talk::channel, .mirrors_email = false}};
  return parts;
}

std::vector<std::unique_ptr<SimTarget>> targets_for(const ReplicaParts& parts, Loop& loop,
                                                    Clock& clock) {
  std::vector<std::unique_ptr<SimTarget>> out;
  for (auto& [name, place] : parts.outside.places()) {
    out.push_back(std::make_unique<SimTarget>(loop, clock, parts.outside, place, parts.sender));
  }
  return out;
}

std::vector<Target*> pointers(const std::vector<std::unique_ptr<SimTarget>>& targets,
                              NoticeTarget& notices, WaitingTarget& waiting) {
  std::vector<Target*> out = {&notices, &waiting};
  for (const auto& target : targets) out.push_back(target.get());
  return out;
}

}  // namespace

MachineClock::~MachineClock() {
  for (const auto& [own, timer] : timers_) world_.cancel(timer);
}

Clock::TimerId MachineClock::call_at(Monotonic when, std::function<void()> wake) {
  const TimerId own = ++last_;
  timers_[own] = world_.call_at(when, [this, own, wake = std::move(wake)] {
    timers_.erase(own);
    wake();
  });
  return own;
}

void MachineClock::cancel(TimerId timer) {
  const auto found = timers_.find(timer);
  if (found == timers_.end()) return;
  world_.cancel(found->second);
  timers_.erase(found);
}

Replica::Replica(ReplicaParts parts)
    : sender(parts.sender),
      lanes_max(parts.outbox.lanes_max),
      clock(parts.clock, parts.wall_offset),
      random(parts.seed),
      store(parts.sender.name, loop, clock, parts.disk, parts.story, random, parts.weather,
            parts.watch),
      matcher(storm_matcher(storm_settings())),
      intake(intake_parts(matcher.get())),
      bridge(bridge_parts(matcher.get())),
      storm(storm_settings(), "UTC"),
      targets(targets_for(parts, loop, clock)),
      waiting(store),
      tasks(loop, clock),
      in_order(loop, clock, store),
      inbox(store, clock, metrics, {&intake, &desk, &bridge, &storm, &telling, &courier},
            {&own_desk, &own_queue}),
      notices(notices_over(loop, store, clock, inbox, parts.outside.report())),
      notice_target(*notices, clock),
      outbox(loop, clock, random, store, inbox, metrics, tasks,
             pointers(targets, notice_target, waiting), parts.outbox),
      scheduler(loop, clock, store, metrics, tasks),
      janitor(loop, store, clock, metrics, {.holder = parts.sender.holder}) {
  inbox.put_in_order(in_order);
}

Replica::~Replica() {
  store.writer().kill();  // its thread works on what is taken apart now
}

void Replica::set_paused(bool is_paused_now) {
  is_paused = is_paused_now;
  store.writer().set_paused(is_paused);
}

/// An action that fails is tried again, as a person's cron job would be.
Task<void> Replica::tick(Inbox& inbox, Clock& clock, std::string kind, TimePoint due) {
  std::string key = kind + "/" + to_rfc3339(due);
  Event event{.source = "clock", .key = std::move(key), .kind = std::move(kind)};
  event.at = clock.now();
  event.body = json::object{{"due", to_rfc3339(due)}};
  const Result<Accepted> accepted = co_await inbox.accept(std::move(event));
  if (!accepted.ok()) co_return;
}

void Replica::start() {
  store.on_change([this](DirtyFlags touched) {
    if (touched.lanes) outbox.notify();
    if (touched.notes) janitor.notify();
  });
  outbox.start();
  tasks.run("in order", in_order.plan_until_stopped(inbox));
  const Result<Schedule> hourly = Schedule::parse("hourly :17");
  DW_ASSERT(hourly.ok(), "a schedule that is written here is right");
  scheduler.add(
      {"retention", "hourly :17", *hourly, "UTC", [this](TimePoint) { return janitor.sweep(); }});
  scheduler.add({"tick", "hourly :17", *hourly, "UTC",
                 [this](TimePoint due) { return tick(inbox, clock, "sim.tick", due); }});
  const Result<Schedule> later = Schedule::parse("hourly :41");
  DW_ASSERT(later.ok(), "a schedule that is written here is right");
  scheduler.add({"notices", "hourly :41", *later, "UTC",
                 [this](TimePoint due) { return tick(inbox, clock, "notices.due", due); }});
  scheduler.start();
  tasks.run("search index", janitor.index_until_stopped());
}

void Replica::stop() {
  is_stopping = true;
  in_order.stop();
  outbox.stop();
  scheduler.stop();
  janitor.stop();
}

void Replica::poll() {
  loop.restart();
  loop.poll();
}

}  // namespace dw::sim
