// Mails as the product writes them, read back.
#include "app/demo/mailbox.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "connectors/smtp/message.h"

namespace dw::demo {
namespace {

TEST(Mailbox, a_mail_with_a_picture_is_read_whole) {
  MailSend mail{.to = {"ana@shop.example"}, .subject = "Ticket spike: 84 in the hour to 15:00 – ü"};
  mail.text = "Eighty-four.\n";
  mail.html = "<p>Eighty-four.</p>";
  mail.images = {
      {.id = "chart", .content_type = "image/png", .base64 = to_base64("\x89PNG bytes")}};
  const auto raw = compose_mail(mail, {.name = "Deskwire", .address = "desk@shop.example"}, "m-1",
                                TimePoint(Millis(0)));
  ASSERT_TRUE(raw.ok()) << raw.error().text();
  const Mail read = read_mail(*raw);
  EXPECT_EQ(read.subject, mail.subject);
  EXPECT_EQ(read.to, "ana@shop.example");
  EXPECT_EQ(read.from, "Deskwire <desk@shop.example>");
  EXPECT_EQ(read.text, mail.text);
  ASSERT_EQ(read.pictures.size(), 1U);
  EXPECT_EQ(read.pictures[0].content_type, "image/png");
  EXPECT_EQ(read.pictures[0].bytes, "\x89PNG bytes");
}

TEST(Mailbox, a_plain_mail_and_noise_are_read_as_far_as_they_go) {
  EXPECT_EQ(read_mail("Subject: x\r\n\r\nhello\r\n").text, "hello\r\n");
  EXPECT_EQ(read_mail("").subject, "");
  const Mail cut = read_mail("Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b");
  EXPECT_EQ(cut.text, "");
}

}  // namespace
}  // namespace dw::demo
