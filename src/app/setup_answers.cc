#include "app/setup_answers.h"

#include <fmt/format.h>

#include "base/text.h"
#include "config/bridge_section.h"
#include "config/notices_section.h"
#include "config/sections.h"
#include "connectors/zendesk/config.h"
#include "domain/schedule.h"
#include "net/url.h"

namespace dw {
namespace {

Error invalid(std::string what) {
  return {ErrorKind::invalid, "", std::move(what)};
}

bool has_space(const std::string& text) {
  return text.find_first_of(" \t") != std::string::npos;
}

/// The part of an address behind its scheme, without a slash at its end.
std::string without_scheme(const std::string& given) {
  const size_t at = given.find("://");
  std::string out = at == std::string::npos ? given : given.substr(at + 3);
  while (out.ends_with('/')) out.pop_back();
  return out;
}

/// A name that other machines could know: it has a dot and no space.
Result<std::string> https_address(const std::string& given, const char* example) {
  std::string address = given.find("://") == std::string::npos ? "https://" + given : given;
  while (address.ends_with('/')) address.pop_back();
  const auto url = parse_url(address);
  const std::string host = url ? url->host : "";
  const bool is_host = host.find('.') != std::string::npos || host == "localhost";
  if (check_http_url(address).empty() && is_host) return address;
  return invalid(fmt::format("invalid address \"{}\" (such as {})", given, example));
}

/// What the section itself says of a value; "": it takes it.
template <class T>
std::string refusal_of(const Section<T>& section, const char* key, const std::string& value) {
  T out;
  Problems problems("");
  const Node text{0, value};
  for (const Field<T>& field : section.fields) {
    if (field.key == key) field.read(out, text, {0, "", problems});
  }
  return problems.is_empty() ? "" : problems.error().what;
}

}  // namespace

Result<std::string> complete_channel(const std::string& given) {
  if (given.empty()) return given;
  std::string channel = given;
  // https://acme.slack.com/archives/C0123456789, https://app.slack.com/client/T012/C0123456789
  if (given.find("slack.com/") != std::string::npos) {
    channel = without_scheme(given);
    channel = channel.substr(0, channel.find_first_of("?#"));
    channel = channel.substr(channel.rfind('/') + 1);
  } else if (!check_channel(given).empty() && !has_space(given) && given[0] != '#') {
    channel = "#" + to_lower(given);
  }
  const std::string wrong = check_channel(channel);
  if (!wrong.empty()) return invalid(wrong);
  return channel;
}

Result<std::string> complete_zendesk_url(const std::string& given) {
  if (given.empty()) return given;
  const bool is_name = without_scheme(given).find('.') == std::string::npos;
  const bool is_whole = given.find("://") != std::string::npos;
  DW_TRY(std::string address, https_address(is_name && !is_whole ? given + ".zendesk.com" : given,
                                            "https://acme.zendesk.com"));
  const std::string wrong = refusal_of(zendesk_section(), "url", address);
  if (!wrong.empty()) return invalid(fmt::format("\"{}\" {}", given, wrong));
  return address;
}

Result<std::string> complete_sheet_id(const std::string& given) {
  const std::string id = sheet_id_in(given);
  const bool is_id =
      id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
      std::string::npos;
  if (is_id) return id;
  return invalid(fmt::format(
      "invalid sheet \"{}\" (its address in the browser, or the part between /d/ and /edit)",
      given));
}

Result<std::string> complete_sqs_prefix(const std::string& given) {
  if (given.empty()) return given;
  DW_TRY(std::string address,
         https_address(given, "https://sqs.eu-west-1.amazonaws.com/123456789012"));
  for (const char* name : {"/high", "/medium", "/low"}) {
    if (address.ends_with(name)) address.resize(address.rfind('/'));
  }
  return address;
}

Result<std::string> complete_mail_url(const std::string& given) {
  if (given.empty()) return given;
  const std::string rest = without_scheme(given);
  const size_t colon = rest.rfind(':');
  const bool has_port = colon != std::string::npos && !rest.ends_with(']');
  std::string scheme = given.substr(0, given.find("://"));
  if (scheme == given) scheme = has_port && rest.substr(colon) == ":465" ? "smtps" : "smtp";
  const std::string port = has_port ? "" : scheme == "smtps" ? ":465" : ":587";
  const std::string address = scheme + "://" + rest + port;
  if (refusal_of(mail_section(), "url", address).empty() && !has_space(address)) return address;
  return invalid(
      fmt::format("invalid mail server \"{}\" (such as smtp.example.com, "
                  "smtp://HOST:587 or smtps://HOST:465)",
                  given));
}

Result<std::string> complete_sender(const std::string& given) {
  if (given.empty()) return given;
  const size_t open = given.find('<');
  const bool is_closed = open == std::string::npos || given.ends_with('>');
  std::string address = given;
  if (open != std::string::npos && is_closed) {
    address = given.substr(open + 1, given.size() - open - 2);
  }
  const size_t at = address.find('@');
  const bool is_address = at != std::string::npos && at > 0 && at + 1 < address.size() &&
                          !has_space(address) && address.find('@', at + 1) == std::string::npos;
  if (is_closed && is_address) return given;
  return invalid(
      fmt::format("invalid sender \"{}\" (such as Support <support@example.com>)", given));
}

Result<std::string> complete_public_url(const std::string& given) {
  if (given.empty()) return given;
  return https_address(given, "https://desk.example.com");
}

Result<std::string> complete_hook_name(const std::string& given) {
  const bool is_plain =
      given.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
      std::string::npos;
  if (is_plain) return given;
  return invalid(fmt::format("invalid name \"{}\" (letters, digits, '-' and '_' only)", given));
}

Result<std::string> complete_webhook(const std::string& given) {
  const std::string wrong = check_http_url(given);
  if (wrong.empty()) return given;
  return invalid(wrong);
}

Result<std::string> complete_timezone(const std::string& given) {
  if (given.empty() || is_timezone(given)) return given;
  return invalid(unknown_timezone(given));
}

std::optional<bool> truth_named(const std::string& given) {
  const std::string word = to_lower(given);
  if (word == "y" || word == "yes" || word == "true") return true;
  if (word == "n" || word == "no" || word == "false") return false;
  return std::nullopt;
}

}  // namespace dw
