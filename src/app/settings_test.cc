// What a command can do without, and what is seen before anybody is asked.
#include "app/settings.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

Environment variables(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

std::string problems_of(const std::string& toml, const Environment& environment = variables({})) {
  const Result<Settings> settings = parse_settings(toml, "d.toml", environment);
  return settings.ok() ? "" : settings.error().text();
}

TEST(SecretUse, a_command_runs_without_the_secrets_that_it_does_not_use) {
  const std::string toml = R"([teams.it]
secret = "${TEAMS_IT_SECRET}"
[slack]
bot_token = "file:/nonexistent/token"
signing_secret = ["${ONE}", "${TWO}"]
[zendesk]
url = "https://acme.zendesk.com"
oauth_client_id = "deskwire"
oauth_client_secret = "${ZENDESK_OAUTH_CLIENT_SECRET}"
[oncall.sre]
token = "${PAGERDUTY_TOKEN}"
policy = "P1"
)";
  EXPECT_NE(problems_of(toml).find("d.toml:2: teams.it.secret: "), std::string::npos);
  const Result<Settings> settings = parse_settings(toml, "d.toml", variables({}), SecretUse::some);
  ASSERT_TRUE(settings.ok()) << settings.error().text();
  std::string keys;
  for (const MissingSecret& one : settings->missing_secrets) keys += one.key + " ";
  for (const char* key : {"teams.it.secret ", "slack.bot_token ", "slack.signing_secret ",
                          "zendesk.oauth_client_secret ", "oncall.sre.token "}) {
    EXPECT_NE(keys.find(key), std::string::npos) << key << " in " << keys;
  }
}

TEST(SecretUse, what_is_no_secret_is_needed_by_every_command) {
  for (const char* toml : {"[store]\nurl = \"${NONE}\"", "[teams.it]\nsecret = 7",
                           "[[queue]]\nname = \"a\"\nurl = \"${NONE}\""}) {
    EXPECT_FALSE(parse_settings(toml, "d.toml", variables({}), SecretUse::some).ok()) << toml;
  }
}

TEST(Secrets, newlines_at_the_end_are_no_part_of_a_secret) {
  const auto settings = parse_settings(
      "[slack]\nsigning_secret = \"\"\"s3cret\n\"\"\"\n[zendesk]\n"
      "url = \"https://a.zendesk.com\"\n[teams.it]\nsecret = \"${T}\"\n",
      "d.toml",
      variables({{"SLACK_BOT_TOKEN", "xoxb-1\r\n"},
                 {"ZENDESK_EMAIL", "a@x.example"},
                 {"ZENDESK_TOKEN", "t\n"},
                 {"T", "c2VjcmV0\n"}}));
  ASSERT_TRUE(settings.ok()) << settings.error().text();
  EXPECT_EQ(settings->slack.bot_token.reveal(), "xoxb-1");
  EXPECT_EQ(settings->slack.signing_secrets.at(0).reveal(), "s3cret");
  EXPECT_EQ(settings->zendesk.token.reveal(), "t");
  EXPECT_EQ(settings->teams.at(0).secrets.at(0).reveal(), "c2VjcmV0");
}

TEST(Secrets, tokens_in_each_others_places_are_seen_without_asking_slack) {
  const auto slack = [](const std::string& lines) { return problems_of("[slack]\n" + lines); };
  EXPECT_EQ(slack("bot_token = \"xoxb-1\"\napp_token = \"xapp-1\"\nsigning_secret = \"0a1b\""), "");
  EXPECT_NE(slack("bot_token = \"xapp-1\"").find("d.toml:2: slack.bot_token: is an app-level"),
            std::string::npos);
  EXPECT_NE(slack("bot_token = \"xoxp-1\"").find("is a user token"), std::string::npos);
  EXPECT_NE(slack("bot_token = \"xoxb-1\"\napp_token = \"xoxb-1\"").find("must start with xapp-"),
            std::string::npos);
  const std::string told = slack("bot_token = \"xoxb-1\"\nsigning_secret = \"xoxb-canary\"");
  EXPECT_NE(told.find("slack.signing_secret: is a token"), std::string::npos);
  EXPECT_EQ(told.find("canary"), std::string::npos);
}

std::string restarts_of(const std::string& before, const std::string& after) {
  const auto none = variables({});
  const auto old_one = parse_settings(before, "d.toml", none);
  const auto new_one = parse_settings(after, "d.toml", none);
  EXPECT_TRUE(old_one.ok() && new_one.ok()) << after;
  std::string out;
  for (const std::string& key : keys_needing_restart(*old_one, *new_one)) out += key + " ";
  return out;
}

TEST(Reload, names_every_key_that_it_does_not_apply) {
  const std::string teams = "[teams.it]\nsecret = \"c2VjcmV0\"\n";
  EXPECT_EQ(restarts_of("", teams), "teams.it ");
  EXPECT_EQ(restarts_of(teams, ""), "teams.it ");
  EXPECT_EQ(restarts_of(teams, "[teams.it]\nsecret = \"b3RoZXI=\"\n"), "");
  EXPECT_EQ(restarts_of("", "[server]\npublic_url = \"https://d.example\"\n"),
            "server.public_url ");
  EXPECT_EQ(restarts_of("",
                        "[watch]\nnotify = [\"a@x.example\"]\n[mail]\nurl = "
                        "\"smtps://m.example:465\"\n"),
            "watch.notify mail.url ");
}

TEST(Reload, sees_a_secret_that_changed_although_it_prints_alike) {
  const auto slack = [](const std::string& token) {
    return "[slack]\nbot_token = \"" + token + "\"\n";
  };
  EXPECT_EQ(restarts_of(slack("xoxb-1"), slack("xoxb-2")), "slack.bot_token ");
  const auto oncall = [](const std::string& token) {
    return "[oncall.sre]\npolicy = \"P\"\ntoken = \"" + token + "\"\n";
  };
  EXPECT_EQ(restarts_of(oncall("1"), oncall("2")), "oncall ");
}

TEST(Mail, sender_has_an_address) {
  const auto sender = [](const std::string& from) {
    return problems_of("[mail]\nurl = \"smtps://m.example:465\"\nfrom = \"" + from + "\"\n");
  };
  EXPECT_EQ(sender("Support <support@acme.example>"), "");
  EXPECT_EQ(sender("support@acme.example"), "");
  for (const char* wrong : {"", "support", "Support <support>", "a@x.example, b@x.example", "<>"}) {
    EXPECT_NE(sender(wrong).find("mail.from: must be \"Name <address>\""), std::string::npos)
        << wrong;
  }
}

TEST(Watch, needs_a_way_for_its_messages) {
  EXPECT_EQ(problems_of("[watch]\nnotify = [\"#ops\", \"a@x.example\"]"),
            "d.toml:1: watch.notify: #ops needs a section [slack]\n"
            "d.toml:1: watch.notify: a@x.example needs a section [mail]");
  EXPECT_NE(problems_of("[watch]\nnotify = [\"ops\"]").find("a mail address, or a Slack channel"),
            std::string::npos);
}

}  // namespace
}  // namespace dw
