// What Tab offers in bash, zsh and fish, printed out of the command line itself: each command with
// its description, its options, and file names where a command takes a value.
// Each script walks the words before the cursor alike: an option's value is passed over, and a word
// counts only where it leads to a further command, so that `ticket show 12 --` still finds options.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <set>

#include "app/commands/commands.h"
#include "app/print.h"
#include "base/text.h"

namespace dw {
namespace {

struct TabWord {
  std::string name;
  std::string about;
  bool is_valued = false;  // only an option's: the next word is its value
};

/// What may follow the words of `path`, as "ticket list".
struct TabPlace {
  std::string path;
  std::vector<TabWord> commands;
  std::vector<TabWord> options;
  bool is_open = false;  // takes values of its own, such as a file
};

void collect(const CLI::App& app, const std::string& path, std::vector<TabPlace>& out) {
  TabPlace place;
  place.path = path;
  for (const CLI::App* command : app.get_subcommands({})) {
    place.commands.push_back({command->get_name(), command->get_description()});
  }
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // hidden: nobody types it
    place.is_open = place.is_open || option->get_positional();
    for (const std::string& name : option->get_lnames()) {
      place.options.push_back(
          {"--" + name, option->get_description(), option->get_items_expected_max() > 0});
    }
  }
  out.push_back(std::move(place));
  for (const CLI::App* command : app.get_subcommands({})) {
    collect(*command, path.empty() ? command->get_name() : path + " " + command->get_name(), out);
  }
}

/// Between single quotes of all three shells; `bash` and zsh leave them for an apostrophe.
std::string quoted(std::string_view text, std::string_view apostrophe) {
  return "'" + replace_all(text, "'", apostrophe) + "'";
}

/// Every path, each as the shell's pattern `"a b"`.
std::vector<std::string> paths_of(const std::vector<TabPlace>& all) {
  std::vector<std::string> out;
  for (const TabPlace& place : all) {
    if (!place.path.empty()) out.push_back("\"" + place.path + "\"");
  }
  return out;
}

std::vector<std::string> valued_of(const std::vector<TabPlace>& all) {
  std::set<std::string> out;
  for (const TabPlace& place : all) {
    for (const TabWord& option : place.options) {
      if (option.is_valued) out.insert(option.name);
    }
  }
  return {out.begin(), out.end()};
}

/// The walk of bash and zsh, which sets `at` and `before`; `words_before` are the typed ones.
std::string walk(const std::vector<TabPlace>& all, std::string_view words_before) {
  return fmt::format(
      "  local at=\"\" word before=\"\"\n"
      "  for word in {0}; do\n"
      "    if [[ $before == valued ]]; then before=\"\"; continue; fi\n"
      "    case $word in\n"
      "      {1}) before=valued; continue ;;\n"
      "      -*) continue ;;\n"
      "    esac\n"
      "    case \"${{at:+$at }}$word\" in\n"
      "      {2})\n"
      "        at=\"${{at:+$at }}$word\" ;;\n"
      "    esac\n"
      "  done\n",
      words_before, join(valued_of(all), "|"), join(paths_of(all), "|"));
}

std::string for_bash(const std::vector<TabPlace>& all) {
  std::string cases;
  for (const TabPlace& place : all) {
    std::vector<std::string> words;
    for (const TabWord& word : place.commands) words.push_back(word.name);
    for (const TabWord& word : place.options) words.push_back(word.name);
    cases += fmt::format("    \"{}\") words=\"{}\" ;;\n", place.path, join(words, " "));
  }
  return "_deskwire() {\n" + walk(all, "\"${COMP_WORDS[@]:1:COMP_CWORD-1}\"") +
         "  COMPREPLY=()\n"
         "  [[ $before == valued ]] && return\n"
         "  local words=\"\"\n"
         "  case \"$at\" in\n" +
         cases +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "}\n"
         "complete -o default -F _deskwire deskwire\n";
}

/// The words of one array of zsh's _describe, `name:what it does`.
std::string described(const std::vector<TabWord>& words) {
  std::string out;
  for (const TabWord& word : words) {
    out += " " + quoted(word.name + ":" + word.about, "'\\''");
  }
  return out;
}

std::string for_zsh(const std::vector<TabPlace>& all) {
  std::string cases;
  for (const TabPlace& place : all) {
    cases += fmt::format("    {})\n      commands=({} )\n      options=({} )\n      {};;\n",
                         "\"" + place.path + "\"", described(place.commands),
                         described(place.options), place.is_open ? "open=1 " : "");
  }
  return "#compdef deskwire\n"
         "_deskwire() {\n" +
         walk(all, "\"${(@)words[2,CURRENT-1]}\"") +
         "  if [[ $before == valued ]]; then _files; return; fi\n"
         "  local open=\"\"\n"
         "  local -a commands options\n"
         "  case \"$at\" in\n" +
         cases +
         "  esac\n"
         "  if [[ $PREFIX == -* ]]; then _describe -o option options; return; fi\n"
         "  if (( $#commands )); then _describe command commands; return; fi\n"
         "  [[ -z $open ]] || _files\n"
         "}\n"
         // Found by its name, the file is the function; read by a .zshrc, it names the function.
         "if [[ $funcstack[1] == _deskwire ]]; then _deskwire \"$@\"\n"
         "else compdef _deskwire deskwire; fi\n";
}

std::string for_fish(const std::vector<TabPlace>& all) {
  std::string out = fmt::format(
      "function __deskwire_at\n"
      "  set -l at ''\n"
      "  set -l before ''\n"
      "  set -l words (commandline -opc)\n"
      "  set -e words[1]\n"
      "  for word in $words\n"
      "    if test \"$before\" = valued\n"
      "      set before ''\n"
      "      continue\n"
      "    end\n"
      "    switch $word\n"
      "      case {}\n"
      "        set before valued\n"
      "      case '-*'\n"
      "      case '*'\n"
      "        set -l further (string trim -- \"$at $word\")\n"
      "        contains -- $further {}\n"
      "        and set at $further\n"
      "    end\n"
      "  end\n"
      "  test \"$at\" = \"$argv[1]\"\n"
      "end\n",
      join(valued_of(all), " "), join(paths_of(all), " "));
  for (const TabPlace& place : all) {
    const std::string here =
        fmt::format("complete -c deskwire -n '__deskwire_at \"{}\"'", place.path);
    if (!place.is_open) out += here + " -f\n";
    for (const TabWord& word : place.commands) {
      out += fmt::format("{} -a {} -d {}\n", here, word.name, quoted(word.about, "\\'"));
    }
    for (const TabWord& word : place.options) {
      out += fmt::format("{} -l {}{} -d {}\n", here, word.name.substr(2),
                         word.is_valued ? " -rF" : "", quoted(word.about, "\\'"));
    }
  }
  return out;
}

}  // namespace

void add_completions(Command app, Invocation& invocation) {
  auto shell = std::make_shared<std::string>();  // shared with a callback that runs later
  Command command = app.add("completions", "Print a shell's completion script");
  command.add_option("shell", *shell, "bash, zsh or fish")
      .required()
      .one_of({"bash", "zsh", "fish"});
  command.on_run([app, &invocation, shell] {
    std::vector<TabPlace> all;
    collect(app.library(), "", all);
    print("{}", *shell == "bash" ? for_bash(all) : *shell == "zsh" ? for_zsh(all) : for_fish(all));
    invocation.exit_code = 0;
  });
}

}  // namespace dw
