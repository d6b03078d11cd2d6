// Numbered migrations, forward only (store/sql/migrations).
#pragma once
#include <span>

#include "store/db.h"

namespace dw {

struct Migration {
  int number;
  const char* sqlite;
  const char* postgres;
};

/// In order, from 1.
std::span<const Migration> migrations();

/// Brings the schema to the newest number, each step in a transaction of its own; how many ran.
/// errors  conflict: the store was written by a newer Deskwire
Result<int> migrate(Db& db, TimePoint now);

}  // namespace dw
