// A mail as RFC 5322 and MIME want it. Nothing that comes from outside can start a header: names
// and subjects become encoded words, addresses are checked. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "domain/payload.h"

namespace dw {

struct MailSender {
  std::string name, address;
};

/// "Name <address>" or "address"; the address as mail_address() writes it.
/// errors  invalid: the address is none
Result<MailSender> parse_sender(std::string_view text);

/// "" or why this can't be an address in an envelope or a header.
std::string refusal_of_mail_address(std::string_view address);

/// With its domain as the network writes it ("pat@xn--mller-kva.example"); nothing if no domain can
/// be called so. What is still beyond ASCII needs a server with SMTPUTF8.
std::optional<std::string> mail_address(std::string_view address);

/// A header's text: as it is where it is short printable ASCII, else RFC 2047 encoded words,
/// folded, with at most 76 characters a line. `column`: where the text begins on its first line.
std::string header_text(std::string_view text, size_t column);

/// The whole message with CRLF line ends. `id` is unique and the same at each try.
/// errors  invalid: an address, an image or the unsubscribe value can't be sent
Result<std::string> compose_mail(const MailSend& mail, const MailSender& from,
                                 const std::string& id, TimePoint at);

}  // namespace dw
