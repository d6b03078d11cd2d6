// What all replicas of a run share: the one database, what a crash leaves of it, and what the
// simulator looks up behind the program's back. A file here; a PostgreSQL in server.h.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "store/sql_store.h"

namespace dw {
class SqliteDb;
}

namespace dw::sim {

/// The bytes of the database and of its write-ahead log at one moment.
struct Image {
  std::string database, log;
};

/// What is on the disk when the power goes while `after` is being written over `before`: some
/// sectors of the log's end, or garbage. Only for commits that nobody was answered.
Image torn(const Image& before, const Image& after, Random& random);
/// A write that had begun behind the last commit.
Image with_garbage(Image image, Random& random);

/// How one replica's works are committed.
class Writer {
 public:
  virtual ~Writer() = default;
  virtual Task<Result<void>> write(WriteWork work) = 0;
  /// The process is dead: of what it was writing nothing goes on.
  virtual void kill() {}
  /// The process is stopped, or goes on.
  virtual void set_paused(bool) {}
  /// Its connection breaks.
  virtual void cut() {}
};

class Disk {
 public:
  /// Told of each commit that touched something, with the writer; nullptr: a person's.
  using Told = std::function<void(DirtyFlags, const Writer*)>;

  virtual ~Disk() = default;
  /// Opens it as it is, or as `image` has it. errors  as SqliteDb::open() and migrate()
  virtual Result<void> open(const Image* image) = 0;
  /// The program and its connections are gone, without a farewell.
  virtual void close() = 0;
  virtual bool is_open() const = 0;
  virtual std::unique_ptr<Writer> writer(const std::string& name, Loop& loop, Clock& clock) = 0;
  virtual void on_change(Told told) = 0;

  /// What people do beside the replicas; done when it returns.
  virtual Result<void> write(const WriteWork& work) = 0;
  virtual Result<void> read(const ReadWork& work) = 0;
  virtual Result<std::vector<std::string>> verify() = 0;

  /// A file alone has an image and can be full.
  virtual Image image() const { return {}; }
  virtual void set_full(bool) {}
  /// One step of what is being committed. False: nothing is.
  virtual bool advance() { return false; }

  /// Numbers and texts of the first row, looked up on a connection of its own; "" without a row.
  virtual std::string ask(const char* query, std::initializer_list<std::string> texts = {}) = 0;
  /// The first column of all rows.
  virtual std::vector<std::string> list(const char* query,
                                        std::initializer_list<std::string> texts = {}) = 0;
  int64_t count(const char* query, std::initializer_list<std::string> texts = {});
};

/// One SQLite file. Whatever is committed is committed at once.
class FileDisk : public Disk {
 public:
  explicit FileDisk(const std::string& name);
  ~FileDisk() override;

  Result<void> open(const Image* image) override;
  void close() override;
  bool is_open() const override { return store_ != nullptr; }
  std::unique_ptr<Writer> writer(const std::string& name, Loop& loop, Clock& clock) override;
  void on_change(Told told) override { told_ = std::move(told); }
  Result<void> write(const WriteWork& work) override { return write_as(nullptr, work); }
  Result<void> read(const ReadWork& work) override { return store_->read_now(work); }
  Result<std::vector<std::string>> verify() override { return store_->verify(); }
  Image image() const override;
  void set_full(bool is_full) override;
  std::string ask(const char* query, std::initializer_list<std::string> texts) override;
  std::vector<std::string> list(const char* query,
                                std::initializer_list<std::string> texts) override;

 private:
  class SqliteSide;
  class FileWriter;
  std::filesystem::path file() const;
  Result<void> write_as(const Writer* writer, const WriteWork& work);

  std::filesystem::path folder_;
  int generation_ = 0;
  Told told_;
  const Writer* committing_ = nullptr;
  std::unique_ptr<SqlStore> store_;
  SqliteDb* writer_ = nullptr;  ///< inside the store
  std::unique_ptr<SqliteSide> side_;
};

}  // namespace dw::sim
