// The one disk: the store's file, what a power cut leaves of it, and what the simulator looks up
// behind the program's back.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

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

class Disk {
 public:
  explicit Disk(const std::string& name);
  ~Disk();

  /// Opens the file as it is, or as `image` has it. errors  as SqliteDb::open() and migrate()
  Result<void> open(const Image* image);
  /// The program and its connection are gone, without a checkpoint.
  void close();
  SqlStore& store() { return *store_; }
  bool is_open() const { return store_ != nullptr; }
  Image image() const;
  void set_full(bool is_full);

  /// Numbers and texts of the first row, looked up on a connection of its own; "" without a row.
  std::string ask(const char* query, std::initializer_list<std::string> texts = {});
  int64_t count(const char* query, std::initializer_list<std::string> texts = {});

 private:
  std::filesystem::path file() const;

  std::filesystem::path folder_;
  int generation_ = 0;
  std::unique_ptr<SqlStore> store_;
  SqliteDb* writer_ = nullptr;  ///< inside the store
  class SqliteSide;
  std::unique_ptr<SqliteSide> side_;
};

}  // namespace dw::sim
