#include "net/proxy.h"

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>
#include <charconv>

#include "base/text.h"

namespace dw {
namespace {

namespace ip = boost::asio::ip;

std::optional<ip::address> address_of(std::string_view text) {
  boost::system::error_code failed;
  ip::address address = ip::make_address(std::string(trim(text)), failed);
  if (failed) return std::nullopt;
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  }
  return address;
}

std::string bytes_of(const ip::address& address) {
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    return {bytes.begin(), bytes.end()};
  }
  const auto bytes = address.to_v6().to_bytes();
  return {bytes.begin(), bytes.end()};
}

struct Network {
  std::string bytes;
  size_t bits = 0;
};

std::optional<Network> network_of(std::string_view text) {
  const size_t slash = text.find('/');
  const auto address = address_of(text.substr(0, slash));
  if (!address) return std::nullopt;
  Network network{bytes_of(*address), 0};
  network.bits = network.bytes.size() * 8;
  if (slash == std::string_view::npos) return network;
  size_t bits = 0;
  const std::string_view digits = text.substr(slash + 1);
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  const bool is_whole = failed == std::errc{} && end == digits.data() + digits.size();
  if (!is_whole || bits > network.bits) return std::nullopt;
  network.bits = bits;
  return network;
}

bool has(const Network& network, const std::string& bytes) {
  if (network.bytes.size() != bytes.size()) return false;
  for (size_t bit = 0; bit < network.bits; ++bit) {
    const int difference = network.bytes[bit / 8] ^ bytes[bit / 8];
    if ((difference >> (7 - bit % 8)) & 1) return false;
  }
  return true;
}

}  // namespace

Result<void> check_cidr(std::string_view text) {
  if (network_of(text)) return {};
  return Error{ErrorKind::invalid, "",
               fmt::format("\"{}\" is no network (such as \"10.0.0.0/8\" or \"::1\")", text)};
}

bool is_in_any(std::string_view address, const std::vector<std::string>& cidrs) {
  const auto parsed = address_of(address);
  if (!parsed) return false;
  const std::string bytes = bytes_of(*parsed);
  for (const std::string& cidr : cidrs) {
    const auto network = network_of(cidr);
    if (network && has(*network, bytes)) return true;
  }
  return false;
}

Origin origin_of(std::string_view connection, bool is_tls, std::string_view forwarded_for,
                 std::string_view forwarded_proto, bool has_forwarded,
                 const std::vector<std::string>& trusted) {
  static const std::vector<std::string> loopback = {"127.0.0.0/8", "::1/128"};
  Origin origin{std::string(connection), is_in_any(connection, loopback), is_tls};
  const bool has_any = has_forwarded || !forwarded_for.empty();
  if (!has_any) return origin;
  if (!is_in_any(connection, trusted)) {
    origin.is_loopback = false;
    return origin;
  }
  if (equals_ignoring_case(trim(forwarded_proto), "https")) origin.is_https = true;
  const std::vector<std::string_view> hops = split(forwarded_for, ',');
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    origin.peer = std::string(trim(*hop));
    if (!is_in_any(origin.peer, trusted)) break;
  }
  origin.is_loopback = is_in_any(origin.peer, loopback);
  return origin;
}

}  // namespace dw
