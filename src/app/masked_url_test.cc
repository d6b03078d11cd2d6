#include "app/masked_url.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(masked_url, a_store_keeps_all_but_its_passwords) {
  EXPECT_EQ(without_password("postgresql://desk:p@ss@db/desk?sslmode=require&password=x"),
            "postgresql://desk:***@db/desk?sslmode=require&password=***");
  EXPECT_EQ(without_password("postgresql://desk:p?s@db/desk"), "postgresql://desk:***@db/desk");
  EXPECT_EQ(without_password("postgresql://desk@db/d?user=a&sslpassword=x&password=y&port=1"),
            "postgresql://desk@db/d?user=a&sslpassword=***&password=***&port=1");
  EXPECT_EQ(without_password("sqlite:desk.db"), "sqlite:desk.db");
  EXPECT_EQ(without_password("smtps://desk:x@mail.example:465"),
            "smtps://desk:***@mail.example:465");
  EXPECT_EQ(without_password("postgresql://[::1]:5432/d"), "postgresql://[::1]:5432/d");
}

TEST(masked_url, an_interface_keeps_its_path) {
  EXPECT_EQ(without_parameters("https://slack.com/api/"), "https://slack.com/api/");
  EXPECT_EQ(without_parameters("https://token@x.example/a?key=1&b=2"),
            "https://***@x.example/a?***");
  EXPECT_EQ(without_parameters("https://a:b@x.example"), "https://***@x.example");
}

TEST(masked_url, a_hook_keeps_scheme_and_host) {
  EXPECT_EQ(host_alone("https://hooks.slack.com/services/T0/B0/secret"),
            "https://hooks.slack.com/***");
  EXPECT_EQ(host_alone("https://a:b@hook.example:8443?key=1"), "https://hook.example:8443/***");
  EXPECT_EQ(host_alone("https://a:b@hook.example/x?to=c@d.example"), "https://hook.example/***");
  EXPECT_EQ(host_alone("http://127.0.0.1:9/"), "http://127.0.0.1:9/");
  EXPECT_EQ(host_alone("http://127.0.0.1:9"), "http://127.0.0.1:9");
  EXPECT_EQ(host_alone(""), "");
}

}  // namespace
}  // namespace dw
