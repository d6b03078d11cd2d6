// The JSON shape of a thing, once: its members in order, each with the way to its value. Writing
// JSON and describing it (OpenAPI, the board's types) both follow from this table, so neither can
// say what the other does not. It knows no shape of anything.
//
//   const Shape<Comment>& shape_for(const Comment*) {
//     static const auto shape = Shape<Comment>("Comment")
//                                   .add("id", [](const Comment& c) { return c.id.value; })
//                                   .add("body", &Comment::body)
//                                   .add("url", or_null(&Comment::url));
//     return shape;
//   }
//
// The JSON type is that of the C++ value; a struct is written by its own shape_for(const T*).
#pragma once
#include <array>
#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace dw {

struct ShapeText;

/// What JSON holds in one place.
struct JsonType {
  enum class Kind { text, integer, number, boolean, time, object, list, shape };
  Kind kind = Kind::object;  ///< object: with whatever members
  bool is_nullable = false;
  std::vector<std::string> words{};          ///< of a text: one of these
  std::vector<JsonType> item{};              ///< of a list: the type of its elements
  std::shared_ptr<const ShapeText> shape{};  ///< shared by all that refer to it
};

struct Member {
  std::string name;
  JsonType type;
  bool is_optional = false;  ///< may be absent
  std::string docs{};        ///< what its name does not say
};

/// A shape as it is described. Without a name it stands where it is used.
struct ShapeText {
  std::string name;
  std::vector<Member> members;
};

/// {"type": "string"}; named shapes as {"$ref": "#/components/schemas/NAME"}.
json::object schema_of(const JsonType& type);
/// {"type": "object", "properties": …, "required": …}
json::object schema_of(const ShapeText& shape);
/// The named shapes that a type refers to, by name, with those that they refer to.
void add_named(const JsonType& type, json::object& schemas);

/// An empty text that is written as null.
struct NullableText {
  std::string_view text;
};

/// Specialized for enums that have a name_of(): every value, in the order of the description.
template <class E>
inline constexpr std::array<E, 0> all_of{};

template <class V>
struct JsonOf;

template <class V>
JsonType json_type() {
  return JsonOf<std::remove_cvref_t<V>>::type();
}
template <class V, class... With>
json::value json_value(const V& value, const With&... with) {
  return JsonOf<V>::write(value, with...);
}

template <>
struct JsonOf<bool> {
  static JsonType type() { return {JsonType::Kind::boolean}; }
  static json::value write(bool value, const auto&...) { return value; }
};
template <std::integral V>
struct JsonOf<V> {
  static JsonType type() { return {JsonType::Kind::integer}; }
  static json::value write(V value, const auto&...) { return value; }
};
template <std::floating_point V>
struct JsonOf<V> {
  static JsonType type() { return {JsonType::Kind::number}; }
  static json::value write(V value, const auto&...) { return value; }
};
template <class V>
requires std::same_as<V, std::string> || std::same_as<V, std::string_view>
struct JsonOf<V> {
  static JsonType type() { return {JsonType::Kind::text}; }
  static json::value write(std::string_view value, const auto&...) { return json::string(value); }
};
template <>
struct JsonOf<NullableText> {
  static JsonType type() { return {.kind = JsonType::Kind::text, .is_nullable = true}; }
  static json::value write(NullableText value, const auto&...) { return text_or_null(value.text); }
};
template <>
struct JsonOf<TimePoint> {
  static JsonType type() { return {JsonType::Kind::time}; }
  static json::value write(TimePoint at, const auto&...) { return json::string(to_rfc3339(at)); }
};
template <>
struct JsonOf<json::object> {
  static JsonType type() { return {JsonType::Kind::object}; }
  static json::value write(const json::object& value, const auto&...) { return value; }
};
template <class E>
requires std::is_enum_v<E>
struct JsonOf<E> {
  static_assert(all_of<E>.size() > 0, "name every value of the enum in all_of");
  static JsonType type() {
    JsonType type{JsonType::Kind::text};
    for (const E one : all_of<E>) type.words.emplace_back(name_of(one));
    return type;
  }
  static json::value write(E value, const auto&...) { return json::string(name_of(value)); }
};
template <class V>
struct JsonOf<std::optional<V>> {
  static JsonType type() {
    JsonType type = json_type<V>();
    type.is_nullable = true;
    return type;
  }
  static json::value write(const std::optional<V>& value, const auto&... with) {
    return value ? json_value(*value, with...) : json::value(nullptr);
  }
};
template <class V>
struct JsonOf<std::vector<V>> {
  static JsonType type() { return {.kind = JsonType::Kind::list, .item = {json_type<V>()}}; }
  static json::value write(const std::vector<V>& values, const auto&... with) {
    json::array out;
    out.reserve(values.size());
    for (const V& one : values) out.push_back(json_value(one, with...));
    return out;
  }
};
template <class V>
concept HasShape = requires(const V* value) {
  shape_for(value);
};
template <HasShape V>
struct JsonOf<V> {
  static JsonType type() {
    return {.kind = JsonType::Kind::shape,
            .shape = shape_for(static_cast<const V*>(nullptr)).text()};
  }
  static json::value write(const V& value, const auto&... with) {
    const auto& shape = shape_for(&value);
    if constexpr (requires { shape.write(value, with...); }) {
      return shape.write(value, with...);
    } else {
      return shape.write(value);
    }
  }
};

template <HasShape V, class... With>
json::object shape_of(const V& value, const With&... with) {
  return shape_for(&value).write(value, with...);
}

/// A getter whose empty text is null.
template <class Get>
auto or_null(Get get) {
  return [get](const auto& value) { return NullableText{std::invoke(get, value)}; };
}

/// `With`: what writing needs besides the thing, handed on to the shapes below.
template <class T, class... With>
class Shape {
 public:
  explicit Shape(std::string name) : text_(std::make_shared<ShapeText>()) {
    text_->name = std::move(name);
  }

  /// `get`: a member, or a function of the thing, or of the thing and `With`.
  template <class Get>
  Shape& add(const std::string& name, Get get, std::string docs = "") {
    return add_typed(name, json_type<Value<Get>>(), std::move(get), std::move(docs));
  }
  /// A text that is one of these words.
  template <class Get>
  Shape& add_words(const std::string& name, std::vector<std::string> words, Get get,
                   std::string docs = "") {
    JsonType type = json_type<Value<Get>>();
    type.words = std::move(words);
    return add_typed(name, std::move(type), std::move(get), std::move(docs));
  }
  /// JSON that was made elsewhere, and is described here.
  template <class Get>
  Shape& add_json(const std::string& name, JsonType type, Get get, std::string docs = "") {
    text_->members.push_back({name, std::move(type), false, std::move(docs)});
    writers_.push_back([name, get](json::object& out, const T& value, const With&...) {
      out.emplace(name, std::invoke(get, value));
    });
    return *this;
  }
  /// Left out where `get` gives nothing.
  template <class Get>
  Shape& add_optional(const std::string& name, Get get, std::string docs = "") {
    using Optional = Value<Get>;
    text_->members.push_back(
        {name, json_type<typename Optional::value_type>(), true, std::move(docs)});
    writers_.push_back([name, get](json::object& out, const T& value, const With&... with) {
      const Optional got = of(get, value, with...);
      if (got) out.emplace(name, json_value(*got, with...));
    });
    return *this;
  }
  /// All members of another shape but `without`, of what `get` gives.
  template <class V, class... Its, class Get>
  Shape& include(const Shape<V, Its...>& other, Get get, std::string without = "") {
    for (const Member& member : other.text()->members) {
      if (member.name != without) text_->members.push_back(member);
    }
    writers_.push_back(
        [&other, get, without](json::object& out, const T& value, const With&... with) {
          if constexpr (sizeof...(Its) > 0) {
            other.write_into(out, std::invoke(get, value), with...);
          } else {
            other.write_into(out, std::invoke(get, value));
          }
          if (const auto found = out.find(without); found != out.end()) out.stable_erase(found);
        });
    return *this;
  }

  json::object write(const T& value, const With&... with) const {
    json::object out;
    out.reserve(text_->members.size());
    write_into(out, value, with...);
    return out;
  }
  void write_into(json::object& out, const T& value, const With&... with) const {
    for (const Writer& writer : writers_) writer(out, value, with...);
  }
  /// Shared with the types that refer to it.
  std::shared_ptr<const ShapeText> text() const { return text_; }
  JsonType type() const { return {.kind = JsonType::Kind::shape, .shape = text_}; }

 private:
  using Writer = std::function<void(json::object&, const T&, const With&...)>;

  template <class Get>
  static decltype(auto) of(const Get& get, const T& value, const With&... with) {
    if constexpr (std::is_invocable_v<const Get&, const T&, const With&...>) {
      return std::invoke(get, value, with...);
    } else {
      return std::invoke(get, value);
    }
  }
  template <class Get>
  using Value = std::remove_cvref_t<decltype(of(
      std::declval<const Get&>(), std::declval<const T&>(), std::declval<const With&>()...))>;

  template <class Get>
  Shape& add_typed(const std::string& name, JsonType type, Get get, std::string docs) {
    text_->members.push_back({name, std::move(type), false, std::move(docs)});
    writers_.push_back([name, get](json::object& out, const T& value, const With&... with) {
      out.emplace(name, json_value(of(get, value, with...), with...));
    });
    return *this;
  }

  std::shared_ptr<ShapeText> text_;  // shared with the types that refer to it
  std::vector<Writer> writers_;
};

/// The shape of JSON that is read here, or that was made elsewhere: what a request holds.
class PlainShape {
 public:
  explicit PlainShape(std::string name = "") { text_.name = std::move(name); }
  template <class V>
  PlainShape& has(std::string name, std::string docs = "") {
    return add(std::move(name), json_type<V>(), false, std::move(docs));
  }
  template <class V>
  PlainShape& may_have(std::string name, std::string docs = "") {
    return add(std::move(name), json_type<V>(), true, std::move(docs));
  }
  PlainShape& add(std::string name, JsonType type, bool is_optional = false,
                  std::string docs = "") {
    text_.members.push_back({std::move(name), std::move(type), is_optional, std::move(docs)});
    return *this;
  }
  JsonType type() const {
    // shared by all that refer to it
    return {.kind = JsonType::Kind::shape, .shape = std::make_shared<ShapeText>(text_)};
  }

 private:
  ShapeText text_;
};

}  // namespace dw
