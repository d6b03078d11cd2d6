// A thin face over Boost.JSON: parsing with limits, and reading fields with errors that name the
// path (`requester.email: must be text`).
#pragma once
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace dw {

namespace json = boost::json;

/// Parses one JSON text: UTF-8 checked, at most 32 levels deep, nothing behind it.
Result<json::value> parse_json(std::string_view text);
std::string to_text(const json::value& value);

/// A value inside JSON from outside. Reading what is absent returns nothing, and so does reading
/// what has the wrong type; with a list, which all views of one body share, that also adds a
/// Problem with the value's path.
class JsonView {
 public:
  explicit JsonView(const json::value& root) : value_(&root) {}
  JsonView(const json::value& root, std::vector<Problem>& problems)
      : value_(&root), problems_(&problems) {}

  /// The member `key`; an absent view if this is no object, or has none, or it is null.
  JsonView operator[](std::string_view key) const;
  bool is_present() const { return value_ != nullptr; }
  bool is_object() const { return value_ != nullptr && value_->is_object(); }
  const json::value* raw() const { return value_; }
  const std::string& path() const { return path_; }

  std::optional<std::string> text() const;
  std::optional<int64_t> integer() const;
  std::optional<bool> boolean() const;
  /// Absent: empty. Elements that are not text are problems.
  std::vector<std::string> texts() const;
  /// The members' views of an array.
  std::vector<JsonView> elements() const;

  /// text(), or a problem "is missing".
  std::string required_text() const;
  void add_problem(std::string what) const;

 private:
  JsonView(const json::value* value, std::string path, std::vector<Problem>* problems)
      : value_(value), path_(std::move(path)), problems_(problems) {}

  const json::value* value_;
  std::string path_{};
  std::vector<Problem>* problems_ = nullptr;
};

/// The member's text; empty where there is none.
std::string text_at(const JsonView& view, std::string_view key);

/// Null for an empty text: `email: null`.
json::value text_or_null(std::string_view text);

}  // namespace dw
