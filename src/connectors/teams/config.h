// [teams.NAME]: an outgoing webhook of a Teams team.
#pragma once
#include <string>
#include <vector>

#include "base/hash.h"
#include "config/field.h"

namespace dw {

struct TeamsSettings {
  std::string name;
  std::vector<Secret> secrets;  ///< one, or two while one is rotated; base64
};

/// The security token, or a list of two.
inline Field<TeamsSettings> teams_secret_field() {
  Field<TeamsSettings> field;
  field.key = "secret";
  field.doc =
      "the security token that Teams showed when the webhook was made; a list of two "
      "while one is rotated";
  field.allowed = "base64 text, \"${NAME}\", \"file:/path\", or a list of two of them";
  const json::object one{{"type", "string"}};
  field.schema = {
      {"anyOf",
       json::array{one, json::object{
                            {"type", "array"}, {"items", one}, {"minItems", 1}, {"maxItems", 2}}}}};
  field.read = [](TeamsSettings& out, const Node& node, const SourceLocation& place) {
    const Node::List single{node};
    const Node::List& given = node.list() != nullptr ? *node.list() : single;
    if (given.empty() || given.size() > 2) return place.add("must be one secret, or a list of two");
    for (const Node& one_secret : given) {
      auto secret = read_secret(one_secret, place);
      if (!secret || one_secret.is_broken) return;
      const auto key = from_base64(secret->reveal());
      if (!key || key->empty()) {
        return place.add("is not base64: copy the security token that Teams showed, whole");
      }
      out.secrets.push_back(std::move(*secret));
    }
  };
  field.print = [](const TeamsSettings& from) {
    return from.secrets.size() == 2 ? std::string("[\"***\", \"***\"]") : quoted("***");
  };
  return field;
}

inline const Section<TeamsSettings>& teams_section() {
  static const Section<TeamsSettings> section{
      "teams",
      "[teams.NAME]",
      "A Teams outgoing webhook, answered at `/hooks/teams/NAME`. With none, and with "
      "`access.mode = \"loopback\"`, `/hooks/teams/local` accepts unsigned requests from this "
      "machine.",
      {teams_secret_field()}};
  return section;
}

}  // namespace dw
