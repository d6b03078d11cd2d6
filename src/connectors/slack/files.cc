#include "connectors/slack/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "connectors/slack/posts.h"

namespace dw {
namespace {

/// Larger ones are linked.
constexpr int64_t file_bytes_max = 250LL * 1024 * 1024;
constexpr std::string_view id_scheme = "slack:";

std::string text_at(const json::value& value, std::string_view key, std::string_view inner = {}) {
  const JsonView view(value);
  return (inner.empty() ? view[key] : view[key][inner]).text().value_or("");
}

Error error_of_status(const HttpAnswer& answer, TimePoint now) {
  const std::string what = fmt::format("HTTP {} for a file", answer.status);
  if (answer.status == 429 || answer.status >= 500) {
    return {ErrorKind::busy, "slack", what, answer.retry_after(now)};
  }
  const bool is_gone = answer.status == 404 || answer.status == 410;
  return {is_gone ? ErrorKind::missing : ErrorKind::denied, "slack", what};
}

}  // namespace

bool SlackFiles::has(std::string_view url) const {
  return url.starts_with(id_scheme) || api_.has_host(url);
}

Task<Result<std::string>> SlackFiles::address_of(std::string id, Attempt attempt) {
  SlackCall call{.method = "files.info", .fields = {{"file", std::move(id)}}};
  const Result<SlackAnswer> answer = co_await api_.call(std::move(call), attempt);
  if (!answer.ok()) co_return answer.error();
  std::string url = text_at(answer->body, "file", "url_private_download");
  if (url.empty()) url = text_at(answer->body, "file", "url_private");
  if (!api_.has_host(url))
    co_return Error{ErrorKind::missing, "slack", "the file is on another host"};
  co_return url;
}

Task<Result<int64_t>> SlackFiles::fetch(FileLink file, int64_t bytes_max, ScratchFile* into,
                                        Millis timeout) {
  const Attempt attempt(api_.clock().monotonic() + timeout);
  std::string url = file.url;
  if (url.starts_with(id_scheme)) {
    Result<std::string> found = co_await address_of(url.substr(id_scheme.size()), attempt);
    if (!found.ok()) co_return found.error();
    url = std::move(*found);
  }
  if (!api_.has_host(url)) co_return Error{ErrorKind::denied, "slack", "not a file of Slack's"};
  if (file.bytes > bytes_max) co_return Error{ErrorKind::invalid, "slack", "the file is too large"};
  HttpCall call{.url = std::move(url)};
  call.headers = {{"Authorization", "Bearer " + api_.settings().bot_token.reveal()}};
  // One more than may be tells a file that is too large from one that just fits.
  call.answer_bytes_max = static_cast<size_t>(bytes_max) + 1;
  call.answer_file = into;
  const Result<HttpAnswer> answer =
      co_await api_.http().send(std::move(call), attempt.left(api_.clock()), attempt.fence);
  // What is larger still was broken off, and what there is of it fills the room but for a piece.
  const bool is_cut = !answer.ok() && answer.error().what.find("too large") != std::string::npos;
  if (is_cut || into->bytes() > bytes_max) {
    co_return Error{ErrorKind::invalid, "slack", "the file is too large"};
  }
  if (!answer.ok()) co_return Error{answer.error().kind, "slack", answer.error().what};
  if (answer->status != 200) co_return error_of_status(*answer, api_.clock().now());
  const bool is_page = answer->header("content-type").starts_with("text/html");
  if (is_page && !file.content_type.starts_with("text/html")) {
    co_return Error{ErrorKind::denied, "slack",
                    "Slack answered with a sign-in page: does the token have files:read?"};
  }
  co_return into->bytes();
}

Task<Result<void>> SlackFiles::put(std::string url, ScratchFile* file, Attempt attempt) {
  HttpCall call{.method = "POST", .url = std::move(url)};
  call.headers = {{"Content-Type", "application/octet-stream"}, {"Expect", ""}};
  call.body_file = file;
  const Result<HttpAnswer> answer =
      co_await api_.http().send(std::move(call), attempt.left(api_.clock()), attempt.fence);
  if (!answer.ok()) co_return Error{answer.error().kind, "slack", answer.error().what};
  if (answer->status != 200) co_return error_of_status(*answer, api_.clock().now());
  co_return Result<void>();
}

Task<Result<std::string>> SlackFiles::upload(FileLink file, Attempt attempt) {
  const auto source = std::find_if(sources_.begin(), sources_.end(),
                                   [&file](FileSource* one) { return one->has(file.url); });
  if (source == sources_.end()) {
    co_return Error{ErrorKind::missing, "slack", "the app may not fetch that file"};
  }
  Result<ScratchFile> scratch = ScratchFile::make();
  if (!scratch.ok()) co_return scratch.error();
  const Millis left = attempt.left(api_.clock());
  const Result<int64_t> fetched = co_await (*source)->fetch(file, file_bytes_max, &*scratch, left);
  if (!fetched.ok()) co_return fetched.error();
  const std::string name(file.name.empty() ? "file" : cut_bytes(file.name, 200));
  SlackCall begin{.method = "files.getUploadURLExternal",
                  .fields = {{"filename", name}, {"length", std::to_string(*fetched)}}};
  const Result<SlackAnswer> begun = co_await api_.call(std::move(begin), attempt);
  if (!begun.ok()) co_return begun.error();
  std::string url = text_at(begun->body, "upload_url");
  if (!api_.has_host(url)) {
    co_return Error{ErrorKind::denied, "slack", "the upload address is not Slack's"};
  }
  const Result<void> done = co_await put(std::move(url), &*scratch, attempt);
  if (!done.ok()) co_return done.error();
  co_return text_at(begun->body, "file_id");
}

Task<Result<void>> SlackFiles::share(std::vector<std::string> ids, std::string channel,
                                     std::string thread, Attempt attempt) {
  SlackCall call{.method = "files.completeUploadExternal",
                 .fields = {{"files", encode_shares(ids)},
                            {"channel_id", channel},
                            {"thread_ts", std::move(thread)}}};
  call.channel = std::move(channel);
  const Result<SlackAnswer> answer = co_await api_.call(std::move(call), attempt);
  if (!answer.ok()) co_return answer.error();
  co_return Result<void>();
}

Task<Result<std::vector<std::string>>> SlackFiles::unshared(std::vector<std::string> ids,
                                                            Attempt attempt) {
  std::vector<std::string> out;
  for (std::string& id : ids) {
    SlackCall call{.method = "files.info", .fields = {{"file", id}}};
    const Result<SlackAnswer> answer = co_await api_.call(std::move(call), attempt);
    if (!answer.ok()) co_return answer.error();
    const JsonView shares = JsonView(answer->body)["file"]["shares"];
    const bool is_shared = shares.is_object() && !shares.raw()->get_object().empty();
    if (!is_shared) out.push_back(std::move(id));
  }
  co_return out;
}

}  // namespace dw
