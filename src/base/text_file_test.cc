#include "base/text_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace dw {
namespace {

TEST(text_file, a_file_is_read_whole_and_a_folder_or_too_much_is_an_error) {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / ("text_file_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const std::string file = folder / "a.toml";
  ASSERT_TRUE(write_whole(file, "").ok());
  EXPECT_EQ(*read_whole(file, 10), "");
  const std::string long_text(200'000, 'x');
  ASSERT_TRUE(write_whole(file, long_text).ok());
  EXPECT_EQ(*read_whole(file, long_text.size()), long_text);
  EXPECT_FALSE(read_whole(file, long_text.size() - 1).ok());
  ASSERT_TRUE(write_whole(file, "\xEF\xBB\xBF{}").ok());
  EXPECT_EQ(*read_whole(file, 10), "{}") << "without the mark of an editor";
  const std::string little("\xFF\xFEo\0k\0\xFC\0\x3D\xD8\0\xDE\0\xD8!\0", 16);
  ASSERT_TRUE(write_whole(file, little).ok());
  EXPECT_EQ(*read_whole(file, 100), "ok\u00FC\U0001F600\uFFFD!");
  ASSERT_TRUE(write_whole(file, std::string("\xFE\xFF\0o\0k", 6)).ok());
  EXPECT_EQ(*read_whole(file, 100), "ok");
  EXPECT_FALSE(read_whole(folder, 10).ok());
  EXPECT_FALSE(read_whole(folder / "none", 10).ok());
  EXPECT_EQ(write_whole(folder / "no" / "place", "x").error().kind, ErrorKind::full);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace dw
