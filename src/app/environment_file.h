// /etc/deskwire/environment, which systemd hands to the daemon and to nobody else: a command that a
// person types reads it too, and so finds the same secrets.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dw {

/// The variables of a file of systemd's EnvironmentFile=: lines NAME=value, the value between
/// quotes or not; blank lines, comments (# or ;) and what is no such line are passed over.
std::vector<std::pair<std::string, std::string>> environment_lines(std::string_view text);

/// Sets each variable of /etc/deskwire/environment that this process does not have, if
/// `settings_file` is the one beside it. To be called before there is a second thread.
void adopt_environment(const std::string& settings_file);

}  // namespace dw
