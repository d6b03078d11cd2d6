#include "app/sample.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace dw {
namespace {

/// "#key = value" and "#[section]" without their "#"; prose, "# text", as it is.
std::string with_all_set(const std::string& toml) {
  std::string out;
  for (const std::string_view line : split(toml, '\n')) {
    const bool is_setting = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    out += std::string(line.substr(is_setting ? 1 : 0)) + "\n";
  }
  return out;
}

std::string problems_of(const std::string& toml) {
  const Result<Settings> settings = parse_settings(toml, "deskwire.toml", pretended_variable);
  return settings.ok() ? "" : settings.error().text();
}

SetupAnswers everything() {
  SetupAnswers around;
  around.has_slack = around.has_teams = around.has_zendesk = true;
  around.has_sheets = around.has_sqs = around.has_mail = true;
  return around;
}

TEST(sample, the_example_names_every_section_and_loads_with_and_without_its_comments) {
  const std::string example = print_example();
  for (const std::string& name : section_names()) {
    EXPECT_NE(example.find("[" + name), std::string::npos) << name;
  }
  EXPECT_EQ(problems_of(example), "");
  EXPECT_EQ(problems_of(with_all_set(example)), "");
}

TEST(sample, what_init_writes_loads_for_each_choice_with_and_without_its_comments) {
  for (unsigned choice = 0; choice < 64; ++choice) {
    SetupAnswers around;
    around.has_slack = (choice & 1) != 0;
    around.has_teams = (choice & 2) != 0;
    around.has_zendesk = (choice & 4) != 0;
    around.has_sheets = (choice & 8) != 0;
    around.has_sqs = (choice & 16) != 0;
    around.has_mail = (choice & 32) != 0;
    const std::string toml = print_sample(around);
    EXPECT_EQ(problems_of(toml), "") << choice;
    EXPECT_EQ(problems_of(with_all_set(toml)), "") << choice;
  }
}

TEST(sample, what_is_known_is_written_and_the_rest_comes_from_the_environment) {
  SetupAnswers around = everything();
  around.slack_channel = "#it-help";
  around.sqs_prefix = "https://sqs.eu-west-1.amazonaws.com/123456789012";
  const Result<Settings> settings =
      parse_settings(print_sample(around), "deskwire.toml", pretended_variable);
  ASSERT_TRUE(settings.ok()) << settings.error().text();
  EXPECT_EQ(settings->bridges.at(0).channel, "#it-help");
  EXPECT_EQ(settings->bridges.at(0).desk, BridgeDesk::zendesk);
  EXPECT_EQ(settings->queues.at(2).url, "https://sqs.eu-west-1.amazonaws.com/123456789012/low");
  EXPECT_TRUE(settings->notices.is_approval_needed);
  std::string needed;
  for (const VariableUse& use : variables_in(print_sample(around))) {
    if (use.is_needed) needed += use.name + " ";
  }
  EXPECT_EQ(needed,
            "SLACK_BOT_TOKEN TEAMS_IT_SECRET ZENDESK_SUBDOMAIN "
            "ZENDESK_OAUTH_CLIENT_SECRET SHEET_ID MAIL_URL ");
}

TEST(sample, no_text_that_was_typed_breaks_the_file) {
  SetupAnswers around = everything();
  around.sheet_id = "a\"b\\c\nd";
  EXPECT_EQ(problems_of(print_sample(around)), "");
}

TEST(sample, the_manifest_carries_this_deskwires_address) {
  const std::string manifest = slack_manifest("https://desk.acme.example/");
  EXPECT_NE(manifest.find("https://desk.acme.example/hooks/slack/events"), std::string::npos);
  EXPECT_NE(slack_manifest("").find("message.channels"), std::string::npos);
}

}  // namespace
}  // namespace dw
