// API tokens and the audit list.
#include <fmt/format.h>

#include "statements.h"
#include "store/journal.h"

namespace dw {

Result<std::vector<Token>> SqlJournal::tokens() {
  std::vector<Token> out;
  DW_CHECK(db_.run(stmt::list_tokens, {}, [&](const Row& row) {
    out.push_back({.id = row.integer(0),
                   .name = std::string(row.text(1)),
                   .role = std::string(row.text(2)),
                   .hash = std::string(row.text(3)),
                   .sqs_key_id = std::string(row.text(4)),
                   .sqs_secret = std::string(row.text(5)),
                   .created_at = row.time(6),
                   .revoked_at = row.time_or_none(7),
                   .last_used_at = row.time_or_none(8),
                   .scopes = std::string(row.text(9))});
  }));
  return out;
}

Result<int64_t> SqlJournal::add_token(const Token& token) {
  DW_TRY(const int64_t id,
         db_.insert(stmt::add_token, {token.name, token.role, token.hash, token.sqs_key_id,
                                      token.sqs_secret, token.created_at, token.scopes}));
  if (id == 0) {
    return Error{ErrorKind::conflict, "token",
                 fmt::format("there is a token {} already; choose another name", token.name)};
  }
  return id;
}

Result<void> SqlJournal::revoke_token(const std::string& name, TimePoint now) {
  DW_TRY(const int64_t rows, db_.run(stmt::revoke_token, {name, now}));
  if (rows > 0) return {};
  return Error{ErrorKind::missing, "token", fmt::format("there is no live token {}", name)};
}

Result<void> SqlJournal::touch_token(int64_t id, TimePoint now) {
  DW_CHECK(db_.send(stmt::touch_token, {id, now}));
  return {};
}

Result<void> SqlJournal::add_audit(const AuditEntry& entry) {
  DW_CHECK(db_.send(stmt::add_audit, {entry.at, entry.who, entry.what, entry.subject}));
  return {};
}

Result<std::vector<AuditEntry>> SqlJournal::audit(const PageRequest& page) {
  std::vector<AuditEntry> out;
  DW_TRY(const int64_t below, id_in(page.cursor));
  DW_CHECK(
      db_.run(stmt::list_audit, {below, static_cast<int64_t>(page.limit)}, [&](const Row& row) {
        out.push_back({row.time(1), std::string(row.text(2)), std::string(row.text(3)),
                       std::string(row.text(4)), row.integer(0)});
      }));
  return out;
}

}  // namespace dw
