// What people type at a wizard, and what they mean by it.
#include "app/setup_answers.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

std::string of(const Result<std::string>& answer) {
  return answer.ok() ? *answer : "wrong: " + answer.error().what;
}

TEST(SetupAnswers, the_obvious_is_completed) {
  EXPECT_EQ(of(complete_mail_url("smtp.gmail.com")), "smtp://smtp.gmail.com:587");
  EXPECT_EQ(of(complete_mail_url("mail.example.com:465")), "smtps://mail.example.com:465");
  EXPECT_EQ(of(complete_mail_url("mail.example.com:2525")), "smtp://mail.example.com:2525");
  EXPECT_EQ(of(complete_mail_url("smtps://mail.example.com")), "smtps://mail.example.com:465");
  EXPECT_EQ(of(complete_mail_url("smtp://mail.example.com:587")), "smtp://mail.example.com:587");
  EXPECT_EQ(of(complete_sheet_id("https://docs.google.com/spreadsheets/d/1a-B_c/edit?gid=0#gid=0")),
            "1a-B_c");
  EXPECT_EQ(of(complete_sheet_id("1a-B_c")), "1a-B_c");
  EXPECT_EQ(of(complete_zendesk_url("acme")), "https://acme.zendesk.com");
  EXPECT_EQ(of(complete_zendesk_url("acme.zendesk.com/")), "https://acme.zendesk.com");
  EXPECT_EQ(of(complete_channel("it-help")), "#it-help");
  EXPECT_EQ(of(complete_channel("#it-help")), "#it-help");
  EXPECT_EQ(of(complete_channel("C0123456789")), "C0123456789");
  EXPECT_EQ(of(complete_channel("https://acme.slack.com/archives/C0123456789")), "C0123456789");
  EXPECT_EQ(of(complete_channel("https://app.slack.com/client/T01/C0123456789?x=1")),
            "C0123456789");
  EXPECT_EQ(of(complete_public_url("desk.example.com/")), "https://desk.example.com");
  EXPECT_EQ(of(complete_public_url("http://10.0.0.1:8080")), "http://10.0.0.1:8080");
  EXPECT_EQ(of(complete_sqs_prefix("https://sqs.eu-west-1.amazonaws.com/123456789012/high")),
            "https://sqs.eu-west-1.amazonaws.com/123456789012");
  EXPECT_EQ(of(complete_sender("Support <s@x.example>")), "Support <s@x.example>");
}

TEST(SetupAnswers, nothing_said_is_no_mistake) {
  for (const auto& complete :
       {complete_mail_url, complete_sheet_id, complete_zendesk_url, complete_channel,
        complete_public_url, complete_sqs_prefix, complete_sender, complete_timezone}) {
    EXPECT_EQ(of(complete("")), "");
  }
}

TEST(SetupAnswers, what_cannot_be_meant_is_told_at_once) {
  for (const char* bad : {"y", "not an address", "ftp://x.example"}) {
    EXPECT_FALSE(complete_public_url(bad).ok()) << bad;
  }
  EXPECT_FALSE(complete_mail_url("http://mail.example.com").ok());
  EXPECT_FALSE(complete_mail_url("my mail server").ok());
  EXPECT_FALSE(complete_sender("support").ok());
  EXPECT_FALSE(complete_sender("Support <support>").ok());
  EXPECT_FALSE(complete_channel("it help").ok());
  EXPECT_FALSE(complete_sheet_id("https://docs.google.com/document/x").ok());
  EXPECT_FALSE(complete_zendesk_url("my company").ok());
  EXPECT_NE(
      of(complete_zendesk_url("https://acme.zendesk.com/agent")).find("without what is behind"),
      std::string::npos);
  EXPECT_FALSE(complete_zendesk_url("http://desk.acme.example").ok()) << "not https";
  EXPECT_FALSE(complete_hook_name("my team").ok());
  EXPECT_FALSE(complete_webhook("mail.example.com/send").ok());
  EXPECT_NE(of(complete_timezone("Europe/Berlim")).find("Europe/Berlin"), std::string::npos);
}

TEST(SetupAnswers, a_yes_is_a_yes_and_an_address_is_neither) {
  EXPECT_EQ(truth_named("Yes"), true);
  EXPECT_EQ(truth_named("n"), false);
  EXPECT_EQ(truth_named("https://mail.example.com/send"), std::nullopt);
}

}  // namespace
}  // namespace dw
