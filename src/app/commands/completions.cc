#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/commands/commands.h"
#include "base/text.h"

namespace dw {
namespace {

/// "ticket list" to the words that may follow it.
void collect(const CLI::App& app, const std::string& path,
             std::vector<std::pair<std::string, std::vector<std::string>>>& out) {
  std::vector<std::string> words;
  for (const CLI::App* command : app.get_subcommands({})) words.push_back(command->get_name());
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // hidden: nobody types it
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  out.emplace_back(path, std::move(words));
  for (const CLI::App* command : app.get_subcommands({})) {
    collect(*command, path.empty() ? command->get_name() : path + " " + command->get_name(), out);
  }
}

std::string for_bash(const std::vector<std::pair<std::string, std::vector<std::string>>>& all) {
  std::string cases;
  for (const auto& [path, words] : all) {
    cases += fmt::format("    \"{}\") words=\"{}\" ;;\n", path, join(words, " "));
  }
  return "_deskwire() {\n"
         "  local path=\"\" word words=\"\"\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    case \"$word\" in -*) ;; *) path=\"${path:+$path }$word\" ;; esac\n"
         "  done\n"
         "  case \"$path\" in\n" +
         cases +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "}\n"
         "complete -o default -F _deskwire deskwire\n";
}

std::string for_fish(const std::vector<std::pair<std::string, std::vector<std::string>>>& all) {
  std::string out =
      "function __deskwire_at\n"
      "  set -l words (string match -v -- '-*' (commandline -opc)[2..-1])\n"
      "  test \"$words\" = \"$argv[1]\"\n"
      "end\n";
  for (const auto& [path, words] : all) {
    out += fmt::format("complete -c deskwire -n '__deskwire_at \"{}\"' -a '{}'\n", path,
                       join(words, " "));
  }
  return out;
}

}  // namespace

void add_completions(CLI::App& app, Invocation& invocation) {
  auto shell = std::make_shared<std::string>();  // shared with a callback that runs later
  CLI::App* command = app.add_subcommand("completions", "Print a shell's completion script");
  command->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([&app, &invocation, shell] {
    std::vector<std::pair<std::string, std::vector<std::string>>> all;
    collect(app, "", all);
    if (*shell == "fish") {
      fmt::print("{}", for_fish(all));
    } else {
      // zsh runs bash's completions through its own adapter.
      fmt::print("{}{}", *shell == "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" : "",
                 for_bash(all));
    }
    invocation.exit_code = 0;
  });
}

}  // namespace dw
