#include "app/doctor.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

std::unique_ptr<Core> core_of(const std::string& toml) {
  const Environment none = [](const std::string&) { return std::optional<std::string>(); };
  Result<Settings> settings =
      parse_settings("[store]\nurl = \"sqlite::memory:\"\n" + toml, "deskwire.toml", none);
  EXPECT_TRUE(settings.ok()) << settings.error().text();
  Result<std::unique_ptr<Core>> core = build_core(std::move(*settings), OpenMode::visit);
  EXPECT_TRUE(core.ok()) << core.error().text();
  return std::move(*core);
}

TEST(doctor, each_configured_hook_takes_its_own_signature_and_no_forged_one) {
  const auto core = core_of(
      "[teams.it]\nsecret = [\"c2VjcmV0\", \"b3RoZXI=\"]\n"
      "[slack]\nbot_token = \"xoxb-1\"\nsigning_secret = \"s1\"\n"
      "[zendesk]\nurl = \"https://acme.zendesk.com\"\noauth_token = \"t\"\nwebhook_secret = "
      "\"w\"\n");
  const std::vector<Probe> probes = probe_hooks(*core);
  std::string paths;
  for (const Probe& probe : probes) {
    EXPECT_TRUE(probe.is_ok) << probe.name << ": " << probe.detail;
    paths += probe.name + "\n";
  }
  for (const char* path : {"/hooks/teams/it", "/hooks/slack/events", "/slack/events/",
                           "/hooks/zendesk", "/zendesk/email/webhook/"}) {
    EXPECT_NE(paths.find(path), std::string::npos) << path;
  }
}

TEST(doctor, an_app_from_which_nothing_can_come_in_is_told_with_its_remedy) {
  const auto core = core_of("[slack]\nbot_token = \"xoxb-1\"\n");
  const std::vector<Probe> probes = probe_gaps(*core);
  ASSERT_EQ(probes.size(), 1U);
  EXPECT_FALSE(probes[0].is_ok);
  EXPECT_NE(fix_for(probes[0], core->settings).find("SLACK_APP_TOKEN"), std::string::npos);
}

TEST(doctor, a_clock_that_is_minutes_off_is_a_failure_and_a_little_off_a_warning) {
  EXPECT_EQ(check_clock(Millis(2'000), "slack.com").detail, "agrees with slack.com");
  const Probe warned = check_clock(Millis(-60'000), "slack.com");
  EXPECT_TRUE(warned.is_ok);
  EXPECT_NE(warned.detail.find("60 s behind slack.com"), std::string::npos);
  EXPECT_FALSE(check_clock(Millis(600'000), "slack.com").is_ok);
}

TEST(doctor, what_is_well_needs_no_remedy_and_each_trouble_of_a_name_gets_its_own) {
  const Settings settings;
  EXPECT_EQ(fix_for({"mail", true, "accepts mail"}, settings), "");
  const std::string shut = fix_for({"mail", false, "mail.acme:25: could not connect"}, settings);
  EXPECT_NE(shut.find("587"), std::string::npos);
  EXPECT_NE(fix_for({"mail", false, "535 authentication failed"}, settings), shut);
  EXPECT_EQ(fix_for({"something new", false, "?"}, settings), "");
}

TEST(doctor, a_fix_belongs_to_its_probe_and_not_to_its_section) {
  const Settings settings;
  const auto fix = [&](const char* name, const char* detail) {
    return fix_for({name, false, detail}, settings);
  };
  const std::string late = "http://mail.example/404: Timeout was reached (10000 ms)";
  EXPECT_NE(fix("notices webhook", late.c_str()).find("notices.webhook_url"), std::string::npos);
  EXPECT_NE(fix("volume webhook", late.c_str()).find("volume.webhook_url"), std::string::npos);
  EXPECT_NE(fix("notices report", "report.csv: no such file").find("notices.file"),
            std::string::npos);
  EXPECT_NE(fix("notices report", "404 from Sheets").find("notices.sheet_id"), std::string::npos);
  EXPECT_EQ(fix("notices (outgoing)", "no way to send the notices"), "");
}

}  // namespace
}  // namespace dw
