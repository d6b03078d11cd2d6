#include "jobs/tally/section.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

std::string problems_of(const std::string& toml) {
  Problems problems("deskwire.toml");
  const Environment none = [](const std::string&) { return std::nullopt; };
  const Node document = parse_document(toml, none, problems);
  OwnSettings out;
  own_tally_section().read(document.table()->at("tally"), out, problems);
  return problems.is_empty() ? "" : problems.error().text();
}

TEST(tally_section, a_pattern_that_the_job_could_not_compile_is_refused) {
  const std::string start = "[[tally]]\nchannel = \"C1\"\n";
  EXPECT_EQ(problems_of(start + "pattern = '(?P<name>.+) (?P<username>.+)'"), "");
  EXPECT_NE(problems_of(start + R"(pattern = '(?P<name>\pL{100}) (?P<username>\pL{100})')"), "");
}

TEST(tally_section, a_channel_stands_once_and_is_named) {
  EXPECT_NE(problems_of("[[tally]]\nchannel = \"C1\"\n[[tally]]\nchannel = \"C1\"\n")
                .find("tally.channel: duplicate \"C1\""),
            std::string::npos);
  EXPECT_NE(problems_of("[[tally]]\n").find("is missing"), std::string::npos);
  EXPECT_NE(problems_of("[tally]\nchannel = \"C1\"\n").find("must be written [[tally]]"),
            std::string::npos);
}

}  // namespace
}  // namespace dw
