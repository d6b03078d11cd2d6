// The list of connectors: one line each.
#pragma once

namespace dw {

struct Core;
void build_connectors(Core& core);

}  // namespace dw
