#include "net/private_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/random.h"

namespace dw {
namespace {

namespace fs = std::filesystem;

struct Folder {
  Folder() { fs::create_directory(path); }
  ~Folder() { fs::remove_all(path); }
  size_t files() const {
    const auto count = std::distance(fs::directory_iterator(path), fs::directory_iterator());
    return static_cast<size_t>(count);
  }
  fs::path path = fs::temp_directory_path() / ("deskwire-" + random_uuid());
};

std::string contents(const fs::path& file) {
  std::stringstream out;
  out << std::ifstream(file).rdbuf();
  return out.str();
}

TEST(PrivateFile, is_replaced_whole_and_has_its_mode_whatever_the_mask_is) {
  const Folder folder;
  const fs::path file = folder.path / "token";
  for (const mode_t mask : {0000, 0077}) {
    const mode_t before = ::umask(mask);
    const Result<void> written = write_private(file, "the first", 0640);
    const Result<void> again = write_private(file, "2", 0640);
    ::umask(before);
    ASSERT_TRUE(written.ok() && again.ok());
    struct stat found {};
    ASSERT_EQ(::stat(file.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0640U);
    EXPECT_EQ(contents(file), "2");
    EXPECT_EQ(folder.files(), 1U) << "no draft is left";
  }
}

TEST(PrivateFile, what_was_there_stays_where_it_can_not_be_replaced) {
  const Folder folder;
  const fs::path taken = folder.path / "taken";
  fs::create_directories(taken / "inside");
  const Result<void> on_folder = write_private(taken, "x", 0600);
  ASSERT_FALSE(on_folder.ok());
  EXPECT_EQ(on_folder.error().kind, ErrorKind::full);
  EXPECT_NE(on_folder.error().text().find("taken: can't be written: "), std::string::npos);
  EXPECT_TRUE(fs::is_directory(taken / "inside"));
  EXPECT_EQ(folder.files(), 1U);
  EXPECT_FALSE(write_private(folder.path / "nowhere" / "token", "x", 0600).ok());
}

}  // namespace
}  // namespace dw
