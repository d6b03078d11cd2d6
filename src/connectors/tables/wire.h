// S3's addresses. Pure.
#pragma once
#include <optional>
#include <string>

namespace dw {

struct S3Place {
  std::string bucket, key;
};
/// "s3://bucket/path/report.csv"; nothing for what is none.
std::optional<S3Place> parse_s3(const std::string& url);
/// With an endpoint "ENDPOINT/BUCKET/KEY", else AWS's own address of the bucket.
std::string s3_address(const S3Place& place, const std::string& region,
                       const std::string& endpoint);

}  // namespace dw
