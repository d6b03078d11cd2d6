// Text from outside on its way to a terminal, a log or a mail of cron.
#pragma once
#include <string>
#include <string_view>

namespace dw {

/// Without control characters, which a terminal would obey: those below 0x20, DEL, and Unicode's
/// U+0080 to U+009F; and without marks of direction and what can't be seen, which would show other
/// words than are there. Each line end becomes `line_break`; tabs and joiners stay.
std::string for_terminal(std::string_view text, std::string_view line_break = " ");
/// The same behind what `out` has.
void append_for_terminal(std::string& out, std::string_view text,
                         std::string_view line_break = " ");

/// As for_terminal(), of JSON that is already text: what JSON lets stand is escaped, so that no
/// value changes.
std::string json_for_terminal(std::string_view json);

}  // namespace dw
