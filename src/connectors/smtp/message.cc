#include "connectors/smtp/message.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/address.h"
#include "base/date_names.h"
#include "base/hash.h"
#include "base/international.h"
#include "base/text.h"

namespace dw {
namespace {

constexpr size_t address_bytes_max = 254;
constexpr size_t plain_header_max = 60;
constexpr size_t line_max = 76;
/// "=?UTF-8?B?" and "?=", and what a word of base64 may have besides.
constexpr size_t word_frame = 12, word_max = 75;
constexpr size_t unsubscribe_bytes_max = 900;

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

bool is_plain(std::string_view text) {
  if (text.size() > plain_header_max || text.find("=?") != std::string_view::npos) return false;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E) return false;
  }
  return true;
}

std::string base64_lines(std::string_view bytes) {
  const std::string all = to_base64(bytes);
  std::string out;
  for (size_t at = 0; at < all.size(); at += line_max) out += all.substr(at, line_max) + "\r\n";
  return out;
}

std::string part(std::string_view type, std::string_view bytes) {
  return fmt::format("Content-Type: {}\r\nContent-Transfer-Encoding: base64\r\n\r\n{}", type,
                     base64_lines(bytes));
}

std::string address_header(const MailSender& sender) {
  if (sender.name.empty()) return sender.address;
  bool is_atom = is_plain(sender.name);
  for (const char c : sender.name) {
    is_atom = is_atom && std::string_view("()<>[]:;@\\,.\"").find(c) == std::string_view::npos;
  }
  std::string name = header_text(sender.name, std::string_view("From: ").size());
  if (!is_plain(sender.name)) return fmt::format("{}\r\n <{}>", name, sender.address);
  if (!is_atom && name == sender.name) {
    name = "\"" + replace_all(replace_all(sender.name, "\\", "\\\\"), "\"", "\\\"") + "\"";
  }
  return fmt::format("{} <{}>", name, sender.address);
}

/// Text and HTML, the plain one first.
std::string alternative(const MailSend& mail, const std::string& mark) {
  if (mail.html.empty()) return part("text/plain; charset=utf-8", mail.text);
  return fmt::format(
      "Content-Type: multipart/alternative; boundary=\"{0}\"\r\n\r\n--{0}\r\n{1}--{0}\r\n{2}"
      "--{0}--\r\n",
      mark, part("text/plain; charset=utf-8", mail.text),
      part("text/html; charset=utf-8", mail.html));
}

Result<std::string> body_of(const MailSend& mail, const std::string& mark) {
  if (mail.images.empty()) return alternative(mail, "a_" + mark);
  std::string out = fmt::format(
      "Content-Type: multipart/related; type=\"multipart/alternative\"; boundary=\"r_{0}\"\r\n"
      "\r\n--r_{0}\r\n{1}",
      mark, alternative(mail, "a_" + mark));
  for (const MailImage& image : mail.images) {
    const auto bytes = from_base64(image.base64);
    const auto is_word = [](std::string_view text) {
      return !text.empty() && text.find_first_of(" \t\r\n<>\"\\;") == std::string_view::npos &&
             is_plain(text);
    };
    if (!bytes || !is_word(image.id) || !is_word(image.content_type)) {
      return Error{ErrorKind::invalid, "mail", "an image has no good id, type or base64"};
    }
    out += fmt::format("--r_{}\r\nContent-ID: <{}>\r\nContent-Disposition: inline\r\n{}", mark,
                       image.id, part(image.content_type, *bytes));
  }
  return out + fmt::format("--r_{}--\r\n", mark);
}

std::string encode_beyond_ascii(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", byte);
    }
  }
  return out;
}

Result<std::string> unsubscribe_headers(const MailSend& mail, const MailSender& from) {
  std::string value = mail.unsubscribe;
  if (value.empty() && mail.is_bulk) {
    const std::string address = encode_beyond_ascii(from.address);
    value = fmt::format("<mailto:{}?subject=unsubscribe>", address);
  }
  if (value.empty()) return std::string();
  for (const char c : value) {
    if (is_control(c) || static_cast<unsigned char>(c) > 0x7E) {
      return Error{ErrorKind::invalid, "mail", "List-Unsubscribe is not plain text"};
    }
  }
  if (value.size() > unsubscribe_bytes_max) {
    return Error{ErrorKind::invalid, "mail", "List-Unsubscribe is too long"};
  }
  std::string out = "List-Unsubscribe: " + value + "\r\n";
  if (value.find("<https://") != std::string::npos) {
    out += "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
  }
  return out;
}

}  // namespace

std::string refusal_of_mail_address(std::string_view address) {
  const size_t at = address.rfind('@');
  bool is_good = at != std::string_view::npos && at > 0 && at + 1 < address.size() &&
                 address.size() <= address_bytes_max && is_utf8(address);
  for (const char c : address) {
    if (is_control(c) || c == ' ' || c == '<' || c == '>' || c == ',' || c == ';') is_good = false;
  }
  if (!is_good) return "invalid address: mail can't be sent to it";
  const bool has_domain = ascii_domain(address.substr(at + 1)).has_value();
  return has_domain ? "" : "invalid address: no domain can be called so";
}

std::optional<std::string> mail_address(std::string_view address) {
  const size_t at = address.rfind('@');
  if (at == std::string_view::npos) return std::nullopt;
  const auto domain = ascii_domain(address.substr(at + 1));
  if (!domain) return std::nullopt;
  return std::string(address.substr(0, at + 1)) + *domain;
}

Result<MailSender> parse_sender(std::string_view text) {
  MailSender out;
  const size_t open = text.rfind('<');
  if (open != std::string_view::npos && trim(text).ends_with('>')) {
    out.name = trim(text.substr(0, open));
    if (out.name.size() > 1 && out.name.front() == '"' && out.name.back() == '"') {
      out.name = out.name.substr(1, out.name.size() - 2);
    }
    out.address = text.substr(open + 1, text.rfind('>') - open - 1);
  } else {
    out.address = trim(text);
  }
  out.address = cleaned_address(out.address);
  if (!refusal_of_mail_address(out.address).empty()) {
    return Error{ErrorKind::invalid, "mail.from", "must be \"Name <address>\""};
  }
  out.address = mail_address(out.address).value_or(out.address);
  return out;
}

std::string header_text(std::string_view text, size_t column) {
  std::string clean(text);
  for (char& c : clean) {
    if (is_control(c)) c = ' ';
  }
  if (is_plain(clean)) return clean;
  std::string out;
  std::string_view left = clean;
  while (!left.empty()) {
    // Three bytes are four characters; the first word shares its line with the header's name.
    const size_t room = std::min(word_max, line_max - (out.empty() ? column : 1)) - word_frame;
    std::string_view piece = cut_bytes(left, room / 4 * 3);
    if (piece.empty()) piece = left.substr(0, 1);
    out += (out.empty() ? "" : "\r\n ") + std::string("=?UTF-8?B?") + to_base64(piece) + "?=";
    left.remove_prefix(piece.size());
  }
  return out;
}

Result<std::string> compose_mail(const MailSend& mail, const MailSender& from,
                                 const std::string& id, TimePoint at) {
  if (mail.to.empty()) return Error{ErrorKind::invalid, "mail", "the mail has no recipient"};
  std::string to;
  for (const std::string& address : mail.to) {
    if (std::string wrong = refusal_of_mail_address(address); !wrong.empty()) {
      return Error{ErrorKind::invalid, "mail", std::move(wrong)};
    }
    to += (to.empty() ? "" : ",\r\n ") + mail_address(address).value_or(address);
  }
  const Sha256 digest = sha256(id);
  DW_TRY(const std::string unsubscribe, unsubscribe_headers(mail, from));
  DW_TRY(const std::string body, body_of(mail, to_hex(bytes_of(digest)).substr(0, 24)));
  const std::string domain = from.address.substr(from.address.rfind('@') + 1);
  return fmt::format(
      "Date: {}\r\nFrom: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <{}@{}>\r\n"
      "Auto-Submitted: auto-generated\r\n{}MIME-Version: 1.0\r\n{}",
      rfc_date(at, "+0000"), address_header(from), to,
      header_text(mail.subject, std::string_view("Subject: ").size()), id, domain, unsubscribe,
      body);
}

}  // namespace dw
