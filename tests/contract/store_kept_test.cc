// What connectors keep: texts under a name, replaced by whoever knows the version that is there.
#include "contract/store_world.h"
#include "ports/key_value_store.h"
#include "records/key_values.h"
#include "records/leases.h"

namespace dw {
namespace {

class StoreKept : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    bundle_ = place_for(GetParam());
    bundle_->reopen();
  }
  StoredValue kept(const std::string& name) {
    StoredValue out;
    bundle_->read([&](ReadDb& db) -> Result<void> {
      DW_TRY(out, key_values::get(db, name));
      return {};
    });
    return out;
  }
  Result<void> keep(const std::string& name, const std::string& text, int64_t version) {
    return bundle_->store->write_now(
        [&](Db& db) { return key_values::set(db, name, text, version); });
  }

  std::unique_ptr<Bundle> bundle_;
};

TEST_P(StoreKept, what_was_kept_is_there_and_its_version_grows) {
  EXPECT_EQ(kept("a").version, 0);
  EXPECT_EQ(kept("a").text, "");
  EXPECT_TRUE(keep("a", "one", 0).ok());
  EXPECT_TRUE(keep("a", "two", 1).ok());
  EXPECT_TRUE(keep("b", "other", 0).ok());
  EXPECT_EQ(kept("a").text, "two");
  EXPECT_EQ(kept("a").version, 2);
  EXPECT_EQ(kept("b").text, "other");
}

TEST_P(StoreKept, of_two_who_replace_the_same_version_one_is_told) {
  EXPECT_TRUE(keep("a", "one", 0).ok());
  EXPECT_TRUE(keep("a", "mine", 1).ok());
  const Result<void> late = keep("a", "yours", 1);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().kind, ErrorKind::conflict);
  EXPECT_EQ(keep("a", "first?", 0).error().kind, ErrorKind::conflict);
  EXPECT_EQ(kept("a").text, "mine");
}

TEST_P(StoreKept, a_lease_of_the_same_name_is_another_thing) {
  bundle_->write([&](Db& db) -> Result<void> {
    DW_TRY(const bool is_ours, leases::hold(db, "a", "me", t0, t0 + Millis(1000)));
    EXPECT_TRUE(is_ours);
    return {};
  });
  EXPECT_EQ(kept("a").version, 0);
  EXPECT_TRUE(keep("a", "one", 0).ok());
  bundle_->write([&](Db& db) { return leases::drop(db, "a", "me"); });
  EXPECT_EQ(kept("a").text, "one");
}

INSTANTIATE_TEST_SUITE_P(Engines, StoreKept, testing::Values("sqlite", "memory", "postgresql"),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace dw
