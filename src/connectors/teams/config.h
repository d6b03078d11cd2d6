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

/// "" or what is wrong with a security token.
inline std::string check_teams_token(const std::string& text) {
  const auto key = from_base64(text);
  if (key && !key->empty()) return "";
  return "is not base64: copy the security token that Teams showed, whole";
}

inline const Section<TeamsSettings>& teams_section() {
  static const Section<TeamsSettings> section{
      "teams",
      "[teams.NAME]",
      "A Teams outgoing webhook, answered at `/hooks/teams/NAME`. With none, and with "
      "`access.mode = \"loopback\"`, `/hooks/teams/local` accepts unsigned requests from this "
      "machine.",
      {secrets_field("secret", &TeamsSettings::secrets,
                     "the security token that Teams showed when the webhook was made; a list of "
                     "two while one is rotated",
                     "base64 text", check_teams_token)}};
  return section;
}

}  // namespace dw
