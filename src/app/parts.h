// The jobs and connectors that bring all else along: a job or a connector is its folder and its two
// lines in parts.cc. docs/adr/0014-two-lines.md
#pragma once
#include <span>
#include <vector>

#include "ports/module.h"

namespace dw {

std::span<const JobModule> job_modules();
std::span<const ConnectorModule> connector_modules();
/// Their sections, in the order of the lists.
std::vector<const OwnSection*> own_sections();

}  // namespace dw
