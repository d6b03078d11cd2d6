#include "config/document.h"

#include <fmt/format.h>

namespace {
/// The parser asserts where it should complain ("[ }" as a value). A wrong file must end no daemon
/// that reads it again, so a broken assertion leaves the parser as its other errors do.
struct ParserIsLost {};
[[noreturn]] void lose_parser() {
  throw ParserIsLost();
}
}  // namespace

#define TOML_EXCEPTIONS 1
#define TOML_ASSERT(expression) (static_cast<bool>(expression) ? void() : lose_parser())
#include <toml++/toml.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace dw {
namespace {

/// Tables in tables; the deepest key that means anything is three deep.
constexpr int depth_max = 32;
/// Dots between keys, on one line. The parser takes its tables apart by recursion, so a file with
/// a key of 100,000 parts would overflow the stack.
constexpr size_t line_dots_max = 100;

Node convert(const toml::node& from, int depth, Problems& problems) {
  Node node{static_cast<int>(from.source().begin.line)};
  const bool is_too_deep = depth > depth_max && (from.is_array() || from.is_table());
  if (is_too_deep) {
    problems.add(node.line, "", fmt::format("tables more than {} deep", depth_max));
  } else if (const auto* text = from.as_string()) {
    node.value = text->get();
  } else if (const auto* number = from.as_integer()) {
    node.value = number->get();
  } else if (const auto* real = from.as_floating_point()) {
    node.value = real->get();
  } else if (const auto* truth = from.as_boolean()) {
    node.value = truth->get();
  } else if (const auto* list = from.as_array()) {
    Node::List out;
    for (const toml::node& one : *list) out.push_back(convert(one, depth + 1, problems));
    node.value = std::move(out);
  } else if (const auto* table = from.as_table()) {
    Node::Table out;
    for (const auto& [key, one] : *table) {
      out.emplace(std::string(key.str()), convert(one, depth + 1, problems));
    }
    node.value = std::move(out);
  }
  return node;
}

void expand_all(Node& node, const std::string& key, const Environment& environment,
                Problems& problems) {
  if (auto* text = std::get_if<std::string>(&node.value)) {
    Result<std::string> expanded = expand(*text, environment);
    node.is_broken = !expanded.ok();
    if (expanded.ok()) {
      *text = std::move(*expanded);
    } else {
      problems.add(node.line, key, expanded.error().what);
    }
  } else if (auto* list = std::get_if<Node::List>(&node.value)) {
    for (Node& one : *list) {
      expand_all(one, key, environment, problems);
      // A list of texts is good or bad as a whole; a list of tables reads each key alone.
      if (one.is_broken) node.is_broken = true;
    }
  } else if (auto* table = std::get_if<Node::Table>(&node.value)) {
    for (auto& [name, one] : *table) {
      expand_all(one, key.empty() ? name : key + "." + name, environment, problems);
    }
  }
}

/// Dots outside of quotes and comments, in one line that is taken to start outside of quotes.
size_t count_key_dots(std::string_view line) {
  size_t dots = 0;
  char quote = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if (quote == 0 && line[i] == '#') break;
    if (quote == '"' && line[i] == '\\') {
      ++i;
    } else if (quote != 0) {
      if (line[i] == quote) quote = 0;
    } else if (line[i] == '"' || line[i] == '\'') {
      quote = line[i];
    } else if (line[i] == '.') {
      ++dots;
    }
  }
  return dots;
}

bool has_endless_key(std::string_view text, Problems& problems) {
  int number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    if (line.size() <= line_dots_max || count_key_dots(line) <= line_dots_max) continue;
    problems.add(number, "", fmt::format("more than {} dots outside of quotes", line_dots_max));
    return true;
  }
  return false;
}

/// The parser's words without what it quotes from the file: that may be part of a secret.
std::string without_quotes(std::string_view description) {
  constexpr std::string_view opening = "Error while parsing ";
  std::string words(description);
  if (words.starts_with(opening)) words = "in the " + words.substr(opening.size());
  words = words.substr(0, words.find(", saw"));
  std::string out;
  while (!words.empty()) {
    const size_t open = words.find('\'');
    out += words.substr(0, open);
    if (open == std::string::npos) break;
    const size_t close = words.find('\'', open + 1);
    // "expected '='": a single character is the parser's own, everything else the file's.
    const bool is_own = out.ends_with("expected ") && close == open + 2;
    out += is_own ? words.substr(open, 3) : "…";
    if (close == std::string::npos) break;
    words.erase(0, close + 1);
  }
  return out;
}

}  // namespace

const Node* Node::member(const std::string& key) const {
  const Table* members = table();
  if (members == nullptr) return nullptr;
  const auto found = members->find(key);
  return found == members->end() ? nullptr : &found->second;
}

std::string_view Node::kind() const {
  static constexpr std::array<std::string_view, 7> names = {"a date or time without quotes",
                                                            "text",
                                                            "a number",
                                                            "a number",
                                                            "true or false",
                                                            "a list",
                                                            "a table"};
  return names.at(value.index());
}

std::string Problems::line_of_text(int line, const std::string& key,
                                   const std::string& what) const {
  const std::string place = line > 0        ? fmt::format("{}:{}: ", file_, line)
                            : file_.empty() ? ""
                                            : file_ + ": ";
  return fmt::format("{}{}{}{}", place, key, key.empty() ? "" : ": ", what);
}

void Problems::add(int line, const std::string& key, const std::string& what) {
  found_.push_back({line, line_of_text(line, key, what)});
}

void Problems::warn(int line, const std::string& key, const std::string& what) {
  warnings_.push_back(line_of_text(line, key, what));
}

Error Problems::error() const {
  std::vector<Found> sorted = found_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Found& a, const Found& b) { return a.line < b.line; });
  std::string all;
  for (const Found& one : sorted) all += (all.empty() ? "" : "\n") + one.text;
  return {ErrorKind::invalid, "", all};
}

Node parse_document(std::string_view text, const Environment& environment, Problems& problems) {
  const Node nothing{0, Node::Table{}};
  if (has_endless_key(text, problems)) return nothing;
  toml::table parsed;
  try {
    parsed = toml::parse(text);
  } catch (const toml::parse_error& error) {
    problems.add(static_cast<int>(error.source().begin.line), "",
                 "not TOML: " + without_quotes(error.description()));
    return nothing;
  } catch (const ParserIsLost&) {
    problems.add(0, "", "not TOML: a list or a table is closed by the other's bracket");
    return nothing;
  }
  Node root = convert(parsed, 0, problems);
  expand_all(root, "", environment, problems);
  return root;
}

}  // namespace dw
