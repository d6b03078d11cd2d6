// The watch, for app/parts.cc.
#pragma once
#include "ports/module.h"

namespace dw {

JobModule watch_module();

}  // namespace dw
