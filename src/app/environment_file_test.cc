// A file of variables is read as systemd reads it.
#include "app/environment_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/random.h"

namespace dw {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

Lines variables(std::string_view text) {
  return read_environment(text).variables;
}

/// "3 what is wrong" a line.
std::string problems(std::string_view text) {
  std::string out;
  for (const auto& [line, what] : read_environment(text).problems) {
    out += std::to_string(line) + " " + what + "\n";
  }
  return out;
}

TEST(EnvironmentLines, a_line_that_sets_nothing_is_told_without_its_words) {
  EXPECT_EQ(problems("# a comment\n;another\n\nA=1\nexport B=2\nC=\"x\"\nD=\n"), "");
  const std::string told = problems("xoxb-canary\n1F=canary\nA B=canary\nexport canary\n=canary");
  EXPECT_EQ(told.find("canary"), std::string::npos) << told;
  for (const char* line : {"1 there is no \"=\"", "2 what stands before", "3 what stands before",
                           "4 there is no \"=\"", "5 what stands before"}) {
    EXPECT_NE(told.find(line), std::string::npos) << line << " in " << told;
  }
  EXPECT_EQ(problems("A=\"canary\" # mine").find("canary"), std::string::npos);
  EXPECT_NE(problems("A=\"canary").find("1 the value of A begins with a quote"), std::string::npos);
  EXPECT_NE(problems("A=1\nA=2").find("2 A is set in line 1 too"), std::string::npos);
}

TEST(EnvironmentLines, NamesAndValues) {
  EXPECT_EQ(
      variables("A=1\n  B = two words \nURL=https://x.example/?a=b\nEMPTY=\n"),
      (Lines{{"A", "1"}, {"B", "two words"}, {"URL", "https://x.example/?a=b"}, {"EMPTY", ""}}));
}

TEST(EnvironmentLines, QuotesGoAndCommentsDoNotCount) {
  EXPECT_EQ(variables("# A=1\n;B=2\n\nC=\"x # y\"\r\nD='z'\nE=\"\nnonsense\n1F=2"),
            (Lines{{"C", "x # y"}, {"D", "z"}, {"E", "\""}}));
}

TEST(EnvironmentLines, a_shells_export_is_the_same_line) {
  EXPECT_EQ(variables("export A=1\n"), (Lines{{"A", "1"}}));
}

TEST(EnvironmentFile, beside_the_configuration_gives_way_to_the_process_and_is_read_again) {
  const std::string folder =
      (std::filesystem::temp_directory_path() / ("deskwire-" + random_uuid())).string();
  ASSERT_TRUE(std::filesystem::create_directory(folder));
  const std::string file = folder + "/deskwire.toml";
  EXPECT_EQ(environment_file_of(file), folder + "/deskwire.env");
  EXPECT_EQ(environment_file_of("deskwire.toml"), "deskwire.env");
  ::setenv("DW_TEST_MINE", "process", 1);
  std::ofstream(folder + "/deskwire.env") << "DW_TEST_MINE=file\nDW_TEST_FILE=one\n";
  ASSERT_TRUE(adopt_environment(file).ok());
  EXPECT_EQ(process_environment()("DW_TEST_FILE"), "one");
  std::ofstream(folder + "/deskwire.env") << "DW_TEST_MINE=file\nDW_TEST_FILE=two\n";
  const Environment now = settings_environment(file);
  EXPECT_EQ(now("DW_TEST_MINE"), "process");
  EXPECT_EQ(now("DW_TEST_FILE"), "two");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace dw
