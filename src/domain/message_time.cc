#include "domain/message_time.h"

#include <algorithm>

#include "base/number.h"

namespace dw {
namespace {

constexpr int64_t micros_per_second = 1'000'000;
constexpr size_t fraction_digits = 6;

}  // namespace

int64_t micros_of(std::string_view timestamp) {
  const size_t dot = timestamp.find('.');
  const std::string_view whole = timestamp.substr(0, dot);
  std::string_view rest;
  if (dot != std::string_view::npos) rest = timestamp.substr(dot + 1).substr(0, fraction_digits);
  const auto number = [](std::string_view digits) {
    const int64_t value = number_in(digits).value_or(-1);
    return value < 100'000'000'000 ? std::max<int64_t>(value, -1) : -1;
  };
  const int64_t seconds = number(whole);
  int64_t fraction = rest.empty() ? 0 : number(rest);
  if (seconds < 0 || fraction < 0) return 0;
  for (size_t i = rest.size(); i < fraction_digits; ++i) fraction *= 10;
  return seconds * micros_per_second + fraction;
}

}  // namespace dw
