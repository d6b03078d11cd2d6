// One HTTP/1.1 message in a buffer: where it ends, what its headers say. For the load generator and
// the stub queue only; both talk to programs on this machine that they know.
#pragma once
#include <strings.h>

#include <charconv>
#include <string_view>

namespace bench {

/// The text of a header by name in any case; empty if absent.
inline std::string_view header(std::string_view head, std::string_view name) {
  for (size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at)) {
    at += 2;
    const std::string_view line = head.substr(at, head.find("\r\n", at) - at);
    if (line.size() > name.size() && line[name.size()] == ':' &&
        strncasecmp(line.data(), name.data(), name.size()) == 0) {
      std::string_view text = line.substr(name.size() + 1);
      while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
      return text;
    }
  }
  return {};
}

struct Message {
  size_t size = 0;  ///< of head and body; 0: not whole yet
  std::string_view head, body;
};

/// The first message of the buffer. Bodies have a Content-Length; no chunks.
inline Message first_message(std::string_view buffer) {
  const size_t end = buffer.find("\r\n\r\n");
  if (end == std::string_view::npos) return {};
  Message out;
  out.head = buffer.substr(0, end + 2);
  size_t length = 0;
  const std::string_view text = header(out.head, "Content-Length");
  std::from_chars(text.data(), text.data() + text.size(), length);
  if (buffer.size() < end + 4 + length) return {};
  out.body = buffer.substr(end + 4, length);
  out.size = end + 4 + length;
  return out;
}

}  // namespace bench
