// SQLite's write-ahead log, with the pages of a commit in one system call.
#pragma once

namespace dw {

/// Registers it with SQLite, once, and says its name for `sqlite3_open_v2()`.
///
/// SQLite writes a commit's pages to the log one by one, each with a call for its header and one
/// for itself, and syncs the log behind the last. Here they are put together in memory and written
/// when the log is synced; earlier where the log is read or measured, where they do not follow each
/// other, or where there are too many of them. What a transaction wrote and took back is forgotten
/// when it lets go of the log: whoever writes next begins at the same place. All else is done by
/// SQLite's own way to files.
///
/// Only for `PRAGMA synchronous = FULL`: other connections look into the log for what is committed,
/// and with less it would be so without a sync.
const char* gathered_log();

}  // namespace dw
