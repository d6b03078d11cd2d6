#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/print.h"
#include "base/text.h"
#include "jobs/watch/watch.h"
#include "records/key_values.h"
#include "store/copy.h"

namespace dw {
namespace {

/// The store alone: these commands need nothing else.
std::unique_ptr<Store> open(Invocation& invocation, OpenMode mode) {
  const auto settings = read_settings(invocation);
  if (!settings) return nullptr;
  Result<std::unique_ptr<Store>> store = open_store(settings->store.url, mode, nullptr);
  if (store.ok()) return std::move(*store);
  fail(invocation, store.error());
  return nullptr;
}

/// For [watch] and the metrics. A backup whose time can't be noted is one all the same.
void note_backup(Store& store) {
  const Result<void> noted = store.write_now([](Db& db) -> Result<void> {
    DW_TRY(const StoredValue before, key_values::get(db, backup_time_name));
    return key_values::set(db, backup_time_name, to_rfc3339(system_now()), before.version);
  });
  if (!noted.ok()) print(stderr, "deskwire: the backup's time: {}\n", noted.error().text());
}

void verify(Invocation& invocation) {
  const std::unique_ptr<Store> store = open(invocation, OpenMode::look);
  if (!store) return;
  const Result<std::vector<std::string>> found = store->verify();
  if (!found.ok()) return fail(invocation, found.error());
  json::array items;
  for (const std::string& one : *found) items.push_back(json::object{{"problem", one}});
  if (!found->empty()) invocation.exit_code = exit_found;
  if (invocation.is_json || !found->empty()) {
    print_items(invocation, items, {{"PROBLEM", "problem"}});
  } else {
    print("the store is intact\n");
  }
}

/// A bar on a terminal; elsewhere a line as each table ends.
void show_step(const CopyStep& step, bool has_bar, std::string& shown) {
  if (has_bar) {
    const double share =
        static_cast<double>(step.done) / static_cast<double>(std::max<int64_t>(step.rows, 1));
    const auto filled = static_cast<size_t>(std::min(1.0, share) * 30);
    print(stderr, "\r{:<5} [{:<30}] {:3.0f}%  {:<24}", step.phase, std::string(filled, '='),
          std::min(1.0, share) * 100, step.table);
    shown = "a bar";
    return;
  }
  const std::string line = fmt::format("{} {}\n", step.phase, step.table);
  if (line == shown) return;
  shown = line;
  print(stderr, "{}", line);
}

json::object shape_of(const CopyReport& report) {
  json::array tables, replaced, differences;
  for (const CopiedTable& one : report.tables) {
    tables.push_back(json::object{{"name", one.name}, {"rows", one.rows}});
  }
  for (const std::string& one : report.replaced) replaced.emplace_back(one);
  for (const std::string& one : report.differences) differences.emplace_back(one);
  return {{"is_complete", report.difference_count == 0},
          {"schema", report.schema},
          {"rows", report.rows},
          {"tables", std::move(tables)},
          {"replaced_count", report.replaced_count},
          {"replaced", std::move(replaced)},
          {"difference_count", report.difference_count},
          {"differences", std::move(differences)}};
}

void print_report(const CopyReport& report) {
  for (const CopiedTable& one : report.tables) print("{:<24} {}\n", one.name, one.rows);
  for (const std::string& one : report.replaced) {
    print("bytes that PostgreSQL cannot store became U+FFFD: {}\n", for_terminal(one));
  }
  for (const std::string& one : report.differences) print("{}\n", for_terminal(one));
  if (report.difference_count == 0) {
    print("copied {} of {} tables; every row compared equal\n", counted(report.rows, "row", "rows"),
          report.tables.size());
  } else {
    print(
        "{}. The target cannot be served. Run the copy again; if rows differ again, "
        "something else writes to one of the two stores\n",
        counted(report.difference_count, "row differs", "rows differ"));
  }
}

void copy(Invocation& invocation, const std::string& given) {
  const auto settings = read_settings(invocation);
  if (!settings) return;
  const Result<std::string> to = expand(given, process_environment());
  if (!to.ok()) return fail(invocation, {ErrorKind::invalid, "--to", to.error().what});
  const bool has_bar = ::isatty(STDERR_FILENO) != 0;
  std::string shown;
  const CopyProgress progress = [&](const CopyStep& step) { show_step(step, has_bar, shown); };
  const Result<CopyReport> report = copy_store(settings->store.url, *to, progress);
  if (has_bar && !shown.empty()) print(stderr, "\n");
  if (!report.ok()) return fail(invocation, report.error());
  if (report->difference_count > 0) invocation.exit_code = exit_found;
  if (invocation.is_json) {
    print_one(invocation, shape_of(*report));
  } else {
    print_report(*report);
  }
}

}  // namespace

void add_store(Command app, Invocation& invocation) {
  auto file = std::make_shared<std::string>();  // shared with a callback that runs later
  auto to = std::make_shared<std::string>();
  Command store = app.add_group("store", "Schema, backup, integrity, copy");
  add_command(store, invocation, "migrate", "Bring the schema up to date", [&invocation] {
    // Opening migrates, as the daemon does at its start.
    if (open(invocation, OpenMode::visit)) print_one(invocation, {{"schema", "up to date"}});
  });
  Command backup =
      add_command(store, invocation, "backup", "Write a consistent copy while the daemon runs",
                  [&invocation, file] {
                    const std::unique_ptr<Store> from = open(invocation, OpenMode::look);
                    if (!from) return;
                    const Result<void> copied = from->backup(*file);
                    if (!copied.ok()) return fail(invocation, copied.error());
                    note_backup(*from);
                    print_one(invocation, {{"backup", *file}});
                  });
  backup.add_option("file", *file, "a file that does not exist yet").required();
  add_command(store, invocation, "verify", "Check the store's integrity",
              [&invocation] { verify(invocation); });
  Command target =
      add_command(store, invocation, "copy", "Copy everything into an empty store, row by row",
                  [&invocation, to] { copy(invocation, *to); });
  target
      .add_option("--to", *to,
                  "the empty store, as store.url would name it; ${NAME} is read from the "
                  "environment")
      .required();
}

}  // namespace dw
