#include "store/sqlite/sqlite_db.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/log.h"
#include "base/text.h"
#include "sql/engine.h"
#include "store/sqlite/full_text.h"
#include "store/sqlite/gathered_log.h"
#include "store/sqlite/remedy.h"

namespace dw {
namespace {

constexpr Millis busy_max{5000};
/// Between two looks whether the other writer is done.
constexpr int busy_pause_max_milliseconds = 50;
/// So many steps of SQLite's machine between two looks whether all is to end.
constexpr int steps_between_looks = 10'000;
constexpr int all_pages = -1;

/// Durable to the disk at each commit; a small cache, because one machine is small; the WAL is
/// cut back after a burst.
constexpr const char* settings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
    "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096; PRAGMA journal_size_limit = 67108864;"
    "PRAGMA wal_autocheckpoint = 2000; PRAGMA mmap_size = 0;";

class SqliteRow : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  bool is_null(int column) const override {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }
  int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  std::string_view text(int column) const override {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
  }

 private:
  sqlite3_stmt* statement_;
};

void bind(sqlite3_stmt* statement, int place, const Value& value) {
  if (const auto* number = std::get_if<int64_t>(&value.get())) {
    sqlite3_bind_int64(statement, place, *number);
  } else if (const auto* text = std::get_if<std::string_view>(&value.get())) {
    // The text outlives the step, so it need not be copied. A null pointer would bind NULL.
    const char* bytes = text->data() == nullptr ? "" : text->data();
    sqlite3_bind_text64(statement, place, bytes, text->size(), SQLITE_STATIC, SQLITE_UTF8);
  } else {
    sqlite3_bind_null(statement, place);
  }
}

/// SQLite makes files 0644; tickets are nobody else's business.
void make_private(const std::string& file) {
  const int made = ::open(file.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0640);
  if (made >= 0) ::close(made);
}

/// Before the first connection. SQLite's own account of its memory takes a lock around each
/// allocation, and nobody reads it.
void configure_once() {
  static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  if (configured != SQLITE_OK) log_debug("store", "SQLite keeps its account of memory");
}

}  // namespace

SqliteDb::SqliteDb(sqlite3* db, SharedInterrupt interrupt)
    : db_(db), interrupt_(interrupt ? std::move(interrupt) : std::make_shared<Interrupt>()) {}

int SqliteDb::wait_for_writer(void* self, int tries) {
  auto& db = *static_cast<SqliteDb*>(self);
  const Monotonic now = std::chrono::steady_clock::now();
  if (tries == 0) db.busy_since_ = now;
  if (now - db.busy_since_ > busy_max || db.interrupt_->is_raised()) return 0;
  pollfd ending{db.interrupt_->fd(), POLLIN, 0};
  ::poll(&ending, 1, std::min(tries + 1, busy_pause_max_milliseconds));
  return 1;
}

Result<std::unique_ptr<SqliteDb>> SqliteDb::open(const std::string& file,
                                                 SharedInterrupt interrupt) {
  configure_once();
  if (file != ":memory:") make_private(file);
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &raw,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                                   gathered_log());
  std::unique_ptr<SqliteDb> db(new SqliteDb(raw, std::move(interrupt)));
  if (code != SQLITE_OK) {
    return Error{
        ErrorKind::full, "store",
        with_remedy(fmt::format("{} can't be opened: {}", file, sqlite3_errstr(code)), code, file)};
  }
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_handler(raw, wait_for_writer, db.get());
  sqlite3_progress_handler(
      raw, steps_between_looks,
      [](void* ending) { return static_cast<Interrupt*>(ending)->is_raised() ? 1 : 0; },
      db->interrupt_.get());
  DW_CHECK(add_full_text(raw));
  DW_CHECK(db->run_script(settings));
  return db;
}

SqliteDb::~SqliteDb() {
  for (sqlite3_stmt* statement : statements_) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

Error SqliteDb::error(const char* where, int code) const {
  const int primary = code & 0xFF;
  const ErrorKind kind = primary == SQLITE_CONSTRAINT || primary == SQLITE_NOTADB ||
                                 primary == SQLITE_CORRUPT || primary == SQLITE_ERROR
                             ? ErrorKind::conflict
                             : ErrorKind::full;
  const std::string what = fmt::format("{} ({})", sqlite3_errmsg(db_), where);
  return {kind, "store", with_remedy(what, code, store_place)};
}

Result<sqlite3_stmt*> SqliteDb::prepared(const Statement& statement) {
  const auto index = static_cast<size_t>(statement.index);
  if (statements_.size() <= index) statements_.resize(Statement::count(), nullptr);
  if (statements_[index] == nullptr) {
    const int code = sqlite3_prepare_v3(db_, statement.sqlite, -1, SQLITE_PREPARE_PERSISTENT,
                                        &statements_[index], nullptr);
    if (code != SQLITE_OK) return error(statement.name, code);
  }
  return statements_[index];
}

Result<int64_t> SqliteDb::run(const Statement& statement, std::initializer_list<Value> values,
                              RowSink sink) {
  DW_CHECK(check_texts(statement, values));
  DW_TRY(sqlite3_stmt * ready, prepared(statement));
  int place = 0;
  for (const Value& value : values) bind(ready, ++place, value);
  const SqliteRow row(ready);
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(ready)) == SQLITE_ROW) sink(row);
  if (code != SQLITE_DONE) {
    Error failed = error(statement.name, code);
    sqlite3_reset(ready);
    // The disk failed while the log was made durable: what was written of it may come back.
    const bool is_commit = &statement == &stmt::commit;
    if (is_commit && (code & 0xFF) == SQLITE_IOERR) failed.kind = ErrorKind::unsure;
    return failed;
  }
  sqlite3_reset(ready);
  return sqlite3_changes64(db_);
}

Result<void> SqliteDb::send(const Statement& statement, std::initializer_list<Value> values) {
  DW_CHECK(run(statement, values, [](const Row&) {}));
  return {};
}

Result<int64_t> SqliteDb::insert(const Statement& statement, std::initializer_list<Value> values) {
  DW_TRY(const int64_t rows, run(statement, values));
  return rows > 0 ? int64_t{sqlite3_last_insert_rowid(db_)} : 0;
}

bool SqliteDb::is_in_transaction() const {
  return sqlite3_get_autocommit(db_) == 0;
}

Result<void> SqliteDb::run_script(const char* text) {
  const int code = sqlite3_exec(db_, text, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error("script", code);
  return {};
}

Result<void> SqliteDb::backup(const std::string& file) {
  const int made = ::open(file.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (made < 0) {
    return Error{ErrorKind::conflict, "backup", file + " can't be made: " + std::strerror(errno)};
  }
  ::close(made);
  // One read transaction from the first page to the last: without it, every commit of another
  // connection would make the copy begin anew, and a busy store would never be copied.
  Result<void> copied = send(stmt::begin_read);
  if (copied.ok()) copied = copy_pages(file);
  DW_CHECK(run(stmt::rollback));
  if (!copied.ok()) ::unlink(file.c_str());
  return copied;
}

Result<void> SqliteDb::copy_pages(const std::string& file) {
  DW_CHECK(run(stmt::schema_now));  // the snapshot is taken by the first read
  sqlite3* copy = nullptr;
  int code = sqlite3_open(file.c_str(), &copy);
  sqlite3_backup* backup = sqlite3_backup_init(copy, "main", db_, "main");
  if (backup != nullptr) {
    code = sqlite3_backup_step(backup, all_pages);
    sqlite3_backup_finish(backup);
  }
  const std::string why = sqlite3_errmsg(copy);
  sqlite3_close(copy);
  if (code == SQLITE_DONE) return {};
  return Error{ErrorKind::full, "backup", with_remedy(file + ": " + why, code, file)};
}

Result<std::vector<std::string>> SqliteDb::check_integrity() {
  std::vector<std::string> found;
  const auto collect = [](void* out, int, char** texts, char**) {
    if (texts[0] != nullptr && std::strcmp(texts[0], "ok") != 0) {
      static_cast<std::vector<std::string>*>(out)->push_back(texts[0]);
    }
    return 0;
  };
  const int code = sqlite3_exec(db_, "PRAGMA integrity_check", collect, &found, nullptr);
  if (code != SQLITE_OK) return error("integrity_check", code);
  return found;
}

void SqliteDb::limit_pages(int pages) {
  const std::string pragma = fmt::format("PRAGMA max_page_count = {}", pages);
  sqlite3_exec(db_, pragma.c_str(), nullptr, nullptr, nullptr);
}

}  // namespace dw
