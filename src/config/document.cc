#include "config/document.h"

#define TOML_EXCEPTIONS 0
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace dw {
namespace {

Node convert(const toml::node& from) {
  Node node{static_cast<int>(from.source().begin.line), {}};
  if (const auto* text = from.as_string()) {
    node.value = text->get();
  } else if (const auto* number = from.as_integer()) {
    node.value = number->get();
  } else if (const auto* real = from.as_floating_point()) {
    node.value = real->get();
  } else if (const auto* truth = from.as_boolean()) {
    node.value = truth->get();
  } else if (const auto* list = from.as_array()) {
    Node::List out;
    for (const toml::node& one : *list) out.push_back(convert(one));
    node.value = std::move(out);
  } else if (const auto* table = from.as_table()) {
    Node::Table out;
    for (const auto& [key, one] : *table) out.emplace(std::string(key.str()), convert(one));
    node.value = std::move(out);
  }
  return node;
}

/// One string with its variables filled in; what is wrong goes to `problems`.
std::string expand(std::string_view text, int line, const std::string& key,
                   const Environment& environment, Problems& problems) {
  std::string out;
  while (!text.empty()) {
    const size_t at = text.find("${");
    if (at == std::string_view::npos) break;
    if (at > 0 && text[at - 1] == '$') {  // "$${": a dollar that means itself
      out += text.substr(0, at - 1);
      out += "${";
      text.remove_prefix(at + 2);
      continue;
    }
    out += text.substr(0, at);
    const size_t end = text.find('}', at);
    if (end == std::string_view::npos) {
      problems.add(line, key, "${ has no } (write $${ for a plain ${)");
      return out;
    }
    const std::string_view inside = text.substr(at + 2, end - at - 2);
    const size_t dash = inside.find(":-");
    const std::string name(inside.substr(0, dash));
    if (const auto value = environment(name); value && !value->empty()) {
      out += *value;
    } else if (dash != std::string_view::npos) {
      out += inside.substr(dash + 2);
    } else {
      problems.add(line, key,
                   fmt::format("the environment variable {0} is not set (set it, or write "
                               "${{{0}:-default}})",
                               name));
    }
    text.remove_prefix(end + 1);
  }
  return out += text;
}

void expand_all(Node& node, const std::string& key, const Environment& environment,
                Problems& problems) {
  if (auto* text = std::get_if<std::string>(&node.value)) {
    *text = expand(*text, node.line, key, environment, problems);
  } else if (auto* list = std::get_if<Node::List>(&node.value)) {
    for (Node& one : *list) expand_all(one, key, environment, problems);
  } else if (auto* table = std::get_if<Node::Table>(&node.value)) {
    for (auto& [name, one] : *table) {
      expand_all(one, key.empty() ? name : key + "." + name, environment, problems);
    }
  }
}

}  // namespace

std::string_view Node::kind() const {
  static constexpr std::array<std::string_view, 7> names = {
      "nothing", "text", "a number", "a number", "true or false", "a list", "a table"};
  return names.at(value.index());
}

void Problems::add(int line, const std::string& key, const std::string& what) {
  const std::string place = line > 0        ? fmt::format("{}:{}: ", file_, line)
                            : file_.empty() ? ""
                                            : file_ + ": ";
  found_.push_back({line, fmt::format("{}{}{}{}", place, key, key.empty() ? "" : ": ", what)});
}

Error Problems::error() const {
  std::vector<Found> sorted = found_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Found& a, const Found& b) { return a.line < b.line; });
  std::string all;
  for (const Found& one : sorted) all += (all.empty() ? "" : "\n") + one.text;
  return {ErrorKind::invalid, "", all};
}

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
}

Node parse_document(std::string_view text, const Environment& environment, Problems& problems) {
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    // The parser quotes what it stumbled over; that may be part of a secret, so only its own
    // words are passed on.
    const std::string words(error.description());
    problems.add(static_cast<int>(error.source().begin.line), "",
                 "not TOML: " + words.substr(0, words.find('\'')));
    return {0, Node::Table{}};
  }
  Node root = convert(parsed.table());
  expand_all(root, "", environment, problems);
  return root;
}

}  // namespace dw
