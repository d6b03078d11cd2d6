#include "app/section_needs.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace dw {
namespace {

/// The keys that need a section, with it: "volume.notify [mail]".
std::string needs_of(const std::string& toml) {
  const Environment none = [](const std::string&) { return std::optional<std::string>(); };
  const Result<Settings> settings = parse_settings(toml, "deskwire.toml", none);
  if (!settings.ok()) return settings.error().text();
  std::vector<std::string> out;
  for (const SectionNeed& one : missing_sections(*settings)) {
    out.push_back(one.key + " [" + one.section + "]");
    EXPECT_NE(one.text().find("[" + one.section + "]"), std::string::npos);
    EXPECT_NE(one.fix().find("or remove " + one.key), std::string::npos);
  }
  return join(out, ", ");
}

const std::string slack = "[slack]\nbot_token = \"xoxb-1\"\napp_token = \"xapp-1\"\n";
const std::string zendesk = "[zendesk]\nurl = \"https://acme.zendesk.com\"\noauth_token = \"t\"\n";
const std::string mail = "[mail]\nurl = \"smtps://mail.acme.example:465\"\n";

TEST(section_needs, a_job_that_cannot_work_names_its_key_and_the_section) {
  EXPECT_EQ(needs_of(""), "");
  EXPECT_EQ(needs_of("[volume]\n"), "volume.source [zendesk]");
  const std::string volume =
      "[volume]\nsource = \"embedded\"\nnotify = [\"a@x.example\"]\nslack_channel = \"#ops\"\n";
  EXPECT_EQ(needs_of(volume), "volume.notify [mail], volume.slack_channel [slack]");
  EXPECT_EQ(needs_of(volume + slack + mail), "");
  EXPECT_EQ(needs_of("[volume]\n" + zendesk), "");
  EXPECT_EQ(needs_of("[[tally]]\nchannel = \"C1\"\n[[tally]]\nchannel = \"C2\"\n"),
            "tally.channel [slack]");
  EXPECT_EQ(needs_of("[[tally]]\nchannel = \"C1\"\n" + slack), "");
  EXPECT_EQ(needs_of("[[route]]\nannounce = \"#ops\"\n"), "route.announce [slack]");
  EXPECT_EQ(needs_of("[notices]\nfile = \"a.csv\"\nvia = \"smtp\"\n"), "notices.via [mail]");
  EXPECT_EQ(needs_of("[notices]\nfile = \"a.csv\"\nvia = \"smtp\"\n" + mail), "");
}

TEST(section_needs, a_mail_section_without_the_server_is_no_way_to_send) {
  const std::string empty = "[mail]\nfrom = \"Support <s@acme.example>\"\n";
  EXPECT_EQ(needs_of("[summary]\nmail = [\"a@x.example\"]\n" + empty), "summary.mail [mail]");
  EXPECT_EQ(needs_of("[watch]\nnotify = [\"a@x.example\", \"#ops\"]\n" + empty + slack),
            "watch.notify [mail]");
  EXPECT_EQ(needs_of("[watch]\nnotify = [\"#ops\"]\n" + empty + slack), "");
}

}  // namespace
}  // namespace dw
