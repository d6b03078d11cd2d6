// URLs taken apart and percent-encoding.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dw {

struct Url {
  std::string scheme, host, path, query;
  int port = 0;  ///< of the scheme if none is written

  /// "https://host:8443": without the port where it is the scheme's own.
  std::string origin() const;
};

/// http and https only, with a host, without credentials. An international host is in its ASCII
/// form.
std::optional<Url> parse_url(std::string_view text);

/// Everything but letters, digits, '-', '.', '_' and '~' as %XX.
std::string encode_url_part(std::string_view text);
/// Nothing for a broken escape or a NUL. '+' stays '+', or is a space in a form.
std::optional<std::string> decode_url_part(std::string_view text, bool is_form = false);
/// "a=1&b=%20" in order; broken pairs are left out.
std::vector<std::pair<std::string, std::string>> decode_form(std::string_view text);

}  // namespace dw
