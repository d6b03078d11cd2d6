#include "net/url.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

#include "base/authority.h"
#include "base/international.h"
#include "base/text.h"

namespace dw {
namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

int default_port(std::string_view scheme) {
  return scheme == "https" ? 443 : 80;
}

}  // namespace

std::string Url::origin() const {
  std::string out = scheme + "://" + host;
  if (port != default_port(scheme)) out += ":" + std::to_string(port);
  return out;
}

std::optional<Url> parse_url(std::string_view given) {
  const std::optional<std::string> text_in_ascii = ascii_url(given);
  if (!text_in_ascii) return std::nullopt;
  const std::string_view text = *text_in_ascii;
  const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
  if (parsed.has_error()) return std::nullopt;
  const boost::urls::url_view& view = *parsed;
  Url url;
  url.scheme = to_lower(std::string(view.scheme()));
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
  if (view.has_userinfo() || view.host().empty()) return std::nullopt;
  // Boost 1.81 reads "http://10.0.0.1.evil.example/" as the host 10.0.0.1 and the rest as its path.
  const bool is_cut = !view.encoded_path().empty() && !view.encoded_path().starts_with('/');
  if (is_cut) return std::nullopt;
  url.host = to_lower(std::string(view.encoded_host()));
  url.path = std::string(view.encoded_path());
  url.query = std::string(view.encoded_query());
  url.port = view.port_number() != 0 ? view.port_number() : default_port(url.scheme);
  return url;
}

std::string encode_url_part(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out;
}

std::optional<std::string> decode_url_part(std::string_view text, bool is_form) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const bool has_two = i + 2 < text.size();
      const int high = has_two ? digit_of(text[i + 1]) : -1;
      const int low = has_two ? digit_of(text[i + 2]) : -1;
      if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else if (text[i] == '\0') {
      return std::nullopt;
    } else if (text[i] == '+' && is_form) {
      out += ' ';
    } else {
      out += text[i];
    }
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> decode_form(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const std::string_view pair : split(text, '&')) {
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    auto name = decode_url_part(pair.substr(0, equals), true);
    auto value = decode_url_part(
        equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true);
    if (name && value) out.emplace_back(std::move(*name), std::move(*value));
  }
  return out;
}

}  // namespace dw
