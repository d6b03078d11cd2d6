#include "connectors/zendesk/client.h"

#include <fmt/format.h>

#include "base/number.h"
#include "net/url.h"

namespace dw {
namespace {

/// A page of a thousand tickets.
constexpr size_t answer_bytes_max = 32 * 1024 * 1024;
/// A request waits for its turn no longer than this; then its delivery makes room for others.
constexpr Millis timeout_max{5'000};
constexpr Millis throttle_pause{60'000};
constexpr int64_t reset_seconds_max = 600;

}  // namespace

ZendeskClient::ZendeskClient(HttpClient& http, Loop& loop, Clock& clock, KeyValueStore& key_values,
                             Rates& rates, const ZendeskSettings& settings)
    : http_(http),
      loop_(loop),
      clock_(clock),
      settings_(settings),
      sign_in_(http, loop, clock, key_values, settings),
      rates_(rates),
      rate_(rate_per_minute("Zendesk " + settings.url, settings.rate_per_minute)) {}

Task<Result<HttpAnswer>> ZendeskClient::call(zendesk::Request request, Attempt attempt) {
  HttpCall call{.method = request.method,
                .url = settings_.url + "/api/v2" + request.path,
                .headers = {{"Accept", "application/json"}},
                .body = std::move(request.body),
                .answer_bytes_max = answer_bytes_max};
  if (!call.body.empty()) call.headers.emplace_back("Content-Type", "application/json");
  if (!request.idempotency_key.empty()) {
    call.headers.emplace_back("Idempotency-Key", request.idempotency_key);
  }
  Result<HttpAnswer> answer = co_await send(std::move(call), attempt);
  if (answer.ok()) co_await note_limits(*answer, request.has_own_limit);
  co_return answer;
}

Task<Result<HttpAnswer>> ZendeskClient::upload(std::string name, std::string content_type,
                                               ScratchFile& file, Attempt attempt) {
  if (content_type.empty()) content_type = "application/octet-stream";
  HttpCall call{.method = "POST",
                .url = settings_.url + "/api/v2/uploads.json?filename=" + encode_url_part(name),
                .headers = {{"Accept", "application/json"}, {"Content-Type", content_type}},
                .body = {},
                .body_file = &file};
  Result<HttpAnswer> answer = co_await send(std::move(call), attempt);
  if (answer.ok()) co_await note_limits(*answer, false);
  co_return answer;
}

Task<Result<HttpAnswer>> ZendeskClient::send(HttpCall call, Attempt attempt) {
  DW_CO_CHECK(co_await wait_for_slot(attempt));
  DW_CO_TRY(const Secret header, co_await sign_in_.get(attempt.until));
  Result<HttpAnswer> answer = co_await send_signed(call, header, attempt);
  if (!answer.ok() || answer->status != 401) co_return answer;
  // Nothing was done. A token that ended early is replaced, once.
  sign_in_.forget(header);
  DW_CO_TRY(const Secret fresh, co_await sign_in_.get(attempt.until));
  if (fresh == header) co_return answer;
  DW_CO_CHECK(co_await wait_for_slot(attempt));
  co_return co_await send_signed(std::move(call), fresh, attempt);
}

Task<Result<void>> ZendeskClient::wait_for_slot(Attempt attempt) {
  const Millis timeout = std::clamp(attempt.left(clock_) / 2, Millis(0), timeout_max);
  std::vector<RateRule> rules(1, rate_);
  co_return co_await dw::wait_for_slot(rates_, loop_, clock_, std::move(rules), timeout);
}

Task<Result<HttpAnswer>> ZendeskClient::send_signed(HttpCall call, Secret header, Attempt attempt) {
  call.headers.emplace_back("Authorization", header.reveal());
  const Millis left = attempt.left(clock_);
  if (left <= Millis(0)) {
    co_return Error{ErrorKind::busy, "zendesk", "the deadline passed before the request"};
  }
  co_return co_await http_.send(std::move(call), left, attempt.fence);
}

Task<void> ZendeskClient::note_limits(const HttpAnswer& answer, bool has_own_limit) {
  const std::string_view left = answer.header("x-rate-limit-remaining");
  // One ticket, or one kind of request, has limits of its own: the others may go on.
  const bool is_account_limit = left.empty() ? !has_own_limit : number_in(left).value_or(0) == 0;
  if (answer.status == 429 && is_account_limit) {
    co_await rates_.pause(rate_.name, answer.retry_after(clock_.now()).value_or(throttle_pause));
  } else if (number_in(answer.header("ratelimit-remaining")).value_or(1) == 0) {
    const int64_t seconds = number_in(answer.header("ratelimit-reset")).value_or(1);
    const int64_t pause = std::clamp<int64_t>(seconds, 0, reset_seconds_max);
    co_await rates_.pause(rate_.name, std::chrono::seconds(pause));
  }
}

}  // namespace dw
