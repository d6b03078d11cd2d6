#include "domain/markup.h"

#include <gtest/gtest.h>

#include <random>

#include "base/text.h"
#include "domain/html_tokens.h"

namespace dw {
namespace {

using Cases = std::vector<std::pair<std::string, std::string>>;

void expect_all(const Cases& cases) {
  for (const auto& [html, text] : cases) EXPECT_EQ(text_of_html(html), text) << html;
}

TEST(Markup, html_of_teams_becomes_lines_of_text) {
  expect_all({
      {"<at>D</at> Title: x\nPriority: high", "Title: x\nPriority: high"},
      {"<p><at>D</at>&nbsp;</p>\r\n<p>Title: a</p>\r\n<p>Priority: b</p>", "Title: a\nPriority: b"},
      {"a<br>b<br/>c<br />\r\nd", "a\nb\nc\nd"},
      {"<div>a</div><div>b</div>", "a\nb"},
      {"a<div>b<div>c</div></div>d", "a\nb\nc\nd"},
      {"<h1>a</h1><blockquote>b</blockquote><pre>c\n  d</pre>e", "a\nb\nc\n  d\ne"},
      {"<b>bold</b> <i>it</i><span style=\"x\">!</span>", "bold it!"},
      {"<b>Title:</b> x\n<b>Priority:</b> high", "Title: x\nPriority: high"},
      {"<ul>\n  <li>a</li>\n  <li><p>b</p></li>\n</ul>", "- a\n- b"},
      {"<table><tr><td>Title:</td><td>x</td></tr>\n<tr><td>Priority:</td><td>low</td></tr></table>",
       "Title:\tx\nPriority:\tlow"},
      {"a<script>alert('</b>')</script>b<style>p{}</style>c", "abc"},
      {"a<!-- b -->c", "ac"},
      {"one\rtwo\r\nthree\u2028four", "one\ntwo\nthree\nfour"},
      {"", ""},
  });
}

TEST(Markup, blank_lines_stay_as_they_were_typed) {
  expect_all({
      {"<p>a</p><p>&nbsp;</p><p>b</p>", "a\n\nb"},
      {"<p>a</p><p></p><p>b</p>", "a\n\nb"},
      {"<p>a</p><p><br></p><p>b</p>", "a\n\nb"},
      {"<div>a</div><div><br></div><div>b</div>", "a\n\nb"},
      {"<p>a</p><p>&nbsp;</p><p>&nbsp;</p><p>b</p>", "a\n\n\nb"},
      {"<p>a<br></p><p>b</p>", "a\nb"},
      {"<p>a</p>\r\n\r\n<p>b</p>", "a\nb"},
      {"a\n\nb", "a\n\nb"},
      {"a<br><br>b", "a\n\nb"},
  });
}

TEST(Markup, lists_keep_their_numbers_and_depth) {
  expect_all({
      {"<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"},
      {"<ol start=\"7\"><li>a</li><li value=\"9\">b</li><li>c</li></ol>", "7. a\n9. b\n10. c"},
      {"<ol>\n<li><p>a</p></li>\n<li><p>b</p>\n<ul><li>c</li><li>d</li></ul></li>"
       "<li>e</li></ol>f",
       "1. a\n2. b\n  - c\n  - d\n3. e\nf"},
      {"<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>", "- a\n  1. b\n- c"},
      {"<ol><li>a</li></ol><ol><li>b</li></ol>", "1. a\n1. b"},
      {"<li>a</li>", "- a"},
      {"<ol start=\"x\"><li>a</li></ol>", "1. a"},
      {"<ul><li><ul><li>a</li></ul></li></ul>", "- a"},
  });
}

TEST(Markup, the_mention_that_opens_a_message_goes_and_later_ones_keep_their_names) {
  expect_all({
      {"<at>D</at>hi", "hi"},
      {"<at>Help</at> <at id=\"1\">Desk</at>&nbsp;&nbsp;hi", "hi"},
      {"<div itemprop=\"copy-paste-block\"><div><at>D</at>&nbsp;hi</div></div>", "hi"},
      {"<div><div><span itemscope=\"\" itemtype=\"http://schema.skype.com/Mention\" itemid=\"0\">"
       "helper</span>&nbsp;Hey</div></div>",
       "Hey"},
      {"<at>D</at> ask <at>Bo Ek</at> too", "ask Bo Ek too"},
      {"<at>helper</at> Hey\n", "Hey"},
      {"<at>D</at>", ""},
      {"<at>D Title: x", "D Title: x"},
      {"<p>Hi <at>D</at>&nbsp;Title: x</p><p>Priority: low</p>", "Hi\nTitle: x\nPriority: low"},
      {"<p>Hi <at>D</at> <b>Title</b>: x</p>", "Hi\nTitle: x"},
      {"please <at>D</at> call me", "please  call me"},
      {"<p><at>D</at>, Title: x</p>", "Title: x"},
      {"<p><at>D</at>: Title: x</p>", "Title: x"},
      {"<p><at>D</at>&nbsp;- <b>Title</b>: x</p>", "Title: x"},
      {"<p>Hi <at>D</at>, Title: x</p>", "Hi\nTitle: x"},
      {"<p>Hi <at>D</at>, call me</p>", "Hi , call me"},
      {"<p>Title: x</p><p><at>D</at></p><p>Priority: low</p>", "Title: x\n\nPriority: low"},
      {"Title: ask <at>D</at> or <at>Ana</at>&nbsp;<at>Lopez</at>", "Title: ask  or Ana Lopez"},
      {"<attachment id=\"1\"></attachment><at>D</at> hi", "hi"},
  });
}

TEST(Markup, our_name_is_known_where_the_client_says_it) {
  const std::vector<std::string> names = {"Help Desk"};
  EXPECT_EQ(
      text_of_html("<p>For <at>Bo</at>: <at>help</at>&nbsp;<at>desk</at> Title: x</p>", names),
      "For Bo:\nTitle: x");
  EXPECT_EQ(text_of_html("<at>Bo</at> asks", names), "asks") << "one of them has to be ours";
}

TEST(Markup, a_message_that_is_quoted_in_a_reply_goes) {
  const std::string quote =
      "<blockquote itemscope=\"\" itemtype=\"http://schema.skype.com/Reply\" itemid=\"1\"><strong "
      "itemprop=\"mri\">Bo</strong><p itemprop=\"copy\"><at>D</at> Title: old</p></blockquote>";
  expect_all(
      {{quote + "<p><at>D</at>&nbsp;Title: new</p>", "Title: new"},
       {"<p>a</p>" + quote + "<p>b</p>", "a\nb"},
       {"<blockquote>mine</blockquote>b", "mine\nb"},
       {"<blockquote itemtype=\"http://schema.skype.com/Reply\">never closed", "never closed"}});
}

TEST(Markup, the_lines_of_a_quote_can_be_marked) {
  const auto marked = [](std::string_view html) { return text_of_html(html, {}, Quotes::marked); };
  EXPECT_EQ(marked("<p>a</p><blockquote><p>b</p><p>c</p></blockquote><p>d</p>"), "a\n> b\n> c\nd");
  EXPECT_EQ(marked("<blockquote>b<blockquote>c</blockquote></blockquote>d"), "> b\n> c\nd");
  EXPECT_EQ(marked("<blockquote><at>D</at> Title: b</blockquote>Title: d"), "> Title: b\nTitle: d");
  EXPECT_EQ(marked("a<blockquote></blockquote>b"), "a\nb");
  EXPECT_EQ(marked("a<blockquote>never closed"), "a\nnever closed");
}

TEST(Markup, paragraphs_in_cells_end_the_cell_and_not_the_line) {
  expect_all(
      {{"<table><tr><td><p>Title:</p></td><td><p>x</p></td></tr><tr><td><p>Priority:</p></td>"
        "<td><p>low</p></td></tr></table>",
        "Title:\tx\nPriority:\tlow"},
       {"<table><tr><td><div>Description:</div></td><td><p>a</p><p>b</p></td></tr></table>c",
        "Description:\ta\nb\nc"},
       {"<table><tr><td><p>a</p><p>b</p></td><td>c</td></tr></table>", "a\nb\nc"},
       {"<td>a</td><td>b</td>", "a\tb"}});
}

TEST(Markup, entities_are_decoded_once) {
  expect_all({
      {"fish &amp; chips &lt;b&gt; &quot;x&quot; &#39;y&#39; &#x1F642;",
       "fish & chips <b> \"x\" 'y' 🙂"},
      {"&amp;lt;b&amp;gt;", "&lt;b&gt;"},
      {"caf&eacute;&nbsp;&hellip;", "café …"},
      {"AT&T &zzz; ?a=1&copy=2&region=3", "AT&T &zzz; ?a=1&copy=2&region=3"},
      {"<a href=\"https://x.example/?a=1&amp;b=2\">here</a>", "here (https://x.example/?a=1&b=2)"},
      {"&lt;br&gt;<br>&lt;at&gt;", "<br>\n<at>"},
      {"&#x11000DDDDDDDD; &#99999999;", "&#x11000DDDDDDDD; \uFFFD"},
      {"a&#0;b&#x00;c", std::string("a\0b\0c", 5)},
      {"a\x07 &amp; b&#7;c",
       "a\x07 & b\x07"
       "c"},
  });
}

TEST(Markup, a_link_that_a_cell_ends_keeps_its_address) {
  const char* page =
      "<table><tr><td><br><br><a href='https://x.example'></td><td></a>b</td></tr></table>";
  EXPECT_EQ(text_of_html(page), "https://x.exampleb");
}

TEST(Markup, links_and_pictures_keep_what_they_say) {
  expect_all({
      {"<a href=\"https://x.example/a\">here</a>", "here (https://x.example/a)"},
      {"<a href=\"https://x.example\">https://x.example</a>", "https://x.example"},
      {"<a href=\"https://x.example/\" title=\"a > b\">https://x.example</a>", "https://x.example"},
      {"<a href=\"mailto:a@x.example\">a@x.example</a>", "a@x.example"},
      {"<a href=https://x.example/a></a>", "https://x.example/a"},
      {"<a href=\"javascript:alert(1)\">here</a>", "here"},
      {"<a href=\"https://x.example/&#10;Title: y\">here</a>", "here"},
      {"<img src=\"x\" alt=\"🙂\"><img src=\"y\"><emoji alt=\"👍\"></emoji>",
       "🙂[image]👍"},
  });
}

TEST(Markup, a_sign_that_opens_no_tag_is_text) {
  expect_all({
      {"1 < 2 and x <y@z.example>", "1 < 2 and x <y@z.example>"},
      {"a <- b <> c <3", "a <- b <> c <3"},
      {"List<int> and if (a<b && c>d)", "List<int> and if (a<b && c>d)"},
      {"<https://x.example/a>", "<https://x.example/a>"},
      {"<foo>bar</foo> <o:p></o:p>", "bar"},
      {"a <b", "a <b"},
      {"a <script> b", "a <script> b"},
      {"a <!-- b", "a <!-- b"},
      {"<a href=\"x>y", "<a href=\"x>y"},
  });
}

TEST(Markup, characters_that_cannot_be_seen_are_gone) {
  expect_all({{"zero\u200Bwidth\uFEFF", "zerowidth"},
              {"no\u00A0break", "no break"},
              {"wide\u3000and\u2003thin\u2009space", "wide and thin space"},
              {"\u200ETitle\u202A: x", "Title: x"}});
}

// Each of these took a browser's algorithm, or a careless loop, quadratic time or a deep stack.
TEST(Markup, hostile_pages_cost_no_more_than_their_length) {
  constexpr size_t bytes = 1 << 20;
  for (const std::string piece : {"<div>",
                                  "</div>",
                                  "<p><b a=1>x</p>",
                                  "<a ",
                                  "<a <",
                                  "<a x=\"<b y='",
                                  ">",
                                  "<",
                                  "&",
                                  "&a;",
                                  "<!--",
                                  "<script>",
                                  "<at>",
                                  " <at> </at>",
                                  "<at></at>",
                                  "<li>",
                                  "<td>",
                                  "<a href=x>",
                                  "<span itemtype=schema.skype.com/Mention>",
                                  "</",
                                  "</a1",
                                  "\r",
                                  "\u00A0",
                                  "<br>",
                                  "<x ",
                                  "<a x='",
                                  "<x=\"",
                                  "<pre>"}) {
    std::string html;
    while (html.size() < bytes) html += piece;
    const std::string text = text_of_html(html + "end");
    EXPECT_LE(text.size(), 4 * html.size()) << piece;
  }
}

TEST(Markup, any_bytes_are_a_text) {
  std::mt19937 random(7);
  const std::string alphabet = "<>/=\"'&;#! \n\ratpbrdivlspanx1\xC2\xA0\xE2\x80";
  for (int round = 0; round < 3000; ++round) {
    std::string html;
    for (size_t i = random() % 60; i > 0; --i) html += alphabet[random() % alphabet.size()];
    const std::string text = text_of_html(html);
    EXPECT_EQ(trim(text).size(), text.size()) << html;
    // Without a sign that HTML knows, a text is what it was.
    if (html.find_first_of("<&\r\xC2\xE2") == std::string::npos && html.find('\n') == html.npos) {
      EXPECT_EQ(text, trim(html));
    }
  }
}

}  // namespace
}  // namespace dw
