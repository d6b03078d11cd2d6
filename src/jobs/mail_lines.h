// A mail as the lines that its reader sees, each with where it stands in the source and what the
// client's own markup says of it. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace dw {

struct MailLine {
  std::string text;   ///< as it is read, without the ">" of a quote
  std::string words;  ///< text, folded (mail_words.h)
  size_t begin = 0;   ///< in the source: of the outermost element that this line begins
  size_t end = 0;     ///< behind the line; of a page, behind all that ends with it
  /// In a quote: not; in one that a person may have typed (<blockquote>); in a mail's own (">",
  /// <blockquote type="cite">, Gmail's).
  enum class Quote { none, any, mails };
  Quote quote = Quote::none;
  int signs = 0;       ///< how many ">" it begins with
  int container = -1;  ///< the client's element for history that it is in: Yahoo's, Gmail's
  bool is_attribution = false;  ///< the client says that this is "On … wrote:", in any language
  bool is_header = false;       ///< the client says that From, Sent, To begin here, in any language
  bool is_forward = false;      ///< the client says that a forwarded mail begins here
  bool is_signature = false;    ///< the client says that this is one
  bool is_rule = false;         ///< <hr>, or a line of dashes

  bool is_blank() const { return words.empty(); }
  /// What a signature hangs on: "-- ", or one long dash. One hyphen is the sign of a list.
  bool is_dash() const { return words == "--" || text == "\u2014" || text == "\u2013"; }
};

std::vector<MailLine> lines_of_mail_text(std::string_view text);
std::vector<MailLine> lines_of_mail_html(std::string_view html);

}  // namespace dw
