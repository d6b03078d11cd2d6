// Files of environment variables beside the configuration: deskwire.env, which daemon and commands
// read alike, and /etc/deskwire/environment, which systemd hands to the daemon and to nobody else.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/env.h"

namespace dw {

struct EnvironmentLines {
  std::vector<std::pair<std::string, std::string>> variables;
  /// By line, what is wrong and what to do, without a word of a value.
  std::vector<std::pair<int, std::string>> problems;
};

/// The variables of a file of systemd's EnvironmentFile=: lines NAME=value, the value between
/// quotes or not; "export " before the name is ignored, as are blank lines and comments (# or ;).
/// Other lines set nothing, and are problems.
EnvironmentLines read_environment(std::string_view text);

/// deskwire.env in the folder of `settings_file`. Empty: there is no configuration file.
std::string environment_file_of(const std::string& settings_file);

/// Sets each variable of deskwire.env that this process does not have, and of
/// /etc/deskwire/environment if the configuration is the one beside it. To be called before there
/// is a second thread. The lines that are wrong, "deskwire.env:3: what is wrong and what to do".
/// errors  invalid: deskwire.env is there and cannot be read
Result<std::vector<std::string>> adopt_environment(const std::string& settings_file);

/// The same lines as they are now, for a reload; a file that cannot be read is one of them.
std::vector<std::string> environment_problems(const std::string& settings_file);

/// The variables of this process; those that adopt_environment() set, as the files have them now.
Environment settings_environment(const std::string& settings_file);

}  // namespace dw
