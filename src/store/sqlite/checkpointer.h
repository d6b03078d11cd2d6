// Brings the write-ahead log home into the database beside the writer, which would otherwise stop
// to do so every few hundred commits and hold up whoever waits for one.
#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "store/sqlite/sqlite_db.h"

namespace dw {

class Checkpointer {
 public:
  /// Watches the log of `writer`, which must outlive it, with a connection of its own to the same
  /// file and a thread.
  static Result<std::unique_ptr<Checkpointer>> start(SqliteDb& writer, const std::string& file);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

 private:
  Checkpointer(SqliteDb& writer, std::unique_ptr<SqliteDb> own);
  /// On the writer's thread, after each commit.
  void look(int pages);
  void run();

  SqliteDb& writer_;
  std::unique_ptr<SqliteDb> own_;
  std::mutex mutex_;
  std::condition_variable has_work_;
  bool is_due_ = false, is_stopping_ = false;
  int due_at_;  // pages of the log at which the thread is woken next; the writer's thread alone
  std::thread thread_;
};

}  // namespace dw
