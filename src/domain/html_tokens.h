// HTML from strangers cut into text and the few tags that mean something for plain text. Knows
// nothing of lines; markup.cc writes those.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace dw {

enum class Tag {
  mention,       ///< <at>Name</at>, or Skype's <span itemtype="…/Mention">
  line_break,    ///< <br>
  paragraph,     ///< <p>
  block,         ///< <div>, <tr>, <h1>, <blockquote>, <ul>
  item,          ///< <li>
  cell,          ///< <td>, <th>
  preformatted,  ///< <pre>
  link,          ///< <a>; `text` is its address
  picture,       ///< <img>, <emoji>; `text` is its alternative text
  bold,          ///< <b>, <strong>
  italic,        ///< <i>, <em>
  strike,        ///< <s>, <del>
  code,          ///< <code>, <tt>
};

struct HtmlToken {
  enum class Kind { text, open, close };
  Kind kind = Kind::text;
  std::string text;  ///< entities decoded once
  Tag tag = Tag::block;
};

/// In order; other tags are left out and their text is kept, comments, scripts and styles go
/// whole. A "<" that begins no tag is text: "a < b", "x <y@z.example>", "List<int>".
/// cost  linear in the length, whatever the nesting
std::vector<HtmlToken> tokens_of_html(std::string_view html);

}  // namespace dw
