#include "jobs/volume/auth_ini.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(auth_ini, is_read_as_it_was_shipped) {
  VolumeSettings settings;
  const auto older = read_auth_ini(
      "[default]\nSpikeDB = \"../out/history.csv\"\n[zendesk]\nDomain=\"acme\"\n"
      "Credentials = \"ana@example.org/token:abc:1\"\n[email]\nSender = bot@example.org\n"
      "Password = \"x\"\nRecipient = \"team@example.org\"\n[misc]\n"
      "OmittedTags = [\"list\", \"of\", \"tags\"]\nNumHours = 420\nSpikeThreshold = \"0.69\"\n",
      settings);
  ASSERT_TRUE(older.ok()) << older.error().text();
  EXPECT_EQ(older->subdomain, "acme");
  EXPECT_EQ(older->email, "ana@example.org");
  EXPECT_EQ(older->token.reveal(), "abc:1");
  EXPECT_EQ(older->history_file, "../out/history.csv");
  EXPECT_EQ(settings.method, VolumeMethod::mean);
  EXPECT_DOUBLE_EQ(settings.threshold, 0.69);
  EXPECT_EQ(settings.history, std::chrono::hours(420));
  EXPECT_EQ(settings.omit_tags, (std::vector<std::string>{"list", "of", "tags"}));
  EXPECT_EQ(settings.notify, (std::vector<std::string>{"team@example.org"}));
}

TEST(auth_ini, knows_the_other_section_and_the_newer_names) {
  VolumeSettings settings;
  const auto older =
      read_auth_ini("[mods]\nN_HOURS = 4380\nSPIKE_THRESHOLD = 0.6\nN_TAGS = 5\n", settings);
  ASSERT_TRUE(older.ok());
  EXPECT_EQ(settings.history, std::chrono::hours(4380));
  EXPECT_EQ(settings.top_tags, 5);
  EXPECT_FALSE(read_auth_ini("[mods]\nSPIKE_THRESHOLD = much\n", settings).ok());
}

}  // namespace
}  // namespace dw
