#include "jobs/intake/replies.h"

#include <fmt/format.h>

#include "base/text.h"

namespace dw {
namespace {

constexpr std::string_view mark = "   ← ";
constexpr size_t echo_characters_max = 1500;

std::string heading(Label label) {
  std::string out(name_of(label));
  out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

/// Text that can be sent back: what can't be shown is left out.
std::string shown(const std::string& text) {
  if (!is_utf8(text)) return "";
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;
  }
  return cut_characters(out, echo_characters_max);
}

}  // namespace

std::string reply_opened(const Ticket& ticket, bool has_pasted_mail) {
  std::string out = fmt::format("Ticket #{} ({}): {} → queue {}", ticket.id.value,
                                name_of(ticket.priority), ticket.title, ticket.queue);
  if (has_pasted_mail) {
    out +=
        "\nThe description contains a mail: its lines are text, and title and priority are those "
        "above it.";
  }
  return out;
}

std::string reply_faulty(const Draft& draft, const std::vector<Fault>& faults,
                         const IntakeSettings& settings) {
  std::string out = "This is not a ticket yet:\n";
  for (const Fault& fault : faults) out += fmt::format("- {}\n", fault.text);
  if (draft.fields.empty()) return out + "\n" + reply_format(settings);
  out += "\nThis is how Deskwire read it. Copy it, fix the marked lines and send it again:\n";
  for (const Label label :
       {Label::title, Label::priority, Label::description, Label::tags, Label::email}) {
    const auto field = draft.fields.find(label);
    const bool is_needed = label != Label::tags && label != Label::email;
    if (field == draft.fields.end() && !is_needed) continue;
    std::string marked;
    for (const Fault& fault : faults) {
      const bool is_here = fault.label ? *fault.label == label : fault.reason == name_of(label);
      if (is_here && marked.empty()) marked = fmt::format("{}fix this", mark);
    }
    const std::string text = field == draft.fields.end() ? "" : shown(field->second);
    // The mark stands behind the first line: a description may have many.
    const size_t end = text.find('\n');
    out += fmt::format("{}: {}{}", heading(label), text.substr(0, end), marked);
    if (end != std::string::npos) out += text.substr(end);
    out += "\n";
  }
  return std::string(trim(out));
}

std::string reply_format(const IntakeSettings& settings) {
  return fmt::format(
      "Write a ticket like this, and mention me in it:\n\n"
      "Title: VPN drops every ten minutes\n"
      "Priority: high\n"
      "Description: Since 9 this morning.\n"
      "Happens on wifi and on cable.\n\n"
      "Priority is one of {}. Description may have as many lines as it needs. "
      "Tags (a, b) and Email are optional.",
      priority_words(settings));
}

}  // namespace dw
