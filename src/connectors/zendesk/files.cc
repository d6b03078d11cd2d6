#include "connectors/zendesk/files.h"

#include <fmt/format.h>

#include "base/text.h"
#include "net/url.h"

namespace dw {
namespace {

using zendesk::AttachedFile;

/// Zendesk's limit for one file.
constexpr size_t file_bytes_max = 50 * 1024 * 1024;

AttachedFile linked(FileLink file, std::string why) {
  return {.token = "", .link = std::move(file), .why_linked = std::move(why)};
}

/// A page to sign in on comes with 200 where a file was asked for.
bool is_sign_in_page(const FileLink& file, std::string_view content_type) {
  return content_type.starts_with("text/html") && !file.content_type.starts_with("text/html");
}

std::string token_in(const HttpAnswer& answer) {
  const Result<json::value> parsed = parse_json(answer.body);
  if (!parsed.ok()) return "";
  std::vector<Problem> ignored;
  return JsonView(*parsed, ignored)["upload"]["token"].text().value_or("");
}

Error for_now(const Error& error) {
  // Nothing that a person would notice has happened: an upload that nobody uses is forgotten.
  const bool is_busy = error.kind == ErrorKind::busy;
  return {is_busy ? ErrorKind::busy : ErrorKind::unreachable, "attachment", error.what, error.when};
}

}  // namespace

const FileHost* ZendeskFiles::host_of(const FileLink& file) const {
  const auto url = parse_url(file.url);
  if (!url) return nullptr;
  for (const FileHost& host : hosts_) {
    const bool is_host = equals_ignoring_case(url->host, host.host) ||
                         equals_ignoring_case(url->origin(), host.host);
    const bool is_safe = url->scheme == "https" || url->host == "127.0.0.1";
    if (is_host && is_safe) return &host;
  }
  return nullptr;
}

Task<Result<AttachedFile>> ZendeskFiles::copy(FileLink file, bool is_last_try, Monotonic until) {
  const FileHost* host = host_of(file);
  if (host == nullptr) co_return linked(std::move(file), "not copied: it lies elsewhere");
  if (file.bytes > static_cast<int64_t>(file_bytes_max)) {
    co_return linked(std::move(file), "not copied: larger than 50 MB");
  }
  Result<AttachedFile> copied = co_await copy_from(*host, file, until);
  if (copied.ok() || !is_last_try) co_return copied;
  co_return linked(std::move(file), "not copied: it could not be fetched");
}

Task<Result<AttachedFile>> ZendeskFiles::copy_from(FileHost host, FileLink file, Monotonic until) {
  DW_CO_TRY(ScratchFile scratch, ScratchFile::make());
  const auto left = std::chrono::duration_cast<Millis>(until - client_.clock().monotonic());
  if (left <= Millis(0)) co_return Error{ErrorKind::busy, "attachment", "no time was left"};
  HttpCall call{.url = file.url,
                .headers = {},
                .body = {},
                .answer_bytes_max = file_bytes_max,
                .answer_file = &scratch};
  if (!host.authorization.empty()) {
    call.headers.emplace_back("Authorization", host.authorization.reveal());
  }
  const Result<HttpAnswer> fetched = co_await client_.http().send(std::move(call), left);
  if (!fetched.ok()) {
    if (scratch.bytes() + 65536 > static_cast<int64_t>(file_bytes_max)) {
      co_return linked(std::move(file), "not copied: larger than 50 MB");
    }
    co_return for_now(fetched.error());
  }
  if (fetched->status >= 500 || fetched->status == 429) {
    co_return Error{ErrorKind::busy, "attachment",
                    fmt::format("{} answered {}", host.host, fetched->status),
                    fetched->retry_after(client_.clock().now())};
  }
  const std::string content_type(fetched->header("content-type"));
  if (fetched->status != 200 || is_sign_in_page(file, content_type)) {
    co_return linked(std::move(file), "not copied: it could not be fetched");
  }
  const std::string& type = file.content_type.empty() ? content_type : file.content_type;
  const Result<HttpAnswer> sent = co_await client_.upload(file.name, type, scratch, until);
  if (!sent.ok()) co_return for_now(sent.error());
  if (std::string token = token_in(*sent); sent->status == 201 && !token.empty()) {
    co_return AttachedFile{.token = std::move(token), .link = std::move(file), .why_linked = ""};
  }
  if (sent->status == 413 || sent->status == 422) {
    co_return linked(std::move(file), "not copied: Zendesk does not take it");
  }
  const Outcome failed = zendesk::outcome_of_failure(*sent, client_.clock().now());
  co_return Error{ErrorKind::busy, "attachment", failed.why, failed.when};
}

}  // namespace dw
