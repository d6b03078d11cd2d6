// Files of environment variables beside the configuration: deskwire.env, which daemon and commands
// read alike, and /etc/deskwire/environment, which systemd hands to the daemon and to nobody else.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/env.h"

namespace dw {

/// The variables of a file of systemd's EnvironmentFile=: lines NAME=value, the value between
/// quotes or not; "export " before the name is ignored, as are blank lines, comments (# or ;) and
/// other lines.
std::vector<std::pair<std::string, std::string>> environment_lines(std::string_view text);

/// deskwire.env in the folder of `settings_file`. Empty: there is no configuration file.
std::string environment_file_of(const std::string& settings_file);

/// Sets each variable of deskwire.env that this process does not have, and of
/// /etc/deskwire/environment if the configuration is the one beside it. To be called before there
/// is a second thread.
/// errors  invalid: deskwire.env is there and cannot be read
Result<void> adopt_environment(const std::string& settings_file);

/// The variables of this process; those that adopt_environment() set, as the files have them now.
Environment settings_environment(const std::string& settings_file);

}  // namespace dw
