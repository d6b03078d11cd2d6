#include "jobs/notices/row_handover.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <system_error>

#include "base/log.h"

namespace dw {
namespace {

/// Of one batch. It is large, since each handing over may wake a thread up.
constexpr size_t rows_max = 512;
constexpr size_t bytes_at_first = 32 * 1024;
/// A report of fewer batches is done before a thread would have begun.
constexpr size_t batches_alone = 16;

}  // namespace

void RowHandover::give(const GoodRow& row) {
  GoodRow kept = row;
  const auto texts = {&kept.first_name, &kept.last_name, &kept.email, &kept.ticket, &kept.subject};
  size_t bytes = 0;
  for (const std::string_view* text : texts) bytes += text->size();
  const bool is_full = filling().rows.size() == rows_max ||
                       filling().bytes + bytes > std::max(filling().texts.size(), bytes_at_first);
  if (is_full && !filling().rows.empty()) hand_over();
  Batch& batch = filling();
  if (batch.texts.size() < std::max(bytes, bytes_at_first)) {
    batch.texts.resize(std::max(bytes, bytes_at_first));
  }
  for (std::string_view* text : texts) {
    char* at = batch.texts.data() + batch.bytes;
    if (!text->empty()) std::memcpy(at, text->data(), text->size());
    *text = {at, text->size()};
    batch.bytes += text->size();
  }
  batch.rows.push_back(kept);
}

void RowHandover::take(Batch& batch) {
  take_(batch.rows);
  batch.rows.clear();
  batch.bytes = 0;
}

void RowHandover::hand_over() {
  if (given_ == batches_alone) begin_thread();
  if (!thread_.joinable()) {
    take(filling());
    ++given_;
    ++taken_;
    return;
  }
  std::unique_lock lock(mutex_);
  ++given_;
  has_changed_.notify_one();
  has_changed_.wait(lock, [this] { return given_ - taken_ < batches_.size(); });
}

void RowHandover::begin_thread() {
  try {
    thread_ = std::thread([this] { take_until_over(); });
  } catch (const std::system_error& error) {
    log_debug("notices", std::string("the report is read on one thread: ") + error.what());
  }
}

void RowHandover::take_until_over() {
  std::unique_lock lock(mutex_);
  for (;;) {
    has_changed_.wait(lock, [this] { return given_ > taken_ || is_over_; });
    if (given_ == taken_) return;
    Batch& batch = batches_[taken_ % batches_.size()];
    lock.unlock();
    take(batch);
    lock.lock();
    ++taken_;
    has_changed_.notify_one();
  }
}

void RowHandover::end_thread() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  has_changed_.notify_one();
  thread_.join();
}

void RowHandover::finish() {
  if (!filling().rows.empty()) hand_over();
  end_thread();
}

}  // namespace dw
