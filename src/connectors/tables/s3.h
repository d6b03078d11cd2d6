// A file in S3, read in ranges of one version of it.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "connectors/tables/bytes.h"
#include "connectors/tables/wire.h"
#include "net/http_client.h"

namespace dw {

/// Credentials for a request, with region and service.
using AwsSigner = std::function<Task<Result<AwsSigning>>()>;

struct S3Store {
  HttpClient& http;
  std::string region, endpoint;
  AwsSigner signer;
};
/// The object of this key, or the newest report among those that start with it: one request for
/// each thousand of them. Nothing: there is none.
/// errors  denied, unreachable, invalid
Task<Result<std::optional<FoundReport>>> find_newest_object(const S3Store& store, S3Place place);

class S3Bytes : public ByteSource {
 public:
  /// `tag`: the version that is wanted; empty: the one that is there.
  S3Bytes(HttpClient& http, std::string address, AwsSigner signer, std::string tag = "")
      : http_(http),
        address_(std::move(address)),
        signer_(std::move(signer)),
        version_(std::move(tag)) {}

  /// errors  missing, denied, unreachable; conflict: the file was replaced while it was read
  Task<Result<size_t>> read(std::span<char> into) override;

 private:
  Task<Result<void>> fetch();

  HttpClient& http_;
  std::string address_;
  AwsSigner signer_;
  std::string version_, piece_;
  size_t given_ = 0;   ///< of the piece
  uint64_t next_ = 0;  ///< the file's next byte
  bool is_at_end_ = false;
};

}  // namespace dw
