// Text from strangers: UTF-8 checked, counted in characters, cut without breaking one.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dw {

/// Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);
bool is_ascii(std::string_view text);
/// Code points; of text that is_utf8().
size_t count_characters(std::string_view text);
/// At most `characters_max` characters, with "…" in place of what was cut.
std::string cut_characters(std::string_view text, size_t characters_max);
/// At most `bytes_max` bytes, cut between characters, nothing added.
std::string_view cut_bytes(std::string_view text, size_t bytes_max);
/// The first control character other than newline and tab, if there is one.
std::optional<unsigned> find_control_character(std::string_view text);
/// Appends a code point as UTF-8; one that is none becomes U+FFFD.
void append_utf8(std::string& out, unsigned code_point);

/// Of ASCII, as all that follow; casefold.h has those of any script.
inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c);
}
bool is_white_space(char c);
/// Without any ASCII white space.
std::string without_white_space(std::string_view text);
/// Without ASCII white space at both ends.
std::string_view trim(std::string_view text);
/// ASCII letters in lower case; all else as it is.
std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);
/// The parts between separators; "a,,b" has three, "" has one empty.
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string replace_all(std::string_view text, std::string_view what, std::string_view with);
/// "1 ticket", "2 tickets".
std::string counted(int64_t count, std::string_view one, std::string_view many);

}  // namespace dw
