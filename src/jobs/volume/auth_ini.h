// The older spike notifier's auth.ini: its settings as ours.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "config/volume_section.h"

namespace dw {

struct OlderVolume {
  std::string subdomain;  ///< [zendesk] Domain
  std::string email;      ///< of Credentials "email/token:KEY"
  Secret token;
  std::string history_file;  ///< [default] SpikeDB
  bool has_mail = false;     ///< [email] names a sender and a password: they belong into [mail]
};

/// Sections `default`, `zendesk`, `email`, and `misc` or `mods`; keys in any case, with or without
/// underscores; values quoted or not; lists in brackets. The rule is set to "mean", as it was.
/// errors  invalid: with the line
Result<OlderVolume> read_auth_ini(std::string_view text, VolumeSettings& out);

}  // namespace dw
