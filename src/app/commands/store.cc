#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/exit_code.h"

namespace dw {
namespace {

/// The store alone: these commands need nothing else.
std::unique_ptr<Store> open(Invocation& invocation) {
  const auto settings = read_settings(invocation);
  if (!settings) return nullptr;
  Result<std::unique_ptr<Store>> store = open_store(settings->store.url, OpenMode::visit, nullptr);
  if (store.ok()) return std::move(*store);
  fail(invocation, store.error());
  return nullptr;
}

void verify(Invocation& invocation) {
  const std::unique_ptr<Store> store = open(invocation);
  if (!store) return;
  const Result<std::vector<std::string>> found = store->verify();
  if (!found.ok()) return fail(invocation, found.error());
  json::array items;
  for (const std::string& one : *found) items.push_back(json::object{{"problem", one}});
  if (!found->empty()) invocation.exit_code = exit_found;
  if (invocation.is_json || !found->empty()) {
    print_items(invocation, items, {{"PROBLEM", "problem"}});
  } else {
    fmt::print("the store is whole\n");
  }
}

}  // namespace

void add_store(Command app, Invocation& invocation) {
  auto file = std::make_shared<std::string>();  // shared with a callback that runs later
  Command store = app.add_group("store", "Schema, backup, integrity");
  add_command(store, invocation, "migrate", "Bring the schema up to date", [&invocation] {
    // Opening migrates, as the daemon does at its start.
    if (open(invocation)) print_one(invocation, {{"schema", "up to date"}});
  });
  Command copy = add_command(store, invocation, "backup", "A consistent copy, while running",
                             [&invocation, file] {
                               const std::unique_ptr<Store> from = open(invocation);
                               if (!from) return;
                               const Result<void> copied = from->backup(*file);
                               if (!copied.ok()) return fail(invocation, copied.error());
                               print_one(invocation, {{"backup", *file}});
                             });
  copy.add_option("file", *file, "a file that is not there yet").required();
  add_command(store, invocation, "verify", "Check the file and its promises",
              [&invocation] { verify(invocation); });
}

}  // namespace dw
