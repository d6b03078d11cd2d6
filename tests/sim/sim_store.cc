#include "sim/sim_store.h"

#include <boost/asio/post.hpp>

namespace dw::sim {

SimStore::SimStore(const std::string& name, Loop& loop, Clock& clock, Disk& disk, Story& story,
                   Random& random, const StoreWeather& weather, MachineWatch& watch)
    : loop_(loop),
      clock_(clock),
      disk_(disk),
      story_(story),
      random_(random),
      weather_(weather),
      watch_(watch),
      writer_(disk.writer(name, loop, clock)) {}

/// One at a time, in the order in which they came, as the store's own threads do it.
Task<void> SimStore::take_turn(Monotonic& free_at, Millis latency_max) {
  const auto limit = static_cast<uint64_t>(latency_max.count()) + 1;
  free_at = std::max(free_at, clock_.monotonic()) + Millis(random_.below(limit));
  ++waiting_;
  AsyncEvent turn(loop_, clock_);
  co_await turn.wait(free_at);
  --waiting_;
}

Task<void> SimStore::die(Death death, WriteWork work) {
  Image left;
  std::string how = "dies before a commit";
  if (death == Death::before) {
    left = with_garbage(disk_.image(), random_);
  } else {
    const Image before = disk_.image();
    const Result<void> written = disk_.write(work);
    left = disk_.image();
    how = "dies after a commit that nobody hears of";
    if (death == Death::torn && written.ok()) {
      left = torn(before, left, random_);
      how = "dies while a commit is being written";
    }
  }
  watch_.machine_dies(how, std::move(left));
  loop_.stop();
  AsyncEvent never(loop_, clock_);
  co_await never.wait();
}

Task<Result<void>> SimStore::write(WriteWork work) {
  co_await take_turn(writer_free_, weather_.latency_max);
  story_.count();
  const double luck = random_.fraction();
  if (luck < weather_.death) {
    const auto death = static_cast<Death>(random_.below(3));
    co_await die(death, std::move(work));
  }
  if (luck < weather_.death + weather_.failure) {
    story_.fault("commit failed", "", "a commit fails and keeps nothing");
    co_return Error{ErrorKind::full, "store", "simulated: the disk does not answer"};
  }
  Result<void> written = co_await writer_->write(std::move(work));
  if (!written.ok() && written.error().kind == ErrorKind::full) {
    story_.fault("disk full", "", "a commit fails: " + written.error().text());
  }
  if (random_.fraction() < weather_.stall) {
    watch_.replica_stalls(*this);
    loop_.stop();
  }
  // What is on disk now is answered a moment later; a crash in between loses the answer.
  Monotonic answered = clock_.monotonic();
  co_await take_turn(answered, weather_.latency_max / 2);
  co_return written;
}

Task<Result<void>> SimStore::read(ReadWork work) {
  co_await take_turn(reader_free_, weather_.latency_max / 2);
  if (random_.fraction() < weather_.failure) {
    co_return Error{ErrorKind::full, "store", "simulated: the disk does not answer"};
  }
  co_return disk_.read(work);
}

void SimStore::tell(DirtyFlags touched, bool is_own) {
  if (!is_own && random_.fraction() < weather_.deaf) return;
  asio::post(loop_, [this, touched] {
    if (notice_) notice_(touched);
  });
}

}  // namespace dw::sim
