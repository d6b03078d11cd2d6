#include "app/start_pages.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "base/hash.h"

namespace dw {
namespace {

/// Pages that are mapped from files and in memory.
int64_t file_pages() {
  std::ifstream file("/proc/self/statm");
  int64_t all = 0, resident = 0, of_files = 0;
  file >> all >> resident >> of_files;
  return of_files;
}

TEST(start_pages, are_given_back_and_all_goes_on) {
  // Out of a library that was linked at the start.
  const auto hash = [] { return to_hex(bytes_of(sha256("a text"))); };
  const std::string before = hash();
  const int64_t pages = file_pages();
  give_back_start_pages();
  EXPECT_LT(file_pages(), pages);
  EXPECT_EQ(hash(), before);
  give_back_start_pages();
  EXPECT_EQ(hash(), before);
}

}  // namespace
}  // namespace dw
