// What went wrong, as a value: a kind that says what the caller can do, where it was, what it is
// in the user's words. The eight kinds are also the metric label and, through one table each, the
// HTTP status (web/problem), the exit code (app) and a delivery's next state (engine/outbox).
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dw {

enum class ErrorKind {
  invalid,      ///< the sender must change something: a title is missing
  denied,       ///< not allowed: a bad signature, a revoked token
  missing,      ///< not there: ticket 42 does not exist
  conflict,     ///< against what is there: the ticket is closed for good
  busy,         ///< later, `when` says how much: rate limited, locked by another process
  unreachable,  ///< nothing was sent: connection refused
  unsure,       ///< it may have happened: the connection broke after the request was written
  full,         ///< cannot be kept: disk full, database gone
};

std::string_view name_of(ErrorKind kind);

/// The same may well succeed later, unchanged.
constexpr bool is_passing(ErrorKind kind) {
  return kind == ErrorKind::busy || kind == ErrorKind::unreachable || kind == ErrorKind::unsure ||
         kind == ErrorKind::full;
}

/// One field of what the sender gave, and what is wrong with it.
struct Problem {
  std::string field;
  std::string what;
  friend bool operator==(const Problem&, const Problem&) = default;
};

struct Error {
  ErrorKind kind = ErrorKind::invalid;
  std::string where;  ///< config line, route, connector and delivery id
  std::string what;   ///< in the user's words, with what to do; never a secret
  std::optional<std::chrono::milliseconds> when{};  ///< with `busy`: not before this long from now
  std::vector<Problem> problems{};                  ///< with `invalid`: every problem at once

  /// "where: what", as logs and the command line print it.
  std::string text() const;
};

}  // namespace dw
