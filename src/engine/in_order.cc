#include "engine/in_order.h"

#include <algorithm>
#include <iterator>

#include "base/json.h"
#include "base/log.h"
#include "domain/message_time.h"
#include "engine/inbox.h"

namespace dw {
namespace {

constexpr Millis retry_pause{1000};
/// What has waited this long was left behind by a replica that has ended: no clock is so wrong.
constexpr Millis left_after{5000};

/// When it was said or done: the last part of the key, "C1/100.1" or "C1/100.1/101.5"; else now.
int64_t said_at(const Event& event) {
  const std::string_view last = std::string_view(event.key).substr(event.key.rfind('/') + 1);
  const int64_t micros = last.find('.') == std::string_view::npos ? 0 : micros_of(last);
  return micros > 0 ? micros : std::chrono::microseconds(event.at.time_since_epoch()).count();
}

}  // namespace

InOrder::InOrder(Loop& loop, Clock& clock, Store& store)
    : clock_(clock), store_(store), changed_(loop, clock) {}

bool InOrder::is_for(const Event& event) {
  return event.kind == "chat.message" || event.kind == "chat.edit" || event.kind == "chat.delete" ||
         event.kind == "chat.reaction";
}

Task<Result<void>> InOrder::receive(Event event) {
  const std::string channel = JsonView(event.body)["channel"].text().value_or("");
  const int64_t said = said_at(event);
  const auto work = [&](Db& db) { return received::add(db, event, channel, said); };
  const Result<void> written = co_await store_.write(work);
  if (!written.ok()) co_return written.error();
  add_turns({{channel, said}}, arrival_window);
  co_return Result<void>();
}

void InOrder::stop() {
  is_stopping_ = true;
  changed_.notify();
}

void InOrder::add_turns(const SaidUntil& until, Millis from_now) {
  const Monotonic due = clock_.monotonic() + from_now;
  // Behind nearly all: only what is tried again waits for longer.
  auto later = turns_.end();
  while (later != turns_.begin() && std::prev(later)->due > due) --later;
  const bool is_next = later == turns_.begin();
  std::vector<Turn> added;
  for (const auto& [channel, said] : until) added.push_back({due, channel, said});
  turns_.insert(later, added.begin(), added.end());
  if (is_next) changed_.notify();
}

SaidUntil InOrder::take_due() {
  SaidUntil out;
  const Monotonic now = clock_.monotonic();
  while (!turns_.empty() && (is_stopping_ || turns_.front().due <= now)) {
    const Turn& turn = turns_.front();
    int64_t& until = out.emplace(turn.channel, turn.said_at).first->second;
    until = std::max(until, turn.said_at);
    turns_.pop_front();
  }
  return out;
}

Task<void> InOrder::plan_until_stopped(Inbox& inbox) {
  co_await look_for_left(TimePoint::max(), arrival_window);
  Monotonic next_look = clock_.monotonic() + left_after;
  for (;;) {
    SaidUntil due = take_due();
    if (!due.empty()) {
      co_await plan(inbox, std::move(due));
    } else if (is_stopping_) {
      co_return;
    } else if (clock_.monotonic() >= next_look) {
      co_await look_for_left(clock_.now() - left_after, Millis(0));
      next_look = clock_.monotonic() + left_after;
    } else {
      co_await changed_.wait(turns_.empty() ? next_look : std::min(next_look, turns_.front().due));
    }
  }
}

Task<void> InOrder::plan(Inbox& inbox, SaidUntil due) {
  const Result<bool> is_all = co_await inbox.plan_received(due);
  if (is_all.ok()) {
    is_failing_ = false;
    if (!*is_all) add_turns(due, Millis(0));
    co_return;
  }
  if (!is_failing_) {
    log_error("inbox", "what was said in chats waits in the store: " + is_all.error().text(),
              {{"channels", due.size()}});
  }
  is_failing_ = true;
  if (!is_stopping_) add_turns(due, retry_pause);
}

/// Also what this process received and could not plan before it ended.
Task<void> InOrder::look_for_left(TimePoint before, Millis from_now) {
  SaidUntil left;
  const auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(left, received::waiting(db, before));
    return {};
  };
  const Result<void> looked = co_await store_.look(work);
  if (looked.ok()) add_turns(left, from_now);
}

}  // namespace dw
