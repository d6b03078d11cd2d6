// Its line in app/parts.cc.
#pragma once
#include "ports/module.h"

namespace dw {

JobModule greeting_module();

}  // namespace dw
