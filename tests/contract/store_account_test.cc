// Accounts, sessions and server keys in every store.
#include "contract/store_world.h"
#include "domain/account.h"
#include "records/accounts.h"

namespace dw {
namespace {

Account person(const std::string& name, const std::string& subject = "") {
  return {.name = name,
          .subject = subject,
          .role = "viewer",
          .password = "$argon2id$…",
          .created_at = t0,
          .signed_in_at = {}};
}

int64_t add(Bundle& bundle, const Account& account) {
  int64_t id = 0;
  bundle.write([&](Db& db) -> Result<void> {
    DW_TRY(id, accounts::add(db, account));
    return {};
  });
  return id;
}

bool has_session(Bundle& bundle, const std::string& hash) {
  bool is_there = false;
  bundle.read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const auto found, accounts::find_session(db, hash));
    is_there = found.has_value();
    return {};
  });
  return is_there;
}

TEST_P(StoreContract, an_account_has_its_name_alone_whatever_the_case) {
  const auto bundle = setup();
  const int64_t id = add(*bundle, person("Ana"));
  const Result<void> again = bundle->store->write_now([](Db& db) -> Result<void> {
    DW_TRY(const int64_t second, accounts::add(db, person("ANA")));
    EXPECT_EQ(second, 0);
    return {};
  });
  EXPECT_EQ(again.error().kind, ErrorKind::conflict);
  bundle->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const auto found, accounts::find(db, "aNa"));
    EXPECT_TRUE(found && found->id == id && found->name == "Ana" && !found->signed_in_at);
    DW_TRY(const auto nobody, accounts::find(db, "bob"));
    EXPECT_FALSE(nobody);
    return {};
  });
}

TEST_P(StoreContract, single_sign_on_knows_a_person_by_the_subject) {
  const auto bundle = setup();
  add(*bundle, person("ana", "https://id.example 7"));
  add(*bundle, person("bob"));
  add(*bundle, person("eve"));
  bundle->read([](ReadDb& db) -> Result<void> {
    DW_TRY(const auto found, accounts::find_by_subject(db, "https://id.example 7"));
    EXPECT_TRUE(found && found->name == "ana");
    DW_TRY(const auto nobody, accounts::find_by_subject(db, ""));
    EXPECT_FALSE(nobody) << "password accounts have no subject";
    return {};
  });
}

TEST_P(StoreContract, a_session_ends_with_its_account_and_when_that_is_changed) {
  const auto bundle = setup();
  Account ana = person("ana");
  ana.id = add(*bundle, ana);
  const auto open = [&](const char* hash, TimePoint at) {
    bundle->write([&](Db& db) { return accounts::add_session(db, {hash, ana.id, at, at}); });
  };
  open("h1", t0);
  EXPECT_TRUE(has_session(*bundle, "h1"));
  ana.role = "admin";
  bundle->write([&](Db& db) { return accounts::change(db, ana); });
  EXPECT_FALSE(has_session(*bundle, "h1"));
  open("h2", t0);
  open("h3", t0 + std::chrono::hours(24 * 61));
  EXPECT_FALSE(has_session(*bundle, "h2")) << "long unused ones are swept";
  bundle->read([](ReadDb& db) -> Result<void> {
    DW_TRY(const auto found, accounts::find_session(db, "h3"));
    EXPECT_TRUE(found && found->account.role == "admin" && found->account.signed_in_at);
    return {};
  });
  bundle->write([&](Db& db) { return accounts::remove(db, ana.id); });
  EXPECT_FALSE(has_session(*bundle, "h3"));
}

TEST_P(StoreContract, a_server_key_is_made_once) {
  const auto bundle = setup();
  bundle->write([](Db& db) -> Result<void> {
    DW_TRY(const std::string first, accounts::server_key(db, "device", "one"));
    DW_TRY(const std::string second, accounts::server_key(db, "device", "two"));
    EXPECT_EQ(first + second, "oneone");
    return {};
  });
}

}  // namespace
}  // namespace dw
