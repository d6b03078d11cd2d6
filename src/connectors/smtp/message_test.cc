#include "connectors/smtp/message.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/text.h"

namespace dw {
namespace {

const MailSender sender{"Deskwire", "deskwire@x.example"};
const TimePoint at = *from_rfc3339("2026-11-21T01:02:03Z");

std::string composed(const MailSend& mail) {
  const Result<std::string> out = compose_mail(mail, sender, "d-1.5", at);
  return out.ok() ? *out : "refused: " + out.error().what;
}

/// The headers, and never a line end that is no CRLF.
std::vector<std::string> headers(const std::string& message) {
  std::vector<std::string> out;
  const std::string head = message.substr(0, message.find("\r\n\r\n"));
  for (const std::string_view line : split(head, '\n')) {
    std::string text(line);
    if (text.ends_with('\r')) text.pop_back();
    EXPECT_EQ(text.find('\r'), std::string::npos);
    out.push_back(text);
  }
  return out;
}

TEST(mail, a_message_has_its_headers_once_and_its_parts) {
  const std::string message = composed({.to = {"pat@y.example"},
                                        .subject = "Your ticket 7 closed",
                                        .text = "Hello\n.\nFrom me",
                                        .html = "<p>Hello</p>",
                                        .is_bulk = true});
  const auto lines = headers(message);
  EXPECT_EQ(lines.at(0), "Date: Sat, 21 Nov 2026 01:02:03 +0000");
  EXPECT_EQ(lines.at(1), "From: Deskwire <deskwire@x.example>");
  EXPECT_EQ(lines.at(2), "To: pat@y.example");
  EXPECT_EQ(lines.at(3), "Subject: Your ticket 7 closed");
  EXPECT_EQ(lines.at(4), "Message-ID: <d-1.5@x.example>");
  EXPECT_EQ(lines.at(5), "Auto-Submitted: auto-generated");
  EXPECT_EQ(lines.at(6), "List-Unsubscribe: <mailto:deskwire@x.example?subject=unsubscribe>");
  EXPECT_NE(message.find(to_base64("Hello\n.\nFrom me")), std::string::npos);
  EXPECT_NE(message.find(to_base64("<p>Hello</p>")), std::string::npos);
}

TEST(mail, hostile_subjects_and_names_start_no_header) {
  for (const std::string& hostile :
       std::vector<std::string>{"x\r\nBcc: all@y.example", "x\nBcc: all@y.example", "x\rBcc: a",
                                std::string("x\0y", 3), std::string("=?UTF-8?Q?x?=\r\n\r\nbody"),
                                "ü\r\nBcc: all@y.example", std::string(3000, 'x') + "\r\nBcc: a"}) {
    const auto lines =
        headers(composed({.to = {"pat@y.example"}, .subject = hostile, .text = "t"}));
    for (const std::string& line : lines) {
      EXPECT_FALSE(line.starts_with("Bcc")) << hostile;
      EXPECT_FALSE(line.empty());
      EXPECT_LE(line.size(), 78U);
    }
  }
}

TEST(mail, hostile_addresses_are_refused) {
  for (const std::string& hostile :
       std::vector<std::string>{"a@x.example\r\nBcc: b@x.example", "a@x.example>", "a b@x.example",
                                "a@x, b@x", "", "a", "a@", "@x", "a@x.example;b@x"}) {
    EXPECT_TRUE(composed({.to = {hostile}, .text = "t"}).starts_with("refused")) << hostile;
  }
  EXPECT_TRUE(composed({.to = {}, .text = "t"}).starts_with("refused"));
  const MailSend bad_link{.to = {"a@x.example"}, .text = "t", .unsubscribe = "<x>\r\nBcc: a"};
  EXPECT_TRUE(composed(bad_link).starts_with("refused"));
}

TEST(mail, an_https_link_unsubscribes_with_one_click) {
  const std::string message = composed(
      {.to = {"a@x.example"}, .text = "t", .unsubscribe = "<https://x.example/u>, <mailto:u@x>"});
  EXPECT_NE(message.find("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"),
            std::string::npos);
}

TEST(mail, images_are_parts_with_an_id) {
  const std::string message = composed({.to = {"a@x.example"},
                                        .text = "t",
                                        .html = "<img src=\"cid:chart\">",
                                        .images = {{"chart", "image/png", to_base64("PNG")}}});
  EXPECT_NE(message.find("multipart/related"), std::string::npos);
  EXPECT_NE(message.find("Content-ID: <chart>\r\n"), std::string::npos);
  const MailSend bad{.to = {"a@x.example"}, .images = {{"a>\r\nX: y", "image/png", "AA=="}}};
  EXPECT_TRUE(composed(bad).starts_with("refused"));
}

TEST(mail, encoded_words_hold_whole_characters_and_lines_76) {
  for (size_t length = 1; length < 200; ++length) {
    std::string text(length % 3, 'a');
    for (size_t i = 0; i < length; ++i) text += i % 2 == 0 ? "ü" : "€";
    std::string decoded;
    size_t column = 9;
    const std::string header = header_text(text, column);
    for (const std::string_view line : split(header, '\n')) {
      EXPECT_LE(trim(line).size() + column, 76U) << text;
      column = 1;
      const std::string_view word = trim(line);
      ASSERT_TRUE(word.starts_with("=?UTF-8?B?") && word.ends_with("?=")) << word;
      EXPECT_LE(word.size(), 75U);
      const auto bytes = from_base64(word.substr(10, word.size() - 12));
      ASSERT_TRUE(bytes && is_utf8(*bytes));
      decoded += *bytes;
    }
    EXPECT_EQ(decoded, text);
  }
}

TEST(mail, each_line_of_a_header_with_encoded_words_has_76_characters_at_most) {
  const MailSender long_one{"Überaus lange Bezeichnung eines Absenders",
                            std::string(60, 'd') + "@a-rather-long-domain-of-a-company.example"};
  const auto message =
      compose_mail({.to = {"a@x.example"}, .subject = std::string(40, 'z') + "ü", .text = "t"},
                   long_one, "d-1.5", at);
  ASSERT_TRUE(message.ok());
  for (const std::string& line : headers(*message)) {
    const bool is_encoded = line.find("=?") != std::string::npos;
    EXPECT_LE(line.size(), is_encoded ? 76U : 254U) << line;
  }
}

TEST(mail, international_domains_are_sent_in_ascii) {
  const std::string message = composed({.to = {"pat@müller.example"}, .text = "t"});
  EXPECT_NE(message.find("\r\nTo: pat@xn--mller-kva.example\r\n"), std::string::npos);
  EXPECT_TRUE(composed({.to = {"pat@ü..example"}, .text = "t"}).starts_with("refused"));
  EXPECT_EQ(parse_sender("Désk <d@müller.example>")->address, "d@xn--mller-kva.example");
  EXPECT_EQ(parse_sender("Desk <desk@x.example\u00A0>")->address, "desk@x.example");
  EXPECT_EQ(mail_address("pät@müller.example"), "pät@xn--mller-kva.example");
  EXPECT_FALSE(parse_sender("Desk <d@ü..example>").ok());
  const auto unsubscribe = compose_mail({.to = {"a@x.example"}, .text = "t", .is_bulk = true},
                                        {"", "désk@x.example"}, "d-1.5", at);
  ASSERT_TRUE(unsubscribe.ok()) << unsubscribe.error().what;
  EXPECT_NE(unsubscribe->find("<mailto:d%C3%A9sk@x.example?"), std::string::npos);
}

TEST(mail, a_sender_has_a_name_or_none) {
  EXPECT_EQ(parse_sender("Desk, Wire <d@x.example>")->name, "Desk, Wire");
  EXPECT_EQ(parse_sender("d@x.example")->address, "d@x.example");
  EXPECT_FALSE(parse_sender("nobody").ok());
}

}  // namespace
}  // namespace dw
