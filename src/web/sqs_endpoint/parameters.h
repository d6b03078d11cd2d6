// Parameters of a request as SQS checks them, and errors that several operations share.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "web/sqs_endpoint/protocol.h"

namespace dw {

SqsError store_failed(const Error& error);
SqsError bad_value(std::string_view name, std::string_view why);
/// An integer within bounds, or the default; sets `wrong` where none is set.
int64_t number_in(const JsonView& view, int64_t otherwise, int64_t low, int64_t high,
                  std::optional<SqsError>& wrong);
/// Nothing where the list is absent.
std::vector<std::string> texts_in(const JsonView& view);

}  // namespace dw
