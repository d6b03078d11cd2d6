// The storm, for app/parts.cc.
#pragma once
#include "ports/module.h"

namespace dw {

JobModule storm_module();

}  // namespace dw
