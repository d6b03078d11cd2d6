// Its line in app/parts.cc.
#pragma once
#include "ports/module.h"

namespace dw {

ConnectorModule embedded_desk_module();

}  // namespace dw
