// A connection that waits for its session's turn in front of each statement, and that breaks.
#pragma once
#include "sim/turns.h"
#include "store/postgres/postgres_db.h"

namespace dw::sim {

/// What becomes of a connection at a statement.
enum class Break {
  none,
  now,          ///< nothing of the statement is executed, the transaction is rolled back
  answer_lost,  ///< the statement is executed
  late,         ///< the client sees it broken; the server goes on later
};

bool is_commit(const Statement& statement);

class SessionDb : public Connection {
 public:
  struct Parts {
    Session& session;
    Observer& observer;
    std::unique_ptr<PostgresDb> db;
    int backend;
    std::function<Break(const Statement&)> next_break;
    /// Whether a statement that nobody waits for is executed before the next one is sent.
    std::function<bool()> is_sent_alone;
    /// Takes a connection over that its client has left, with a COMMIT that is still on its way.
    std::function<void(std::unique_ptr<Connection>, int backend, const Statement* commit)> leave;
    /// The client had another session ended: when this returns it is gone.
    std::function<void(std::string_view session)> await_end_of;
  };
  explicit SessionDb(Parts parts);
  ~SessionDb() override;

  Result<int64_t> run(const Statement& statement, std::initializer_list<Value> values,
                      RowSink sink) override;
  using Connection::run;
  Result<int64_t> insert(const Statement& statement, std::initializer_list<Value> values) override;
  Result<void> send(const Statement& statement, std::initializer_list<Value> values) override;
  Result<void> settle() override;
  Result<void> run_script(const char* text) override;
  bool is_sqlite() const override { return false; }
  const std::string& session() const override { return session_; }
  bool is_in_transaction() const override { return parts_.db && parts_.db->is_in_transaction(); }

 private:
  /// Waits for the turn. errors  full: the connection is broken
  Result<void> wait_for_slot(const Statement* statement);
  void lose();
  static Error lost(const Statement* statement);
  template <class T>
  Result<T> seen(const Statement& statement, Result<T> result);

  Parts parts_;
  std::string session_;  ///< as the server knows it; it outlives the connection
  Break at_this_statement_ = Break::none;
};

}  // namespace dw::sim
