// The questions of `deskwire init`: each answer is checked when it is given, "<" goes back, and
// what was said is the next time's default.
#pragma once
#include <functional>
#include <string>

#include "app/sample.h"

namespace dw {

/// Finds a channel's id by its name, where a token is there. errors  missing: Slack knows none;
/// denied, unreachable: it could not be asked
using ChannelFinder = std::function<Result<std::string>(const std::string& name)>;

/// Asks everything, starting from what `answers` holds. `find_channel` may be empty: there is no
/// token. False: the input ended before the last question.
bool ask_setup(SetupAnswers& answers, const ChannelFinder& find_channel);

/// One line from the terminal, or `fallback` for an empty one or the end of input.
std::string ask_line(const std::string& question, const std::string& fallback);

/// Completes and checks the answers that flags have given: a flag of a system turns it on.
/// errors  invalid: each flag that is wrong, a line each
Result<void> complete_answers(SetupAnswers& answers, const ChannelFinder& find_channel);

}  // namespace dw
