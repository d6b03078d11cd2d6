#include "sim/session_db.h"

namespace dw::sim {

bool is_commit(const Statement& statement) {
  return std::string_view(statement.name) == "commit";
}

SessionDb::SessionDb(Parts parts) : parts_(std::move(parts)), session_(parts_.db->session()) {
  parts_.session.set_backend(parts_.backend);
}

SessionDb::~SessionDb() {
  lose();
}

/// As PostgresDb says it: of COMMIT nobody knows.
Error SessionDb::lost(const Statement* statement) {
  const bool is_unknown = statement != nullptr && is_commit(*statement);
  return {is_unknown ? ErrorKind::unsure : ErrorKind::full, "store",
          "PostgreSQL: simulated: the connection is broken"};
}

/// The server notices at once, and rolls back what was open.
void SessionDb::lose() {
  if (!parts_.db) return;
  parts_.db.reset();
  parts_.observer.await_end(parts_.backend);
  if (parts_.session.backend() == parts_.backend) parts_.session.set_backend(0);
}

Result<void> SessionDb::wait_for_slot(const Statement* statement) {
  if (!parts_.session.is_here()) return {};  // while the store is opened
  if (!parts_.db || parts_.session.is_killed()) return lost(nullptr);
  parts_.session.yield();
  if (!parts_.db || parts_.session.is_killed()) return lost(nullptr);
  at_this_statement_ = statement == nullptr ? Break::none : parts_.next_break(*statement);
  if (at_this_statement_ == Break::now) {
    lose();
    return lost(statement);
  }
  if (at_this_statement_ == Break::late) {
    // What is on its way has arrived: only the last statement is late.
    const Result<void> settled = parts_.db->settle();
    const bool has_commit = settled.ok() && is_commit(*statement);
    parts_.session.set_backend(0);
    parts_.leave(std::move(parts_.db), parts_.backend, has_commit ? statement : nullptr);
    return lost(statement);
  }
  return {};
}

/// What the client hears of a statement that was executed.
template <class T>
Result<T> SessionDb::seen(const Statement& statement, Result<T> result) {
  if (at_this_statement_ == Break::answer_lost && result.ok()) {
    lose();
    return lost(&statement);
  }
  if (result.ok()) return result;
  // The server's own answers, which it was kept from giving.
  switch (parts_.session.was_ended()) {
    case Ended::deadlock:
      return Error{ErrorKind::conflict, "deadlock", "PostgreSQL: simulated: deadlock detected"};
    case Ended::lock_timeout:
      return Error{ErrorKind::busy, "store", "PostgreSQL: simulated: lock timeout", Millis(1000)};
    case Ended::no:
      break;
  }
  return result;
}

Result<int64_t> SessionDb::run(const Statement& statement, std::initializer_list<Value> values,
                               RowSink sink) {
  DW_CHECK(wait_for_slot(&statement));
  Result<int64_t> result = seen(statement, parts_.db->run(statement, values, sink));
  if (std::string_view(statement.name) == "end_session" && result.ok()) {
    parts_.await_end_of(std::get<std::string_view>(values.begin()->get()));
  }
  return result;
}

Result<int64_t> SessionDb::insert(const Statement& statement, std::initializer_list<Value> values) {
  DW_CHECK(wait_for_slot(&statement));
  return seen(statement, parts_.db->insert(statement, values));
}

/// The server may execute it before the next one is sent, or together with it.
Result<void> SessionDb::send(const Statement& statement, std::initializer_list<Value> values) {
  if (parts_.db && !parts_.is_sent_alone()) return parts_.db->send(statement, values);
  DW_CHECK(wait_for_slot(&statement));
  DW_CHECK(parts_.db->send(statement, values));
  return seen(statement, parts_.db->settle());
}

Result<void> SessionDb::settle() {
  if (!parts_.db) return lost(nullptr);
  return parts_.db->settle();
}

Result<void> SessionDb::run_script(const char* text) {
  if (!parts_.db) return lost(nullptr);
  return parts_.db->run_script(text);
}

}  // namespace dw::sim
