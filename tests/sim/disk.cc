#include "sim/disk.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <fstream>
#include <map>

#include "base/assert.h"
#include "store/migrate.h"
#include "store/sqlite/sqlite_db.h"

namespace dw::sim {
namespace {

constexpr size_t sector_bytes = 512;
constexpr size_t log_header_bytes = 32;
constexpr int pages_when_full = 1;  // SQLite takes it as: no more than there are
constexpr int pages_max = 1'000'000;

std::string read_all(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_all(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<long>(bytes.size()));
}

/// In memory if the machine offers it: what a power cut leaves is made by hand here.
std::filesystem::path quick_folder() {
  const std::filesystem::path memory = "/dev/shm";
  return ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

}  // namespace

Image torn(const Image& before, const Image& after, Random& random) {
  // A checkpoint begins only when the log is safely on disk: nothing of this commit can be torn.
  if (before.database != after.database) return after;
  std::string log = after.log;
  const std::string& old = before.log;
  const bool is_prefix = random.below(2) == 0;
  bool is_cut = false;
  // The engine syncs a new header of the log before any frame behind it.
  for (size_t at = 0; at < log.size(); at += sector_bytes) {
    const size_t bytes = std::min(sector_bytes, log.size() - at);
    if (at + bytes <= old.size() && old.compare(at, bytes, log, at, bytes) == 0) continue;
    is_cut = is_prefix ? is_cut || random.below(6) == 0 : random.below(3) == 0;
    if (!is_cut) continue;
    for (size_t i = std::max(at, log_header_bytes); i < at + bytes; ++i) {
      log[i] = i < old.size() ? old[i] : '\0';
    }
  }
  if (random.below(3) == 0) {
    const size_t least = std::min(old.size(), log.size());
    log.resize(least + random.below(log.size() - least + 1));
  }
  return {after.database, std::move(log)};
}

Image with_garbage(Image image, Random& random) {
  if (image.log.empty()) return image;
  const size_t bytes = random.below(9000);
  for (size_t i = 0; i < bytes; ++i) image.log += static_cast<char>(random.below(256));
  return image;
}

/// A connection on which the simulator looks at rows that no verb of the store shows.
class FileDisk::SqliteSide {
 public:
  explicit SqliteSide(const std::string& file) { sqlite3_open(file.c_str(), &db_); }
  ~SqliteSide() {
    for (const auto& [query, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close(db_);
  }
  SqliteSide(const SqliteSide&) = delete;
  SqliteSide& operator=(const SqliteSide&) = delete;

  /// Each row as its columns with spaces between them.
  std::vector<std::string> rows(const char* query, std::initializer_list<std::string> texts) {
    sqlite3_stmt*& statement = statements_[query];
    if (statement == nullptr) sqlite3_prepare_v2(db_, query, -1, &statement, nullptr);
    DW_ASSERT(statement != nullptr, "the simulator's own questions are right");
    int place = 0;
    for (const std::string& text : texts) {
      sqlite3_bind_text(statement, ++place, text.data(), static_cast<int>(text.size()),
                        SQLITE_TRANSIENT);
    }
    std::vector<std::string> out;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      out.emplace_back();
      for (int column = 0; column < sqlite3_column_count(statement); ++column) {
        const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
        if (column > 0) out.back() += ' ';
        out.back() += bytes == nullptr ? "" : bytes;
      }
    }
    sqlite3_reset(statement);
    return out;
  }

 private:
  sqlite3* db_ = nullptr;
  std::map<const char*, sqlite3_stmt*> statements_;  // queries are literals
};

int64_t Disk::count(const char* query, std::initializer_list<std::string> texts) {
  return std::strtoll(ask(query, texts).c_str(), nullptr, 10);
}

class FileDisk::FileWriter : public Writer {
 public:
  explicit FileWriter(FileDisk& disk) : disk_(disk) {}
  Task<Result<void>> write(WriteWork work) override { co_return disk_.write_as(this, work); }

 private:
  FileDisk& disk_;
};

FileDisk::FileDisk(const std::string& name)
    : folder_(quick_folder() / fmt::format("deskwire-sim-{}-{}", ::getpid(), name)) {
  std::filesystem::create_directories(folder_);
}

FileDisk::~FileDisk() {
  close();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::filesystem::path FileDisk::file() const {
  return folder_ / fmt::format("{}.db", generation_);
}

Result<void> FileDisk::open(const Image* image) {
  if (image != nullptr) {
    ++generation_;
    write_all(file(), image->database);
    if (!image->log.empty()) write_all(file().string() + "-wal", image->log);
  }
  const std::string path = file().string();
  const auto connect = [path]() -> Result<std::unique_ptr<Connection>> {
    DW_TRY(std::unique_ptr<SqliteDb> db, SqliteDb::open(path, std::make_shared<Interrupt>()));
    return std::unique_ptr<Connection>(std::move(db));
  };
  DW_TRY(std::unique_ptr<Connection> db, connect());
  DW_CHECK(migrate(*db, ManualClock().now()));
  writer_ = static_cast<SqliteDb*>(db.get());
  store_ = std::make_unique<SqlStore>(nullptr, std::move(db), nullptr, connect);
  store_->on_change([this](DirtyFlags touched) {
    if (told_) told_(touched, committing_);
  });
  side_ = std::make_unique<SqliteSide>(path);
  return {};
}

void FileDisk::close() {
  const std::filesystem::path old = file();
  side_.reset();
  store_.reset();
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(old.string() + suffix, ignored);
  }
}

Image FileDisk::image() const {
  return {read_all(file()), read_all(file().string() + "-wal")};
}

void FileDisk::set_full(bool is_full) {
  if (store_) writer_->limit_pages(is_full ? pages_when_full : pages_max);
}

std::unique_ptr<Writer> FileDisk::writer(const std::string&, Loop&, Clock&) {
  return std::make_unique<FileWriter>(*this);
}

Result<void> FileDisk::write_as(const Writer* writer, const WriteWork& work) {
  committing_ = writer;
  Result<void> written = store_->write_now(work);
  committing_ = nullptr;
  return written;
}

std::string FileDisk::ask(const char* query, std::initializer_list<std::string> texts) {
  const std::vector<std::string> rows = side_->rows(query, texts);
  return rows.empty() ? "" : rows.front();
}

std::vector<std::string> FileDisk::list(const char* query,
                                        std::initializer_list<std::string> texts) {
  return side_->rows(query, texts);
}

}  // namespace dw::sim
