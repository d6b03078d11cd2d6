#include "connectors/embedded_desk/module.h"

#include "connectors/embedded_desk/embedded_desk.h"

namespace dw {

ConnectorModule embedded_desk_module() {
  return {.build = [](const ConnectorContext&, ConnectorParts& out) {
    out.local_targets.push_back(std::make_unique<EmbeddedDesk>());
  }};
}

}  // namespace dw
