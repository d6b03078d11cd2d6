// Accounts, sessions and server keys in every store.
#include "contract/store_world.h"

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
  bundle.write([&](Journal& journal) -> Result<void> {
    DW_TRY(id, journal.add_account(account));
    return {};
  });
  return id;
}

bool has_session(Bundle& bundle, const std::string& hash) {
  bool is_there = false;
  bundle.read([&](Reader& reader) -> Result<void> {
    DW_TRY(const auto found, reader.session(hash));
    is_there = found.has_value();
    return {};
  });
  return is_there;
}

TEST_P(StoreContract, an_account_has_its_name_alone_whatever_the_case) {
  const auto bundle = setup();
  const int64_t id = add(*bundle, person("Ana"));
  const Result<void> again = bundle->store->write_now([](Journal& journal) -> Result<void> {
    DW_TRY(const int64_t second, journal.add_account(person("ANA")));
    EXPECT_EQ(second, 0);
    return {};
  });
  EXPECT_EQ(again.error().kind, ErrorKind::conflict);
  bundle->read([&](Reader& reader) -> Result<void> {
    DW_TRY(const auto found, reader.account("aNa"));
    EXPECT_TRUE(found && found->id == id && found->name == "Ana" && !found->signed_in_at);
    DW_TRY(const auto nobody, reader.account("bob"));
    EXPECT_FALSE(nobody);
    return {};
  });
}

TEST_P(StoreContract, single_sign_on_knows_a_person_by_the_subject) {
  const auto bundle = setup();
  add(*bundle, person("ana", "https://id.example 7"));
  add(*bundle, person("bob"));
  add(*bundle, person("eve"));
  bundle->read([](Reader& reader) -> Result<void> {
    DW_TRY(const auto found, reader.account_of_subject("https://id.example 7"));
    EXPECT_TRUE(found && found->name == "ana");
    DW_TRY(const auto nobody, reader.account_of_subject(""));
    EXPECT_FALSE(nobody) << "password accounts have no subject";
    return {};
  });
}

TEST_P(StoreContract, a_session_ends_with_its_account_and_when_that_is_changed) {
  const auto bundle = setup();
  Account ana = person("ana");
  ana.id = add(*bundle, ana);
  const auto open = [&](const char* hash, TimePoint at) {
    bundle->write([&](Journal& journal) { return journal.add_session({hash, ana.id, at, at}); });
  };
  open("h1", t0);
  EXPECT_TRUE(has_session(*bundle, "h1"));
  ana.role = "admin";
  bundle->write([&](Journal& journal) { return journal.change_account(ana); });
  EXPECT_FALSE(has_session(*bundle, "h1"));
  open("h2", t0);
  open("h3", t0 + std::chrono::hours(24 * 61));
  EXPECT_FALSE(has_session(*bundle, "h2")) << "long unused ones are swept";
  bundle->read([](Reader& reader) -> Result<void> {
    DW_TRY(const auto found, reader.session("h3"));
    EXPECT_TRUE(found && found->account.role == "admin" && found->account.signed_in_at);
    return {};
  });
  bundle->write([&](Journal& journal) { return journal.remove_account(ana.id); });
  EXPECT_FALSE(has_session(*bundle, "h3"));
}

TEST_P(StoreContract, a_server_key_is_made_once) {
  const auto bundle = setup();
  bundle->write([](Journal& journal) -> Result<void> {
    DW_TRY(const std::string first, journal.server_key("device", "one"));
    DW_TRY(const std::string second, journal.server_key("device", "two"));
    EXPECT_EQ(first + second, "oneone");
    return {};
  });
}

}  // namespace
}  // namespace dw
