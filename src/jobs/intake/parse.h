// A ticket out of a message: labels at the start of a line, a colon, and a value that runs to the
// next label or the end. Pure.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/sections.h"
#include "domain/ticket.h"

namespace dw {

enum class Label { title, priority, description, tags, email };

/// A message taken apart, before anything is checked.
struct Draft {
  std::map<Label, std::string> fields;  ///< trimmed; of a repeated one the first
  std::vector<Label> repeated;
  std::string before;            ///< text in front of the first label
  bool asks_for_help = false;    ///< only "help", or nothing at all
  bool has_pasted_mail = false;  ///< in its description, with labels that are not the ticket's
};

/// Why a message is no ticket: each reason once, in words for its author.
struct Fault {
  std::optional<Label> label;  ///< the line that is faulty, if there is one
  std::string reason;  ///< "title", "priority", "description", "twice", "encoding", "control"
  std::string text;
};

struct Ticketed {
  std::string title, description, email;
  Priority priority = Priority::medium;
  std::vector<std::string> tags;
};

/// Labels, in any case and order: Title (Subject, Problem, Issue, Summary), Priority (Severity),
/// Description (Details, Body), Tags, Email. "- Title: x" and "**Title:** x" are labels too.
Draft parse_message(std::string_view text);

/// Everything that is wrong at once; empty: `out` is filled.
std::vector<Fault> check_draft(const Draft& draft, const IntakeSettings& settings, Ticketed& out);

/// "high, urgent, critical, p1, …": the words that are allowed.
std::string priority_words(const IntakeSettings& settings);
std::optional<Priority> priority_meant(std::string_view word, const IntakeSettings& settings);
/// "title" or "title … " problems of a single value, shared with the API.
std::string fault_of_text(const std::string& text, const std::string& what, int characters_max);
bool is_email(std::string_view text);
std::string_view name_of(Label label);

}  // namespace dw
