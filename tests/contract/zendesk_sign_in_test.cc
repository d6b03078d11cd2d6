// Signing in to Zendesk: client credentials, refresh with rotation, replicas, a disk that is full.
#include "contract/zendesk_world.h"
#include "domain/delivery.h"

namespace dw {
namespace {

constexpr const char* note = "zendesk.sign_in";

ZendeskSettings client_of(const std::string& id, const std::string& secret) {
  ZendeskSettings out;
  out.oauth_client_id = id;
  out.oauth_client_secret = Secret(secret);
  return out;
}

struct SignInWorld : ZendeskWorld {
  SignInWorld() {
    settings.oauth_token = Secret();
    settings.oauth_client_id = "deskwire";
    settings.oauth_client_secret = Secret("client-secret");
    build();
  }
  Result<Secret> get(ZendeskClient& from) {
    return world.wait_for(from.sign_in().get(world.clock.monotonic() + zendesk_timeout));
  }
  void exchange() {
    ZendeskCode code{fake.authorize(), "http://127.0.0.1/cb", "verifier"};
    const auto done = world.wait_for(client->sign_in().exchange(std::move(code), zendesk_timeout));
    ASSERT_TRUE(done.ok()) << done.error().text();
  }
  size_t sign_ins() const {
    size_t count = 0;
    for (const auto& seen : world.script.seen()) count += seen.path == "/oauth/tokens" ? 1 : 0;
    return count;
  }
};

TEST(ZendeskSignIn, an_oauth_client_gets_a_token_and_keeps_it) {
  SignInWorld w;
  EXPECT_EQ(w.ask("count", {{"query", ""}}).kind, Outcome::Kind::done);
  EXPECT_EQ(w.ask("count", {{"query", ""}}).kind, Outcome::Kind::done);
  w.build();  // a restart
  EXPECT_EQ(w.ask("count", {{"query", ""}}).kind, Outcome::Kind::done);
  EXPECT_EQ(w.sign_ins(), 1U);
}

TEST(ZendeskSignIn, a_token_that_zendesk_no_longer_takes_is_replaced) {
  SignInWorld w;
  w.ask("count", {{"query", ""}});
  w.fake.expire_tokens();
  EXPECT_EQ(w.ask("count", {{"query", ""}}).kind, Outcome::Kind::done);
  EXPECT_EQ(w.sign_ins(), 2U);
}

TEST(ZendeskSignIn, a_refresh_is_in_the_notebook_before_it_is_used) {
  SignInWorld w;
  w.exchange();
  const std::string before = w.key_values.kept[note].text;
  w.fake.expire_tokens();
  w.key_values.is_full = true;
  EXPECT_EQ(w.ask("count", {{"query", ""}}).kind, Outcome::Kind::later);
  EXPECT_EQ(w.world.script.seen().back().path, "/oauth/tokens") << "and then nothing was sent";
  EXPECT_EQ(w.key_values.kept[note].text, before);
  w.key_values.is_full = false;
  EXPECT_EQ(w.ask("count", {{"query", ""}}).kind, Outcome::Kind::done);
  EXPECT_NE(w.key_values.kept[note].text, before);
  EXPECT_EQ(w.sign_ins(), 2U) << "the pair that could not be kept was not lost";
}

TEST(ZendeskSignIn, a_pair_that_is_kept_though_the_answer_was_lost_is_used) {
  SignInWorld w;
  w.exchange();
  w.fake.expire_tokens();
  w.key_values.loses_answer = true;
  EXPECT_EQ(w.ask("count", {{"query", ""}}).kind, Outcome::Kind::later);
  const std::string kept = w.key_values.kept[note].text;
  EXPECT_EQ(w.ask("count", {{"query", ""}}).kind, Outcome::Kind::done);
  EXPECT_EQ(w.key_values.kept[note].text, kept);
  EXPECT_EQ(w.sign_ins(), 2U);
}

TEST(ZendeskSignIn, a_pair_that_could_not_be_kept_gives_way_to_what_another_has_kept_meanwhile) {
  SignInWorld w;
  w.exchange();
  w.fake.expire_tokens();
  w.key_values.is_full = true;
  EXPECT_EQ(w.ask("count", {{"query", ""}}).kind, Outcome::Kind::later);
  w.key_values.is_full = false;
  ZendeskClient other(w.world.http, w.world.loop, w.world.clock, w.key_values, w.world.rates,
                      w.settings);
  const Result<Secret> first = w.get(other);
  ASSERT_TRUE(first.ok()) << first.error().text();
  other.sign_in().forget(*first);
  const Result<Secret> theirs = w.get(other);
  ASSERT_TRUE(theirs.ok()) << theirs.error().text();
  EXPECT_EQ(w.ask("count", {{"query", ""}}).kind, Outcome::Kind::done);
  EXPECT_EQ(w.get(*w.client)->reveal(), theirs->reveal());
}

TEST(ZendeskSignIn, a_replica_uses_what_another_has_refreshed) {
  SignInWorld w;
  w.exchange();
  ZendeskClient other(w.world.http, w.world.loop, w.world.clock, w.key_values, w.world.rates,
                      w.settings);
  const Result<Secret> old = w.get(other);
  w.fake.expire_tokens();
  w.ask("count", {{"query", ""}});  // 401, and a refresh
  ASSERT_TRUE(old.ok());
  other.sign_in().forget(*old);
  const Result<Secret> fresh = w.get(other);
  ASSERT_TRUE(fresh.ok()) << fresh.error().text();
  EXPECT_NE(fresh->reveal(), old->reveal());
  EXPECT_EQ(w.sign_ins(), 2U) << "one refreshed; a second refresh would have ended the pair";
}

TEST(ZendeskSignIn, while_another_replica_signs_in_one_waits) {
  SignInWorld w;
  w.key_values.taken_by_others[note] = true;
  const auto until = w.world.clock.monotonic() + Millis(300);
  const Result<Secret> waited = w.world.wait_for(w.client->sign_in().get(until));
  ASSERT_FALSE(waited.ok());
  EXPECT_EQ(waited.error().kind, ErrorKind::busy);
  EXPECT_EQ(w.sign_ins(), 0U);
}

TEST(ZendeskSignIn, a_refresh_token_that_is_over_falls_back_to_the_client) {
  SignInWorld w;
  w.key_values.kept[note] = {
      encode_kept_tokens({Secret("old"), Secret("dead"), TimePoint{}}, client_of("deskwire", "x")),
      1};
  EXPECT_EQ(w.ask("count", {{"query", ""}}).kind, Outcome::Kind::done);
  EXPECT_EQ(w.sign_ins(), 2U);
}

TEST(ZendeskSignIn, another_clients_tokens_are_not_ours) {
  const ZendeskSettings one = client_of("one", "secret");
  const std::string kept = encode_kept_tokens({Secret("a"), Secret("r"), TimePoint{}}, one);
  EXPECT_TRUE(decode_kept_tokens(kept, one));
  EXPECT_FALSE(decode_kept_tokens(kept, client_of("two", "secret")));
  EXPECT_FALSE(decode_kept_tokens("", one));
  EXPECT_FALSE(decode_tokens("<html>", TimePoint{}));
}

TEST(ZendeskSignIn, a_token_for_a_secret_that_was_changed_does_not_hide_that_the_new_one_is_wrong) {
  const ZendeskSettings before = client_of("one", "secret");
  const ZendeskSettings now = client_of("one", "typo");
  EXPECT_FALSE(
      decode_kept_tokens(encode_kept_tokens({Secret("a"), Secret(), TimePoint{}}, before), now));
  EXPECT_TRUE(
      decode_kept_tokens(encode_kept_tokens({Secret("a"), Secret(), TimePoint{}}, now), now));
  // A pair that a browser brought is refreshed, and Zendesk looks at the secret then.
  const std::string pair = encode_kept_tokens({Secret("a"), Secret("r"), TimePoint{}}, before);
  EXPECT_TRUE(decode_kept_tokens(pair, now));
  const char* older = R"({"client":"one","access_token":"a","expires_at":"2026-11-21T10:00:00Z"})";
  EXPECT_TRUE(decode_kept_tokens(older, now));
}

TEST(ZendeskSignIn, a_wrong_client_is_told_how_to_mend_it_and_no_secret_is_said) {
  SignInWorld w;
  w.settings.oauth_client_secret = Secret("do-not-tell");
  w.build();
  const Outcome outcome = w.ask("count", {{"query", ""}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::later);
  EXPECT_NE(outcome.why.find("oauth_client_id"), std::string::npos) << outcome.why;
  EXPECT_EQ(outcome.why.find("do-not-tell"), std::string::npos);
}

}  // namespace
}  // namespace dw
