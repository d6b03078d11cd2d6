#include "app/print.h"

#include "base/plain_text.h"
#include "base/terminal_text.h"

namespace dw {

void print_text(std::FILE* file, std::string_view text, bool is_progress) {
  // One line of plain text needs no copy.
  if (!is_progress && text.ends_with('\n') && is_plain(text.substr(0, text.size() - 1))) {
    std::fwrite(text.data(), 1, text.size(), file);
    return;
  }
  std::string shown = is_progress ? "\r" : "";
  append_for_terminal(shown, text, "\n");
  std::fwrite(shown.data(), 1, shown.size(), file);
}

void print_json(const json::value& value) {
  const std::string shown = json_for_terminal(to_text(value)) + "\n";
  std::fwrite(shown.data(), 1, shown.size(), stdout);
}

}  // namespace dw
