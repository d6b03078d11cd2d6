// Text that strangers wrote, cleaned and judged in one place: what people can't see decides
// nothing. What is compared, kept and sent is what comes out of here.
#pragma once
#include <string>
#include <string_view>

namespace dw {

enum class Cleaning {
  /// An address, a ticket: without all that can't be seen, no-break spaces among it.
  word,
  /// A status, a heading, a date: every kind of space is one plain space.
  phrase,
  /// A name, a subject: joiners and no-break spaces stay inside, and so do line ends, as "\n".
  prose,
};

/// Without what can't be seen around it and inside it (zero-width characters, byte-order marks,
/// marks of direction, control characters), and composed (NFC). NUL, and what is not UTF-8, stays:
/// unstorable_reason() judges it. A view into `text` where there was nothing to do, else into
/// `kept`.
std::string_view clean(std::string_view text, Cleaning cleaning, std::string& kept);
std::string cleaned(std::string_view text, Cleaning cleaning);

/// Nothing in it can be seen: spaces of any kind, line ends, control characters, joiners of
/// nothing, marks of direction, fillers (U+3164, U+2800). Who wrote it has said nothing.
bool is_blank(std::string_view text);

/// What a cell has whose formula no program has calculated, as libraries write it.
inline constexpr std::string_view uncalculated_value = "#UNCALCULATED!";

/// "#N/A", "#REF!", "#DIV/0!": a spreadsheet's error and no text.
bool is_error_value(std::string_view text);

}  // namespace dw
