#include "net/response_head.h"

#include <fmt/format.h>

#include "base/date_names.h"

namespace dw {
namespace {

constexpr size_t head_bytes_usual = 384;

void append_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  }
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  append_text(out, name);
  out += ": ";
  append_text(out, value);
  out += "\r\n";
}

/// RFC 9110, section 8.6: neither an interim answer nor 204 says a length.
bool has_length(const Response& response) {
  return !response.stream && response.status >= 200 && response.status != 204;
}

}  // namespace

const std::string& HttpDate::at(TimePoint now) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  if (second != second_) {
    second_ = second;
    text_ = rfc_date(now, "GMT");
  }
  return text_;
}

std::string head_of(const Response& response, const HeadShape& shape) {
  std::string out;
  out.reserve(head_bytes_usual);
  out += "HTTP/1.1 ";
  out += std::to_string(response.status);
  out += ' ';
  out += shape.reason;
  out += "\r\n";
  append_header(out, "Date", shape.date);
  if (!response.content_type.empty()) append_header(out, "Content-Type", response.content_type);
  for (const auto& [name, value] : response.headers) append_header(out, name, value);
  if (has_length(response)) {
    out += "Content-Length: ";
    out += std::to_string(response.body.size());
    out += "\r\n";
  }
  if (!shape.is_kept || response.stream) {
    out += "Connection: close\r\n";
  } else if (shape.is_http_10) {
    out += "Connection: keep-alive\r\n";
  }
  if (shape.is_tls) out += "Strict-Transport-Security: max-age=31536000\r\n";
  out += "X-Content-Type-Options: nosniff\r\n\r\n";
  return out;
}

}  // namespace dw
