// Numbered migrations, forward only; their files stand with whoever owns the tables.
#pragma once
#include <span>

#include "store/connection.h"

namespace dw {

struct Migration {
  int number;
  const char* sqlite;
  const char* postgres;
};

/// The version that a store has while a copy into it is not complete: no version of Deskwire opens
/// it, not even those that don't know what it means.
constexpr int64_t schema_of_unfinished_copy = 2'000'000'000;

/// In order, from 1.
std::span<const Migration> migrations();

/// The number that the schema has reached; 0 in an empty store. Only looks.
/// errors  conflict: written by a newer Deskwire, or by another program, or a copy into it has not
///         been completed
Result<int64_t> schema_of(Connection& db);

/// Brings the schema to the newest number, in one transaction; how many steps ran. Several may call
/// it at once; one of them does it.
/// errors  as schema_of()
Result<int> migrate(Connection& db, TimePoint now);

}  // namespace dw
