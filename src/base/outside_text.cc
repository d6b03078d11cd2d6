#include "base/outside_text.h"

#include <fmt/format.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include <algorithm>
#include <array>

#include "base/plain_text.h"
#include "base/text.h"

namespace dw {
namespace {

/// One character of well-formed UTF-8 off the front.
char32_t take_character(std::string_view& text) {
  const auto at = [&text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = at(0);
  const size_t bytes = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  char32_t out = bytes == 1 ? first : first & (0xFFU >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i) out = (out << 6U) | (at(i) & 0x3FU);
  text.remove_prefix(bytes);
  return out;
}

bool is_control(char32_t c) {
  return (c > 0 && c < 0x20) || (c >= 0x7F && c < 0xA0);
}

/// A space that holds together what stands beside it.
bool is_no_break_space(char32_t c) {
  return c == 0xA0 || c == 0x2007 || c == 0x202F;
}

bool is_space(char32_t c) {
  return c == ' ' || is_no_break_space(c) || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x205F || c == 0x3000;
}

/// Joins letters or chooses a picture: it means something inside of words of some languages.
bool is_joiner(char32_t c) {
  return c == 0x200C || c == 0x200D || c == 0x34F || (c >= 0xFE00 && c <= 0xFE0F) ||
         (c >= 0xE0100 && c <= 0xE01EF) || (c >= 0xE0020 && c <= 0xE007F);
}

/// Characters that nobody can see, by Unicode's property Default_Ignorable_Code_Point.
bool is_invisible(char32_t c) {
  constexpr std::array<std::pair<char32_t, char32_t>, 16> ranges = {{{0xAD, 0xAD},
                                                                     {0x34F, 0x34F},
                                                                     {0x61C, 0x61C},
                                                                     {0x115F, 0x1160},
                                                                     {0x17B4, 0x17B5},
                                                                     {0x180B, 0x180F},
                                                                     {0x200B, 0x200F},
                                                                     {0x202A, 0x202E},
                                                                     {0x2060, 0x206F},
                                                                     {0x3164, 0x3164},
                                                                     {0xFE00, 0xFE0F},
                                                                     {0xFEFF, 0xFEFF},
                                                                     {0xFFA0, 0xFFA0},
                                                                     {0xFFF0, 0xFFF8},
                                                                     {0x1BCA0, 0x1BCA3},
                                                                     {0xE0000, 0xE0FFF}}};
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](const auto& range) { return c >= range.first && c <= range.second; });
}

/// Canonically composed; as it was, if it is already or can't be.
std::string composed(std::string text) {
  UErrorCode failed = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(failed);
  if (U_FAILURE(failed) || nfc->isNormalizedUTF8(text, failed)) return text;
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  nfc->normalizeUTF8(0, text, sink, nullptr, failed);
  return U_FAILURE(failed) ? text : out;
}

/// Of one character, what stays.
void append_cleaned(std::string& out, char32_t c, Cleaning cleaning) {
  const bool is_prose = cleaning == Cleaning::prose;
  if (is_prose && (c == '\n' || c == '\t')) {
    out += static_cast<char>(c);
  } else if (is_prose && (c == 0x2028 || c == 0x2029 || c == 0x85)) {
    out += '\n';
  } else if (cleaning == Cleaning::phrase && (c == '\n' || c == '\t' || c == '\r' || is_space(c))) {
    if (!out.ends_with(' ')) out += ' ';
  } else if (is_control(c) || (is_invisible(c) && !(is_prose && is_joiner(c)))) {
    return;
  } else if (cleaning == Cleaning::word && is_space(c) && c != ' ') {
    if (!is_no_break_space(c)) out += ' ';
  } else {
    append_utf8(out, c);
  }
}

/// Without spaces of any kind, and joiners of nothing, at both ends.
std::string_view trimmed(std::string_view text) {
  const auto is_edge = [](char32_t c) {
    return is_space(c) || c == '\n' || c == '\t' || is_invisible(c);
  };
  while (!text.empty()) {
    std::string_view rest = text;
    if (!is_edge(take_character(rest))) break;
    text = rest;
  }
  while (!text.empty()) {
    size_t last = text.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0U) == 0x80) --last;
    std::string_view end = text.substr(last);
    // A picture's own sign stays with it.
    const char32_t c = take_character(end);
    if (!is_edge(c) || (c >= 0xFE00 && c <= 0xFE0F && last > 0)) break;
    text = text.substr(0, last);
  }
  return text;
}

}  // namespace

std::string_view clean(std::string_view text, Cleaning cleaning, std::string& kept) {
  text = trim(text);
  if (is_plain(text) &&
      (cleaning != Cleaning::phrase || text.find("  ") == std::string_view::npos)) {
    return text;
  }
  if (!is_utf8(text)) return text;
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    char32_t c = take_character(text);
    if (c == '\r' && !text.starts_with('\n')) c = '\n';
    append_cleaned(out, c, cleaning);
  }
  kept = composed(std::move(out));
  return trimmed(kept);
}

std::string cleaned(std::string_view text, Cleaning cleaning) {
  std::string kept;
  return std::string(clean(text, cleaning, kept));
}

bool is_blank(std::string_view text) {
  constexpr char32_t empty_braille = 0x2800;
  if (is_plain(text)) return trim(text).empty();
  if (!is_utf8(text)) return false;
  while (!text.empty()) {
    const char32_t c = take_character(text);
    if (!is_space(c) && !is_control(c) && !is_invisible(c) && c != empty_braille) return false;
  }
  return true;
}

bool is_error_value(std::string_view text) {
  if (!text.starts_with('#')) return false;
  constexpr std::array<std::string_view, 16> values = {
      "#N/A",      "#REF!",     "#VALUE!",       "#DIV/0!",         "#NAME?",  "#NULL!",
      "#NUM!",     "#SPILL!",   "#CALC!",        "#ERROR!",         "#FIELD!", "#BLOCKED!",
      "#UNKNOWN!", "#CONNECT!", "#GETTING_DATA", uncalculated_value};
  return std::any_of(values.begin(), values.end(),
                     [text](std::string_view one) { return equals_ignoring_case(text, one); });
}

}  // namespace dw
