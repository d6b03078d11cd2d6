// What a command can do without, and what is seen before anybody is asked.
#include "app/settings.h"

#include <gtest/gtest.h>

#include "jobs/watch/section.h"

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

TEST(Settings, a_secret_in_an_address_is_not_printed) {
  Settings settings;
  settings.store.url = "postgresql://desk:p@ss-1@db.example/desk?sslmode=require&password=pass-2";
  settings.mail.url = "smtps://desk:pass-3@mail.example:465";
  settings.notices.webhook_url = "https://desk:pass-4@hook.example/send?to=a@x.example";
  settings.volume.is_on = true;
  settings.volume.webhook_url = "https://hook.example:8443/services/T0/pass-5?key=pass-6";
  settings.queues.push_back({.name = "high", .url = "https://sqs.example/1/high?sig=pass-7"});
  settings.oncall.push_back({.name = "sre", .api_url = "https://pass-8@pager.example/v2"});
  const std::string printed = print_settings(settings);
  EXPECT_EQ(printed.find("pass-"), std::string::npos) << printed;
  EXPECT_EQ(printed.find("ss-1"), std::string::npos) << printed;
  for (const char* kept :
       {"\"postgresql://desk:***@db.example/desk?sslmode=require&password=***\"",
        "\"smtps://desk:***@mail.example:465\"", "\"https://hook.example/***\"",
        "\"https://hook.example:8443/***\"", "\"https://sqs.example/1/high?***\"",
        "\"https://***@pager.example/v2\""}) {
    EXPECT_NE(printed.find(kept), std::string::npos) << printed;
  }
}

TEST(Settings, a_value_that_is_refused_is_not_missing_too) {
  EXPECT_EQ(problems_of("[zendesk]\nurl = \"acme\"\nemail = \"a@x.example\"\ntoken = \"t\""),
            "d.toml:2: zendesk.url: must be https://SUBDOMAIN.zendesk.com");
  EXPECT_EQ(problems_of("[[queue]]\nurl = \"\"\n[[queue]]\nname = \"a b\""),
            "d.toml:1: queue.name: is missing\n"
            "d.toml:4: queue.name: must be 1 to 80 letters, digits, '-', '_' or '.'");
}

TEST(Settings, what_older_tools_wrote_around_a_value_is_named_or_left_out) {
  EXPECT_NE(
      problems_of("[slack]\nbot_token = \"Bearer xoxb-1\"").find("slack.bot_token: has a space"),
      std::string::npos);
  EXPECT_NE(
      problems_of("[zendesk]\nurl = \"https://acme.zendesk.com/agent/\"\nemail = \"a@x\"\n"
                  "token = \"t\"")
          .find("zendesk.url: must be https://SUBDOMAIN.zendesk.com, without what is behind it"),
      std::string::npos);
}

TEST(Settings, an_address_is_cleaned_and_checked_wherever_one_is_written) {
  const std::string mail = "[mail]\nurl = \"smtps://m:465\"\n";
  EXPECT_EQ(problems_of(mail + "[summary]\nmail = [\"ops\", \"a@x.example; b@x.example\"]"),
            "d.toml:4: summary.mail: \"ops\" is no address\n"
            "d.toml:4: summary.mail: \"a@x.example; b@x.example\" has more than one address");
  const auto settings = parse_settings(mail +
                                           "from = \"D <d@x.example\u00A0>\"\n[summary]\n"
                                           "mail = [\"Ops <ops@x.example\u00A0>\"]\n"
                                           "[watch]\nnotify = [\"ops@x.example\u200B\"]",
                                       "d.toml", variables({}));
  ASSERT_TRUE(settings.ok()) << settings.error().text();
  EXPECT_EQ(settings->summary.mail, std::vector<std::string>{"ops@x.example"});
  EXPECT_EQ(settings->own.get<WatchSettings>().notify, std::vector<std::string>{"ops@x.example"});
}

TEST(Settings, what_would_silence_the_notices_is_a_problem) {
  EXPECT_EQ(problems_of("[notices]\nclosed = []\nsuppress = [\"x.example\", \"@y.example\"]"),
            "d.toml:2: notices.closed: is empty: nobody would hear of anything\n"
            "d.toml:3: notices.suppress: \"x.example\" is no address and no domain such as "
            "\"@x.example\"");
}

TEST(Settings, a_problem_has_the_line_of_its_key) {
  EXPECT_TRUE(problems_of("[summary]\n\nschedule = \"8:00\"")
                  .starts_with("d.toml:3: summary.schedule: invalid schedule \"8:00\""));
  EXPECT_TRUE(
      problems_of("[notices]\nfile = \"https://x.example/r.csv\"")
          .starts_with("d.toml:2: notices.file: \"https://x.example/r.csv\" cannot be read"));
  EXPECT_EQ(problems_of("[notices]\nfile = \"https://x.example/r.csv?sig=canary\"").find("canary"),
            std::string::npos);
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
