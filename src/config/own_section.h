// A section whose settings its owner alone knows: a job's or a connector's. Who reads, prints and
// describes the whole configuration meets it by this interface, and needs no member for it.
#pragma once
#include <any>
#include <map>
#include <string>
#include <typeindex>
#include <utility>
#include <vector>

#include "config/field.h"

namespace dw {

/// The values of all own sections, each found by its type.
class OwnSettings {
 public:
  /// What was read; a default-made T where the section is absent.
  template <class T>
  const T& get() const {
    const auto found = values_.find(typeid(T));
    static const T none{};
    return found == values_.end() ? none : *std::any_cast<T>(&found->second);
  }
  template <class T>
  void set(T value) {
    values_[typeid(T)] = std::move(value);
  }

 private:
  std::map<std::type_index, std::any> values_;
};

class OwnSection {
 public:
  virtual ~OwnSection() = default;
  virtual const std::string& key() const = 0;
  virtual void read(const Node& node, OwnSettings& out, Problems& problems) const = 0;
  /// "[key]" or "[[key]]" with its lines as TOML, one text for each table.
  virtual std::vector<std::string> print(const OwnSettings& from) const = 0;
  virtual json::object schema() const = 0;
  virtual std::string reference() const = 0;
  virtual SectionView view() const = 0;
  virtual void list_restarts(const OwnSettings& before, const OwnSettings& after,
                             std::vector<std::string>& out) const = 0;
};

/// [key], read into a T.
template <class T>
class OwnTable : public OwnSection {
 public:
  explicit OwnTable(const Section<T>& section) : section_(section) {}

  const std::string& key() const override { return section_.key; }
  void read(const Node& node, OwnSettings& out, Problems& problems) const override {
    T value;
    read_section(section_, node, section_.key, value, problems);
    out.set(std::move(value));
  }
  std::vector<std::string> print(const OwnSettings& from) const override {
    return {"[" + section_.key + "]\n" + print_section(section_, from.get<T>())};
  }
  json::object schema() const override { return section_schema(section_); }
  std::string reference() const override { return section_reference(section_, T{}); }
  SectionView view() const override { return section_view(section_); }
  void list_restarts(const OwnSettings& before, const OwnSettings& after,
                     std::vector<std::string>& out) const override {
    dw::list_restarts(section_, before.get<T>(), after.get<T>(), out);
  }

 private:
  const Section<T>& section_;
};

/// [[key]] tables, read into a std::vector<T>. Changing one needs a restart.
template <class T>
class OwnList : public OwnSection {
 public:
  /// What is wrong with one in the sight of those before it: the key and the words; empty: nothing.
  using Check = std::pair<std::string, std::string> (*)(const std::vector<T>& before, const T& one);

  OwnList(const Section<T>& section, Check check) : section_(section), check_(check) {}

  const std::string& key() const override { return section_.key; }
  void read(const Node& node, OwnSettings& out, Problems& problems) const override {
    const Node::List* list = node.list();
    if (list == nullptr) {
      problems.add(node.line, section_.key, "must be written " + section_.shape);
      return;
    }
    std::vector<T> values;
    for (const Node& table : *list) {
      T one;
      read_section(section_, table, section_.key, one, problems);
      const auto [key, wrong] = check_(values, one);
      if (!wrong.empty()) problems.add(table.line, section_.key + "." + key, wrong);
      values.push_back(std::move(one));
    }
    out.set(std::move(values));
  }
  std::vector<std::string> print(const OwnSettings& from) const override {
    std::vector<std::string> out;
    for (const T& one : from.get<std::vector<T>>()) {
      out.push_back("[[" + section_.key + "]]\n" + print_section(section_, one));
    }
    return out;
  }
  json::object schema() const override {
    return {{"type", "array"}, {"items", section_schema(section_)}};
  }
  std::string reference() const override { return section_reference(section_, T{}); }
  SectionView view() const override { return section_view(section_); }
  void list_restarts(const OwnSettings& before, const OwnSettings& after,
                     std::vector<std::string>& out) const override {
    if (print(before) != print(after)) out.push_back(section_.key);
  }

 private:
  const Section<T>& section_;
  Check check_;
};

}  // namespace dw
