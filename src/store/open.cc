#include "store/open.h"

#include <filesystem>

#include "store/migrate.h"
#include "store/postgres/listener.h"
#include "store/postgres/postgres_db.h"
#include "store/postgres/store_lock.h"
#include "store/sql_store.h"
#include "store/sqlite/file_lock.h"
#include "store/sqlite/sqlite_db.h"

namespace dw {
namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";

/// A command of a newer version must not change the schema under a daemon that runs: it takes the
/// daemon's lock for as long as that lasts. `lock_file` empty: nobody else can be there.
Result<void> migrate_alone(Connection& db, const std::string& lock_file) {
  DW_TRY(const int64_t reached, schema_of(db));
  if (reached == migrations().back().number) return {};
  std::unique_ptr<FileLock> lock;
  if (!lock_file.empty()) {
    DW_TRY(lock, FileLock::take(lock_file));
  }
  DW_CHECK(migrate(db, system_now()));
  return {};
}

/// A store and what must live as long as it does.
class LockedStore : public SqlStore {
 public:
  using SqlStore::SqlStore;
  ~LockedStore() override { close(); }
  std::unique_ptr<FileLock> lock;
};

/// A wrong path would be checked, and saved, as an empty store that is in order.
Result<void> find_store(const std::string& file) {
  std::error_code none;
  if (std::filesystem::file_size(file, none) > 0 && !none) return {};
  return Error{ErrorKind::missing, "store.url",
               "there is no store at " + file +
                   "; run this where deskwire.toml is, or name that file with --config. "
                   "`deskwire serve` makes a new store"};
}

/// The same of a database that nobody has set up.
Result<void> find_schema(Connection& db) {
  DW_TRY(const int64_t reached, schema_of(db));
  if (reached > 0) return {};
  return Error{ErrorKind::missing, "store.url",
               "there is no store in this database; check its name. `deskwire serve` makes a new "
               "store"};
}

Result<std::unique_ptr<Store>> open_sqlite(const std::string& file, OpenMode mode, Loop* loop) {
  std::unique_ptr<FileLock> lock;
  const bool is_memory = file == ":memory:";
  if (mode == OpenMode::look && !is_memory) DW_CHECK(find_store(file));
  if (mode == OpenMode::serve && !is_memory) {
    DW_TRY(lock, FileLock::take(file + ".lock"));
  }
  const auto interrupt = std::make_shared<Interrupt>();
  const auto connect = [file, interrupt]() -> Result<std::unique_ptr<Connection>> {
    DW_TRY(std::unique_ptr<SqliteDb> db, SqliteDb::open(file, interrupt));
    return std::unique_ptr<Connection>(std::move(db));
  };
  DW_TRY(std::unique_ptr<Connection> writer, connect());
  DW_CHECK(migrate_alone(*writer, is_memory || lock != nullptr ? "" : file + ".lock"));
  std::unique_ptr<Connection> reader;
  if (is_memory) loop = nullptr;  // a second connection would see another database
  if (loop != nullptr) {
    DW_TRY(reader, connect());
  }
  auto store =
      std::make_unique<LockedStore>(loop, std::move(writer), std::move(reader), connect, interrupt);
  store->lock = std::move(lock);
  store->start();
  return std::unique_ptr<Store>(std::move(store));
}

/// A store and the connection on which it hears of other replicas' commits.
class ListeningStore : public SqlStore {
 public:
  using SqlStore::SqlStore;
  ~ListeningStore() override { close(); }
  void close() override {
    listener.reset();  // it tells the store
    SqlStore::close();
  }
  std::unique_ptr<PostgresListener> listener;
};

Result<std::unique_ptr<Store>> open_postgres(const std::string& url, OpenMode mode, Loop* loop) {
  const auto interrupt = std::make_shared<Interrupt>();
  const auto connect = [url, interrupt]() -> Result<std::unique_ptr<Connection>> {
    DW_TRY(std::unique_ptr<PostgresDb> db, PostgresDb::open(url, interrupt));
    DW_CHECK(share_store(*db));
    return std::unique_ptr<Connection>(std::move(db));
  };
  DW_TRY(std::unique_ptr<Connection> writer, connect());
  if (mode == OpenMode::look) DW_CHECK(find_schema(*writer));
  DW_CHECK(migrate(*writer, system_now()));
  std::unique_ptr<Connection> reader;
  if (loop != nullptr) {
    DW_TRY(reader, connect());
  }
  auto store = std::make_unique<ListeningStore>(loop, std::move(writer), std::move(reader), connect,
                                                interrupt);
  store->start();
  if (loop != nullptr) {
    SqlStore* told = store.get();
    store->listener = std::make_unique<PostgresListener>(
        url, store->replica(), [told](DirtyFlags touched) { told->tell(touched); });
  }
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const std::string& url, OpenMode mode, Loop* loop) {
  if (url.starts_with(sqlite_scheme)) {
    return open_sqlite(url.substr(sqlite_scheme.size()), mode, loop);
  }
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
    return open_postgres(url, mode, loop);
  }
  return Error{ErrorKind::invalid, "store.url",
               "must start with sqlite: or postgresql:// (\"sqlite:deskwire.db\")"};
}

}  // namespace dw
