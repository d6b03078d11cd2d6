// What the volume commands are given, and the two that only look back.
#pragma once
#include <string>

#include "app/commands/commands.h"

namespace dw {

/// Lives as long as the command line.
struct VolumeArguments {
  std::string at, since, method, labels, chart, input, file, auth_ini;
  double sensitivity = 0;  ///< 0: as configured
  bool is_dry = false, has_exit_code = false, is_compared = false, has_hours = false;
};

/// Numbers as a person writes them, for tables; JSON keeps all digits.
json::object readable(const Invocation& invocation, json::object shape);

/// Replays history as if live: the alerts that it would have sent, scored against labels.
void volume_backtest(Invocation& invocation, const VolumeArguments& given);
/// Hours with what was expected, as a table and a picture.
void volume_report(Invocation& invocation, const VolumeArguments& given);

}  // namespace dw
