#include "config/field.h"

#include "base/nearest.h"
#include "base/text.h"

namespace dw {
namespace {

constexpr std::string_view file_prefix = "file:";
}  // namespace

std::string quoted(std::string_view text) {
  // JSON's escapes are a part of TOML's.
  return to_text(json::string(text.data(), text.size()));
}

std::string quoted_list(const std::vector<std::string>& texts) {
  std::vector<std::string> parts;
  for (const std::string& text : texts) parts.push_back(dw::quoted(text));
  return "[" + join(parts, ", ") + "]";
}

std::optional<std::string> read_text(const Node& node, const SourceLocation& place) {
  if (const std::string* text = node.text()) return *text;
  place.add(fmt::format("must be text in quotes, is {}", node.kind()));
  return std::nullopt;
}

std::optional<std::vector<std::string>> read_strings(const Node& node,
                                                     const SourceLocation& place) {
  const Node::List* list = node.list();
  if (list == nullptr) {
    place.add(fmt::format("must be a list of texts, is {}", node.kind()));
    return std::nullopt;
  }
  std::vector<std::string> out;
  for (const Node& one : *list) {
    const auto text = read_text(one, place);
    if (!text) return std::nullopt;
    out.push_back(*text);
  }
  return out;
}

std::optional<Secret> read_secret(const Node& node, const SourceLocation& place) {
  const std::string* text = node.text();
  if (text == nullptr) {
    place.add(fmt::format("must be a secret in quotes, is {}", node.kind()));
    return std::nullopt;
  }
  if (node.is_broken) {
    place.problems.mark_secret(node.line, place.key);
    return Secret(*text);
  }
  if (!text->starts_with(file_prefix)) return Secret(without_last_newlines(*text));
  Result<std::string> contents = read_secret_file(text->substr(file_prefix.size()));
  if (contents.ok()) return Secret(std::move(*contents));
  place.problems.add_missing_secret(node.line, place.key, contents.error().what);
  return std::nullopt;
}

std::string unknown_key(const std::string& key, const std::vector<std::string>& known) {
  const std::string* nearest = nearest_of(key, known);
  if (nearest != nullptr) return fmt::format("unknown key (did you mean {}?)", *nearest);
  return fmt::format("unknown key (allowed: {})", join(known, ", "));
}

}  // namespace dw
