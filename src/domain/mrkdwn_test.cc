#include "domain/mrkdwn.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "base/text.h"
#include "domain/emoji.h"

namespace dw {
namespace {

TEST(Mrkdwn, what_slack_wrote_reads_as_plain_text) {
  const NamesById names = {{"U7", "Ana Lopez"}, {"C1", "general"}, {"S1", "sre"}};
  const std::pair<std::string, std::string> cases[] = {
      {"", ""},
      {"VPN is down", "VPN is down"},
      {"<@U7> hi &amp; bye", "@Ana Lopez hi & bye"},
      {"<@U8>", "@U8"},
      {"<@U8|bo>", "@bo"},
      {"see <#C1> and <#C2|help>, <#C3|>", "see #general and #help, #C3"},
      {"<!here> <!channel> <!everyone>", "@here @channel @everyone"},
      {"<!subteam^S1> <!subteam^S2|@grp>", "@sre @grp"},
      {"<!date^1700000000^{date_num}|Nov 14>", "Nov 14"},
      {"<https://x.example/a?b=1&amp;c=2|the page>", "the page (https://x.example/a?b=1&c=2)"},
      {"<https://x.example/>", "https://x.example/"},
      {"<http://x.example|x.example>", "http://x.example"},
      {"<mailto:a@b.example|a@b.example>", "a@b.example"},
      {"&lt;!channel&gt; &amp;lt;", "<!channel> &lt;"},
      {":tada: :+1::skin-tone-2: :no_such_emoji: 10:30:45 ::",
       "🎉 👍🏻 :no_such_emoji: 10:30:45 ::"},
      {"a < b", "a < b"},
      {"<>", "<>"},
      {"*bold*\n```code```", "*bold*\n```code```"},
  };
  for (const auto& [mrkdwn, plain] : cases) EXPECT_EQ(plain_of_mrkdwn(mrkdwn, names), plain);
}

TEST(Mrkdwn, the_first_line_is_without_marks_around_it) {
  const std::pair<std::string, std::string> cases[] = {
      {"```\nTraceback: boom\n```", "Traceback: boom"},
      {"```npm install```", "npm install"},
      {"```json\n{\"a\": 1}\n```", "{\"a\": 1}"},
      {"```boom\nat line 7```", "boom"},
      {"```json```", "json"},
      {"• first\n• second", "first"},
      {">>> quoted\nmore", "quoted"},
      {"\n  \n> *It is down*\nmore", "It is down"},
      {"*a* and *b*", "*a* and *b*"},
      {"`x`", "x"},
      {">\n> quoted", "quoted"},
      {"***", "***"},
      {"```\n```", ""},
      {"", ""},
  };
  for (const auto& [plain, line] : cases) EXPECT_EQ(first_line_of(plain), line) << plain;
}

TEST(Mrkdwn, ids_whose_names_are_wanted_are_found_once_each) {
  EXPECT_EQ(ids_in_mrkdwn("<@U7> <#C1> <#C2|x> <@U7> <@U8|y> <#C3|> <!here> <https://x> "
                          "<!subteam^S1> <!subteam^S2|@sre>"),
            (std::vector<std::string>{"U7", "C1", "C3", "S1"}));
  for (const char* none : {"&lt;@U9&gt;", "<@U9", "<#C1|", "<@", "<>", "<@>"}) {
    EXPECT_EQ(ids_in_mrkdwn(none), std::vector<std::string>{}) << none;
  }
}

TEST(Mrkdwn, nothing_from_outside_can_call_a_channel) {
  for (const std::string text : {"<!channel>", "<@U7>", "@here", "@Channel", "<!subteam^S1>",
                                 "&lt;!here&gt;", "<#C1>", "<https://x|<!channel>>"}) {
    for (const std::string& made : {mrkdwn_of_plain(text), mrkdwn_of_html(text)}) {
      EXPECT_EQ(made.find("<!"), std::string::npos) << made;
      EXPECT_EQ(made.find("<@"), std::string::npos) << made;
      EXPECT_EQ(made.find("<#"), std::string::npos) << made;
      EXPECT_EQ(made.find("@here"), std::string::npos) << made;
      EXPECT_EQ(made.find("@Channel"), std::string::npos) << made;
    }
    EXPECT_EQ(plain_of_mrkdwn(mrkdwn_of_plain(text)).find("\u2060") != std::string::npos,
              text.starts_with('@'));
  }
  for (const char* page :
       {"<b>@</b>here", "@<span>here</span>", "<i>@</i><span>channel</span> x"}) {
    EXPECT_NE(mrkdwn_of_html(page).find("\u2060"), std::string::npos) << page;
  }
  EXPECT_EQ(mrkdwn_of_html("<a href=\"https://x/@here\">a</a> b<i>o</i>@here.example"),
            "<https://x/@here|a> bo@here.example");
  EXPECT_EQ(mrkdwn_of_html("<a href=\"javascript:alert(1)\">x</a>"), "x");
  EXPECT_EQ(mrkdwn_of_html("<a href=\"!channel\">x</a>"), "x");
  EXPECT_EQ(mrkdwn_of_html("<a href=\"https://x|y&gt;&lt;!here\">z</a>"),
            "<https://x%7Cy%3E%3C!here|z>");
}

TEST(Mrkdwn, addresses_and_names_keep_what_looks_like_a_call) {
  for (const std::string text :
       {"sales@channelpartners.example", "deals@groupon.example", "a.b@here", "x-@group",
        "@here/maps", "@channel4", "@grouped", "@everyone.example.com", "mailto:a@here.example"}) {
    EXPECT_EQ(mrkdwn_of_plain(text), text);
  }
  for (const std::string text :
       {"@here", "(@everyone)", "@channel.", "@group,", "@here/@channel", "<@here>", " @HERE ",
        "@here…", "@channel—", "…@here", "：@here", "@here。", "/@here", "@here-"}) {
    EXPECT_NE(mrkdwn_of_plain(text).find("@\u2060"), std::string::npos) << text;
  }
}

TEST(Mrkdwn, plain_text_comes_back_as_it_was) {
  for (const std::string text : {"a < b && c > d", "&amp;", "x\ny", "<@U7>"}) {
    EXPECT_EQ(plain_of_mrkdwn(mrkdwn_of_plain(text)), text);
  }
}

TEST(Mrkdwn, html_keeps_what_slack_can_show) {
  const std::pair<std::string, std::string> cases[] = {
      {"<p>Hello <b>Ana</b>,</p><p>it is <i>fixed</i> &amp; <s>gone</s>.</p>",
       "Hello *Ana*,\n\nit is _fixed_ &amp; ~gone~."},
      {"<div>one</div><div>two<br>three</div>", "one\ntwo\nthree"},
      {"<ul><li>a</li><li>b</li></ul>", "• a\n• b"},
      {"<ul><li><p>a</p></li><li><p>b</p></li></ul>", "• a\n• b"},
      {"<a href=\"https://x.example/?a=1&amp;b=2\">the <b>page</b></a>",
       "<https://x.example/?a=1&amp;b=2|the *page*>"},
      {"<strong> spaced </strong>out", "*spaced* out"},
      {"<b></b>nothing", "nothing"},
      {"<pre>a\n  b</pre>end", "```a\n  b```\nend"},
      {"<code>x &lt; y</code>", "`x &lt; y`"},
      {"a\n   b\tc", "a b c"},
      {"<b>not closed", "*not closed*"},
      {"<img alt=\"a cat\"><script>alert(1)</script>", "a cat"},
      {"<b>two<br>lines</b>", "two\nlines"},
      {"<p>Do:</p><ol><li>Stop</li><li>Wait<ul><li>ten <b>s</b></li><li>or</li></ul></li><li>Start"
       "</li></ol><p>Done?</p>",
       "Do:\n1. Stop\n2. Wait\n    • ten *s*\n    • or\n3. Start\n\nDone?"},
      {"<ol start=\"7\"><li>a</li><li value=\"9\">b</li><li>c</li></ol>", "7. a\n9. b\n10. c"},
      {"<ol><li><p>a</p><p>more of a</p></li><li>b</li></ol>", "1. a\nmore of a\n2. b"},
      {"<p>He said:</p><blockquote><p>one</p><p>two<br>three</p></blockquote><p>And I</p>",
       "He said:\n\n&gt; one\n&gt;\n&gt; two\n&gt; three\n\nAnd I"},
      {"<table><tr><th>host</th><th>state</th></tr><tr><td><p>db1</p></td><td><p>down</p></td></tr>"
       "</table>after",
       "host | state\ndb1 | down\nafter"},
      {"<table><tr><td><p>a</p><p>b</p></td><td>c</td></tr></table>", "a\n\nb\nc"},
      {"<table><tr><th></th><th>mon</th><th>tue</th></tr><tr><td><b>open</b></td><td></td><td>2</"
       "td>"
       "<td> </td></tr><tr><td><p></p></td><td></td><td>3</td></tr></table>",
       "| mon | tue\n*open* | | 2\n3"},
      // A cell is put in front of the row's first word: never into a word, whatever is open there.
      {"<pre>all <td></td><td>words</pre></td><td>next</td>", "```all words``` | next"},
      {"<tr><td></td><td>one <a href=\"https://x.example\">two</td><td>three</a></td></tr>",
       "| one <https://x.example|two ¦ three>"},
      {"un<b>believ</b>able <b>so</b>, (<i>or</i>) <b><b>twice</b></b> <b>é</b>t<i>é</i>",
       "unbelievable *so*, (_or_) *twice* été"},
      {"<b><i>both</i></b>", "*_both_*"},
      {"<b>bold</b>…", "*bold*…"},
      {"<pre>\n  <b>if</b> a:\n    b\n</pre>", "```  if a:\n    b```"},
      {"<code><a href=\"https://x.example/\">x</a></code>", "`x (https://x.example/)`"},
      {"<a href=\"https://g.example/d?q=a|b c&lt;d\">board</a>",
       "<https://g.example/d?q=a%7Cb%20c%3Cd|board>"},
      {"<a href=\" https://x.example/a\n b \">x</a>", "<https://x.example/a%20b|x>"},
      {"<li>a</li><li></li><li>b</li>", "• a\n• b"},
      {"<blockquote><ul><li>a</li></ul></blockquote>", "&gt; • a"},
      {std::string("a\x01") + "b\x02" + "c&#7;d\x7F", "abcd"},
  };
  for (const auto& [html, mrkdwn] : cases) EXPECT_EQ(mrkdwn_of_html(html), mrkdwn) << html;
}

TEST(Mrkdwn, deep_and_broken_html_costs_no_more_than_its_length) {
  std::string deep;
  for (int i = 0; i < 50'000; ++i) deep += "<b><a href=\"https://x\">";
  EXPECT_EQ(mrkdwn_of_html(deep + "x").size() > 0, true);
  std::string many;
  for (int i = 0; i < 50'000; ++i) many += "<b>x</b></i></a>";
  EXPECT_FALSE(mrkdwn_of_html(many).empty());
}

TEST(Mrkdwn, many_marks_of_code_cost_no_more_than_their_length) {
  for (const char* piece : {"`", "``", "```", "`a", "```a", "`\n", ":", ":tada:", "<", "<@U7>"}) {
    std::string text;
    while (text.size() < 1'000'000) text += piece;
    EXPECT_FALSE(plain_of_mrkdwn(text).empty());
  }
}

/// Every "<" opens a link that ends before the next one begins.
bool has_links_only(std::string_view made) {
  for (size_t at = made.find('<'); at != std::string_view::npos; at = made.find('<', at + 1)) {
    const std::string rest = to_lower(made.substr(at + 1, 8));
    const bool is_link =
        rest.starts_with("http://") || rest.starts_with("https://") || rest.starts_with("mailto:");
    const size_t end = made.find('>', at);
    const size_t next = made.find('<', at + 1);
    if (!is_link || end == std::string_view::npos || end > next) return false;
  }
  return true;
}

TEST(Mrkdwn, whatever_strangers_write_only_links_are_tokens) {
  const std::vector<std::string> pieces = {"<",
                                           ">",
                                           "&",
                                           "lt;",
                                           "&lt;",
                                           "&#60;",
                                           "!channel",
                                           "@here",
                                           "|",
                                           "https://x",
                                           "\"",
                                           "</a>",
                                           "<b>",
                                           "</b>",
                                           "<pre>",
                                           "</pre>",
                                           "<code>",
                                           "\n",
                                           ":tada:",
                                           "<li>",
                                           "<p>",
                                           "<!--",
                                           "-->",
                                           "@U7",
                                           "mailto:",
                                           "<a href=\"https://x/|\">",
                                           "<a href=\"HTTPS://y?a=1&amp;b=<\">",
                                           "*",
                                           " "};
  Random random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const uint64_t count = 1 + random.below(12);
    for (uint64_t i = 0; i < count; ++i) text += pieces[random.below(pieces.size())];
    EXPECT_TRUE(has_links_only(mrkdwn_of_html(text))) << text << "\n" << mrkdwn_of_html(text);
    EXPECT_TRUE(has_links_only(mrkdwn_of_plain(text))) << text;
    EXPECT_TRUE(has_links_only(mrkdwn_link("https://" + text, text))) << text;
    EXPECT_EQ(plain_of_mrkdwn(mrkdwn_link(text, "x")).empty(), false) << text;
  }
}

TEST(Emoji, every_name_of_slack_is_known_with_its_skin_tones) {
  const std::pair<std::string, std::string> cases[] = {
      {"white_check_mark", "✅"},
      {"thumbsup", "👍"},
      {"+1", "👍"},
      {"thumbsup::skin-tone-2", "👍🏻"},
      {"man-shrugging::skin-tone-6", "🤷🏿‍♂️"},
      {"writing_hand::skin-tone-4", "✍🏽"},
      {"people_holding_hands::skin-tone-3", "🧑🏼‍🤝‍🧑🏼"},
      {"tada::skin-tone-3", "🎉"},
      {"zzz", "💤"},
      {"face_with_monocle", "🧐"},
      {"flag-br", "🇧🇷"},
      {"technologist", "🧑‍💻"},
      {"shaking_face", "🫨"},
      {"nonesuch", ""},
      {"", ""},
  };
  for (const auto& [name, emoji] : cases) EXPECT_EQ(emoji_named(name), emoji) << name;
}

TEST(Emoji, a_code_stands_beside_words_and_never_inside_one) {
  const std::pair<std::string, std::string> cases[] = {
      {":wave: (:+1:) :tada::tada: *:x:*", "👋 (👍) 🎉🎉 *❌*"},
      {"done:white_check_mark: Status::white_check_mark:", "done✅ Status:✅"},
      {"好的:tada:", "好的🎉"},
      {":smile::our_logo::tada: :partyparrot::+1:", "😄:our_logo:🎉 :partyparrot:👍"},
      {"std::vector::tada: x::our_logo::key:", "std::vector::tada: x::our_logo::key:"},
      {"yes:+1::skin-tone-3:!", "yes👍🏼!"},
      {"Printer 00:1b:de:ad:be:ef is off", "Printer 00:1b:de:ad:be:ef is off"},
      {"de:ad:de:it:ab:it", "de:ad:de:it:ab:it"},
      {"fe80::100:1 ::100: 2001:db8:100::", "fe80::100:1 ::100: 2001:db8:100::"},
      {"at 10:100:30 or 12:00:key:", "at 10:100:30 or 12:00:key:"},
      {"std::key::value ssh:key: x a:lock:b", "std::key::value ssh:key: x a:lock:b"},
      {"GET /users/:id:/x a=:key:", "GET /users/:id:/x a=:key:"},
      {"arn:cloud:sqs:us:1234:queue", "arn:cloud:sqs:us:1234:queue"},
      {"`:tada:` ```x\n:tada:``` :tada:", "`:tada:` ```x\n:tada:``` 🎉"},
      {"`a <https://x.example/:tada:> b:key:", "`a https://x.example/:tada: b:key:"},
      {"```:tada:", "```🎉"},
  };
  for (const auto& [mrkdwn, plain] : cases) EXPECT_EQ(plain_of_mrkdwn(mrkdwn), plain);
}

}  // namespace
}  // namespace dw
