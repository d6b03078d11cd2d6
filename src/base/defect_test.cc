#include "base/defect.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/assert.h"

namespace dw {
namespace {

TEST(DefectDeathTest, on_a_thread_it_ends_the_process_with_70_and_says_what_it_was) {
  const auto break_there = [] {
    end_on_defects();
    std::thread([] { DW_ASSERT(1 > 2, "a store's thread is here to break"); }).join();
  };
  EXPECT_EXIT(break_there(), testing::ExitedWithCode(70), "a store's thread is here to break");
}

}  // namespace
}  // namespace dw
