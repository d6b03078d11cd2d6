// Names of hosts beyond ASCII, as the network writes them (IDNA 2008, UTS #46): "müller.example" is
// "xn--mller-kva.example".
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace dw {

/// The domain in ASCII; one that is ASCII already is left as it is. Nothing where no host can be
/// called so.
std::optional<std::string> ascii_domain(std::string_view domain);

/// A URL with its host in ASCII and with what else is not ASCII percent-encoded; as it is where it
/// is ASCII already. Nothing where its host can't be written so.
std::optional<std::string> ascii_url(std::string_view url);

}  // namespace dw
