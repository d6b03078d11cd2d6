// The answers that `deskwire init` takes, each completed to what the configuration wants, or told
// what is wrong with it at once. Pure.
#pragma once
#include <optional>
#include <string>

#include "base/result.h"

namespace dw {

/// "it-help" → "#it-help"; a channel's address → its id. Empty stays empty, here and below.
/// errors  invalid: what is wrong with it, in all of these
Result<std::string> complete_channel(const std::string& given);
/// "acme", "acme.zendesk.com" → "https://acme.zendesk.com".
Result<std::string> complete_zendesk_url(const std::string& given);
/// A sheet's whole address → its id.
Result<std::string> complete_sheet_id(const std::string& given);
/// "https://sqs.eu-west-1.amazonaws.com/123456789012/high" → without the queue's name.
Result<std::string> complete_sqs_prefix(const std::string& given);
/// "smtp.gmail.com" → "smtp://smtp.gmail.com:587"; port 465 is smtps.
Result<std::string> complete_mail_url(const std::string& given);
/// "a@x.example" and "Name <a@x.example>".
Result<std::string> complete_sender(const std::string& given);
/// "desk.example.com" → "https://desk.example.com".
Result<std::string> complete_public_url(const std::string& given);
/// The NAME of [teams.NAME], which is a part of its hook's address.
Result<std::string> complete_hook_name(const std::string& given);
Result<std::string> complete_webhook(const std::string& given);
Result<std::string> complete_timezone(const std::string& given);
/// "yes", "n"; absent: neither.
std::optional<bool> truth_named(const std::string& given);

}  // namespace dw
