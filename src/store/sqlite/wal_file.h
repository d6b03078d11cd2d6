// SQLite writes each page of a commit to its log with two calls of the system, a header and a page.
// This gathers them: one call for each commit, and for each piece of a large one.
#pragma once

namespace dw {

/// The name of a VFS that is the system's own but for the log; it is registered at the first call.
/// Null: it could not be; SQLite's default does as well, and takes longer.
const char* vfs_with_gathered_log();

}  // namespace dw
