// The store as one simulated process has it: the real one behind a queue that takes time, fails,
// and loses the process at any commit.
#pragma once
#include "base/random.h"
#include "net/async_event.h"
#include "sim/disk.h"
#include "sim/story.h"

namespace dw::sim {

/// Where a process dies around a commit.
enum class Death {
  before,  ///< nothing of it was written
  after,   ///< it is on disk, and nobody was answered
  torn,    ///< it was being written
};

/// How the store behaves at the moment; the world changes it.
struct StoreWeather {
  double death = 0;       ///< of the whole machine, at a commit
  double failure = 0;     ///< a commit fails for a moment and nothing is kept
  Millis latency_max{5};  ///< of one commit
  double stall = 0;       ///< the process is stopped for long between a commit and what follows it
  double deaf = 0;        ///< what another replica's commit touched is not heard
};

class SimStore;

/// Told when a process dies or is stopped at a commit; the rest of it must not run.
class MachineWatch {
 public:
  virtual ~MachineWatch() = default;
  virtual void replica_stalls(const SimStore& store) = 0;
  virtual void machine_dies(const std::string& how, Image left) = 0;
};

class SimStore : public Store {
 public:
  SimStore(const std::string& name, Loop& loop, Clock& clock, Disk& disk, Story& story,
           Random& random, const StoreWeather& weather, MachineWatch& watch);

  Task<Result<void>> write(WriteWork work) override;
  Task<Result<void>> read(ReadWork work) override;
  Result<void> write_now(const WriteWork& work) override { return disk_.write(work); }
  Result<void> read_now(const ReadWork& work) override { return disk_.read(work); }
  void on_change(std::function<void(DirtyFlags)> notice) override { notice_ = std::move(notice); }
  void close() override {}
  StoreHealth health() const override { return {}; }
  std::string kind() const override { return "simulated"; }
  Result<void> backup(const std::string&) override {
    return Error{ErrorKind::invalid, "backup", "nobody asks for one here"};
  }
  Result<std::vector<std::string>> verify() override { return disk_.verify(); }

  /// A commit of this process or another touched that.
  void tell(DirtyFlags touched, bool is_own);
  /// Writers and readers that wait in memory.
  size_t waiting() const { return waiting_; }
  Writer& writer() { return *writer_; }

 private:
  Task<void> take_turn(Monotonic& free_at, Millis latency_max);
  Task<void> die(Death death, WriteWork work);

  Loop& loop_;
  Clock& clock_;
  Disk& disk_;
  Story& story_;
  Random& random_;
  const StoreWeather& weather_;
  MachineWatch& watch_;
  std::unique_ptr<Writer> writer_;
  std::function<void(DirtyFlags)> notice_;
  Monotonic writer_free_{}, reader_free_{};
  size_t waiting_ = 0;
};

}  // namespace dw::sim
