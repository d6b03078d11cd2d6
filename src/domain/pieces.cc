#include "domain/pieces.h"

#include <algorithm>

#include "base/text.h"
#include "domain/mrkdwn.h"

namespace dw {
namespace {

constexpr std::string_view fence = "```";

/// Where the block of code begins that `at` is in; npos: in none. The text may begin in one.
size_t open_fence(std::string_view text, size_t at) {
  size_t open = std::string_view::npos;
  for (size_t i = text.find(fence); i < at; i = text.find(fence, i + fence.size())) {
    open = open == std::string_view::npos ? i : std::string_view::npos;
  }
  return open;
}

/// In front of the link or entity that `at` is in, if it is in one.
size_t before_open(std::string_view text, size_t at, char open, char close, size_t bytes_max) {
  const size_t last = text.substr(0, at).rfind(open);
  if (last == std::string_view::npos || at - last > bytes_max) return at;
  const size_t end = text.find(close, last);
  const bool is_inside = end != std::string_view::npos && end >= at && end - last <= bytes_max;
  return is_inside ? last : at;
}

size_t cut_inside(std::string_view text, size_t room) {
  const std::string_view head = cut_bytes(text, room);
  constexpr size_t link_bytes_max = 3'000, entity_bytes_max = 8;
  size_t at = before_open(text, head.size(), '<', '>', link_bytes_max);
  at = before_open(text, at, '&', ';', entity_bytes_max);
  return at == 0 ? head.size() : at;
}

/// How much of the text is the first piece.
size_t first_cut(std::string_view text, size_t room) {
  const size_t whole = cut_inside(text, room);
  const std::string_view head = text.substr(0, whole);
  size_t at = whole;
  for (const std::string_view between : {"\n\n", "\n", " "}) {
    const size_t last = head.rfind(between);
    if (last == std::string_view::npos || last < room / 2) continue;
    at = cut_inside(text, last);
    break;
  }
  const size_t open = open_fence(text, at);
  const size_t end = open == std::string_view::npos ? open : text.find(fence, open + fence.size());
  const bool fits = end != std::string_view::npos && end + fence.size() - open <= room;
  return fits && open > 0 ? open : at;
}

std::string_view without_line_ends(std::string_view text) {
  while (text.starts_with('\n')) text.remove_prefix(1);
  while (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::vector<std::string> split_mrkdwn(std::string_view mrkdwn, size_t bytes_max) {
  std::vector<std::string> out;
  std::string text(mrkdwn);
  // Both fences of a block that is cut.
  const size_t room = bytes_max - 2 * fence.size();
  while (text.size() > bytes_max) {
    const size_t cut = first_cut(text, room);
    const bool is_in_code = open_fence(text, cut) != std::string_view::npos;
    std::string piece(without_line_ends(std::string_view(text).substr(0, cut)));
    std::string rest(std::string_view(text).substr(cut));
    if (is_in_code) {
      piece += fence;
      rest = std::string(fence) + std::string(rest.starts_with('\n') ? rest.substr(1) : rest);
    } else {
      rest = std::string(without_line_ends(trim(rest)));
    }
    if (!trim(piece).empty()) out.push_back(std::move(piece));
    text = std::move(rest);
  }
  if (!text.empty() || out.empty()) out.push_back(std::move(text));
  return out;
}

std::vector<std::string> pieces_of(const ChatPost& post) {
  const std::string text =
      post.html.empty() ? mrkdwn_of_plain(post.text) : mrkdwn_of_html(post.html);
  return split_mrkdwn(text, piece_bytes_max);
}

}  // namespace dw
