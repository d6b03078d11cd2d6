// Unicode's normal forms, by ICU.
#include "base/casefold.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include "base/text.h"

namespace dw {
namespace {

std::string normalized(const icu::Normalizer2* form, std::string_view text, UErrorCode failed) {
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  if (U_SUCCESS(failed)) {
    form->normalizeUTF8(0, {text.data(), static_cast<int32_t>(text.size())}, sink, nullptr, failed);
  }
  return U_FAILURE(failed) ? std::string(text) : out;
}

}  // namespace

std::string nfkc(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  UErrorCode failed = U_ZERO_ERROR;
  const icu::Normalizer2* form = icu::Normalizer2::getNFKCInstance(failed);
  return normalized(form, text, failed);
}

std::string nfkc_casefold(std::string_view text) {
  if (is_ascii(text)) return to_lower(text);
  UErrorCode failed = U_ZERO_ERROR;
  const icu::Normalizer2* form = icu::Normalizer2::getNFKCCasefoldInstance(failed);
  return normalized(form, text, failed);
}

CodePoint first_code_point(std::string_view text) {
  if (text.empty()) return {};
  const auto byte = [text](size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const size_t bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (!is_utf8(text.substr(0, bytes))) return {0xFFFD, 1};
  char32_t value = lead & (0xFFU >> (bytes + 1));
  for (size_t at = 1; at < bytes; ++at) value = (value << 6U) | (byte(at) & 0x3FU);
  return {value, bytes};
}

bool is_alphanumeric(char32_t code_point) {
  return u_isalnum(static_cast<UChar32>(code_point)) != 0;
}

char32_t lower_case(char32_t code_point) {
  return static_cast<char32_t>(u_tolower(static_cast<UChar32>(code_point)));
}

bool is_punctuation(char32_t code_point) {
  return u_ispunct(static_cast<UChar32>(code_point)) != 0;
}

}  // namespace dw
