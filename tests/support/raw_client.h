// A client that sends the bytes that it is told to, in the pieces that it is told to. Blocking,
// for a thread of its own: whether a server keeps to its limits shows from outside.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

namespace dw {

class RawClient {
 public:
  /// Connects to 127.0.0.1; with TLS, no certificate is checked.
  explicit RawClient(int port, bool is_tls = false, int tls_version_max = 0);
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient& operator=(RawClient&&) = delete;

  bool is_connected() const { return socket_ >= 0; }
  /// False once the other side has closed.
  bool send(std::string_view bytes);
  /// Reads one answer with a Content-Length, or until the end; empty if there is none.
  std::string answer();
  /// Reads until the other side closes or `patience` is over; what came is in `rest`.
  bool is_closed_within(std::chrono::milliseconds timeout, std::string* rest = nullptr);
  /// "TLSv1.3"; empty without TLS.
  std::string tls_version() const;
  /// Of the other side's certificate: its common name.
  std::string certificate_name() const;

 private:
  long read_some(char* into, size_t bytes);

  int socket_ = -1;
  void* tls_ = nullptr;  // SSL
  std::string unread_;
};

/// Writes a key and a self-signed certificate for `name`, as PEM.
void write_certificate(const std::string& name, const std::string& cert_file,
                       const std::string& key_file);

}  // namespace dw
