#include "engine/live.h"

#include "base/log.h"
#include "records/changes.h"

namespace dw {
namespace {

constexpr size_t notes_per_read = 500;
/// A reader's backlog in memory; who is further behind is told `resync` and loads anew.
constexpr size_t events_max = 2000;
constexpr size_t resume_notes_max = 10'000;
/// On PostgreSQL a notice can be lost with its connection; look anyway now and then.
constexpr Millis look_again{2000};
/// At most this often: a storm of intakes is told in few reads. The more readers there are, the
/// dearer is each telling, and the longer it gathers; a person sees no difference.
constexpr Millis gather{100};
constexpr Millis gather_max{350};
constexpr size_t readers_per_millisecond = 8;
/// A reader that comes while the store can't answer is asked for again this often.
constexpr Millis place_again{1000};

}  // namespace

Live::Subscription::Subscription(Live& live) : live_(live), wake_(live.loop_, live.clock_) {
  live_.readers_.push_back(this);
}

Live::Subscription::~Subscription() {
  live_.readers_.remove(this);
  if (live_.readers_.empty()) live_.position_.reset();
}

bool Live::Subscription::is_stopped() const {
  return live_.is_stopping_;
}

// The events are shared by all readers.
Task<std::vector<std::shared_ptr<const LiveEvent>>> Live::Subscription::next(Monotonic until) {
  const auto has_news = [this] { return is_placed_ && (has_fallen_behind_ || !waiting_.empty()); };
  while (!has_news() && !live_.is_stopping_ && live_.clock_.monotonic() < until) {
    co_await wake_.wait(until);
  }
  std::vector<Shared> out;
  if (!is_placed_) co_return out;
  if (has_fallen_behind_) {
    has_fallen_behind_ = false;
    waiting_.clear();
    auto resync = std::make_shared<LiveEvent>(LiveEvent{to_text(seen_), "resync", "{}"});
    out.push_back(std::move(resync));
    co_return out;
  }
  out.assign(waiting_.begin(), waiting_.end());
  waiting_.clear();
  co_return out;
}

Live::Live(Loop& loop, Clock& clock, Store& store, TaskGroup& tasks, Render render)
    : loop_(loop),
      clock_(clock),
      store_(store),
      tasks_(tasks),
      render_(std::move(render)),
      changed_(loop, clock) {}

Live::~Live() = default;

void Live::start() {
  tasks_.run("live", follow_until_stopped());
}

void Live::stop() {
  is_stopping_ = true;
  changed_.notify();
  for (Subscription* reader : readers_) reader->wake_.notify();
}

void Live::put(Subscription& reader, const Shared& event,
               const std::optional<ChangePosition>& place) {
  if (place) {
    if (*place <= reader.seen_) return;
    reader.seen_ = *place;
  }
  if (reader.has_fallen_behind_) return;
  if (reader.waiting_.size() >= events_max) {
    reader.has_fallen_behind_ = true;
  } else {
    reader.waiting_.push_back(event);
  }
  reader.wake_.notify();
}

void Live::tell(LiveEvent event) {
  const std::optional<ChangePosition> place = change_position(event.position);
  const auto shared = std::make_shared<const LiveEvent>(std::move(event));
  for (Subscription* reader : readers_) put(*reader, shared, place);
}

void Live::announce(std::string topic, std::string json) {
  tell({"", std::move(topic), std::move(json)});
}

void Live::announce_latest(std::string topic, std::string subject, std::string json) {
  Shared& latest = latest_[{topic, std::move(subject)}];
  if (latest && latest->json == json) return;
  latest = std::make_shared<LiveEvent>(LiveEvent{"", std::move(topic), std::move(json)});
  for (Subscription* reader : readers_) put(*reader, latest, std::nullopt);
}

void Live::notify() {
  // While nobody looks the store keeps the notes, and the next reader starts from where it was.
  if (!readers_.empty()) changed_.notify();
}

Task<void> Live::follow_until_stopped() {
  while (!is_stopping_) {
    if (position_) co_await follow();
    if (is_stopping_) break;
    co_await changed_.wait(clock_.monotonic() + look_again);
    if (is_stopping_ || readers_.empty()) continue;
    AsyncEvent pause(loop_, clock_);
    const Millis wider = gather + Millis(readers_.size() / readers_per_millisecond);
    co_await pause.wait(clock_.monotonic() + std::min(wider, gather_max));
  }
}

Task<void> Live::follow() {
  for (bool has_more = true; has_more && position_ && !is_stopping_;) {
    const ChangePosition from = *position_;
    std::vector<ChangeNote> notes;
    Start found;
    auto work = [&](ReadDb& db) -> Result<void> {
      found = {};
      notes.clear();
      Result<std::vector<ChangeNote>> next = changes::after(db, to_text(from), notes_per_read);
      found.is_gone = !next.ok() && next.error().kind == ErrorKind::missing;
      if (found.is_gone) {
        DW_TRY(found.position, changes::last(db));
        return {};
      }
      DW_TRY(notes, std::move(next));
      if (notes.empty()) return {};
      DW_TRY(found.events, render_(db, notes));
      return {};
    };
    const Result<void> read = co_await store_.read(work);
    if (!read.ok()) {
      log_debug("live", read.error().text());
      co_return;
    }
    if (found.is_gone) co_return reload(found.position);
    for (LiveEvent& event : found.events) tell(std::move(event));
    has_more = notes.size() == notes_per_read;
    if (notes.empty() || !position_) continue;
    if (*position_ == from) {
      position_ = change_position(notes.back().position);
    } else {
      has_more = true;  // a reader came meanwhile that stands elsewhere
    }
  }
}

/// What was told last is kept no longer: everybody begins again from the newest.
void Live::reload(const std::string& newest) {
  position_ = change_position(newest);
  for (Subscription* reader : readers_) {
    if (!reader->is_placed_) continue;
    reader->seen_ = position_.value_or(ChangePosition{});
    reader->has_fallen_behind_ = true;
    reader->wake_.notify();
  }
}

Live::SharedReader Live::subscribe(std::string position) {
  SharedReader reader(new Subscription(*this));
  tasks_.run("live reader", place(reader, std::move(position)));
  return reader;
}

Result<Live::Start> Live::read_start(ReadDb& rows, const std::string& position) const {
  Start start;
  if (!position.empty()) {
    Result<std::vector<ChangeNote>> notes = changes::after(rows, position, resume_notes_max);
    if (!notes.ok() && notes.error().kind != ErrorKind::missing) return notes.error();
    if (notes.ok() && notes->size() < resume_notes_max) {
      start.position = notes->empty() ? position : notes->back().position;
      DW_TRY(start.events, render_(rows, std::move(*notes)));
      if (start.events.size() <= events_max) return start;
      start.events.clear();
    }
    start.is_gone = true;
  }
  DW_TRY(start.position, changes::last(rows));
  return start;
}

Task<void> Live::place(std::weak_ptr<Subscription> waiting, std::string position) {
  for (;;) {
    Start start;
    auto work = [&](ReadDb& rows) -> Result<void> {
      DW_TRY(start, read_start(rows, position));
      return {};
    };
    const Result<void> read = co_await store_.read(work);
    // Not held over the pause: whoever has gone must be gone.
    if (const SharedReader reader = waiting.lock(); !reader || is_stopping_) {
      co_return;
    } else if (read.ok()) {
      begin(*reader, std::move(start), position);
      co_return;
    }
    log_debug("live", read.error().text());
    AsyncEvent pause(loop_, clock_);
    co_await pause.wait(clock_.monotonic() + place_again);
  }
}

void Live::begin(Subscription& reader, Start start, const std::string& asked) {
  const std::optional<ChangePosition> seen = change_position(start.position);
  DW_ASSERT(seen.has_value(), "the store has written this position");
  // What was told while the store was asked is known by now, or stands behind it.
  std::deque<Shared> since = std::move(reader.waiting_);
  reader.waiting_.clear();
  const ChangePosition told = std::max(reader.seen_, *seen);
  const auto add = [&reader](LiveEvent event) {
    reader.waiting_.push_back(std::make_shared<const LiveEvent>(std::move(event)));
  };
  const bool is_last_told = !start.events.empty() && start.events.back().position == start.position;
  for (LiveEvent& event : start.events) add(std::move(event));
  if (start.is_gone) {
    add({start.position, "resync", "{}"});
  } else if (!is_last_told && start.position != asked) {
    add({start.position, "", ""});
  }
  reader.seen_ = *seen;
  for (const auto& [subject, event] : latest_) put(reader, event, std::nullopt);
  for (const Shared& event : since) put(reader, event, change_position(event->position));
  reader.seen_ = std::max(reader.seen_, told);
  reader.is_placed_ = true;
  reader.wake_.notify();
  if (!position_ || *seen < *position_) position_ = seen;
  changed_.notify();
}

}  // namespace dw
