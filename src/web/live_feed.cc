#include "web/live_feed.h"

#include <map>
#include <set>

#include "net/sse.h"
#include "records/changes.h"
#include "records/deliveries.h"
#include "records/queues.h"
#include "records/tickets.h"
#include "web/list_shapes.h"
#include "web/status_shapes.h"

namespace dw {
namespace {

/// Figures of queues are read at most this often while somebody looks, and at least that often:
/// the age of the oldest message moves by itself.
constexpr Millis metrics_every{500};
constexpr Millis metrics_anyway{5000};
constexpr Millis heartbeat{15'000};
constexpr Millis renew_after{120'000};
constexpr Millis renew_spread{30'000};
constexpr int renew_steps = 100;

using Shown = Result<std::map<int64_t, json::object>>;

LiveTopic ticket_topic(ShapeContext shapes) {
  const auto show = [shapes = std::move(shapes)](ReadDb& db, const std::vector<int64_t>& ids,
                                                 TimePoint) -> Shown {
    std::map<int64_t, json::object> out;
    for (const int64_t id : ids) {
      DW_TRY(const auto ticket, tickets::find(db, TicketId{id}));
      if (ticket) out[id] = shape_of(LiveTicket{*ticket}, shapes);
    }
    return out;
  };
  return {"ticket", json_type<LiveTicket>(), show};
}

LiveTopic delivery_topic(ShapeContext shapes) {
  const auto show = [shapes = std::move(shapes)](ReadDb& db, const std::vector<int64_t>& ids,
                                                 TimePoint) -> Shown {
    std::map<int64_t, json::object> out;
    for (const int64_t id : ids) {
      DW_TRY(const auto delivery, deliveries::find(db, DeliveryId{id}));
      if (!delivery) continue;
      DW_TRY(const ShapeContext numbered,
             with_numbers(db, shapes, std::vector<Delivery>(1, *delivery)));
      out[id] = shape_of(*delivery, numbered);
    }
    return out;
  };
  return {"delivery", json_type<Delivery>(), show};
}

}  // namespace

LiveFeed::LiveFeed(Loop& loop, Clock& clock, Store& store, TaskGroup& tasks, ShapeContext shapes,
                   std::vector<QueueName> queues, const QueueDepths& outside,
                   std::vector<LiveTopic> topics)
    : loop_(loop),
      clock_(clock),
      store_(store),
      tasks_(tasks),
      shapes_(std::move(shapes)),
      queues_(std::move(queues)),
      outside_(outside),
      live_(loop, clock, store, tasks,
            [this](ReadDb& db, std::vector<ChangeNote> notes) {
              return render(db, std::move(notes));
            }),
      topics_(std::move(topics)),
      queues_changed_(loop, clock),
      minute_(loop, clock) {
  topics_.push_back(ticket_topic(shapes_));
  topics_.push_back(delivery_topic(shapes_));
}

LiveFeed::~LiveFeed() = default;

void LiveFeed::start() {
  live_.start();
  tasks_.run("live queues", follow_queues_until_stopped());
  tasks_.run("history of queues", keep_history_until_stopped());
}

void LiveFeed::stop() {
  is_stopping_ = true;
  live_.stop();
  queues_changed_.notify();
  minute_.notify();
}

void LiveFeed::notify(DirtyFlags touched) {
  if (touched.notes) live_.notify();
  if (touched.queues && live_.readers() > 0) queues_changed_.notify();
}

void LiveFeed::tell(const ConnectorState& connector) {
  live_.announce_latest("status", connector.name, to_text(shape_of(LiveConnector{connector})));
}

/// A thing that changed several times is told once, as it is now, in its last place.
Result<std::vector<LiveEvent>> LiveFeed::render(ReadDb& db, std::vector<ChangeNote> notes) const {
  std::map<std::string, std::vector<int64_t>> changed;
  std::set<std::pair<std::string, int64_t>> told;
  std::vector<ChangeNote> last;
  for (auto note = notes.rbegin(); note != notes.rend(); ++note) {
    if (!told.emplace(note->topic, note->id).second) continue;
    changed[note->topic].push_back(note->id);
    last.push_back(*note);
  }
  std::map<std::string, std::map<int64_t, json::object>> shown;
  for (const LiveTopic& topic : topics_) {
    const auto ids = changed.find(topic.name);
    if (ids == changed.end()) continue;
    DW_TRY(shown[topic.name], topic.show(db, ids->second, clock_.now()));
  }
  std::vector<LiveEvent> events;
  for (auto note = last.rbegin(); note != last.rend(); ++note) {
    const auto& things = shown[note->topic];
    const auto thing = things.find(note->id);
    if (thing == things.end()) continue;
    events.push_back({note->position, note->topic, to_text(thing->second)});
  }
  return events;
}

Task<void> LiveFeed::follow_queues_until_stopped() {
  while (!is_stopping_) {
    if (live_.readers() > 0) {
      std::vector<std::pair<std::string, std::string>> shapes;
      auto work = [&](ReadDb& db) -> Result<void> {
        shapes.clear();
        for (const QueueName& queue : queues_) {
          DW_TRY(const ShownQueue shown, read_queue(db, queue, outside_, clock_.now()));
          shapes.emplace_back(queue.name, to_text(shape_of(shown)));
        }
        return {};
      };
      const Result<void> read = co_await store_.read(work);
      if (read.ok()) {
        for (auto& [name, shape] : shapes) live_.announce_latest("queue", name, std::move(shape));
      }
      AsyncEvent pause(loop_, clock_);
      co_await pause.wait(clock_.monotonic() + metrics_every);
    }
    co_await queues_changed_.wait(clock_.monotonic() + metrics_anyway);
  }
}

Task<void> LiveFeed::keep_history_until_stopped() {
  Monotonic next = clock_.monotonic();
  while (!is_stopping_) {
    const TimePoint now = clock_.now();
    std::map<std::string, std::optional<int64_t>> depths;
    auto work = [&](ReadDb& db) -> Result<void> {
      for (const QueueName& queue : queues_) {
        if (queue.kind != "embedded") continue;
        DW_TRY(const QueueMetrics metrics, queues::metrics(db, queue.name, now));
        depths[queue.name] = metrics.depth + metrics.delayed;
      }
      return {};
    };
    const Result<void> read = co_await store_.read(work);
    if (!read.ok()) depths.clear();
    for (const QueueName& queue : queues_) {
      std::optional<int64_t> depth;
      if (const auto found = depths.find(queue.name); found != depths.end()) depth = found->second;
      if (queue.kind != "embedded") {
        if (const auto told = outside_.of(queue.name)) depth = told->visible + told->delayed;
      }
      history_.add(queue.name, now, depth);
    }
    next += QueueHistory::every;
    co_await minute_.wait(next);
  }
}

std::function<Task<void>(ByteStream&)> LiveFeed::stream(std::string position, bool is_renewed) {
  return [this, position = std::move(position), is_renewed](ByteStream& out) {
    return write_events(position, is_renewed, out);
  };
}

Task<void> LiveFeed::write_events(std::string position, bool is_renewed, ByteStream& out) {
  // Spread, so that readers who came together do not come back together.
  const Millis spread = renew_spread * (live_.readers() % renew_steps) / renew_steps;
  const Monotonic ends = is_renewed ? clock_.monotonic() + renew_after + spread : Monotonic::max();
  const auto reader = live_.subscribe(std::move(position));  // shared: see engine/live.h
  queues_changed_.notify();
  bool is_open = co_await out.write("retry: 1000\n\n");
  while (is_open && !out.is_closed() && !reader->is_stopped()) {
    const auto events = co_await reader->next(clock_.monotonic() + heartbeat);
    std::string bytes;
    for (const auto& event : events) {
      bytes += format_sse({.id = event->position, .event = event->topic, .data = event->json});
    }
    if (events.empty()) bytes = ": still here\n\n";
    const bool is_over = clock_.monotonic() >= ends;
    if (is_over) bytes += "event: renew\ndata: {}\n\n";
    is_open = co_await out.write(bytes) && !is_over;
  }
}

}  // namespace dw
