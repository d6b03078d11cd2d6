// Accounts, sessions, and the keys that sign cookies.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "domain/account.h"
#include "ports/db.h"

namespace dw {

namespace accounts {

/// By name.
Result<std::vector<Account>> list(ReadDb& db);

Result<std::optional<Account>> find(ReadDb& db, const std::string& name);

Result<std::optional<Account>> find_by_subject(ReadDb& db, const std::string& subject);

Result<std::optional<OpenSession>> find_session(ReadDb& db, const std::string& hash);

/// errors  conflict: the name, or the subject, is taken
Result<int64_t> add(Db& db, const Account& account);

/// Writes role and password, and ends all its sessions. errors  missing
Result<void> change(Db& db, const Account& account);

/// With its sessions.
Result<void> remove(Db& db, int64_t id);

Result<void> add_session(Db& db, const Session& session);

Result<void> touch_session(Db& db, const std::string& hash, TimePoint now);

Result<void> drop_session(Db& db, const std::string& hash);

/// The key of that name; `fresh` becomes it if there is none. All replicas get the same.
Result<std::string> server_key(Db& db, const std::string& name, const std::string& fresh);

/// Removes at most `limit` rows older than `before`; how many.
Result<int64_t> prune(Db& db, TimePoint before, int64_t limit);

}  // namespace accounts

}  // namespace dw
