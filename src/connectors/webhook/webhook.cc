#include "connectors/webhook/webhook.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "net/url.h"
#include "ports/pace.h"

namespace dw {
namespace {

/// An answer is read for what a person may need of it.
constexpr size_t answer_bytes_max = 256 * 1024;
constexpr size_t shown_bytes_max = 1024;

constexpr std::string_view answered = "the webhook answered ";
constexpr std::string_view asking =
    "the webhook may have received it and cannot be queried: check there, then retry or discard "
    "the delivery (notices.idempotent_webhook, where it honours the key)";

bool is_redirect(int status) {
  return status >= 300 && status < 400;
}

/// The beginning of what a stranger said, as plain text.
std::string shown(std::string_view body) {
  std::string out(cut_bytes(body, shown_bytes_max));
  if (!is_utf8(out)) return "(no text)";
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return std::string(trim(out));
}

}  // namespace

std::string webhook_signature(const Secret& secret, TimePoint now, std::string_view body) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const Sha256 digest = hmac_sha256(secret.reveal(), fmt::format("{}.{}", seconds, body));
  return fmt::format("t={},v1={}", seconds, to_hex(bytes_of(digest)));
}

WebhookTarget::WebhookTarget(Loop& loop, HttpClient& http, Clock& clock, Rates& rates,
                             WebhookSettings settings)
    : loop_(loop),
      http_(http),
      clock_(clock),
      url_(std::move(settings.url)),
      secret_(std::move(settings.secret)),
      is_idempotent_(settings.is_idempotent),
      rates_(rates),
      rate_(even_rate(settings.name, settings.per_minute)),
      name_(std::move(settings.name)) {
  const auto url = parse_url(url_);
  label_ = "webhook:" + (url ? url->host : "?");
}

Task<std::vector<Outcome>> WebhookTarget::perform(std::vector<Delivery> deliveries,
                                                  Attempt attempt) {
  std::vector<Outcome> outcomes;
  for (const Delivery& delivery : deliveries) {
    const auto* post = std::get_if<WebhookPost>(&delivery.payload);
    if (post == nullptr) {
      outcomes.push_back(Outcome::refused("a webhook accepts webhook posts only"));
      continue;
    }
    // The wait for a place must leave time for the request itself.
    std::vector<RateRule> rules(1, rate_);
    const Millis timeout = std::min(attempt.left(clock_) / 2, 2 * rate_.interval);
    const Result<void> turn =
        co_await wait_for_slot(rates_, loop_, clock_, std::move(rules), timeout);
    if (!turn.ok()) {
      outcomes.push_back(
          Outcome::later(std::string(own_pace) + "notices.rate_per_minute", turn.error().when));
      continue;
    }
    WebhookPost copy = *post;
    outcomes.push_back(co_await this->post(std::move(copy), attempt));
  }
  co_return outcomes;
}

Task<Outcome> WebhookTarget::post(WebhookPost post, Attempt attempt) {
  HttpCall call{.method = "POST",
                .url = url_,
                .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
                .body = std::move(post.body),
                .aws = {},
                .answer_bytes_max = answer_bytes_max,
                .is_status_enough = true};
  if (!post.idempotency_key.empty()) {
    call.headers.emplace_back("Idempotency-Key", post.idempotency_key);
  }
  if (!secret_.empty()) {
    call.headers.emplace_back("Deskwire-Signature",
                              webhook_signature(secret_, clock_.now(), call.body));
  }
  const Result<HttpAnswer> answer =
      co_await http_.send(std::move(call), attempt.left(clock_), attempt.fence);
  if (answer.ok()) co_return co_await judge(*answer, post.idempotency_key);
  const Error& error = answer.error();
  if (error.kind == ErrorKind::unsure) {
    co_return Outcome::unsure("incomplete response from the webhook: " + error.what);
  }
  co_return Outcome::later("the webhook can't be reached: " + error.what);
}

Task<Outcome> WebhookTarget::judge(const HttpAnswer& answer, const std::string& key) {
  // Some receivers say with each answer that they know the key.
  if (!key.empty() && answer.header("idempotency-key") == key) is_idempotent_ = true;
  const int status = answer.status;
  if (status >= 200 && status < 300) {
    co_return Outcome::done(json::object{{"status", status}});
  }
  std::string why = fmt::format("{}{}", answered, status);
  const std::string place = shown(answer.header("location"));
  if (is_redirect(status) && !place.empty()) why += fmt::format(" (to {})", place);
  if (const std::string body = shown(answer.body); !body.empty()) why += ": " + body;
  // Many receivers redirect after the work is done.
  if (is_redirect(status)) co_return Outcome::unsure(std::move(why));
  const bool is_later = status == 408 || status == 425 || status == 429 || status >= 500;
  if (!is_later) co_return Outcome::refused(std::move(why));
  const auto when = answer.retry_after(clock_.now());
  if (when && (status == 429 || status == 503)) co_await rates_.pause(rate_.name, *when);
  co_return Outcome::later(std::move(why), when);
}

Task<Settled> WebhookTarget::settle(Delivery delivery, Attempt) {
  const auto* post = std::get_if<WebhookPost>(&delivery.payload);
  const bool has_key = post != nullptr && !post->idempotency_key.empty();
  if (is_idempotent_ && has_key) {
    co_return Settled{.kind = Settled::Kind::repeatable,
                      .why = "sent again: the receiver honours Idempotency-Key"};
  }
  // What it answered tells a person more than that nobody knows.
  const std::string_view known = delivery.reason;
  const bool is_known = known.starts_with(answered);
  const std::string before = is_known ? std::string(known.substr(0, known.find("; "))) + "; " : "";
  co_return Settled{.kind = Settled::Kind::unknown, .why = before + std::string(asking)};
}

Task<std::vector<Probe>> WebhookTarget::probe(Millis timeout) {
  // "notices:webhook" is the notices webhook.
  std::string shown = name_;
  Probe probe{.name = shown.replace(shown.find(':'), 1, " ")};
  HttpCall call{.method = "OPTIONS", .url = url_};
  const Result<HttpAnswer> answer = co_await http_.send(std::move(call), timeout);
  if (!answer.ok()) {
    // Without the path: with some services it is the secret.
    probe.detail = fmt::format("{}: {}", label_.substr(8), answer.error().what);
  } else {
    probe.is_ok = answer->status < 500;
    probe.detail = fmt::format("{} answers ({} to OPTIONS){}", label_.substr(8), answer->status,
                               secret_.empty() ? ", unsigned" : ", signed");
  }
  co_return std::vector<Probe>{std::move(probe)};
}

}  // namespace dw
