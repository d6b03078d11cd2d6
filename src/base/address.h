// Mail addresses as strangers write them: what of a cell is the address, and whether it is one.
#pragma once
#include <string>
#include <string_view>

namespace dw {

/// The address in a text: cleaned (Cleaning::word), without "mailto:", a name and angle brackets,
/// quotes around it and a separator behind it. Beyond ASCII it gets the one form in which two
/// spellings of a mailbox are equal: lower case, and the domain as "xn--…". What is none of these
/// stays as it is: refusal_of_address() judges it. A view into `text` where there was nothing to
/// do, else into `kept`.
std::string_view clean_address(std::string_view text, std::string& kept);
std::string cleaned_address(std::string_view text);

/// "" or why nothing can be sent to an address that was cleaned: "there is no email".
std::string refusal_of_address(std::string_view email);

}  // namespace dw
