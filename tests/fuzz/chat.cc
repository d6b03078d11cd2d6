// Fuzzers of what goes between chat and desk, both ways: pages and messages that are built from the
// input's bytes around numbered words, so that it is known what must come out; and the bytes
// themselves.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "connectors/slack/posts.h"
#include "connectors/slack/wire.h"
#include "connectors/zendesk/wire.h"
#include "domain/markup.h"
#include "domain/mrkdwn.h"
#include "fuzz/fuzz.h"
#include "jobs/bridge/context.h"
#include "jobs/bridge/speech.h"

namespace dw::fuzz {
namespace {

/// "w17w", once each and in order.
class Words {
 public:
  std::string next() { return fmt::format("w{}w", count_++); }
  size_t count() const { return count_; }

  void expect_all(std::string_view text, const char* promise) const {
    size_t at = 0;
    for (size_t i = 0; i < count_ && at != std::string_view::npos; ++i) {
      at = text.find(fmt::format("w{}w", i), at);
      if (at == std::string_view::npos && std::getenv("DW_FUZZ_SHOW") != nullptr) {
        fmt::print("without w{}w:\n{}\n", i, text);
      }
      expect(at != std::string_view::npos, promise);
    }
  }

 private:
  size_t count_ = 0;
};

void expect_clean(std::string_view text) {
  expect(!find_control_character(text), "no control character comes out");
}

bool is_word(char c) {
  const auto code = static_cast<unsigned char>(c);
  return std::isalnum(code) != 0 || c == '_' || (code >= 0xC3 && code <= 0xD4);
}

bool calls(std::string_view text, std::string_view name) {
  if (!equals_ignoring_case(text.substr(0, name.size()), name)) return false;
  const std::string_view rest = text.substr(name.size());
  return rest.empty() || (!is_word(rest.front()) &&
                          std::string_view("./-").find(rest.front()) == std::string_view::npos);
}

/// Nothing in it is a token but links, and nothing calls a channel.
void expect_no_ping(std::string_view mrkdwn) {
  for (size_t at = mrkdwn.find('<'); at != std::string_view::npos; at = mrkdwn.find('<', at + 1)) {
    const std::string token = to_lower(mrkdwn.substr(at + 1, 8));
    expect(token.starts_with("http://") || token.starts_with("https://") ||
               token.starts_with("mailto:"),
           "links are the only tokens");
    const size_t end = mrkdwn.find_first_of("<>\n", at + 1);
    expect(end != std::string_view::npos && mrkdwn[end] == '>', "a token ends in its line");
  }
  for (size_t at = mrkdwn.find('@'); at != std::string_view::npos; at = mrkdwn.find('@', at + 1)) {
    // Behind a letter it is an address; what is not ASCII is looked at by the unit tests.
    const bool is_inside =
        at > 0 && (is_word(mrkdwn[at - 1]) || static_cast<unsigned char>(mrkdwn[at - 1]) >= 0x80 ||
                   std::string_view(".+-%").find(mrkdwn[at - 1]) != std::string_view::npos);
    const std::string_view rest = mrkdwn.substr(at + 1);
    for (const char* name : {"here", "channel", "everyone"}) {
      expect(is_inside || !calls(rest, name), "nothing calls a channel");
    }
  }
}

constexpr const char* odd[] = {"@here",
                               "<!channel>",
                               "a*b",
                               ":tada:",
                               "\x07",
                               "`",
                               "```",
                               "&amp;",
                               "|",
                               ">",
                               "_",
                               "~",
                               "\u00A0",
                               "\n",
                               "00:1b:de:ad",
                               "@channel.",
                               "<@U7>",
                               "--",
                               "On 3 May 2026 10:00 Bo wrote:",
                               "&lt;!here&gt;"};
constexpr size_t odd_count = std::size(odd);

/// HTML whose words are known: each byte opens or closes a tag, or writes a word or an odd thing.
std::string page_of(std::string_view input, Words& words) {
  constexpr const char* tags[] = {
      "p",   "div",        "b",  "i",    "s",  "code",
      "pre", "blockquote", "ul", "ol",   "li", "table",
      "tr",  "td",         "h1", "span", "em", "a href=\"https://x.example/?a=1|2\"",
      "o:p", "section"};
  constexpr size_t tag_count = std::size(tags);
  std::string out;
  std::vector<std::string> open;
  for (const char c : input) {
    const auto byte = static_cast<unsigned char>(c);
    const size_t which = byte / 4;
    switch (byte % 4) {
      case 0:
        out += fmt::format("<{}>", tags[which % tag_count]);
        open.emplace_back(tags[which % tag_count]);
        break;
      case 1:
        if (!open.empty()) {
          out += "</" + open.back().substr(0, open.back().find(' ')) + ">";
          open.pop_back();
        }
        break;
      case 2:
        out += escape_html(odd[which % odd_count]) + (which % 2 == 0 ? " " : "<br>");
        break;
      default:
        out += words.next() + (which % 3 == 0 ? " " : "");
    }
  }
  return out;
}

json::object text_element(const std::string& text, size_t which) {
  json::object style;
  if (which % 2 == 1) style["bold"] = true;
  if (which % 3 == 1) style["code"] = true;
  if (which % 5 == 1) style["strike"] = true;
  return {{"type", "text"}, {"text", text}, {"style", std::move(style)}};
}

json::object element_of(size_t which, Words& words) {
  switch (which % 6) {
    case 0:
      return {{"type", "link"}, {"url", "https://x.example/a|b c"}, {"text", words.next()}};
    case 1:
      return {{"type", "emoji"}, {"name", "tada"}};
    case 2:
      return {{"type", "date"}, {"timestamp", 1}, {"fallback", words.next()}};
    case 3:
      return {{"type", "user"}, {"user_id", "U7"}};
    case 4:
      return text_element(odd[which % odd_count], which);
    default:
      return text_element(words.next() + " ", which);
  }
}

/// A message whose words are known: sections, lists, quotes, code, tables, attachments, forwards.
json::object message_of(std::string_view input, Words& words) {
  constexpr const char* kinds[] = {"rich_text_section", "rich_text_quote", "rich_text_preformatted",
                                   "rich_text_list", "rich_text_list"};
  json::array rich, attachments;
  const auto elements = [&](size_t which) {
    json::array out;
    for (size_t i = 0; i <= which % 3; ++i) out.push_back(element_of(which + i, words));
    out.push_back(text_element(words.next(), which));
    return out;
  };
  size_t at = 0;
  for (; at < input.size() && at < 40; ++at) {
    const size_t which = static_cast<unsigned char>(input[at]);
    const std::string kind = kinds[which % 5];
    json::object block{{"type", kind}};
    if (kind == "rich_text_list") {
      block["style"] = which % 2 == 0 ? "ordered" : "bullet";
      block["indent"] = which / 32;
      block["elements"] =
          json::array{json::object{{"type", "rich_text_section"}, {"elements", elements(which)}}};
    } else {
      block["elements"] = elements(which);
    }
    rich.push_back(std::move(block));
  }
  for (; at < input.size() && at < 50; ++at) {
    const size_t which = static_cast<unsigned char>(input[at]);
    json::object one;
    if (which % 2 == 1) one["text"] = words.next();
    if (which % 2 == 0) one = {{"is_share", true}, {"author_name", words.next()}};
    if (which % 2 == 0) {
      const std::string first = words.next();
      one["text"] = first + "\n" + words.next();
    }
    if (which % 2 == 1)
      one["fields"] = json::array{json::object{{"title", words.next()}, {"value", words.next()}}};
    attachments.push_back(std::move(one));
  }
  return {
      {"user", "U2"},
      {"ts", "1.1"},
      {"text", "notification"},
      {"blocks", json::array{json::object{{"type", "rich_text"}, {"elements", std::move(rich)}}}},
      {"attachments", std::move(attachments)}};
}

std::string html_at_desk(const std::string& body) {
  const DeskComment comment{
      .ticket = {1}, .author_name = "", .author_email = "", .body = body, .external_id = "42"};
  const Result<json::value> sent = parse_json(zendesk::encode_comment(comment, "d-1", {}).body);
  expect(sent.ok(), "a comment is JSON");
  return std::string(sent->at("ticket").at("comment").at("html_body").as_string());
}

/// What is left of a mail stands in it, in its order.
bool is_part_of(std::string_view cut, std::string_view whole) {
  size_t at = 0;
  for (const char c : whole) {
    if (at < cut.size() && cut[at] == c) ++at;
  }
  return at == cut.size();
}

}  // namespace

uint64_t run_chat_page(std::string_view input) {
  Words words;
  const std::string page = page_of(input.substr(0, 400), words);
  const std::string mrkdwn = mrkdwn_of_html(page);
  words.expect_all(mrkdwn, "no word of a page is lost on the way to Slack");
  words.expect_all(plain_of_mrkdwn(mrkdwn), "nor on the way back");
  words.expect_all(text_of_html(page), "nor in its plain text");
  expect_clean(mrkdwn);
  expect_no_ping(mrkdwn);
  const std::string raw = mrkdwn_of_html(input);
  expect_no_ping(raw);
  if (is_utf8(input)) {  // as everything that came as JSON
    expect_clean(raw);
    expect(is_utf8(raw), "UTF-8 stays UTF-8");
  }
  return std::min<uint64_t>(words.count(), 60) << 16 | std::min<uint64_t>(mrkdwn.size() / 8, 900);
}

uint64_t run_chat_message(std::string_view input) {
  Words words;
  const json::object message = message_of(input.substr(0, 50), words);
  const std::string mrkdwn = words_of_message(message);
  words.expect_all(mrkdwn, "no word of a message is lost");
  const std::string plain = plain_of_mrkdwn(mrkdwn, {{"U7", "Ana"}});
  words.expect_all(plain, "nor as plain text");
  expect_clean(plain);
  const std::string html = html_at_desk(plain);
  words.expect_all(text_of_html(html), "nor at the desk");
  expect(html.find("slack:") == std::string::npos, "no address of our own making is told");
  // And what the desk would say of it comes back without a call.
  const std::string back = mrkdwn_of_html(html);
  words.expect_all(back, "nor on its way back");
  expect_no_ping(back);
  return std::min<uint64_t>(words.count(), 200) << 8 | std::min<uint64_t>(plain.size() / 64, 200);
}

uint64_t run_chat_text(std::string_view input) {
  if (!is_utf8(input)) return 0;
  const std::string plain = plain_of_mrkdwn(input);
  expect(is_utf8(plain), "UTF-8 stays UTF-8");
  expect_clean(plain);
  const std::string post = mrkdwn_of_plain(input);
  expect_clean(post);
  expect_no_ping(post);
  const std::string kept = cut_quoted_text(std::string(input));
  const std::string unix = replace_all(input, "\r\n", "\n");
  expect(is_part_of(kept, unix), "nothing is added to a mail");
  const bool has_words = std::any_of(input.begin(), input.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
  });
  expect(!has_words || !kept.empty(), "a mail is never cut to nothing");
  expect(is_part_of(cut_quoted_html(std::string(input)), input), "nothing is added to a page");
  const uint64_t seen = (is_thanks(input) ? 1U : 0U) | (command_of(input).empty() ? 0U : 2U) |
                        (bare_word(plain).empty() ? 4U : 0U) |
                        (kept.size() < unix.size() ? 8U : 0U);
  return seen << 32 | std::min<uint64_t>(kept.size() / 4, 500) << 8 | spoken_in(input).size() % 64;
}

}  // namespace dw::fuzz
