// The shapes of /v1/status, /v1/session, /v1/audit, of errors, and of accounts and tokens, which
// the command line alone shows.
#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "domain/account.h"
#include "engine/scheduler.h"
#include "records/audit.h"
#include "web/access.h"
#include "web/connector_states.h"
#include "web/shapes.h"

namespace dw {

struct ShownStore {
  std::string kind;
  StoreHealth health;
};
struct ShownAccess {
  Access::Mode mode = Access::Mode::loopback;
  std::string name;
  Role role = Role::viewer;
};

/// GET /v1/status.
struct ShownStatus {
  std::string version;
  TimePoint started_at{}, now{};
  ShownStore store;
  std::vector<ConnectorState> connectors;
  std::vector<JobState> jobs;
  ShownAccess access;
};

/// GET /v1/session. Nobody is signed in: without a name.
struct ShownSession {
  Access::Mode mode = Access::Mode::loopback;
  std::string name, role, csrf;
};

/// A connector's state as the live stream carries it.
struct LiveConnector {
  ConnectorState state;
};

/// application/problem+json.
struct ShownProblem {
  std::string title;
  int status = 0;
  Error error;
};

/// A token or an SQS access key that was just made, with its secret.
struct FreshToken {
  Token token;
  std::string secret;
  std::string link{};  ///< of a wall screen
};
struct RevokedToken {
  std::string name;
};
struct RemovedUser {
  std::string name;
};

template <>
inline constexpr std::array all_of<Role>{Role::viewer, Role::agent, Role::admin};
template <>
inline constexpr std::array all_of<Access::Mode>{Access::Mode::loopback, Access::Mode::password,
                                                 Access::Mode::token, Access::Mode::oidc};

const Shape<ShownStore>& shape_for(const ShownStore*);
const Shape<ShownAccess>& shape_for(const ShownAccess*);
const Shape<ConnectorState>& shape_for(const ConnectorState*);
const Shape<LiveConnector>& shape_for(const LiveConnector*);
const Shape<JobState>& shape_for(const JobState*);
const Shape<ShownStatus>& shape_for(const ShownStatus*);
const Shape<ShownSession>& shape_for(const ShownSession*);
const Shape<AuditEntry>& shape_for(const AuditEntry*);
/// Without its secret.
const Shape<Token>& shape_for(const Token*);
const Shape<FreshToken>& shape_for(const FreshToken*);
const Shape<RevokedToken>& shape_for(const RevokedToken*);
const Shape<Account>& shape_for(const Account*);
const Shape<RemovedUser>& shape_for(const RemovedUser*);
const Shape<Problem>& shape_for(const Problem*);
const Shape<ShownProblem>& shape_for(const ShownProblem*);

}  // namespace dw
