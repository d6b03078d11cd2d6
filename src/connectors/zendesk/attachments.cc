#include "connectors/zendesk/attachments.h"

#include <fmt/format.h>

#include "net/url.h"

namespace dw {
namespace {

constexpr const char* where = "attachment";
constexpr std::string_view store_suffix = ".zdusercontent.com";

Error error_of_status(const HttpAnswer& answer, TimePoint now) {
  const std::string what = fmt::format("Zendesk answered {} for a file", answer.status);
  if (answer.status == 429 || answer.status >= 500) {
    return {ErrorKind::busy, where, what, answer.retry_after(now)};
  }
  const bool is_gone = answer.status == 404 || answer.status == 410;
  return {is_gone ? ErrorKind::missing : ErrorKind::denied, where, what};
}

bool is_redirect(const HttpAnswer& answer) {
  return answer.status >= 301 && answer.status <= 308 && answer.status != 304;
}

}  // namespace

bool ZendeskAttachments::has(std::string_view url) const {
  const auto asked = parse_url(url), own = parse_url(client_.settings().url);
  return asked && own && asked->origin() == own->origin() &&
         asked->path.starts_with("/attachments/");
}

bool ZendeskAttachments::may_follow(std::string_view url) const {
  if (has(url)) return true;
  const auto asked = parse_url(url);
  return asked && asked->scheme == "https" && asked->host.ends_with(store_suffix);
}

Task<Result<HttpAnswer>> ZendeskAttachments::get(std::string url, bool is_signed, int64_t bytes_max,
                                                 ScratchFile* into, Monotonic until) {
  HttpCall call{.url = std::move(url),
                .headers = {},
                .body = {},
                // One more than may be tells a file that is too large from one that just fits.
                .answer_bytes_max = static_cast<size_t>(bytes_max) + 1,
                .answer_file = into};
  if (is_signed) {
    DW_CO_TRY(const Secret header, co_await client_.sign_in().get(until));
    call.headers.emplace_back("Authorization", header.reveal());
  }
  const auto left = std::chrono::duration_cast<Millis>(until - client_.clock().monotonic());
  if (left <= Millis(0)) co_return Error{ErrorKind::busy, where, "the deadline passed"};
  co_return co_await client_.http().send(std::move(call), left);
}

Task<Result<int64_t>> ZendeskAttachments::fetch(FileLink file, int64_t bytes_max, ScratchFile* into,
                                                Millis timeout) {
  const Monotonic until = client_.clock().monotonic() + timeout;
  const Error is_too_large{ErrorKind::invalid, where, "the file is too large"};
  if (!has(file.url)) co_return Error{ErrorKind::denied, where, "not a file of Zendesk's"};
  if (file.bytes > bytes_max) co_return is_too_large;
  Result<HttpAnswer> answer = co_await get(file.url, true, bytes_max, into, until);
  if (answer.ok() && is_redirect(*answer)) {
    std::string target(answer->header("location"));
    if (!may_follow(target)) {
      co_return Error{ErrorKind::denied, where, "the file is on another host"};
    }
    // The words of the redirect are no part of the file.
    DW_CO_TRY(*into, ScratchFile::make());
    answer = co_await get(std::move(target), false, bytes_max, into, until);
  }
  const bool is_cut = !answer.ok() && answer.error().what.find("too large") != std::string::npos;
  if (is_cut || into->bytes() > bytes_max) co_return is_too_large;
  if (!answer.ok()) co_return answer.error();
  if (answer->status != 200) co_return error_of_status(*answer, client_.clock().now());
  const bool is_page = answer->header("content-type").starts_with("text/html");
  if (is_page && !file.content_type.starts_with("text/html")) {
    co_return Error{ErrorKind::denied, where, "Zendesk answered with a sign-in page"};
  }
  co_return into->bytes();
}

}  // namespace dw
