// Its line in app/parts.cc.
#pragma once
#include "ports/module.h"

namespace dw {

JobModule assignment_module();

}  // namespace dw
