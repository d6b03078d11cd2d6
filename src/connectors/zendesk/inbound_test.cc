#include "connectors/zendesk/inbound.h"

#include <gtest/gtest.h>

#include "base/hash.h"

namespace dw {
namespace {

constexpr const char* stamp = "2026-11-21T01:00:00Z";

struct Call {
  std::string body, signature, stamp, invocation;
  Millis late{0};
  bool is_loopback = false;

  RawHook raw() const {
    return {.body = body,
            .header = [this](std::string_view name) -> std::string_view {
              if (name == "x-zendesk-webhook-signature") return signature;
              if (name == "x-zendesk-webhook-signature-timestamp") return stamp;
              return name == "x-zendesk-webhook-invocation-id" ? std::string_view(invocation) : "";
            },
            .at = *from_rfc3339("2026-11-21T01:00:00Z") + late,
            .is_loopback_caller = is_loopback};
  }
};

Call signed_by(const std::string& secret, const std::string& body) {
  return {.body = body,
          .signature = to_base64(bytes_of(hmac_sha256(secret, stamp + body))),
          .stamp = stamp,
          .invocation = "inv-1"};
}

ZendeskHook hook(std::vector<std::string> secrets) {
  std::vector<Secret> given;
  for (std::string& one : secrets) given.emplace_back(std::move(one));
  return {std::move(given), "/hooks/zendesk"};
}

TEST(ZendeskHook, the_documented_signature_is_right) {
  Call call{.body = R"({"id":1})",
            .signature = "bvlj/PFYPxnBIY0ltH50T1ODdUvyA/VR6bQXxwbnKeI=",
            .stamp = stamp,
            .invocation = "i"};
  EXPECT_TRUE(hook({"dGhpc19zZWNyZXQ="}).verify(call.raw()).ok());
  call.body += " ";
  EXPECT_EQ(hook({"dGhpc19zZWNyZXQ="}).verify(call.raw()).error().kind, ErrorKind::denied);
}

TEST(ZendeskHook, either_of_two_secrets_is_right_while_one_is_rotated) {
  const Call call = signed_by("new", "{}");
  EXPECT_TRUE(hook({"old", "new"}).verify(call.raw()).ok());
  EXPECT_FALSE(hook({"old"}).verify(call.raw()).ok());
}

TEST(ZendeskHook, a_signature_from_another_time_is_turned_away) {
  Call call = signed_by("s", "{}");
  for (const int seconds : {-299, 299}) {
    call.late = std::chrono::seconds(seconds);
    EXPECT_TRUE(hook({"s"}).verify(call.raw()).ok()) << seconds;
  }
  for (const int seconds : {-301, 301}) {
    call.late = std::chrono::seconds(seconds);
    EXPECT_FALSE(hook({"s"}).verify(call.raw()).ok()) << seconds;
  }
}

TEST(ZendeskHook, a_request_without_a_signature_or_without_a_right_one_is_turned_away) {
  EXPECT_FALSE(hook({"s"}).verify(Call{.body = "{}"}.raw()).ok());
  EXPECT_FALSE(hook({"s"}).verify(Call{.body = "{}", .is_loopback = true}.raw()).ok());
  Call call = signed_by("s", "{}");
  call.signature = "not base64!";
  EXPECT_FALSE(hook({"s"}).verify(call.raw()).ok());
  call = signed_by("s", R"({"token":"s"})");
  call.signature = to_base64("wrong");
  EXPECT_FALSE(hook({"s"}).verify(call.raw()).ok()) << "a wrong signature is not mended by a token";
}

TEST(ZendeskHook, the_older_body_carries_its_secret_itself) {
  const Call call{.body = R"({"token":"s","chat_id":"1.1","ticket_id":"42"})"};
  EXPECT_TRUE(hook({"s"}).verify(call.raw()).ok());
  EXPECT_FALSE(hook({"other"}).verify(call.raw()).ok());
  EXPECT_FALSE(hook({""}).verify(Call{.body = R"({"token":""})"}.raw()).ok());
  const auto event = hook({"s"}).decode(call.raw());
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(event->key, "plain/42/1795222800000");
}

TEST(ZendeskHook, without_a_secret_only_this_machine_is_served) {
  EXPECT_TRUE(hook({}).verify(Call{.body = "{}", .is_loopback = true}.raw()).ok());
  EXPECT_FALSE(hook({}).verify(Call{.body = "{}"}.raw()).ok());
}

TEST(ZendeskHook, an_event_names_the_ticket_and_its_invocation) {
  const auto event = hook({"s"}).decode(signed_by("s", R"({"ticket_id":"42"})").raw());
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(event->source, "zendesk");
  EXPECT_EQ(event->key, "inv-1");
  EXPECT_EQ(event->kind, "desk.changed");
  EXPECT_EQ(to_text(event->body), R"({"ticket":"42"})");
  EXPECT_EQ(hook({"s"}).decode(signed_by("s", "{}").raw()).error().kind, ErrorKind::invalid);
}

TEST(ZendeskHook, a_store_that_is_away_asks_to_be_called_again) {
  EXPECT_EQ(hook({}).encode_error({ErrorKind::full, "", "disk"}).status, 503);
  EXPECT_EQ(hook({}).encode_error({ErrorKind::denied, "", "x"}).status, 401);
  EXPECT_EQ(hook({}).encode_reply(nullptr).status, 200);
}

}  // namespace
}  // namespace dw
