#include "web/sqs_endpoint/query.h"

#include <fmt/format.h>

#include <map>

#include "base/number.h"
#include "base/random.h"
#include "base/text.h"
#include "domain/markup.h"

namespace dw {
namespace {

constexpr const char* xml_type = "text/xml";
constexpr const char* name_space = "http://queue.amazonaws.com/doc/2012-11-05/";
constexpr size_t digits_max = 6;

/// The parameters below a prefix, without it: all of "Attribute." as "1.Name", …
class Form {
 public:
  explicit Form(const FormPairs& pairs) : values_(pairs.begin(), pairs.end()) {}

  const std::string* value(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
  }
  /// By their numbers: "10" comes behind "9".
  std::map<int, Form> numbered(std::string_view name) const {
    const std::string prefix = std::string(name) + ".";
    std::map<int, Form> out;
    for (auto at = values_.lower_bound(prefix);
         at != values_.end() && at->first.starts_with(prefix); ++at) {
      const std::string_view rest = std::string_view(at->first).substr(prefix.size());
      const std::string_view digits = rest.substr(0, rest.find('.'));
      const auto number = number_in<int>(digits);
      if (!number || digits.size() > digits_max) continue;
      const std::string_view below =
          digits.size() == rest.size() ? std::string_view() : rest.substr(digits.size() + 1);
      out.try_emplace(*number, Form(FormPairs{})).first->second.values_[std::string(below)] =
          at->second;
    }
    return out;
  }
  const std::string& text(const std::string& name) const {
    static const std::string none;
    const std::string* found = value(name);
    return found == nullptr ? none : *found;
  }

 private:
  std::map<std::string, std::string> values_;
};

json::value number_of(const std::string& text) {
  const auto number = number_in(text);
  return number ? json::value(*number) : json::value(json::string(text));
}

json::object read_members(std::span<const SqsMember> members, const Form& form);

json::object attribute_of(const Form& one) {
  json::object out;
  for (const char* field : {"DataType", "StringValue", "BinaryValue"}) {
    if (const std::string* value = one.value(fmt::format("Value.{}", field))) out[field] = *value;
  }
  return out;
}

/// Absent members stay absent.
void read_member(const SqsMember& member, const Form& form, json::object& out) {
  const std::string flat(member.flat);
  if (member.kind == SqsKind::text || member.kind == SqsKind::number) {
    const std::string* value = form.value(flat);
    if (value == nullptr) return;
    const bool is_text = member.kind == SqsKind::text;
    out[member.name] = is_text ? json::value(json::string(*value)) : number_of(*value);
    return;
  }
  const std::map<int, Form> numbered = form.numbered(flat);
  if (numbered.empty()) return;
  json::array list;
  json::object map;
  for (const auto& [number, one] : numbered) {
    switch (member.kind) {
      case SqsKind::texts:
        list.push_back(json::string(one.text("")));
        break;
      case SqsKind::values:
        map[one.text(std::string(member.key))] = one.text("Value");
        break;
      case SqsKind::attributes:
        map[one.text("Name")] = attribute_of(one);
        break;
      default:
        list.push_back(read_members(member.fields, one));
    }
  }
  const bool is_list = member.kind == SqsKind::texts || member.kind == SqsKind::entries;
  out[member.name] = is_list ? json::value(std::move(list)) : json::value(std::move(map));
}

json::object read_members(std::span<const SqsMember> members, const Form& form) {
  json::object out;
  for (const SqsMember& member : members) read_member(member, form, out);
  return out;
}

/// A carriage return as it is would be read as a line feed.
std::string escape_xml(std::string_view text) {
  return replace_all(escape_html(text), "\r", "&#13;");
}

std::string plain_text(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  return to_text(value);
}

std::string element(std::string_view name, std::string_view inside) {
  return fmt::format("<{}>{}</{}>", name, inside, name);
}

std::string text_element(std::string_view name, const json::value& value) {
  return element(name, escape_xml(plain_text(value)));
}

std::string write_members(std::span<const SqsMember> members, const json::object& from);

std::string write_attribute(const SqsMember& member, std::string_view name,
                            const json::value& value) {
  std::string inside;
  for (const auto& field : value.as_object()) inside += text_element(field.key(), field.value());
  return element(member.flat, element("Name", escape_xml(name)) + element("Value", inside));
}

std::string write_member(const SqsMember& member, const json::value& value) {
  std::string out;
  switch (member.kind) {
    case SqsKind::text:
    case SqsKind::number:
      return text_element(member.flat, value);
    case SqsKind::texts:
      for (const json::value& one : value.as_array()) out += text_element(member.flat, one);
      break;
    case SqsKind::values:
      for (const auto& one : value.as_object()) {
        out += element(member.flat, element(member.key, escape_xml(one.key())) +
                                        text_element("Value", one.value()));
      }
      break;
    case SqsKind::attributes:
      for (const auto& one : value.as_object()) {
        out += write_attribute(member, one.key(), one.value());
      }
      break;
    case SqsKind::entries:
      for (const json::value& one : value.as_array()) {
        out += element(member.flat, write_members(member.fields, one.as_object()));
      }
  }
  return out;
}

std::string write_members(std::span<const SqsMember> members, const json::object& from) {
  std::string out;
  for (const SqsMember& member : members) {
    const json::value* value = from.if_contains(member.name);
    if (value != nullptr) out += write_member(member, *value);
  }
  return out;
}

Response xml_response(int status, std::string body, const std::string& request_id) {
  return {.status = status,
          .content_type = xml_type,
          .body = "<?xml version=\"1.0\"?>" + std::move(body),
          .headers = {{"x-amzn-RequestId", request_id}}};
}

}  // namespace

json::object body_of_form(const SqsOperation& operation, const FormPairs& form) {
  return read_members(operation.in, Form(form));
}

Response query_answer(const SqsOperation& operation, const json::object& answer) {
  const std::string id = random_uuid();
  std::string result;
  if (!operation.out.empty()) {
    result = element(fmt::format("{}Result", operation.name), write_members(operation.out, answer));
  }
  return xml_response(
      200,
      fmt::format("<{0}Response xmlns=\"{1}\">{2}<ResponseMetadata><RequestId>{3}</RequestId>"
                  "</ResponseMetadata></{0}Response>",
                  operation.name, name_space, result, id),
      id);
}

Response query_failure(const SqsError& error) {
  const std::string id = random_uuid();
  const std::string type = error.is_receiver ? "Receiver" : "Sender";
  return xml_response(
      error.status,
      fmt::format("<ErrorResponse xmlns=\"{}\"><Error><Type>{}</Type><Code>{}</Code>"
                  "<Message>{}</Message><Detail/></Error><RequestId>{}</RequestId></ErrorResponse>",
                  name_space, type, legacy_code(error.code), escape_xml(shown_message(error)), id),
      id);
}

}  // namespace dw
