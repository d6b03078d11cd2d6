#include "net/proxy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <optional>

#include "base/authority.h"
#include "base/number.h"
#include "base/text.h"

namespace dw {
namespace {

namespace ip = boost::asio::ip;

std::optional<ip::address> address_of(std::string_view text) {
  boost::system::error_code failed;
  ip::address address = ip::make_address(std::string(text), failed);
  if (failed) return std::nullopt;
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  }
  return address;
}

/// A hop as proxies write it: "1.2.3.4", "1.2.3.4:5678", "::1", "[::1]", "[::1]:5678".
std::optional<ip::address> hop_address(std::string_view hop) {
  if (hop.starts_with('[')) return address_of(hop.substr(1, hop.find(']') - 1));
  if (std::count(hop.begin(), hop.end(), ':') == 1) hop = hop.substr(0, hop.find(':'));
  return address_of(hop);
}

bool is_loopback(const ip::address& address) {
  return is_loopback_host(address.to_string());
}

std::string bytes_of(const ip::address& address) {
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    return {bytes.begin(), bytes.end()};
  }
  const auto bytes = address.to_v6().to_bytes();
  return {bytes.begin(), bytes.end()};
}

std::optional<Network> network_of(std::string_view text) {
  const size_t slash = text.find('/');
  const auto address = address_of(text.substr(0, slash));
  if (!address) return std::nullopt;
  Network network{bytes_of(*address), 0};
  network.bits = network.address.size() * 8;
  if (slash == std::string_view::npos) return network;
  const auto given = number_in<size_t>(text.substr(slash + 1));
  if (!given) return std::nullopt;
  size_t bits = *given;
  // "::ffff:10.0.0.0/104" counts its bits in IPv6.
  const bool is_mapped = address->is_v4() && text.find(':') != std::string_view::npos;
  if (is_mapped && bits < 96) return std::nullopt;
  if (is_mapped) bits -= 96;
  if (bits > network.bits) return std::nullopt;
  network.bits = bits;
  return network;
}

bool has(const Network& network, const std::string& bytes) {
  if (network.address.size() != bytes.size()) return false;
  for (size_t bit = 0; bit < network.bits; ++bit) {
    const int difference = network.address[bit / 8] ^ bytes[bit / 8];
    if ((difference >> (7 - bit % 8)) & 1) return false;
  }
  return true;
}

bool is_proxy_header(std::string_view name) {
  static constexpr std::array<std::string_view, 8> names = {
      "forwarded",           "via",
      "x-real-ip",           "x-client-ip",
      "cf-connecting-ip",    "true-client-ip",
      "x-cluster-client-ip", "x-original-forwarded-for"};
  constexpr std::string_view prefix = "x-forwarded-";
  if (name.size() < 3) return false;
  if (equals_ignoring_case(name.substr(0, prefix.size()), prefix)) return true;
  return std::any_of(names.begin(), names.end(),
                     [name](std::string_view one) { return equals_ignoring_case(one, name); });
}

}  // namespace

Result<void> check_cidr(std::string_view text) {
  if (network_of(text)) return {};
  return Error{ErrorKind::invalid, "",
               fmt::format("invalid network \"{}\" (such as \"10.0.0.0/8\" or \"::1\")", text)};
}

ForwardingHeaders forwarding_of(const HeaderViews& headers) {
  ForwardingHeaders out;
  for (const auto& [name, value] : headers) {
    if (!is_proxy_header(name)) continue;
    out.has_any = true;
    if (equals_ignoring_case(name, "x-forwarded-for")) {
      if (!out.forwarded_for.empty()) out.forwarded_for += ',';
      out.forwarded_for += value;
    } else if (equals_ignoring_case(name, "x-forwarded-proto")) {
      out.protocol = trim(split(value, ',').back());
    }
  }
  return out;
}

ProxyTrust::ProxyTrust(const std::vector<std::string>& cidrs) {
  for (const std::string& cidr : cidrs) {
    if (auto network = network_of(cidr)) networks_.push_back(std::move(*network));
  }
}

bool ProxyTrust::trusts(std::string_view address) const {
  const auto parsed = address_of(address);
  if (!parsed) return false;
  const std::string bytes = bytes_of(*parsed);
  return std::any_of(networks_.begin(), networks_.end(),
                     [&bytes](const Network& network) { return has(network, bytes); });
}

SocketPeer ProxyTrust::peer_of(std::string_view address, bool is_tls) const {
  const auto parsed = address_of(address);
  if (!parsed) return {std::string(address), false, false, is_tls};
  return {parsed->to_string(), is_loopback(*parsed), trusts(address), is_tls};
}

Origin ProxyTrust::origin_of(const SocketPeer& socket, const HeaderViews& headers) const {
  Origin origin{socket.address, socket.is_loopback, socket.is_tls};
  const ForwardingHeaders said = forwarding_of(headers);
  if (!said.has_any) return origin;
  origin.is_loopback = false;
  if (!socket.is_trusted) return origin;
  if (equals_ignoring_case(said.protocol, "https")) origin.is_https = true;
  const std::vector<std::string_view> hops = split(said.forwarded_for, ',');
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    const auto address = hop_address(trim(*hop));
    if (!address) {
      origin.is_loopback = false;
      break;
    }
    origin.peer = address->to_string();
    origin.is_loopback = socket.is_loopback && is_loopback(*address);
    if (!trusts(origin.peer)) break;
  }
  return origin;
}

}  // namespace dw
