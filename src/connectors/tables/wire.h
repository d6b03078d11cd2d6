// S3's addresses. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace dw {

struct S3Place {
  std::string bucket, key;
};
/// "s3://bucket/path/report.csv", "s3://bucket/reports/", "s3://bucket"; nothing for what is none.
std::optional<S3Place> parse_s3(const std::string& url);
/// With an endpoint "ENDPOINT/BUCKET/KEY", else AWS's own address of the bucket.
std::string s3_address(const S3Place& place, const std::string& region,
                       const std::string& endpoint);

/// A page of ListObjectsV2: the keys that start with the place's own.
/// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html (read 2026-11-29)
std::string s3_list_address(const S3Place& place, const std::string& region,
                            const std::string& endpoint, const std::string& page);

struct S3Object {
  std::string key, etag;
  int64_t bytes = 0;
  TimePoint changed_at{};
};
struct S3Listing {
  std::vector<S3Object> objects;
  std::string next_page;  ///< empty: this is the last one
};
/// errors  invalid: it is no such list
Result<S3Listing> decode_s3_listing(std::string_view xml);

}  // namespace dw
