// The server's certificate, as OpenSSL wants it.
#pragma once
#include <memory>
#include <string>

#include "base/result.h"

namespace boost::asio::ssl {
class context;
}

namespace dw {

/// TLS 1.2 (ECDHE with AEAD alone) and 1.3, HTTP/1.1 alone, no renegotiation. Shared by the server
/// and the connections that were made under it: a reload must not pull it away from them.
/// errors  invalid: a file cannot be read, or the key is not the certificate's
Result<std::shared_ptr<boost::asio::ssl::context>> load_tls(const std::string& cert_file,
                                                            const std::string& key_file);

}  // namespace dw
