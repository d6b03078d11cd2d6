#include "domain/mrkdwn.h"

#include "base/text.h"

namespace dw {
namespace {

std::string name_in(const NamesById& names, const std::string& id) {
  const auto found = names.find(id);
  return found == names.end() || found->second.empty() ? id : found->second;
}

std::string token_text(std::string_view token, const NamesById& names) {
  const size_t bar = token.find('|');
  const std::string_view before = token.substr(0, bar);
  const std::string_view label =
      bar == std::string_view::npos ? std::string_view() : token.substr(bar + 1);
  if (before.starts_with('@')) return "@" + name_in(names, std::string(before.substr(1)));
  if (before.starts_with('#')) {
    if (!label.empty()) return "#" + std::string(label);
    return "#" + name_in(names, std::string(before.substr(1)));
  }
  if (before.starts_with('!')) {
    return label.empty() ? "@" + std::string(before.substr(1)) : std::string(label);
  }
  const bool is_mail = before.starts_with("mailto:");
  if (label.empty() || label == before || is_mail) {
    return std::string(is_mail ? before.substr(7) : before);
  }
  return std::string(label) + " (" + std::string(before) + ")";
}

}  // namespace

std::string plain_of_mrkdwn(std::string_view text, const NamesById& names) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text[at] == '<' ? text.find('>', at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += text[at++];
      continue;
    }
    out += token_text(text.substr(at + 1, end - at - 1), names);
    at = end + 1;
  }
  out = replace_all(replace_all(out, "&lt;", "<"), "&gt;", ">");
  out = replace_all(out, "&amp;", "&");
  out = replace_all(replace_all(out, ":white_check_mark:", "✅"), ":ok:", "🆗");
  return out;
}

}  // namespace dw
