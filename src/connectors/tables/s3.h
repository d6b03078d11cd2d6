// A file in S3, read in ranges of one version of it.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "connectors/tables/bytes.h"
#include "net/http_client.h"

namespace dw {

/// Credentials for a request, with region and service.
using AwsSigner = std::function<Task<Result<AwsSigning>>()>;

class S3Bytes : public ByteSource {
 public:
  S3Bytes(HttpClient& http, std::string address, AwsSigner signer)
      : http_(http), address_(std::move(address)), signer_(std::move(signer)) {}

  /// errors  missing, denied, unreachable; conflict: the file was replaced while it was read
  Task<Result<size_t>> read(std::span<char> into) override;

 private:
  Task<Result<void>> fetch();

  HttpClient& http_;
  std::string address_;
  AwsSigner signer_;
  std::string piece_, version_;
  size_t given_ = 0;   ///< of the piece
  uint64_t next_ = 0;  ///< the file's next byte
  bool is_at_end_ = false;
};

}  // namespace dw
