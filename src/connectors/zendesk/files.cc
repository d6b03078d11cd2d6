#include "connectors/zendesk/files.h"

#include <algorithm>

namespace dw {
namespace {

using zendesk::AttachedFile;

/// Zendesk's limit for one file.
constexpr int64_t file_bytes_max = 50 * 1024 * 1024;

AttachedFile linked(FileLink file, std::string why) {
  return {.token = "", .link = std::move(file), .why_linked = std::move(why)};
}

std::string token_in(const HttpAnswer& answer) {
  const Result<json::value> parsed = parse_json(answer.body);
  if (!parsed.ok()) return "";
  return JsonView(*parsed)["upload"]["token"].text().value_or("");
}

Error for_now(const Error& error) {
  // Nothing that a person would notice has happened: an upload that nobody uses is forgotten.
  const bool is_busy = error.kind == ErrorKind::busy;
  return {is_busy ? ErrorKind::busy : ErrorKind::unreachable, "attachment", error.what, error.when};
}

}  // namespace

Task<Result<AttachedFile>> ZendeskFiles::copy(FileLink file, bool is_last_try, Attempt attempt) {
  const auto source = std::find_if(sources_.begin(), sources_.end(),
                                   [&file](FileSource* one) { return one->has(file.url); });
  if (source == sources_.end())
    co_return linked(std::move(file), "not copied: it is on another host");
  if (file.bytes > file_bytes_max) {
    co_return linked(std::move(file), "not copied: larger than 50 MB");
  }
  Result<AttachedFile> copied = co_await copy_from(**source, file, attempt);
  if (copied.ok() || !is_last_try) co_return copied;
  co_return linked(std::move(file), "not copied: it could not be fetched");
}

Task<Result<AttachedFile>> ZendeskFiles::copy_from(FileSource& source, FileLink file,
                                                   Attempt attempt) {
  DW_CO_TRY(ScratchFile scratch, ScratchFile::make());
  const Millis left = attempt.left(client_.clock());
  if (left <= Millis(0)) co_return Error{ErrorKind::busy, "attachment", "the deadline passed"};
  const Result<int64_t> fetched = co_await source.fetch(file, file_bytes_max, &scratch, left);
  if (!fetched.ok()) {
    switch (fetched.error().kind) {
      case ErrorKind::invalid:
        co_return linked(std::move(file), "not copied: larger than 50 MB");
      case ErrorKind::denied:
      case ErrorKind::missing:
        co_return linked(std::move(file), "not copied: it could not be fetched");
      default:
        co_return for_now(fetched.error());
    }
  }
  const Result<HttpAnswer> sent =
      co_await client_.upload(file.name, file.content_type, scratch, attempt);
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
