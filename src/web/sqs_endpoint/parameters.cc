#include "web/sqs_endpoint/parameters.h"

#include <fmt/format.h>

namespace dw {

SqsError store_failed(const Error& error) {
  return {"ServiceUnavailable", error.what, 503, true};
}

SqsError bad_value(std::string_view name, std::string_view why) {
  return {"InvalidParameterValue",
          fmt::format("Value for parameter {} is invalid. Reason: {}.", name, why)};
}

int64_t number_in(const JsonView& view, int64_t otherwise, int64_t low, int64_t high,
                  std::optional<SqsError>& wrong) {
  if (!view.is_present()) return otherwise;
  const auto number = view.integer();
  if (number && *number >= low && *number <= high) return *number;
  if (!wrong) {
    wrong =
        bad_value(view.path(), fmt::format("Must be between {} and {}, if provided", low, high));
  }
  return otherwise;
}

std::vector<std::string> texts_in(const JsonView& view) {
  return view.is_present() ? view.texts() : std::vector<std::string>{};
}

}  // namespace dw
