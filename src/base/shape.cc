#include "base/shape.h"

#include "base/assert.h"

namespace dw {
namespace {

std::string_view name_of(JsonType::Kind kind) {
  switch (kind) {
    case JsonType::Kind::text:
    case JsonType::Kind::time:
      return "string";
    case JsonType::Kind::integer:
      return "integer";
    case JsonType::Kind::number:
      return "number";
    case JsonType::Kind::boolean:
      return "boolean";
    case JsonType::Kind::list:
      return "array";
    case JsonType::Kind::object:
    case JsonType::Kind::shape:
      break;
  }
  return "object";
}

}  // namespace

json::object schema_of(const JsonType& type) {
  if (type.shape) {
    json::object out = type.shape->name.empty()
                           ? schema_of(*type.shape)
                           : json::object{{"$ref", "#/components/schemas/" + type.shape->name}};
    if (!type.is_nullable) return out;
    return {{"anyOf", json::array{std::move(out), json::object{{"type", "null"}}}}};
  }
  json::value name = json::string(name_of(type.kind));
  if (type.is_nullable) name = json::array{std::move(name), "null"};
  json::object out{{"type", std::move(name)}};
  if (type.kind == JsonType::Kind::time) out["format"] = "date-time";
  if (type.kind == JsonType::Kind::list) out["items"] = schema_of(type.item.front());
  if (!type.words.empty()) {
    json::array words(type.words.begin(), type.words.end());
    if (type.is_nullable) words.push_back(nullptr);
    out["enum"] = std::move(words);
  }
  return out;
}

json::object schema_of(const ShapeText& shape) {
  json::object properties;
  json::array required;
  for (const Member& member : shape.members) {
    json::object schema = schema_of(member.type);
    if (!member.docs.empty()) schema["description"] = member.docs;
    properties[member.name] = std::move(schema);
    if (!member.is_optional) required.push_back(json::string(member.name));
  }
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

void add_named(const JsonType& type, json::object& schemas) {
  for (const JsonType& item : type.item) add_named(item, schemas);
  if (!type.shape) return;
  if (const json::value* known = schemas.if_contains(type.shape->name)) {
    DW_ASSERT(*known == schema_of(*type.shape), "a name of the contract belongs to one shape");
    return;
  }
  if (!type.shape->name.empty()) schemas[type.shape->name] = schema_of(*type.shape);
  for (const Member& member : type.shape->members) add_named(member.type, schemas);
}

}  // namespace dw
