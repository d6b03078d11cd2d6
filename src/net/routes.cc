// Which handler a request gets, and what is asked of a request.
#include <algorithm>

#include "base/text.h"
#include "net/http_server.h"
#include "net/url.h"

namespace dw {
namespace {

constexpr std::string_view one = "{}";
constexpr std::string_view rest = "{*}";

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> out;
  for (const std::string_view part : split(path.substr(path.starts_with('/') ? 1 : 0), '/')) {
    out.emplace_back(part);
  }
  return out;
}

/// Literal segments weigh more than "{}", which weighs more than "{*}"; -1: no match.
int weigh(const std::vector<std::string>& pattern, const std::vector<std::string_view>& path,
          std::vector<std::string>& parameters) {
  int weight = 0;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == rest) {
      std::string joined;
      for (size_t j = i; j < path.size(); ++j) {
        joined += (j > i ? "/" : "") + std::string(path[j]);
      }
      auto decoded = decode_url_part(joined);
      if (!decoded || path.size() <= i) return -1;
      parameters.push_back(std::move(*decoded));
      return weight * 4;
    }
    if (i >= path.size()) return -1;
    if (pattern[i] == one) {
      auto decoded = decode_url_part(path[i]);
      if (!decoded || decoded->empty()) return -1;
      parameters.push_back(std::move(*decoded));
      weight = weight * 4 + 1;
    } else if (pattern[i] == path[i]) {
      weight = weight * 4 + 2;
    } else {
      return -1;
    }
  }
  return pattern.size() == path.size() ? weight + 1 : -1;
}

/// Of ";q=0.5" behind a coding (RFC 9110, section 12.4.2): false for 0 and for what is no weight.
bool has_weight(std::string_view parameters) {
  if (parameters.empty()) return true;
  std::string_view text = trim(parameters.substr(1));
  if (!equals_ignoring_case(text.substr(0, 2), "q=")) return false;
  text.remove_prefix(2);
  const bool is_number = text.find_first_not_of("0123456789.") == std::string_view::npos;
  return is_number && text.find_first_of("123456789") != std::string_view::npos;
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (equals_ignoring_case(key, name)) return value;
  }
  return {};
}

bool Request::takes_coding(std::string_view coding) const {
  std::optional<bool> is_named, is_any;
  for (const auto& [key, value] : headers) {
    if (!equals_ignoring_case(key, "accept-encoding")) continue;
    for (const std::string_view one : split(value, ',')) {
      const size_t semicolon = std::min(one.find(';'), one.size());
      const std::string_view name = trim(one.substr(0, semicolon));
      const bool is_taken = has_weight(one.substr(semicolon));
      if (equals_ignoring_case(name, coding)) is_named = is_named.value_or(true) && is_taken;
      if (name == "*") is_any = is_any.value_or(true) && is_taken;
    }
  }
  return is_named.value_or(is_any.value_or(false));
}

std::optional<std::string> Request::parameter(std::string_view name) const {
  for (auto& [key, value] : decode_form(query)) {
    if (key == name) return std::move(value);
  }
  return std::nullopt;
}

void Routes::add(std::string method, std::string pattern, Handler handler) {
  std::vector<std::string> segments = segments_of(pattern);
  routes_.push_back(
      {std::move(method), std::move(pattern), std::move(segments), std::move(handler)});
}

Routes::Found Routes::find(std::string_view method, std::string_view path) const {
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  const std::vector<std::string_view> parts =
      split(path.substr(path.starts_with('/') ? 1 : 0), '/');
  Found best;
  int best_weight = -1;
  std::vector<std::string> allowed;
  for (const Route& route : routes_) {
    std::vector<std::string> parameters;
    const int weight = weigh(route.segments, parts, parameters);
    if (weight < 0) continue;
    if (route.method != wanted) {
      allowed.push_back(route.method);
      if (route.method == "GET") allowed.emplace_back("HEAD");
      continue;
    }
    if (weight > best_weight) {
      best_weight = weight;
      best = {&route.handler, std::move(parameters), {}, route.pattern};
    }
  }
  if (best.handler == nullptr) {
    std::sort(allowed.begin(), allowed.end());
    allowed.erase(std::unique(allowed.begin(), allowed.end()), allowed.end());
    best.allow = join(allowed, ", ");
  }
  return best;
}

void Routes::wrap(const std::function<Handler(std::string_view, Handler)>& around) {
  for (Route& route : routes_) route.handler = around(route.pattern, std::move(route.handler));
}

std::vector<std::string> Routes::list() const {
  std::vector<std::string> out;
  for (const Route& route : routes_) out.push_back(route.method + " " + route.pattern);
  return out;
}

}  // namespace dw
