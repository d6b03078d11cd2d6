#include "store/sqlite/checkpointer.h"

namespace dw {
namespace {

/// The thread copies after so many pages more (4 KiB each). While commits go on it never reaches
/// the end of the log, so the log can't begin anew, but little is left to copy.
constexpr int pages_per_round = 2000;
/// At this length the writer copies that little itself, and the next commit begins the log anew:
/// it stays under 64 MiB, which is also what journal_size_limit cuts it back to.
constexpr int pages_max = 15'000;

}  // namespace

Result<std::unique_ptr<Checkpointer>> Checkpointer::start(SqliteDb& writer,
                                                          const std::string& file) {
  DW_TRY(std::unique_ptr<SqliteDb> own, SqliteDb::open(file));
  return std::unique_ptr<Checkpointer>(new Checkpointer(writer, std::move(own)));
}

Checkpointer::Checkpointer(SqliteDb& writer, std::unique_ptr<SqliteDb> own)
    : writer_(writer), own_(std::move(own)), due_at_(pages_per_round) {
  writer_.on_commit([this](int pages) { look(pages); });
  thread_ = std::thread([this] { run(); });
}

Checkpointer::~Checkpointer() {
  writer_.on_commit({});
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  has_work_.notify_one();
  thread_.join();
}

void Checkpointer::look(int pages) {
  if (pages < due_at_) {
    if (pages < pages_per_round) due_at_ = pages_per_round;  // the log has begun anew
    return;
  }
  due_at_ = pages + pages_per_round;
  if (pages >= pages_max) {
    writer_.checkpoint();
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    is_due_ = true;
  }
  has_work_.notify_one();
}

void Checkpointer::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      has_work_.wait(lock, [this] { return is_due_ || is_stopping_; });
      if (is_stopping_) return;
      is_due_ = false;
    }
    own_->checkpoint();
  }
}

}  // namespace dw
