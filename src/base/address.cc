#include "base/address.h"

#include <fmt/format.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>

#include "base/international.h"
#include "base/outside_text.h"
#include "base/text.h"

namespace dw {
namespace {

/// An SMTP path has 256 bytes with its brackets (RFC 5321).
constexpr size_t address_bytes_max = 254;
constexpr size_t label_bytes_max = 63;

bool is_quoted(std::string_view text, char quote) {
  return text.size() > 2 && text.front() == quote && text.back() == quote;
}

/// "'ann@x.example'", as Outlook writes it, and "\"ann@x.example\"".
std::string_view without_quotes(std::string_view text) {
  const bool has_quotes = is_quoted(text, '"') || is_quoted(text, '\'');
  return has_quotes ? trim(text.substr(1, text.size() - 2)) : text;
}

/// "Ann Abe <ann@x.example>". A second address in front of it is not thrown away.
std::string_view without_name(std::string_view text) {
  const size_t open = text.find('<');
  if (open == std::string_view::npos || !text.ends_with('>')) return text;
  const std::string_view inside = trim(text.substr(open + 1, text.size() - open - 2));
  if (inside.find_first_of("<>") != std::string_view::npos) return text;
  const std::string_view name = without_quotes(trim(text.substr(0, open)));
  const bool is_name =
      name.find('@') == std::string_view::npos || equals_ignoring_case(name, inside);
  return is_name ? inside : text;
}

/// "mailto:ann@x.example?subject=Hello", as a link has it.
std::string_view without_scheme(std::string_view text) {
  constexpr std::string_view scheme = "mailto:";
  if (!equals_ignoring_case(text.substr(0, scheme.size()), scheme)) return text;
  text.remove_prefix(scheme.size());
  return text.substr(0, text.find('?'));
}

std::string_view bare(std::string_view text) {
  while (text.ends_with(';') || text.ends_with(',')) text = trim(text.substr(0, text.size() - 1));
  return without_quotes(without_scheme(without_name(without_quotes(text))));
}

/// What nearly all addresses are made of, and nothing that stands around one.
bool is_usual(char c) {
  static constexpr std::array<bool, 256> usual = [] {
    std::array<bool, 256> out{};
    for (const char one : std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           "0123456789.@_-+")) {
      out.at(static_cast<unsigned char>(one)) = true;
    }
    return out;
  }();
  return usual[static_cast<unsigned char>(c)];
}

/// No mail server tells two mailboxes apart by case; "ß" and "ss" are different letters.
std::string lower(std::string_view text) {
  icu::UnicodeString letters =
      icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
  letters.toLower(icu::Locale::getRoot());
  std::string out;
  letters.toUTF8String(out);
  return out;
}

bool is_host_name(std::string_view domain) {
  for (const std::string_view label : split(domain, '.')) {
    if (label.empty() || label.size() > label_bytes_max) return false;
    if (label.front() == '-' || label.back() == '-') return false;
    const bool is_plain = std::all_of(label.begin(), label.end(), [](char c) {
      return is_letter_or_digit(c) || c == '-' || c == '_';
    });
    if (!is_plain) return false;
  }
  return true;
}

bool is_local_part(std::string_view text) {
  if (text.empty() || text.front() == '.') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    const bool is_seen = static_cast<unsigned char>(c) > 0x20 && c != 0x7F;
    return is_seen && std::string_view("<>()[],;:\\\"").find(c) == std::string_view::npos;
  });
}

}  // namespace

std::string_view clean_address(std::string_view text, std::string& kept) {
  // By the name of a function it would be called for each character.
  const bool is_all_usual =
      std::all_of(text.begin(), text.end(), [](char c) { return is_usual(c); });
  if (is_all_usual) return text;
  const std::string_view found = bare(clean(text, Cleaning::word, kept));
  if (is_ascii(found) || !is_utf8(found)) return found;
  const size_t at = found.find('@');
  if (at == std::string_view::npos) return found;
  const std::string_view domain = found.substr(at + 1);
  std::string one_form = lower(found.substr(0, at)) + "@";
  one_form += ascii_domain(domain).value_or(std::string(domain));
  kept = std::move(one_form);
  return kept;
}

std::string cleaned_address(std::string_view text) {
  std::string kept;
  return std::string(clean_address(text, kept));
}

std::string refusal_of_address(std::string_view email) {
  if (email.empty()) return "there is no email";
  const size_t at = email.find('@');
  const bool is_good = at != std::string_view::npos && email.size() <= address_bytes_max &&
                       is_utf8(email) && email.find("..") == std::string_view::npos &&
                       is_local_part(email.substr(0, at)) && is_host_name(email.substr(at + 1));
  if (is_good) return "";
  std::string shown(email);
  std::erase_if(shown, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  const bool is_several = std::count(email.begin(), email.end(), '@') > 1 &&
                          email.find_first_of(",; /|") != std::string_view::npos;
  return fmt::format("\"{}\" {}", is_utf8(shown) ? cut_characters(shown, 80) : "…",
                     is_several ? "has more than one address" : "is no address");
}

}  // namespace dw
