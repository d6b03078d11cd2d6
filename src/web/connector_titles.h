// What people call a connector.
#pragma once
#include <map>
#include <string>

namespace dw {

/// "Amazon SQS “high”" of "sqs:high"; a name that is unknown stays as it is. `channels`: what chat
/// channels are called, by id ("C1" to "it-help"); one that is unknown is shown by its id.
std::string connector_title(const std::string& name,
                            const std::map<std::string, std::string>& channels = {});

}  // namespace dw
