// POST /hooks/…: body, source.verify, source.decode, inbox.accept, answer. Success is answered
// only after what the hook brought is committed.
#pragma once
#include <vector>

#include "engine/inbox.h"
#include "net/http_server.h"
#include "ports/source.h"
#include "web/connector_states.h"

namespace dw {

class Hooks {
 public:
  Hooks(Inbox& inbox, Clock& clock, Metrics& metrics, ConnectorStates& states,
        std::vector<const HookSource*> sources);
  void add_to(Routes& routes);

 private:
  Task<Response> take(const HookSource& source, Request& request);

  Inbox& inbox_;
  Clock& clock_;
  Metrics& metrics_;
  ConnectorStates& states_;
  std::vector<const HookSource*> sources_;
};

}  // namespace dw
