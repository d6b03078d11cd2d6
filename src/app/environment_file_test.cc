// A file of variables is read as systemd reads it.
#include "app/environment_file.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

TEST(EnvironmentLines, NamesAndValues) {
  EXPECT_EQ(
      environment_lines("A=1\n  B = two words \nURL=https://x.example/?a=b\nEMPTY=\n"),
      (Lines{{"A", "1"}, {"B", "two words"}, {"URL", "https://x.example/?a=b"}, {"EMPTY", ""}}));
}

TEST(EnvironmentLines, QuotesGoAndCommentsDoNotCount) {
  EXPECT_EQ(environment_lines("# A=1\n;B=2\n\nC=\"x # y\"\r\nD='z'\nE=\"\nnonsense\n1F=2"),
            (Lines{{"C", "x # y"}, {"D", "z"}, {"E", "\""}}));
}

}  // namespace
}  // namespace dw
