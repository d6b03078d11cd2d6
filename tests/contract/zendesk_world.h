// Deskwire's side and a fake Zendesk on the two ends of a socket.
#pragma once
#include <gtest/gtest.h>

#include <memory>

#include "connectors/zendesk/zendesk.h"
#include "fakes/key_value_store.h"
#include "fakes/zendesk.h"
#include "support/loop_world.h"

namespace dw {

constexpr Millis zendesk_timeout{5000};

inline ZendeskSettings zendesk_settings(const std::string& url) {
  ZendeskSettings settings;
  settings.is_configured = true;
  settings.url = url;
  settings.oauth_token = Secret("ready-token");
  return settings;
}

/// A chat that has files, as far as a desk can tell.
class FilesAt : public FileSource {
 public:
  FilesAt(HttpClient& http, std::string origin) : http_(http), origin_(std::move(origin)) {}

  bool has(std::string_view url) const override { return url.starts_with(origin_); }
  Task<Result<int64_t>> fetch(FileLink file, int64_t bytes_max, ScratchFile* into,
                              Millis timeout) override {
    if (file.bytes > bytes_max) co_return Error{ErrorKind::invalid, "files", "too large"};
    HttpCall call{.url = file.url,
                  .headers = {{"Authorization", "Bearer chat-token"}},
                  .body = {},
                  .answer_bytes_max = static_cast<size_t>(bytes_max),
                  .answer_file = into};
    const Result<HttpAnswer> answer = co_await http_.send(std::move(call), timeout);
    if (!answer.ok()) co_return answer.error();
    const bool is_page = answer->header("content-type").starts_with("text/html");
    if (answer->status == 200 && !is_page) co_return into->bytes();
    co_return Error{ErrorKind::denied, "files", "not to be had"};
  }

 private:
  HttpClient& http_;
  std::string origin_;
};

struct ZendeskWorld {
  LoopWorld world;
  FakeZendesk fake{system_now, world.script.url()};
  FakeKeyValueStore key_values;
  ZendeskSettings settings = zendesk_settings(world.script.url());
  Millis settle_after{30'000};
  std::unique_ptr<FilesAt> files;  // where attachments lie; none: nowhere
  std::unique_ptr<ZendeskClient> client;
  std::unique_ptr<ZendeskDesk> desk;

  ZendeskWorld() {
    world.script.otherwise([this](const HttpScript::Seen& seen) { return fake.answer(seen); });
    build();
  }
  /// Anew, after the settings have changed.
  void build() {
    desk.reset();
    client = std::make_unique<ZendeskClient>(world.http, world.loop, world.clock, key_values,
                                             world.rates, settings);
    desk = std::make_unique<ZendeskDesk>(*client, settle_after);
    if (files) desk->files().use({files.get()});
  }
  Outcome perform(Delivery delivery) {
    std::vector<Delivery> one{std::move(delivery)};
    auto outcomes = world.wait_for(
        desk->perform(std::move(one), Attempt::within(world.clock, zendesk_timeout)));
    return outcomes.at(0);
  }
  Settled settle(Delivery delivery) {
    return world.wait_for(
        desk->settle(std::move(delivery), Attempt::within(world.clock, zendesk_timeout)));
  }
  Outcome ask(const std::string& about, json::object details) {
    return perform(delivery_of(Lookup{about, std::move(details)}, 900));
  }

  static Delivery delivery_of(Payload payload, int64_t id) {
    return {.id = {id},
            .target = "desk:zendesk",
            .payload = std::move(payload),
            .attempts = 1,
            .created_at = system_now()};
  }
  static Delivery opening(int64_t id = 191, const std::string& key = "slack:C1/1.1") {
    return delivery_of(DeskOpen{.ticket = {17},
                                .key = key,
                                .title = "VPN down",
                                .description = "Since ten.",
                                .requester = {"Bo", "bo@example.com", ""},
                                .tags = {"slack"}},
                       id);
  }
  static Delivery commenting(const std::string& ticket, int64_t id = 192) {
    return delivery_of(DeskComment{.ticket = {17},
                                   .author_name = "Ana",
                                   .body = "Still down",
                                   .is_public = true,
                                   .source = "slack",
                                   .external_id = ticket},
                       id);
  }
  static Delivery solving(const std::string& ticket, int64_t id = 193) {
    DeskUpdate update{.ticket = {17}, .patch = {}, .external_id = ticket};
    update.patch.status = Status::solved;
    return delivery_of(std::move(update), id);
  }
};

inline std::string text_at(const json::value& value, const char* key) {
  std::vector<Problem> ignored;
  return JsonView(value, ignored)[key].text().value_or("");
}

}  // namespace dw
