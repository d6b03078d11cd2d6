#include "support/raw_client.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

namespace dw {
namespace {

constexpr int timeout_ms = 10'000;

SSL_CTX* client_context(int version_max) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
  SSL_CTX_set_security_level(context, 0);  // so that old versions are offered at all
  if (version_max != 0) SSL_CTX_set_max_proto_version(context, version_max);
  return context;
}

bool is_readable(int socket, int wait_ms) {
  pollfd wanted{socket, POLLIN, 0};
  return poll(&wanted, 1, wait_ms) == 1;
}

}  // namespace

RawClient::RawClient(int port, bool is_tls, int tls_version_max) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bool is_up = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  if (is_up && is_tls) {
    SSL_CTX* context = client_context(tls_version_max);
    SSL* tls = SSL_new(context);
    SSL_CTX_free(context);
    SSL_set_fd(tls, socket_);
    tls_ = tls;
    is_up = SSL_connect(tls) == 1;
  }
  if (is_up) return;
  ::close(socket_);
  socket_ = -1;
}

RawClient::RawClient(RawClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      tls_(std::exchange(other.tls_, nullptr)),
      unread_(std::move(other.unread_)) {}

RawClient::~RawClient() {
  if (tls_ != nullptr) SSL_free(static_cast<SSL*>(tls_));
  if (socket_ >= 0) ::close(socket_);
}

bool RawClient::send(std::string_view bytes) {
  if (tls_ != nullptr) {
    return SSL_write(static_cast<SSL*>(tls_), bytes.data(), static_cast<int>(bytes.size())) > 0;
  }
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

long RawClient::read_some(char* into, size_t bytes) {
  if (tls_ != nullptr) return SSL_read(static_cast<SSL*>(tls_), into, static_cast<int>(bytes));
  return ::recv(socket_, into, bytes, 0);
}

std::string RawClient::answer() {
  std::array<char, 16'384> piece;
  for (;;) {
    const size_t head = unread_.find("\r\n\r\n");
    if (head != std::string::npos) {
      const size_t length = unread_.find("Content-Length: ");
      if (length < head) {
        const size_t whole = head + 4 + std::strtoul(unread_.c_str() + length + 16, nullptr, 10);
        if (unread_.size() >= whole) {
          std::string out = unread_.substr(0, whole);
          unread_.erase(0, whole);
          return out;
        }
      }
    }
    const bool is_waiting = tls_ != nullptr || is_readable(socket_, timeout_ms);
    const long bytes = is_waiting ? read_some(piece.data(), piece.size()) : 0;
    if (bytes <= 0) return std::exchange(unread_, {});
    unread_.append(piece.data(), static_cast<size_t>(bytes));
  }
}

bool RawClient::is_closed_within(std::chrono::milliseconds timeout, std::string* rest) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  std::array<char, 16'384> piece;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !is_readable(socket_, static_cast<int>(left.count()))) return false;
    const long bytes = read_some(piece.data(), piece.size());
    if (bytes <= 0) return true;
    if (rest != nullptr) rest->append(piece.data(), static_cast<size_t>(bytes));
  }
}

std::string RawClient::tls_version() const {
  return tls_ == nullptr ? "" : SSL_get_version(static_cast<SSL*>(tls_));
}

std::string RawClient::certificate_name() const {
  std::array<char, 256> name{};
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      SSL_get1_peer_certificate(static_cast<SSL*>(tls_)), X509_free);
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name.data(),
                            static_cast<int>(name.size()));
  return name.data();
}

void write_certificate(const std::string& name, const std::string& cert_file,
                       const std::string& key_file) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  constexpr long day_seconds = 86'400;
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -day_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), day_seconds);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  const auto write = [](const std::string& path, auto&& put) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    put(file);
    std::fclose(file);
  };
  write(cert_file, [&](std::FILE* file) { PEM_write_X509(file, certificate.get()); });
  write(key_file, [&](std::FILE* file) {
    PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

}  // namespace dw
