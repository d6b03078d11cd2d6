#include "domain/markup.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace dw {
namespace {

TEST(Markup, html_of_teams_becomes_lines_of_text) {
  const std::pair<std::string, std::string> cases[] = {
      {"<at>D</at> Title: x\nPriority: high", "Title: x\nPriority: high"},
      {"<p><at>D</at>&nbsp;</p>\r\n<p>Title: a</p>\r\n<p>Priority: b</p>", "Title: a\nPriority: b"},
      {"<div><span itemscope itemtype=\"http://schema.skype.com/Mention\">D</span>&nbsp;Hey</div>",
       "Hey"},
      {"a<br>b<br/>c", "a\nb\nc"},
      {"<p>a</p><p>&nbsp;</p><p>b</p>", "a\n \nb"},
      {"fish &amp; chips &lt;b&gt;", "fish & chips <b>"},
      {"1 < 2 and x <y@z.example>", "1 < 2 and x <y@z.example>"},
      {"<b>bold</b> <i>it</i>", "bold it"},
      {"ask <at>Bo</at> too", "ask Bo too"},
      {"<a href=\"https://x.example/a\">here</a>", "here (https://x.example/a)"},
      {"<a href=\"https://x.example\">https://x.example</a>", "https://x.example"},
      {"<a href=\"javascript:alert(1)\">here</a>", "here"},
      {"<ul><li>a</li><li>b</li></ul>", "- a\n- b"},
      {"<img src=\"x\" alt=\"🙂\">", "🙂"},
      {"a<script>alert(1)</script>b", "ab"},
      {"zero\u200Bwidth", "zerowidth"},
      {"", ""},
  };
  for (const auto& [html, text] : cases) EXPECT_EQ(text_of_html(html), text) << html;
}

TEST(Markup, a_page_nested_deep_is_a_page_like_any_other) {
  std::string html;
  for (int i = 0; i < 2000; ++i) html += "<div>";
  EXPECT_EQ(text_of_html(html + "deep"), "deep");
}

}  // namespace
}  // namespace dw
