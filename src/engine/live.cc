#include "engine/live.h"

#include "base/log.h"

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

}  // namespace

Live::Subscription::Subscription(Live& live) : live_(live), wake_(live.loop_, live.clock_) {
  live_.readers_.push_back(this);
}

Live::Subscription::~Subscription() {
  live_.readers_.remove(this);
}

bool Live::Subscription::is_stopped() const {
  return live_.is_stopping_;
}

// The events are shared by all readers.
Task<std::vector<std::shared_ptr<const LiveEvent>>> Live::Subscription::next(Monotonic until) {
  while (waiting_.empty() && !has_fallen_behind_ && !live_.is_stopping_ &&
         live_.clock_.monotonic() < until) {
    co_await wake_.wait(until);
  }
  std::vector<Shared> out;
  if (has_fallen_behind_) {
    has_fallen_behind_ = false;
    waiting_.clear();
    auto resync = std::make_shared<LiveEvent>(LiveEvent{live_.position_, "resync", "{}"});
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

void Live::put(Subscription& reader, const Shared& event) {
  if (reader.has_fallen_behind_) return;
  if (reader.waiting_.size() >= events_max) {
    reader.has_fallen_behind_ = true;
  } else {
    reader.waiting_.push_back(event);
  }
  reader.wake_.notify();
}

void Live::tell(const Shared& event) {
  for (Subscription* reader : readers_) put(*reader, event);
}

void Live::announce(std::string topic, std::string json) {
  tell(std::make_shared<LiveEvent>(LiveEvent{"", std::move(topic), std::move(json)}));
}

void Live::announce_latest(std::string topic, std::string subject, std::string json) {
  Shared& latest = latest_[{topic, std::move(subject)}];
  if (latest && latest->json == json) return;
  latest = std::make_shared<LiveEvent>(LiveEvent{"", std::move(topic), std::move(json)});
  tell(latest);
}

void Live::notify() {
  // While nobody looks the store keeps the notes, and the next reader starts from where it was.
  if (!readers_.empty()) changed_.notify();
}

Task<void> Live::follow_until_stopped() {
  while (!is_stopping_) {
    if (!readers_.empty()) co_await follow();
    if (is_stopping_) break;
    co_await changed_.wait(clock_.monotonic() + look_again);
    if (is_stopping_ || readers_.empty()) continue;
    Wake pause(loop_, clock_);
    const Millis wider = gather + Millis(readers_.size() / readers_per_millisecond);
    co_await pause.wait(clock_.monotonic() + std::min(wider, gather_max));
  }
}

Task<void> Live::follow() {
  for (bool has_more = true; has_more && !is_stopping_;) {
    std::vector<ChangeNote> notes;
    std::vector<LiveEvent> events;
    std::string position = position_;
    const bool is_watched = has_position_ && !readers_.empty();
    auto work = [&](Reader& reader) -> Result<void> {
      if (!is_watched) {
        DW_TRY(position, reader.last_change());
        return {};
      }
      DW_TRY(notes, reader.changes_after(position, notes_per_read));
      if (notes.empty()) return {};
      position = notes.back().position;
      DW_TRY(events, render_(reader, notes));
      return {};
    };
    const Result<void> read = co_await store_.read(work);
    if (!read.ok()) {
      if (read.error().kind == ErrorKind::missing) {
        // Pruned past us: everybody begins anew from the newest.
        has_position_ = false;
        for (Subscription* reader : readers_) {
          reader->has_fallen_behind_ = true;
          reader->wake_.notify();
        }
        continue;
      }
      log_debug("live", read.error().text());
      co_return;
    }
    position_ = std::move(position);
    has_position_ = true;
    for (LiveEvent& event : events) tell(std::make_shared<LiveEvent>(std::move(event)));
    has_more = notes.size() == notes_per_read;
  }
}

Task<std::unique_ptr<Live::Subscription>> Live::subscribe(std::string position) {
  // The first reader after a quiet time: what was not followed is not news to anybody.
  if (readers_.empty()) co_await follow();
  std::unique_ptr<Subscription> reader(new Subscription(*this));
  const bool is_resumed = position.empty() || co_await resume(*reader, std::move(position));
  if (!is_resumed) reader->has_fallen_behind_ = true;
  for (const auto& [subject, event] : latest_) put(*reader, event);
  co_return reader;
}

Task<bool> Live::resume(Subscription& reader, std::string position) {
  std::vector<LiveEvent> events;
  auto work = [&](Reader& rows) -> Result<void> {
    DW_TRY(std::vector<ChangeNote> notes, rows.changes_after(position, resume_notes_max));
    if (notes.size() == resume_notes_max) {
      return Error{ErrorKind::missing, "live", "too far behind to resume"};
    }
    DW_TRY(events, render_(rows, std::move(notes)));
    return {};
  };
  const Result<void> read = co_await store_.read(work);
  if (!read.ok() || events.size() > events_max) co_return false;
  // Changes told while this read ran are behind the ones it found; one may stand in both, and
  // telling a state twice is harmless where leaving it out is not.
  std::deque<Shared> since = std::move(reader.waiting_);
  reader.waiting_.clear();
  for (LiveEvent& event : events) put(reader, std::make_shared<LiveEvent>(std::move(event)));
  for (const Shared& event : since) put(reader, event);
  co_return true;
}

}  // namespace dw
