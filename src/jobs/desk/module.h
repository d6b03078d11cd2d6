// Its line in app/parts.cc.
#pragma once
#include "ports/module.h"

namespace dw {

JobModule desk_module();

}  // namespace dw
