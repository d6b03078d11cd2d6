#include "app/commands/usage_error.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/nearest.h"
#include "base/text.h"

namespace dw {
namespace {

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> out;
  for (const CLI::App* one : app.get_subcommands([](const CLI::App*) { return true; })) {
    out.push_back(one->get_name());
  }
  return out;
}

std::vector<std::string> options_of(const CLI::App* app) {
  std::vector<std::string> out;
  for (; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& name : option->get_lnames()) out.push_back("--" + name);
    }
  }
  return out;
}

std::string suggestion(const std::string& word, const std::vector<std::string>& known) {
  const std::string* nearest = nearest_of(word, known);
  if (nearest != nullptr) return fmt::format(" (did you mean {}?)", *nearest);
  return "";
}

/// The command that the words lead to, and the first word that is none.
struct Walk {
  const CLI::App* at;
  std::string path = "deskwire", unknown{};
};

Walk walk(const CLI::App& app, const std::vector<std::string>& words) {
  Walk out{&app};
  bool is_value = false;
  for (const std::string& word : words) {
    if (word.starts_with('-')) {
      is_value = word == "--config";
      continue;
    }
    if (is_value) {
      is_value = false;
      continue;
    }
    if (commands_of(*out.at).empty()) break;
    const CLI::App* next = nullptr;
    for (const CLI::App* one : out.at->get_subcommands([](const CLI::App*) { return true; })) {
      if (one->get_name() == word) next = one;
    }
    if (next == nullptr) {
      out.unknown = word;
      break;
    }
    out.at = next;
    out.path += " " + word;
  }
  return out;
}

/// "--status: foo not in {open,pending}", "The following argument was not expected: extra".
std::string in_our_words(const std::string& said) {
  constexpr std::string_view not_in = " not in {", extra = " not expected: ";
  const size_t colon = said.find(": "), set = said.find(not_in);
  if (colon != std::string::npos && set != std::string::npos && colon < set &&
      said.ends_with('}')) {
    const std::string_view text(said);
    const std::string_view value = text.substr(colon + 2, set - colon - 2);
    const std::string_view all = text.substr(set + not_in.size());
    return fmt::format("{}: invalid value \"{}\" (one of {})", text.substr(0, colon), value,
                       replace_all(all.substr(0, all.size() - 1), ",", ", "));
  }
  if (const size_t at = said.find(extra); at != std::string::npos) {
    return fmt::format("unknown argument \"{}\"", said.substr(at + extra.size()));
  }
  return said;
}

}  // namespace

std::optional<std::string> usage_error(const CLI::App& app, const std::vector<std::string>& words,
                                       const CLI::ParseError& wrong) {
  const Walk found = walk(app, words);
  const std::vector<std::string> commands = commands_of(*found.at);
  const bool needs_command = found.at->get_require_subcommand_min() > 0;
  const std::string help = fmt::format("\nRun `{} --help` for more.", found.path);
  if (!found.unknown.empty() && needs_command) {
    return fmt::format("unknown command \"{}\"{}\n{} has: {}", found.unknown,
                       suggestion(found.unknown, commands), found.path, join(commands, ", ")) +
           help;
  }
  if (needs_command && !commands.empty() && found.unknown.empty() &&
      dynamic_cast<const CLI::RequiredError*>(&wrong) != nullptr) {
    return fmt::format("give one of these commands: {}", join(commands, ", ")) + help;
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&wrong) != nullptr) {
    const std::vector<std::string> known = options_of(found.at);
    for (const std::string& word : words) {
      const std::string name = word.substr(0, word.find('='));
      const bool is_known = std::find(known.begin(), known.end(), name) != known.end();
      if (!name.starts_with("--") || name == "--" || is_known) continue;
      return fmt::format("unknown option \"{}\"{}", name, suggestion(name, known)) + help;
    }
  }
  if (dynamic_cast<const CLI::ConversionError*>(&wrong) != nullptr) {
    const std::string said = wrong.what();
    const size_t equals = said.find(" = "), colon = said.find(": ");
    if (equals == std::string::npos || colon == std::string::npos || colon > equals) return {};
    return fmt::format("invalid {} \"{}\": must be a number",
                       said.substr(colon + 2, equals - colon - 2), said.substr(equals + 3)) +
           help;
  }
  return in_our_words(wrong.what()) + help;
}

}  // namespace dw
