// One PostgreSQL for all replicas of a run: a real server, whose sessions go on in turns (turns.h).
// Each replica has the real SqlStore with a connection of its own, which breaks now and then, at
// its worst moments too.
#pragma once
#include <deque>

#include "sim/disk.h"
#include "sim/turns.h"

namespace dw::sim {

/// How often a connection breaks, of all statements or of all commits.
struct Cuts {
  double statement = 0;    ///< in front of a statement; the transaction is rolled back
  double never_sent = 0;   ///< in front of COMMIT, and the server notices it
  double answer_lost = 0;  ///< COMMIT is executed, and its answer is lost
  double late = 0;         ///< the client sees it broken, and COMMIT arrives later, or never
};

class Server : public Disk {
 public:
  /// A database of its own, as new. `seed` decides who has which turn, and when a connection
  /// breaks.
  Server(const Clock& clock, uint64_t seed, Turns::Told story);
  ~Server() override;

  Result<void> open(const Image* image) override;
  void close() override;
  bool is_open() const override { return beside_ != nullptr; }
  std::unique_ptr<Writer> writer(const std::string& name, Loop& loop, Clock& clock) override;
  void on_change(Told told) override { told_ = std::move(told); }
  Result<void> write(const WriteWork& work) override;
  Result<void> read(const ReadWork& work) override { return beside_->read_now(work); }
  Result<std::vector<std::string>> verify() override { return beside_->verify(); }
  bool advance() override;
  std::string ask(const char* query, std::initializer_list<std::string> texts) override;
  std::vector<std::string> list(const char* query,
                                std::initializer_list<std::string> texts) override;

  void set_cuts(const Cuts& cuts) { cuts_ = cuts; }
  /// All connections break at once, as when the server is started again.
  void restart();

 private:
  class Side;
  class ServerWriter;
  class SideObserver;
  /// A backend that its client has left, and that does not know it yet.
  struct Ghost {
    std::unique_ptr<Connection> db;
    int backend = 0;
    std::string session{};
    const Statement* commit = nullptr;  ///< that will arrive; none: it never does
  };

  Result<std::unique_ptr<Connection>> connect(Session& session);
  std::unique_ptr<SqlStore> store_of(Session& session);
  void leave_ghost(Ghost ghost);
  void move_ghosts();
  void bury(Ghost ghost);

  Random random_;
  std::string name_, url_;
  Turns::Told story_;
  Told told_;
  Cuts cuts_;
  std::unique_ptr<Side> side_;
  std::unique_ptr<SideObserver> observer_;
  std::unique_ptr<Turns> turns_;
  const Clock& clock_;
  std::unique_ptr<SqlStore> beside_;  ///< reads what is committed; people write with it
  Session* person_ = nullptr;
  std::unique_ptr<SqlStore> persons_store_;
  DirtyFlags persons_touched_;
  std::vector<Session*> sessions_;
  std::vector<Ghost> ghosts_;
  int connections_ = 0;
};

}  // namespace dw::sim
