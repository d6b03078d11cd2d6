// What somebody wrote in a mail, without its signature and the history that it quotes; mail_lines.h
// is a mail as lines with what its markup says of them, mail_words.h what one line is. Pure.
#pragma once
#include <string>

namespace dw {

std::string cut_quoted_html(const std::string& html);
std::string cut_quoted_text(const std::string& text);
/// Of a mail that opens a ticket: its signature alone goes, whatever it quotes or forwards.
std::string cut_signature_of_first(const std::string& text);

}  // namespace dw
