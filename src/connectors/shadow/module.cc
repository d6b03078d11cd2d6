#include "connectors/shadow/module.h"

#include "connectors/shadow/shadow.h"

namespace dw {

ConnectorModule shadow_module() {
  return {.build = [](const ConnectorContext&, ConnectorParts& out) {
    out.local_targets.push_back(std::make_unique<Shadow>());
  }};
}

}  // namespace dw
