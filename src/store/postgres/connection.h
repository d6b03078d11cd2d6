// A libpq connection that is never waited for without an end: a server that accepts and is silent,
// or a network that swallows everything, costs a deadline and no more.
#pragma once
#include <memory>
#include <string>

#include "base/clock.h"
#include "store/interrupt.h"

struct pg_conn;
struct pg_result;

namespace dw {

/// How long a server may be silent before its connection counts as lost.
struct PostgresPatience {
  Millis connect{5'000};  ///< to take us in, for each host; a connect_timeout of the url wins
  Millis begin{5'000};    ///< to begin a transaction, which waits for nobody
  Millis answer{40'000};  ///< all else: more than the server itself gives a statement (30 s)
};

enum class Waited { ready, late, interrupted };

/// Until the socket can be read or written (`events` as for poll), or the time is over.
Waited wait_for(int socket, short events, Monotonic until, const Interrupt& interrupt);

struct PostgresFree {
  void operator()(pg_conn* connection) const;
  void operator()(pg_result* result) const;
};
using PostgresConnection = std::unique_ptr<pg_conn, PostgresFree>;
using PostgresResult = std::unique_ptr<pg_result, PostgresFree>;

struct Connected {
  PostgresConnection connection;  ///< never null
  std::string problem;            ///< why it is of no use; empty: it is open
};

/// A connection to `url` that notices within seconds when the other side is gone, whatever the
/// network does; what the url itself says comes first. It does not block on its socket.
Connected connect_postgres(const std::string& url, const PostgresPatience& timeout,
                           const Interrupt& interrupt);

}  // namespace dw
