#include "base/json.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(Json, a_size_that_this_program_put_in_is_a_whole_number) {
  const json::value sizes{{"small", size_t{40}}, {"large", uint64_t{1} << 63}};
  const JsonView view(sizes);
  EXPECT_EQ(view["small"].integer(), 40);
  EXPECT_EQ(view["large"].integer(), std::nullopt);
}

TEST(Json, what_is_read_can_be_written_and_read_again) {
  for (const char* text : {"[1e308,-1e308,0.1,-0.0]", R"({"a":{"b":[null,true,"\\u00e9"]}})"}) {
    const Result<json::value> value = parse_json(text);
    ASSERT_TRUE(value.ok()) << text;
    EXPECT_EQ(*parse_json(to_text(*value)), *value) << text;
  }
  for (const char* text : {"1e999", "[-1e999]", R"({"a":[{"b":1e400}]})"}) {
    EXPECT_FALSE(parse_json(text).ok()) << text;
  }
}

}  // namespace
}  // namespace dw
