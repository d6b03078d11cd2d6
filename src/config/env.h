// What a configuration may take from the machine that it is read on: environment variables inside
// its strings, and secrets from files.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace dw {

/// An environment variable, or nothing.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
/// Without the newlines at a value's end, which come from a file or an echo and mean nothing.
Environment process_environment();

/// A secret as it is meant: "xoxb-1\r\n" is "xoxb-1".
std::string without_last_newlines(std::string text);

/// `text` with each ${NAME} and ${NAME:-default} filled in; "$${" is a plain "${". An empty
/// variable counts as set, but gives way to a default, as in a shell. What a variable holds is
/// not looked through again.
/// errors  invalid: an unset variable, by name; a ${ that is not closed; never the text itself
Result<std::string> expand(std::string_view text, const Environment& environment);

/// The contents of a file that holds one secret, without the newlines at its end: a regular file of
/// at most 64 KiB.
/// errors  invalid: why it can't be read
Result<std::string> read_secret_file(const std::string& path);

}  // namespace dw
