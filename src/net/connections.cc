#include "net/connections.h"

#include <utility>

#include "base/assert.h"

namespace dw {

HttpConnection::HttpConnection(Connections& all) : all_(all), place_(all.all_.size()) {
  all_.all_.push_back(this);
  if (!all_.timer_) {
    all_.timer_ = all_.clock_.call_at(all_.clock_.monotonic() + Connections::tick,
                                      [owner = &all_] { owner->sweep(); });
  }
}

HttpConnection::~HttpConnection() {
  // The last takes the place of the one that leaves: no search, no gap.
  HttpConnection* last = all_.all_.back();
  all_.all_[place_] = last;
  last->place_ = place_;
  all_.all_.pop_back();
}

void HttpConnection::set_deadline(Millis from_now) {
  is_late_ = false;
  until_ = all_.clock_.monotonic() + from_now;
}

Connections::~Connections() {
  DW_ASSERT(all_.empty(), "connections end before the server that holds them");
  if (timer_) clock_.cancel(*timer_);
}

void Connections::cut_idle() {
  for (HttpConnection* one : all_) {
    if (one->is_idle_) one->cut();
  }
}

void Connections::sweep() {
  timer_.reset();
  if (all_.empty()) return;
  const Monotonic now = clock_.monotonic();
  timer_ = clock_.call_at(now + tick, [this] { sweep(); });
  for (HttpConnection* one : all_) {
    if (std::exchange(one->is_answering_, false)) one->release_reading();
    if (one->until_ > now) continue;
    one->clear_deadline();
    one->is_late_ = true;
    one->cut();
  }
}

}  // namespace dw
