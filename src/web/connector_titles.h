// What people call a connector.
#pragma once
#include <string>

namespace dw {

/// "Amazon SQS “high”" of "sqs:high"; a name that is unknown stays as it is.
std::string connector_title(const std::string& name);

}  // namespace dw
