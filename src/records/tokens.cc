// API tokens and the audit list.
#include "records/tokens.h"

#include <fmt/format.h>

#include "sql/tokens.h"

namespace dw {

namespace tokens {

Result<std::vector<Token>> list(ReadDb& db) {
  std::vector<Token> out;
  DW_CHECK(db.run(stmt::list_tokens, {}, [&](const Row& row) {
    namespace col = columns::token;
    out.push_back({.id = row.integer(col::id),
                   .name = std::string(row.text(col::name)),
                   .role = std::string(row.text(col::role)),
                   .hash = std::string(row.text(col::hash)),
                   .sqs_key_id = std::string(row.text(col::sqs_key_id)),
                   .sqs_secret = std::string(row.text(col::sqs_secret)),
                   .created_at = row.time(col::created_at),
                   .revoked_at = row.time_or_none(col::revoked_at),
                   .last_used_at = row.time_or_none(col::last_used_at),
                   .scopes = std::string(row.text(col::scopes))});
  }));
  return out;
}

Result<int64_t> add(Db& db, const Token& token) {
  DW_TRY(const int64_t id,
         db.insert(stmt::add_token, {token.name, token.role, token.hash, token.sqs_key_id,
                                     token.sqs_secret, token.created_at, token.scopes}));
  if (id == 0) {
    return Error{ErrorKind::conflict, "token",
                 fmt::format("token {} already exists; choose another name", token.name)};
  }
  return id;
}

Result<void> revoke(Db& db, const std::string& name, TimePoint now) {
  DW_TRY(const int64_t rows, db.run(stmt::revoke_token, {name, now}));
  if (rows > 0) return {};
  return Error{ErrorKind::missing, "token", fmt::format("there is no live token {}", name)};
}

Result<void> touch(Db& db, int64_t id, TimePoint now) {
  DW_CHECK(db.send(stmt::touch_token, {id, now}));
  return {};
}

}  // namespace tokens
}  // namespace dw
