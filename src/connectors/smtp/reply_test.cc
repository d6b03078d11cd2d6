#include "connectors/smtp/reply.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace dw {
namespace {

SmtpReplies heard(std::initializer_list<const char*> lines) {
  SmtpReplies out;
  for (const char* line : lines) out.hear(line);
  return out;
}

TEST(smtp_reply, a_refusal_is_kept_in_the_server_s_own_words) {
  const SmtpReplies said =
      heard({"220 mx", "250-mx\r\n", "250 SIZE 1000\r\n", "250 2.1.0 Ok",
             "550-5.1.1 The account that you tried\r\n", "550-5.1.1 to reach does not exist.\r\n",
             "550 5.1.1  https://support.example/?p=NoSuchUser\r\n", "221 2.0.0 Bye\r\n"});
  EXPECT_EQ(said.refusal_code(), 550);
  EXPECT_EQ(said.refusal(),
            "550 5.1.1 The account that you tried to reach does not exist. "
            "https://support.example/?p=NoSuchUser");
  EXPECT_EQ(said.code(), 221);
  EXPECT_EQ(heard({"450 4.2.0 greylisted", "221 bye"}).refusal(), "450 4.2.0 greylisted");
}

TEST(smtp_reply, what_came_before_the_message_refuses_no_message) {
  const SmtpReplies said = heard({"550 no such user", "250 ok", "354 go on"});
  EXPECT_EQ(said.refusal_code(), 0);
  EXPECT_EQ(said.refusal(), "");
}

TEST(smtp_reply, smtputf8_is_known_of_the_last_greeting) {
  EXPECT_TRUE(heard({"220 mx", "250-mx", "250-SMTPUTF8", "250 SIZE 1"}).has_smtputf8());
  EXPECT_TRUE(heard({"220 mx", "250-mx", "250 smtputf8"}).has_smtputf8());
  EXPECT_FALSE(heard({"250-SMTPUTF8", "250 x", "220 go ahead with TLS", "250 mx"}).has_smtputf8());
  EXPECT_FALSE(heard({"220 mx", "250 mx says SMTPUTF8"}).has_smtputf8());
}

TEST(smtp_reply, bytes_that_no_store_keeps_are_not_kept) {
  EXPECT_EQ(heard({"550 unbekannter Empf\xE4nger\x1B[2J"}).refusal(),
            "550 unbekannter Empf?nger[2J");
  EXPECT_EQ(heard({"no reply at all", "", "55"}).code(), 0);
}

}  // namespace
}  // namespace dw
