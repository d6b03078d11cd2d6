#include "app/print.h"

#include "base/terminal_text.h"

namespace dw {

void print_text(std::FILE* file, std::string_view text, bool is_progress) {
  std::string shown = is_progress ? "\r" : "";
  append_for_terminal(shown, text, "\n");
  std::fwrite(shown.data(), 1, shown.size(), file);
}

void print_json(const json::value& value) {
  const std::string shown = json_for_terminal(to_text(value)) + "\n";
  std::fwrite(shown.data(), 1, shown.size(), stdout);
}

}  // namespace dw
