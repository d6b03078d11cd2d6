// What the commands share: settings, the store, tables.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <iterator>

#include "app/commands/commands.h"
#include "app/environment_file.h"
#include "app/exit_code.h"
#include "app/print.h"
#include "base/text.h"

namespace dw {
namespace {

constexpr size_t cell_characters_max = 60;

/// A value as text; null is "-".
std::string shown(const json::value& value, std::string_view line_break) {
  if (value.is_null()) return "-";
  const json::string* text = value.if_string();
  return text == nullptr ? to_text(value) : for_terminal({text->data(), text->size()}, line_break);
}

/// The member at "requester.name"; null: there is none.
const json::value* member_at(const json::value& item, std::string_view path) {
  const json::value* value = &item;
  for (const std::string_view part : split(path, '.')) {
    if (!value->is_object()) return nullptr;
    value = value->get_object().if_contains({part.data(), part.size()});
    if (value == nullptr) return nullptr;
  }
  return value->is_null() ? nullptr : value;
}

/// The first of the members "external.id|id" that there is, as one line that fits into a table.
std::string cell(const json::value& item, const std::string& members) {
  for (const std::string_view path : split(members, '|')) {
    const json::value* value = member_at(item, path);
    if (value == nullptr) continue;
    const json::string* text = value->if_string();
    return text == nullptr ? shown(*value, " ")
                           : cut_characters(shown(*value, " "), cell_characters_max);
  }
  return "-";
}

/// errors  invalid: secrets of these sections are missing
Result<Settings> with_secrets_of(Settings settings, const SecretSections& sections) {
  std::string missing;
  for (const MissingSecret& one : settings.missing_secrets) {
    const std::string section = one.key.substr(0, one.key.find('.'));
    if (std::find(sections.begin(), sections.end(), section) == sections.end()) continue;
    missing += (missing.empty() ? "" : "\n") + one.text;
  }
  if (missing.empty()) return settings;
  return Error{ErrorKind::invalid, "", missing};
}

}  // namespace

void fail(Invocation& invocation, const Error& error) {
  print(stderr, "deskwire: {}\n", for_terminal(error.text(), "\n"));
  invocation.exit_code = exit_code_of(error);
}

std::optional<Settings> read_settings(Invocation& invocation, const SecretSections& secrets) {
  const Environment environment = process_environment();
  const Result<std::string> file = find_settings_file(invocation.config, environment);
  if (file.ok()) {
    const Result<std::vector<std::string>> adopted = adopt_environment(*file);
    if (!adopted.ok()) {
      print(stderr, "deskwire: {}\n", adopted.error().text());
    } else {
      for (const std::string& one : *adopted) print(stderr, "{}\n", one);
    }
  }
  const bool needs_all = std::find(secrets.begin(), secrets.end(), every_section) != secrets.end();
  const SecretUse use = needs_all ? SecretUse::all : SecretUse::some;
  Result<Settings> settings =
      file.ok() ? load_settings(*file, environment, use) : Result<Settings>(file.error());
  if (settings.ok()) settings = with_secrets_of(std::move(*settings), secrets);
  if (settings.ok()) {
    set_log(settings->log.level, settings->log.format);
    return std::move(*settings);
  }
  print(stderr, "{}\n", settings.error().text());
  invocation.exit_code = exit_configuration;
  return std::nullopt;
}

std::string new_store_file(const Settings& settings) {
  constexpr std::string_view scheme = "sqlite:", memory = ":memory:";
  const std::string& url = settings.store.url;
  if (!url.starts_with(scheme)) return "";
  std::string file = url.substr(scheme.size());
  const bool is_missing = file != memory && ::access(file.c_str(), F_OK) != 0;
  return is_missing ? file : "";
}

Settings without_new_store(Settings settings) {
  if (!new_store_file(settings).empty()) settings.store.url = "sqlite::memory:";
  return settings;
}

std::unique_ptr<Core> open_core(Invocation& invocation, OpenMode mode,
                                const SecretSections& secrets) {
  std::optional<Settings> settings = read_settings(invocation, secrets);
  if (!settings) return nullptr;
  Result<std::unique_ptr<Core>> core = build_core(std::move(*settings), mode);
  if (core.ok()) return std::move(*core);
  fail(invocation, core.error());
  return nullptr;
}

void run_task(Core& core, Task<void> task) {
  std::exception_ptr left;
  asio::co_spawn(core.loop, std::move(task), [&left](std::exception_ptr e) { left = e; });
  core.loop.run();
  core.loop.restart();
  if (left) std::rethrow_exception(left);
}

void print_items(const Invocation& invocation, const json::array& items,
                 const std::vector<TableColumn>& columns) {
  if (invocation.is_json) {
    print_json(json::object{{"items", items}});
    return;
  }
  std::vector<size_t> widths;
  std::vector<std::vector<std::string>> rows(1);
  for (const TableColumn& column : columns) rows[0].push_back(column.heading);
  for (const json::value& item : items) {
    rows.emplace_back();
    for (const TableColumn& column : columns) rows.back().push_back(cell(item, column.member));
  }
  widths.assign(columns.size(), 0);
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], count_characters(row[i]));
    }
  }
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const bool is_last = i + 1 == row.size();
      line += row[i] + std::string(is_last ? 0 : widths[i] - count_characters(row[i]) + 2, ' ');
    }
    print("{}\n", line);
  }
}

void print_one(const Invocation& invocation, const json::object& object) {
  if (invocation.is_json) {
    print_json(object);
    return;
  }
  for (const auto& member : object) {
    print("{}: {}\n", std::string_view(member.key()), shown(member.value(), "\n  "));
  }
}

Command add_command(Command app, Invocation& invocation, const std::string& name,
                    const std::string& what, std::function<void()> action) {
  Command command = app.add(name, what);
  command.add_flag("--json", invocation.is_json, "print JSON");
  command.on_run(std::move(action));
  return command;
}

}  // namespace dw
