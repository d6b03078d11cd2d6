// A setting, said once: its key, what it is for, what is allowed, and which member holds it. The
// file is read, the effective configuration printed, the JSON Schema and the reference page
// written from the same list.
#pragma once
#include <fmt/format.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/duration.h"
#include "base/json.h"
#include "base/secret.h"
#include "config/document.h"

namespace dw {

/// Where a value stands, for messages.
struct SourceLocation {
  int line;
  std::string key;
  Problems& problems;
  void add(const std::string& what) const { problems.add(line, key, what); }
};

/// What is wrong with a value, or "".
using TextCheck = std::function<std::string(const std::string&)>;

template <class T>
struct Field {
  std::string key;
  std::string doc;
  std::string allowed;         ///< in words: "a duration", "text or file"
  json::object schema;         ///< of the value
  bool needs_restart = false;  ///< a reload does not change it
  std::function<void(T&, const Node&, const SourceLocation&)> read;
  std::function<std::string(const T&)> print;  ///< as TOML; secrets as "***"
};

template <class T>
struct Section {
  std::string key;    ///< "server", "queue", "teams"
  std::string shape;  ///< "[server]", "[[queue]]", "[teams.NAME]"
  std::string doc;
  std::vector<Field<T>> fields;
};

/// A TOML basic string.
std::string quoted(std::string_view text);
std::string quoted_list(const std::vector<std::string>& texts);
std::optional<std::string> read_text(const Node& node, const SourceLocation& place);
std::optional<std::vector<std::string>> read_strings(const Node& node, const SourceLocation& place);
/// A secret as written, or the contents of the file that "file:/path" names.
std::optional<Secret> read_secret(const Node& node, const SourceLocation& place);
/// "unknown key (did you mean listen?)"
std::string unknown_key(const std::string& key, const std::vector<std::string>& known);

template <class T>
Field<T> text_field(std::string key, std::string T::*member, std::string doc, TextCheck check = {},
                    std::string allowed = "text") {
  return {.key = std::move(key),
          .doc = std::move(doc),
          .allowed = std::move(allowed),
          .schema = {{"type", "string"}},
          .read =
              [member, check = std::move(check)](T& out, const Node& node,
                                                 const SourceLocation& place) {
                const auto text = read_text(node, place);
                if (!text) return;
                const std::string wrong = check && !node.is_broken ? check(*text) : "";
                if (!wrong.empty()) return place.add(wrong);
                out.*member = *text;
              },
          .print = [member](const T& from) { return dw::quoted(from.*member); }};
}

template <class T>
Field<T> secret_field(std::string key, Secret T::*member, std::string doc) {
  return {
      .key = std::move(key),
      .doc = std::move(doc),
      .allowed = "a secret: the text itself, \"${NAME}\", or \"file:/path\"",
      .schema = {{"type", "string"}},
      .read =
          [member](T& out, const Node& node, const SourceLocation& place) {
            if (auto secret = read_secret(node, place)) out.*member = std::move(*secret);
          },
      .print = [member](const T& from) { return dw::quoted((from.*member).empty() ? "" : "***"); }};
}

/// One secret, or a list of two while one is rotated; an empty one is none. `what`: "a secret".
template <class T>
Field<T> secrets_field(std::string key, std::vector<Secret> T::*member, std::string doc,
                       const std::string& what = "a secret", TextCheck check = {}) {
  const json::object text{{"type", "string"}};
  const json::object two{{"type", "array"}, {"items", text}, {"minItems", 1}, {"maxItems", 2}};
  return {.key = std::move(key),
          .doc = std::move(doc),
          .allowed = what + ", \"${NAME}\", \"file:/path\", or a list of two of them",
          .schema = {{"anyOf", json::array{text, two}}},
          .read =
              [member, check = std::move(check)](T& out, const Node& node,
                                                 const SourceLocation& place) {
                const Node::List single{node};
                const Node::List& given = node.list() != nullptr ? *node.list() : single;
                if (given.empty() || given.size() > 2) {
                  return place.add("must be one secret, or a list of two");
                }
                (out.*member).clear();
                for (const Node& one : given) {
                  auto secret = read_secret(one, place);
                  if (!secret || (check && one.is_broken)) return;
                  const std::string wrong = check ? check(secret->reveal()) : std::string();
                  if (!wrong.empty()) return place.add(wrong);
                  if (!secret->empty()) (out.*member).push_back(std::move(*secret));
                }
              },
          .print =
              [member](const T& from) {
                const std::vector<Secret>& secrets = from.*member;
                if (secrets.size() == 2) return std::string("[\"***\", \"***\"]");
                return dw::quoted(secrets.empty() ? "" : "***");
              }};
}

template <class T>
Field<T> strings_field(std::string key, std::vector<std::string> T::*member, std::string doc,
                       TextCheck check = {}) {
  return {.key = std::move(key),
          .doc = std::move(doc),
          .allowed = "a list of texts",
          .schema = {{"type", "array"}, {"items", json::object{{"type", "string"}}}},
          .read =
              [member, check = std::move(check)](T& out, const Node& node,
                                                 const SourceLocation& place) {
                const auto texts = read_strings(node, place);
                if (!texts || node.is_broken) return;
                for (const std::string& text : *texts) {
                  const std::string wrong = check ? check(text) : "";
                  if (!wrong.empty()) return place.add(wrong);
                }
                out.*member = *texts;
              },
          .print = [member](const T& from) { return quoted_list(from.*member); }};
}

template <class T, class N>
Field<T> number_field(std::string key, N T::*member, int64_t low, int64_t high, std::string doc) {
  const std::string allowed = fmt::format("a whole number from {} to {}", low, high);
  return {.key = std::move(key),
          .doc = std::move(doc),
          .allowed = allowed,
          .schema = {{"type", "integer"}, {"minimum", low}, {"maximum", high}},
          .read =
              [member, low, high, allowed](T& out, const Node& node, const SourceLocation& place) {
                const auto* number = std::get_if<int64_t>(&node.value);
                if (number == nullptr || *number < low || *number > high) {
                  return place.add("must be " + allowed);
                }
                out.*member = static_cast<N>(*number);
              },
          .print = [member](const T& from) { return fmt::format("{}", from.*member); }};
}

template <class T>
Field<T> duration_field(std::string key, Millis T::*member, Millis low, Millis high,
                        std::string doc) {
  const std::string bounds =
      fmt::format("a duration from {} to {}", format_duration(low), format_duration(high));
  return {.key = std::move(key),
          .doc = std::move(doc),
          .allowed = bounds,
          .schema = {{"type", "string"}, {"pattern", "^[0-9]+(ms|s|m|h|d|w)$"}},
          .read =
              [member, low, high, bounds](T& out, const Node& node, const SourceLocation& place) {
                const auto text = read_text(node, place);
                if (!text || node.is_broken) return;
                const auto value = parse_duration(*text);
                if (!value.ok()) return place.add(value.error().what);
                if (*value < low || *value > high) return place.add("must be " + bounds);
                out.*member = *value;
              },
          .print = [member](const T& from) { return dw::quoted(format_duration(from.*member)); }};
}

template <class T>
Field<T> size_field(std::string key, uint64_t T::*member, uint64_t low, uint64_t high,
                    std::string doc) {
  const std::string bounds =
      fmt::format("a size from {} to {}", format_size(low), format_size(high));
  return {.key = std::move(key),
          .doc = std::move(doc),
          .allowed = bounds,
          .schema = {{"type", "string"}, {"pattern", "^[0-9]+(B|KiB|MiB|GiB)$"}},
          .read =
              [member, low, high, bounds](T& out, const Node& node, const SourceLocation& place) {
                const auto text = read_text(node, place);
                if (!text || node.is_broken) return;
                const auto value = parse_size(*text);
                if (!value.ok()) return place.add(value.error().what);
                if (*value < low || *value > high) return place.add("must be " + bounds);
                out.*member = *value;
              },
          .print = [member](const T& from) { return dw::quoted(format_size(from.*member)); }};
}

template <class T>
Field<T> bool_field(std::string key, bool T::*member, std::string doc) {
  return {.key = std::move(key),
          .doc = std::move(doc),
          .allowed = "true or false",
          .schema = {{"type", "boolean"}},
          .read =
              [member](T& out, const Node& node, const SourceLocation& place) {
                const auto* truth = std::get_if<bool>(&node.value);
                if (truth == nullptr) return place.add("must be true or false");
                out.*member = *truth;
              },
          .print = [member](const T& from) { return from.*member ? "true" : "false"; }};
}

/// One of a few words, kept as an enumeration whose values are the words' places.
template <class T, class E>
Field<T> choice_field(std::string key, E T::*member, std::vector<std::string> words,
                      std::string doc) {
  std::string allowed = "one of";
  json::array values;
  for (const std::string& word : words) {
    allowed += fmt::format("{} \"{}\"", values.empty() ? "" : ",", word);
    values.push_back(json::string(word));
  }
  return {.key = std::move(key),
          .doc = std::move(doc),
          .allowed = allowed,
          .schema = {{"enum", values}},
          .read =
              [member, words, allowed](T& out, const Node& node, const SourceLocation& place) {
                const auto text = read_text(node, place);
                if (!text || node.is_broken) return;
                for (size_t i = 0; i < words.size(); ++i) {
                  if (words[i] == *text) {
                    out.*member = static_cast<E>(i);
                    return;
                  }
                }
                place.add(fmt::format("\"{}\" is not known ({})", *text, allowed));
              },
          .print =
              [member, words](const T& from) {
                return dw::quoted(words.at(static_cast<size_t>(from.*member)));
              }};
}

template <class T>
Field<T> restart(Field<T> field) {
  field.needs_restart = true;
  return field;
}

/// Reads one table into a struct; unknown keys are problems.
template <class T>
void read_section(const Section<T>& section, const Node& node, const std::string& path, T& out,
                  Problems& problems) {
  const Node::Table* table = node.table();
  if (table == nullptr) {
    problems.add(node.line, path, fmt::format("must be a table ({})", section.shape));
    return;
  }
  for (const auto& [key, value] : *table) {
    const Field<T>* found = nullptr;
    std::vector<std::string> known;
    for (const Field<T>& field : section.fields) {
      if (field.key == key) found = &field;
      known.push_back(field.key);
    }
    const SourceLocation place{value.line, path + "." + key, problems};
    if (found == nullptr) {
      place.add(unknown_key(key, known));
    } else {
      found->read(out, value, place);
    }
  }
}

/// "key = value" lines.
template <class T>
std::string print_section(const Section<T>& section, const T& from) {
  std::string out;
  for (const Field<T>& field : section.fields) {
    out += fmt::format("{} = {}\n", field.key, field.print(from));
  }
  return out;
}

template <class T>
json::object section_schema(const Section<T>& section) {
  json::object properties;
  for (const Field<T>& field : section.fields) {
    json::object schema = field.schema;
    schema["description"] = field.doc;
    properties[field.key] = std::move(schema);
  }
  return {{"type", "object"},
          {"description", section.doc},
          {"properties", std::move(properties)},
          {"additionalProperties", false}};
}

/// A heading and a table row per key, defaults taken from a default-made struct.
template <class T>
std::string section_reference(const Section<T>& section, const T& defaults) {
  std::string out = fmt::format("\n## `{}`\n\n{}\n\n| key | default | what for |\n|---|---|---|\n",
                                section.shape, section.doc);
  for (const Field<T>& field : section.fields) {
    out += fmt::format("| `{}` | `{}` | {}. Allowed: {}.{} |\n", field.key, field.print(defaults),
                       field.doc, field.allowed,
                       field.needs_restart ? " Changing it needs a restart." : "");
  }
  return out;
}

/// One key as the pages and the samples show it.
struct FieldView {
  std::string key, doc, allowed;
  std::string value;  ///< its default, as TOML
};
struct SectionView {
  std::string key, shape, doc;
  std::vector<FieldView> fields;
};

template <class T>
SectionView section_view(const Section<T>& section) {
  SectionView view{section.key, section.shape, section.doc, {}};
  const T defaults{};
  for (const Field<T>& field : section.fields) {
    view.fields.push_back({field.key, field.doc, field.allowed, field.print(defaults)});
  }
  return view;
}

/// Keys whose values differ and that a reload cannot change.
template <class T>
void list_restarts(const Section<T>& section, const T& before, const T& after,
                   std::vector<std::string>& out) {
  for (const Field<T>& field : section.fields) {
    if (field.needs_restart && field.print(before) != field.print(after)) {
      out.push_back(section.key + "." + field.key);
    }
  }
}

}  // namespace dw
