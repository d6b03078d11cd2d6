#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <utility>

namespace dw {
namespace {

/// A number beyond a double's range is read as infinity, which JSON can't say: what was stored
/// with it could not be read again.
bool is_finite(const json::value& value) {
  if (const double* number = value.if_double()) return std::isfinite(*number);
  if (const json::array* list = value.if_array()) {
    return std::all_of(list->begin(), list->end(), is_finite);
  }
  const json::object* object = value.if_object();
  return object == nullptr || std::all_of(object->begin(), object->end(), [](const auto& member) {
           return is_finite(member.value());
         });
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = 32;
  boost::system::error_code failed;
  json::value value = json::parse({text.data(), text.size()}, failed, {}, options);
  if (failed) return Error{ErrorKind::invalid, "body", "not JSON: " + failed.message()};
  if (!is_finite(value)) {
    return Error{ErrorKind::invalid, "body", "invalid JSON: a number is too large"};
  }
  return value;
}

std::string to_text(const json::value& value) {
  return json::serialize(value);
}

JsonView JsonView::operator[](std::string_view key) const {
  std::string path;
  if (problems_ != nullptr) {
    path = path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
  }
  const json::value* found = nullptr;
  if (value_ != nullptr && value_->is_object()) {
    const json::value* member = value_->get_object().if_contains({key.data(), key.size()});
    if (member != nullptr && !member->is_null()) found = member;
  }
  return {found, std::move(path), problems_};
}

void JsonView::add_problem(std::string what) const {
  if (problems_ != nullptr) problems_->push_back({path_, std::move(what)});
}

std::optional<std::string> JsonView::text() const {
  if (value_ == nullptr) return std::nullopt;
  if (const json::string* text = value_->if_string())
    return std::string(text->data(), text->size());
  add_problem("must be text");
  return std::nullopt;
}

std::optional<int64_t> JsonView::integer() const {
  if (value_ == nullptr) return std::nullopt;
  if (value_->is_int64()) return value_->get_int64();
  // What this program put together itself may hold a size_t; a parser makes these of large numbers.
  if (value_->is_uint64() && std::in_range<int64_t>(value_->get_uint64())) {
    return static_cast<int64_t>(value_->get_uint64());
  }
  add_problem("must be a whole number");
  return std::nullopt;
}

std::optional<bool> JsonView::boolean() const {
  if (value_ == nullptr) return std::nullopt;
  if (value_->is_bool()) return value_->get_bool();
  add_problem("must be true or false");
  return std::nullopt;
}

std::vector<JsonView> JsonView::elements() const {
  std::vector<JsonView> out;
  if (value_ == nullptr) return out;
  if (!value_->is_array()) {
    add_problem("must be a list");
    return out;
  }
  for (const json::value& element : value_->get_array()) {
    std::string path = problems_ == nullptr ? "" : fmt::format("{}[{}]", path_, out.size());
    out.push_back({&element, std::move(path), problems_});
  }
  return out;
}

std::vector<std::string> JsonView::texts() const {
  std::vector<std::string> out;
  for (const JsonView& element : elements()) {
    if (auto text = element.text()) out.push_back(std::move(*text));
  }
  return out;
}

std::string JsonView::required_text() const {
  if (value_ == nullptr) {
    add_problem("is missing");
    return {};
  }
  return text().value_or("");
}

std::string text_at(const JsonView& view, std::string_view key) {
  return view[key].text().value_or("");
}

json::value text_or_null(std::string_view text) {
  if (text.empty()) return nullptr;
  return json::string(text.data(), text.size());
}

}  // namespace dw
