#include "base/international.h"

#include <fmt/format.h>
#include <unicode/bytestream.h>
#include <unicode/idna.h>

#include <algorithm>
#include <memory>

#include "base/text.h"

namespace dw {
namespace {

constexpr uint32_t rules =
    UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_USE_STD3_RULES;

const icu::IDNA* converter() {
  static const std::unique_ptr<icu::IDNA> one = [] {
    UErrorCode failed = U_ZERO_ERROR;
    std::unique_ptr<icu::IDNA> made(icu::IDNA::createUTS46Instance(rules, failed));
    return U_FAILURE(failed) ? nullptr : std::move(made);
  }();
  return one.get();
}

}  // namespace

std::optional<std::string> ascii_domain(std::string_view domain) {
  if (is_ascii(domain)) return std::string(domain);
  const icu::IDNA* to_ascii = converter();
  if (to_ascii == nullptr || !is_utf8(domain)) return std::nullopt;
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  icu::IDNAInfo info;
  UErrorCode failed = U_ZERO_ERROR;
  to_ascii->nameToASCII_UTF8(icu::StringPiece(domain.data(), static_cast<int32_t>(domain.size())),
                             sink, info, failed);
  if (U_FAILURE(failed) || info.hasErrors() || !is_ascii(out)) return std::nullopt;
  return out;
}

std::optional<std::string> ascii_url(std::string_view url) {
  if (is_ascii(url)) return std::string(url);
  const size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  const size_t begin = scheme_end + 3;
  const size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  // User information and a port stay as they are; no host has an "@" or a ":" beyond ASCII.
  const std::string_view authority = url.substr(begin, end - begin);
  const size_t at = authority.rfind('@');
  const size_t host_begin = at == std::string_view::npos ? 0 : at + 1;
  const size_t host_end = std::min(authority.find(':', host_begin), authority.size());
  const auto host = ascii_domain(authority.substr(host_begin, host_end - host_begin));
  if (!host) return std::nullopt;
  std::string out(url.substr(0, begin + host_begin));
  out += *host;
  out += authority.substr(host_end);
  out += url.substr(end);
  std::string encoded;
  for (const char c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", byte);
    }
  }
  return encoded;
}

}  // namespace dw
