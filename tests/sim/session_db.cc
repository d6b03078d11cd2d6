#include "sim/session_db.h"

namespace dw::sim {

bool is_commit(const Statement& statement) {
  return std::string_view(statement.name) == "commit";
}

SessionDb::SessionDb(Parts parts) : parts_(std::move(parts)) {
  parts_.session.set_backend(parts_.backend);
}

SessionDb::~SessionDb() {
  lose();
}

Error SessionDb::lost() const {
  return {ErrorKind::full, "store", "PostgreSQL: simulated: the connection is broken"};
}

/// The server notices at once, and rolls back what was open.
void SessionDb::lose() {
  if (!parts_.db) return;
  parts_.db.reset();
  parts_.observer.await_end(parts_.backend);
  if (parts_.session.backend() == parts_.backend) parts_.session.set_backend(0);
}

Result<void> SessionDb::wait_for_turn(const Statement* statement) {
  if (!parts_.session.is_here()) return {};  // while the store is opened
  if (!parts_.db || parts_.session.is_killed()) return lost();
  parts_.session.yield();
  if (!parts_.db || parts_.session.is_killed()) return lost();
  at_this_statement_ = statement == nullptr ? Break::none : parts_.next_break(*statement);
  if (at_this_statement_ == Break::now) {
    lose();
    return lost();
  }
  if (at_this_statement_ == Break::late) {
    // What is on its way has arrived: only the last statement is late.
    const Result<void> settled = parts_.db->settle();
    const bool has_commit = settled.ok() && is_commit(*statement);
    parts_.session.set_backend(0);
    parts_.leave(std::move(parts_.db), parts_.backend, has_commit ? statement : nullptr);
    return lost();
  }
  return {};
}

/// What the client hears of a statement that was executed.
template <class T>
Result<T> SessionDb::seen(Result<T> result) {
  if (at_this_statement_ == Break::answer_lost && result.ok()) {
    lose();
    return lost();
  }
  // The server's own answer to a deadlock, which it was kept from finding.
  if (!result.ok() && parts_.session.was_victim()) {
    return Error{ErrorKind::conflict, "deadlock", "PostgreSQL: simulated: deadlock detected"};
  }
  return result;
}

Result<int64_t> SessionDb::run(const Statement& statement, std::initializer_list<Value> values,
                               RowSink sink) {
  const Result<void> turn = wait_for_turn(&statement);
  Result<int64_t> answer =
      turn.ok() ? seen(parts_.db->run(statement, values, sink)) : Result<int64_t>(turn.error());
  // Whoever sent COMMIT and lost the connection does not know, as the real one says.
  const bool is_lost = !answer.ok() && answer.error().what == lost().what;
  if (is_lost && is_commit(statement)) answer.error().kind = ErrorKind::unsure;
  return answer;
}

Result<int64_t> SessionDb::insert(const Statement& statement, std::initializer_list<Value> values) {
  DW_CHECK(wait_for_turn(&statement));
  return seen(parts_.db->insert(statement, values));
}

/// The server may execute it before the next one is sent, or together with it.
Result<void> SessionDb::send(const Statement& statement, std::initializer_list<Value> values) {
  if (parts_.db && !parts_.is_sent_alone()) return parts_.db->send(statement, values);
  DW_CHECK(wait_for_turn(&statement));
  DW_CHECK(parts_.db->send(statement, values));
  return seen(parts_.db->settle());
}

Result<void> SessionDb::settle() {
  if (!parts_.db) return lost();
  return parts_.db->settle();
}

Result<void> SessionDb::run_script(const char* text) {
  if (!parts_.db) return lost();
  return parts_.db->run_script(text);
}

}  // namespace dw::sim
