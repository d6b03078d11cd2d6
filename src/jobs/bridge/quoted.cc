// The signature and the quoted history at the end of an email. Only what mail programs write on a
// line of its own cuts: "run it with --force" is no signature.
#include <re2/re2.h>

#include <algorithm>

#include "base/text.h"
#include "jobs/bridge/turn.h"

namespace dw {
namespace {

/// Where the first match of any pattern begins; the end if there is none.
size_t first_of(const std::string& text, std::initializer_list<const RE2*> patterns) {
  size_t cut = text.size();
  for (const RE2* pattern : patterns) {
    re2::StringPiece found;
    if (RE2::PartialMatch(text, *pattern, &found)) {
      cut = std::min(cut, static_cast<size_t>(found.data() - text.data()));
    }
  }
  return cut;
}

}  // namespace

std::string cut_quoted_html(const std::string& html) {
  static const RE2 by_class(
      R"re((?i)(<[a-z]+[^>]*(?:class|id)\s*=\s*"[^"]*(?:gmail_quote|gmail_signature|gmail_extra|)re"
      R"re(moz-cite-prefix|moz-signature|yahoo_quoted|protonmail_quote|divRplyFwdMsg|)re"
      R"re(appendonsend|OutlookMessageHeader)[^"]*"))re");
  static const RE2 dashes(R"re((?i)((?:<br\s*/?>|<p[^>]*>|<div[^>]*>|\n)\s*--(?:\s|&nbsp;)*)re"
                          R"re((?:<br|</p>|</div>|\n)))re");
  static const RE2 wrote(
      R"re((?i)((?:<br\s*/?>|<p[^>]*>|<div[^>]*>|\n)\s*On\s[^\n]{5,300}?wrote:))re");
  static const RE2 original(
      R"re((?i)(-{3,}\s*(?:Original Message|Forwarded message|Ursprüngliche Nachricht))re"
      R"re(\s*-{3,}))re");
  const size_t cut = first_of(html, {&by_class, &dashes, &wrote, &original});
  return cut == html.size() ? html : html.substr(0, cut);
}

std::string cut_quoted_text(const std::string& text) {
  static const RE2 dashes(R"re((?m)(^--[ \t]*$))re");
  static const RE2 wrote(R"re((?m)(^On\s[^\n]{5,200}(?:\n[^\n]{1,100})?wrote:[ \t]*$))re");
  static const RE2 original(
      R"re((?m)(^-{3,}\s*(?:Original Message|Forwarded message|Ursprüngliche Nachricht))re"
      R"re(\s*-{3,}))re");
  static const RE2 headers(R"re((?m)(^From: [^\n]+\n(?:Sent|Date|To): ))re");
  const size_t cut = first_of(text, {&dashes, &wrote, &original, &headers});
  std::string kept(trim(std::string_view(text).substr(0, cut)));
  // Lines of "> …" at the very end are the history of a plain-text reply.
  while (!kept.empty()) {
    const size_t line = kept.rfind('\n');
    const std::string_view last = line == std::string::npos
                                      ? std::string_view(kept)
                                      : std::string_view(kept).substr(line + 1);
    if (line == std::string::npos || !trim(last).starts_with('>')) break;
    kept = trim(std::string_view(kept).substr(0, line));
  }
  return kept;
}

}  // namespace dw
