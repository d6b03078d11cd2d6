#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/print.h"
#include "app/sample.h"

namespace dw {

void add_config(Command app, Invocation& invocation) {
  // Shared with the callback, which runs after this function has returned.
  auto is_schema = std::make_shared<bool>(false);
  auto is_reference = std::make_shared<bool>(false);  // shared for the same reason
  Command command = app.add("config", "Print the effective configuration");
  auto is_example = std::make_shared<bool>(false);  // shared for the same reason
  command.add_flag("--schema", *is_schema, "print its JSON Schema instead");
  command.add_flag("--reference", *is_reference, "print the reference page instead");
  command.add_flag("--example", *is_example, "print every key, commented out, instead");
  command.on_run([&invocation, is_schema, is_reference, is_example] {
    if (*is_schema) {
      print_json(settings_schema());
    } else if (*is_reference) {
      print("{}", settings_reference());
    } else if (*is_example) {
      print("{}", print_example());
    } else if (const auto settings = read_settings(invocation)) {
      print("{}", print_settings(*settings));
    }
  });
}

}  // namespace dw
