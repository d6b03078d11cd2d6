#include "config/document.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

std::string errors_in(const std::string& toml) {
  Problems problems("d.toml");
  const Environment environment = [](const std::string&) { return std::nullopt; };
  parse_document(toml, environment, problems);
  return problems.is_empty() ? "" : problems.error().what;
}

TEST(Document, a_file_that_is_no_toml_is_an_error_and_nothing_worse) {
  EXPECT_EQ(errors_in("a = [1, {b = 2}]"), "");
  EXPECT_EQ(errors_in("a = 1\nb = "),
            "d.toml:2: not TOML: in the key-value pair: encountered end-of-file");
  // The parser's own assertions fail on these.
  for (const char* toml : {"a = [}", "a = {x = [}}", "a = [1, }]", "a = {b = ]}"}) {
    EXPECT_NE(errors_in(toml), "") << toml;
  }
  // A letter beyond ASCII where the parser looks for a space.
  EXPECT_NE(errors_in("\u00E9 = 1"), "");
  EXPECT_NE(errors_in("a =\u0430 1"), "");
  EXPECT_NE(errors_in("a = 1 \u00FC"), "");
}

TEST(Document, a_variable_that_is_not_set_is_one_complaint_and_not_three) {
  Problems problems("d.toml");
  const Environment environment = [](const std::string&) { return std::nullopt; };
  parse_document("[a]\nb = \"${B}\"\nc = 1", environment, problems);
  problems.add(1, "a.b", "is missing");
  problems.add(1, "a", "needs a b or a c");
  problems.add(3, "a.c", "must be a text");
  EXPECT_EQ(problems.error().what,
            "d.toml:2: a.b: the environment variable B is not set (set it, or write "
            "${B:-default})\nd.toml:3: a.c: must be a text");
}

}  // namespace
}  // namespace dw
