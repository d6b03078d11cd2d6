// Its line in app/parts.cc.
#pragma once
#include "ports/module.h"

namespace dw {

ConnectorModule shadow_module();

}  // namespace dw
