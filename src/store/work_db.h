// One piece of work's access to a connection: what it locks, what it leaves for its end, and what
// it touches. Lives as long as the work.
#pragma once
#include <map>
#include <string>
#include <utility>

#include "ports/store.h"
#include "store/connection.h"

namespace dw {

/// What a transaction is for. One that writes decides on what it reads: until its commit nobody
/// else may change that (README.md has the table of what guards what).
enum class Purpose { reading, writing };

class WorkDb final : public Db {
 public:
  WorkDb(Connection& connection, Purpose purpose)
      : connection_(connection),
        is_guarding_(purpose == Purpose::writing && !connection.is_sqlite()) {}

  Result<int64_t> run(const Statement& statement, std::initializer_list<Value> values,
                      RowSink sink) override {
    return connection_.run(statement, values, sink);
  }
  using ReadDb::run;
  Result<int64_t> insert(const Statement& statement, std::initializer_list<Value> values) override {
    return connection_.insert(statement, values);
  }
  Result<void> run_later(const Statement& statement, std::initializer_list<Value> values,
                         std::function<void(const Row&)> sink) override {
    return connection_.run_later(statement, values, std::move(sink));
  }
  Result<void> insert_later(const Statement& statement, std::initializer_list<Value> values,
                            int64_t* id) override {
    return connection_.insert_later(statement, values, id);
  }
  Result<void> send(const Statement& statement, std::initializer_list<Value> values = {}) override {
    return connection_.send(statement, values);
  }
  Result<void> settle() override { return connection_.settle(); }
  bool is_sqlite() const override { return connection_.is_sqlite(); }
  bool is_guarding() const override { return is_guarding_; }
  Result<void> lock(const Statement& row, std::initializer_list<Value> values) override;
  Result<void> guard(const std::string& name) override;
  Result<void> guard_shared(const std::string& name) override;
  int64_t& reserved(const char* what) override { return reserved_[what]; }
  void send_last(const Statement& statement, const std::string& key, TimePoint at) override;
  void touch(DirtyFlags touched) override;

  /// Runs all steps of a work, and sends what it left for its end. Called once.
  Result<void> run_work(const WriteWork& work);
  /// The same of the last step alone, when the early ones have run.
  Result<void> run_last(const WriteWork& work);
  const DirtyFlags& touched() const { return touched_; }

 private:
  Result<void> send_deferred();
  /// By the statement's name and the key: the order is the same in every replica.
  using LastKey = std::pair<std::string_view, std::string>;
  struct Last {
    const Statement* statement;
    TimePoint at;
  };

  Connection& connection_;
  bool is_guarding_;
  DirtyFlags touched_;
  std::map<LastKey, Last> last_;
  std::map<std::string, int64_t, std::less<>> reserved_;
};

/// Adds up what several works touched.
void merge(DirtyFlags& into, const DirtyFlags& from);

}  // namespace dw
