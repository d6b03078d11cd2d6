// API tokens and SQS keys.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "ports/db.h"

namespace dw {

/// An API token; the secret itself is never stored, only its SHA-256. For SQS access keys the
/// secret must be known to check SigV4, so `sqs_secret` keeps it.
struct Token {
  int64_t id = 0;
  std::string name;
  std::string role;        ///< "viewer", "agent", "admin"
  std::string hash;        ///< hex SHA-256 of the token; empty for SQS keys
  std::string sqs_key_id;  ///< empty for API tokens
  std::string sqs_secret;
  TimePoint created_at{};
  std::optional<TimePoint> revoked_at, last_used_at;
  /// "tally:read tickets": the nouns under /v1 that it opens, to read or whole; empty: all.
  std::string scopes{};
};

namespace tokens {

Result<std::vector<Token>> list(ReadDb& db);

Result<int64_t> add(Db& db, const Token& token);

/// errors  missing
Result<void> revoke(Db& db, const std::string& name, TimePoint now);

Result<void> touch(Db& db, int64_t id, TimePoint now);

}  // namespace tokens

}  // namespace dw
