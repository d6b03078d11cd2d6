#include "connectors/tables/s3.h"

#include <fmt/format.h>

#include <array>
#include <cstring>

#include "base/hash.h"
#include "base/text.h"

namespace dw {
namespace {

constexpr uint64_t piece_bytes = 4 << 20;
constexpr Millis fetch_timeout{60'000};
/// A little more than a piece: an answer that ignores the range is cut here.
constexpr size_t answer_bytes_max = piece_bytes + 64 * 1024;

Error failure(const HttpAnswer& answer, const std::string& address, bool is_list) {
  ErrorKind kind = ErrorKind::unreachable;
  std::string_view what = "try again later";
  if (answer.status == 404) {
    kind = ErrorKind::missing;
    what =
        is_list ? "there is no such bucket (notices.file)" : "there is no such file (notices.file)";
  } else if (answer.status == 401 || answer.status == 403) {
    kind = ErrorKind::denied;
    what = is_list ? "these credentials lack s3:ListBucket (notices.file)"
                   : "these credentials lack s3:GetObject, or the file does not exist";
  } else if (answer.status == 412) {
    kind = ErrorKind::conflict;
    what = "the file was replaced while it was read: run again";
  } else if (answer.status >= 300 && answer.status < 500) {
    kind = ErrorKind::invalid;
    what = "check notices.region and notices.endpoint";
  }
  return {kind, address, fmt::format("S3 answered {}: {}", answer.status, what)};
}

}  // namespace

Task<Result<std::optional<FoundReport>>> find_newest_object(const S3Store& store, S3Place place) {
  std::optional<FoundReport> newest;
  std::string page;
  do {
    DW_CO_TRY(AwsSigning signing, co_await store.signer());
    HttpCall call{.url = s3_list_address(place, store.region, store.endpoint, page)};
    call.headers.emplace_back("x-amz-content-sha256", to_hex(bytes_of(sha256(""))));
    call.aws = std::move(signing);
    call.answer_bytes_max = answer_bytes_max;
    const std::string url = "s3://" + place.bucket + "/" + place.key;
    DW_CO_TRY(HttpAnswer answer, co_await store.http.send(std::move(call), fetch_timeout));
    if (answer.status != 200) co_return failure(answer, url, true);
    DW_CO_TRY(S3Listing list, decode_s3_listing(answer.body));
    for (S3Object& one : list.objects) {
      if (one.key != place.key && !is_report_name(one.key)) continue;
      if (one.key == place.key && one.key.ends_with('/')) continue;
      const std::string version =
          fmt::format("{} {} {}", one.bytes, one.etag, to_rfc3339(one.changed_at));
      FoundReport found{{one.key, version}, one.changed_at, one.etag};
      // A file that is named is meant, whatever else begins as it does.
      if (one.key == place.key) co_return found;
      const std::array both{newest.value_or(found), found};
      newest = *newest_of(both);
    }
    page = std::move(list.next_page);
  } while (!page.empty());
  co_return newest;
}

Task<Result<void>> S3Bytes::fetch() {
  piece_.clear();
  given_ = 0;
  DW_CO_TRY(AwsSigning signing, co_await signer_());
  HttpCall call{.url = address_};
  call.headers.emplace_back("Range", fmt::format("bytes={}-{}", next_, next_ + piece_bytes - 1));
  // S3 alone wants the digest of the body among what is signed; libcurl leaves it to the caller.
  call.headers.emplace_back("x-amz-content-sha256", to_hex(bytes_of(sha256(""))));
  if (!version_.empty()) call.headers.emplace_back("If-Match", version_);
  call.aws = std::move(signing);
  call.answer_bytes_max = answer_bytes_max;
  DW_CO_TRY(HttpAnswer answer, co_await http_.send(std::move(call), fetch_timeout));
  // Behind the last byte: the file ends where the piece before did.
  if (answer.status == 416) {
    is_at_end_ = true;
    co_return Result<void>();
  }
  if (answer.status != 206 && answer.status != 200) co_return failure(answer, address_, false);
  version_ = answer.header("etag");
  is_at_end_ = answer.status == 200 || answer.body.size() < piece_bytes;
  next_ += answer.body.size();
  piece_ = std::move(answer.body);
  co_return Result<void>();
}

Task<Result<size_t>> S3Bytes::read(std::span<char> into) {
  if (given_ == piece_.size() && !is_at_end_) DW_CO_CHECK(co_await fetch());
  const size_t bytes = std::min(into.size(), piece_.size() - given_);
  std::memcpy(into.data(), piece_.data() + given_, bytes);
  given_ += bytes;
  co_return bytes;
}

}  // namespace dw
