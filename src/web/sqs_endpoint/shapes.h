// What goes into and comes out of each SQS operation, named once: AWS JSON 1.0 carries these
// members as they are, the older query protocol flattens them into a form and answers in XML.
// Source: botocore's service models sqs/2012-11-05 (JSON since 2023, query before), read 2026-11.
#pragma once
#include <span>
#include <string_view>

namespace dw {

enum class SqsKind {
  text,
  number,
  texts,       ///< NAME.1, NAME.2 · <NAME> repeated
  values,      ///< a map of texts: NAME.1.KEY, NAME.1.VALUE · <NAME><KEY/><VALUE/></NAME> repeated
  attributes,  ///< a map of message attributes: NAME.1.Name, NAME.1.Value.StringValue
  entries,     ///< a list of structs: NAME.1.FIELD · <NAME> repeated
};

struct SqsMember {
  std::string_view name;  ///< in JSON: "AttributeNames"
  std::string_view flat;  ///< in a form and in XML: "AttributeName"
  SqsKind kind = SqsKind::text;
  std::span<const SqsMember> fields{};  ///< of `entries`
  std::string_view key = "Name";        ///< of `values`: tags have a "Key"
};

struct SqsOperation {
  std::string_view name;  ///< "SendMessage"
  std::span<const SqsMember> in, out;
};

/// Null: no operation of that name.
const SqsOperation* find_sqs_operation(std::string_view name);

}  // namespace dw
