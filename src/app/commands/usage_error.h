// What is wrong with a command line, with what was probably meant.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): a name of the library
class App;
class ParseError;
}  // namespace CLI

namespace dw {

/// "unknown command \"chekc\" (did you mean check?)"; absent: the library's own words are better.
std::optional<std::string> usage_error(const CLI::App& app, const std::vector<std::string>& words,
                                       const CLI::ParseError& wrong);

}  // namespace dw
