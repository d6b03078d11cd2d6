// The good rows of a report on their way to who keeps them, on a thread of its own where there are
// many: one understands rows while the other looks up tickets and customers.
#pragma once
#include <array>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "jobs/notices/newest_rows.h"

namespace dw {

class RowHandover {
 public:
  using Take = std::function<void(std::span<const GoodRow>)>;

  /// `take` gets rows in their order, never two calls at once, the first thousands on the caller's
  /// thread. What it touches is the caller's again behind finish().
  explicit RowHandover(Take take) : take_(std::move(take)) {}
  RowHandover(const RowHandover&) = delete;
  RowHandover& operator=(const RowHandover&) = delete;
  ~RowHandover() { end_thread(); }

  /// The texts are copied.
  void give(const GoodRow& row);
  /// All that was given has been taken.
  void finish();

 private:
  struct Batch {
    std::vector<GoodRow> rows;  ///< their texts are in `texts`
    std::vector<char> texts;
    size_t bytes = 0;  ///< of `texts`
  };

  Batch& filling() { return batches_[given_ % batches_.size()]; }
  void take(Batch& batch);
  void hand_over();
  void begin_thread();
  void end_thread();
  void take_until_over();

  Take take_;
  std::array<Batch, 4> batches_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable has_changed_;
  size_t given_ = 0, taken_ = 0;  ///< batches
  bool is_over_ = false;
};

}  // namespace dw
