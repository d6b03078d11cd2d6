// What to do about an error of SQLite's: words for the log, /readyz and whoever runs a command.
#pragma once
#include <string>

namespace dw {

/// `what` with the next step behind it, where the result code of SQLite has one. `where` is the
/// file as its reader knows it: "the store (store.url)", a path of a command.
std::string with_remedy(std::string what, int code, const std::string& where);

/// "the store (store.url)": the path itself is nobody's business who sends a request.
extern const char* const store_place;

}  // namespace dw
