#include "net/request_head.h"

#include <algorithm>
#include <optional>

#include "base/authority.h"
#include "base/number.h"
#include "base/text.h"

namespace dw {
namespace {

using Headers = std::vector<std::pair<std::string_view, std::string_view>>;

/// What a target is written in. A fragment stays with whoever asks, and letters beyond ASCII are
/// percent-encoded (RFC 3986).
bool is_target_character(char c) {
  return c > 0x20 && c < 0x7F && c != '#';
}

/// %00 to %1F and %7F.
bool has_escaped_control(std::string_view path) {
  for (size_t at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1)) {
    const std::string_view digits = path.substr(at + 1, 2);
    if (digits.size() < 2) return false;
    if (digits[0] == '0' || digits[0] == '1') return true;
    if (digits[0] == '7' && (digits[1] == 'F' || digits[1] == 'f')) return true;
  }
  return false;
}

struct Found {
  size_t count = 0;
  std::string_view value;  // of the first
};

Found find(const Headers& headers, std::string_view wanted) {
  Found out;
  for (const auto& [name, value] : headers) {
    if (!equals_ignoring_case(name, wanted)) continue;
    if (out.count++ == 0) out.value = value;
  }
  return out;
}

Framing refused(int status, std::string_view why) {
  Framing out;
  out.refused = status;
  out.why = why;
  return out;
}

/// "http://a:80/b?c" without its scheme; nothing for another form of target.
std::optional<std::string_view> after_scheme(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (equals_ignoring_case(target.substr(0, scheme.size()), scheme)) {
      return target.substr(scheme.size());
    }
  }
  return std::nullopt;
}

/// Takes the target apart; false if it has none of the forms that a server is asked by.
bool read_target(const HeadView& head, Framing& out) {
  std::string_view target = head.target;
  if (head.method == "CONNECT") return false;
  if (head.method == "OPTIONS" && target == "*") {
    out.path = target;
    return true;
  }
  if (const auto rest = after_scheme(target)) {
    const size_t end = std::min(rest->find_first_of("/?"), rest->size());
    out.is_absolute = true;
    out.authority = rest->substr(0, end);
    target = rest->substr(end);
    if (!parse_authority(out.authority)) return false;
  }
  const size_t question = std::min(target.find('?'), target.size());
  out.path = target.substr(0, question);
  out.query = target.substr(std::min(question + 1, target.size()));
  // "http://a" and "http://a?b" ask for the root.
  if (out.is_absolute && out.path.empty()) out.path = "/";
  return is_clean_target(out.path) &&
         std::all_of(out.query.begin(), out.query.end(), is_target_character);
}

/// Exactly one in HTTP/1.1, at most one before it, and always a valid authority.
bool read_host(const HeadView& head, Framing& out) {
  const Found host = find(head.headers, "host");
  if (host.count == 0) return head.version < 11;
  if (host.count > 1 || !parse_authority(host.value)) return false;
  // RFC 9112, 3.2.2: where the target has an authority, the server ignores Host.
  if (!out.is_absolute) out.authority = host.value;
  return true;
}

/// Digits alone: no sign, no blank, no list.
std::optional<uint64_t> length_in(std::string_view text) {
  return number_in<uint64_t>(text);
}

/// A length, or exactly one coding that is "chunked" and nothing else.
std::optional<Framing> read_body_framing(const HeadView& head, Framing& out) {
  const Found coding = find(head.headers, "transfer-encoding");
  const Found length = find(head.headers, "content-length");
  if (coding.count > 0) {
    if (length.count > 0) return refused(400, "the request has a length and a transfer coding");
    if (head.version < 11) return refused(400, "HTTP/1.0 has no transfer coding");
    out.is_chunked = coding.count == 1 && equals_ignoring_case(coding.value, "chunked");
    if (out.is_chunked) return std::nullopt;
    // "chunked, chunked", "chunked;q=1" and "" are mistakes; "gzip, chunked" is another coding.
    const bool is_mistake =
        coding.value.empty() || coding.count > 1 || to_lower(coding.value).starts_with("chunked");
    return refused(is_mistake ? 400 : 501, "Transfer-Encoding must be chunked and nothing else");
  }
  if (length.count == 0) return std::nullopt;
  const auto bytes = length.count == 1 ? length_in(length.value) : std::nullopt;
  if (!bytes) return refused(400, "Content-Length must be one number");
  out.body_bytes = *bytes;
  return std::nullopt;
}

/// Whether the connection stays open, by all that Connection says.
bool is_kept_by(const HeadView& head) {
  bool asks_to_keep = false;
  for (const auto& [name, value] : head.headers) {
    // The second name is nobody's standard, and those who send it mean the same.
    const bool is_it =
        equals_ignoring_case(name, "connection") || equals_ignoring_case(name, "proxy-connection");
    if (!is_it) continue;
    for (const std::string_view option : split(value, ',')) {
      if (equals_ignoring_case(trim(option), "close")) return false;
      if (equals_ignoring_case(trim(option), "keep-alive")) asks_to_keep = true;
    }
  }
  return asks_to_keep || head.version >= 11;
}

}  // namespace

HeadScan::Verdict HeadScan::look(std::string_view bytes) {
  for (;;) {
    const size_t end = bytes.find('\n', seen_);
    const std::string_view fresh = bytes.substr(seen_, end - seen_);
    if (fresh.find('\0') != std::string_view::npos) return Verdict::broken;
    if (end == std::string_view::npos) {
      seen_ = bytes.size();
      return Verdict::more;
    }
    if (end == 0 || bytes[end - 1] != '\r') return Verdict::broken;
    const bool is_first = line_ == 0;
    const bool is_folded = bytes[line_] == ' ' || bytes[line_] == '\t';
    const bool is_empty = end == line_ + 1;
    // Nobody sends an empty line first but those who counted a body wrong.
    if (is_folded || (is_first && is_empty)) return Verdict::broken;
    seen_ = line_ = end + 1;
    if (is_empty) return Verdict::whole;
  }
}

bool is_clean_target(std::string_view target) {
  if (!target.starts_with('/')) return false;
  const bool is_plain = std::all_of(target.begin(), target.end(), is_target_character);
  return is_plain && !has_escaped_control(target.substr(0, target.find('?')));
}

Framing framing_of(const HeadView& head) {
  Framing out;
  if (!read_target(head, out)) {
    return refused(400, "the target must be a path or an http(s) URL, in percent-encoded ASCII");
  }
  if (!read_host(head, out)) return refused(400, "one valid Host header must be given");
  if (const auto wrong = read_body_framing(head, out)) return *wrong;
  out.is_kept = is_kept_by(head);
  const Found coding = find(head.headers, "content-encoding");
  if (coding.count > 0 && !equals_ignoring_case(coding.value, "identity")) {
    return refused(415, "send the body without Content-Encoding");
  }
  const Found expect = find(head.headers, "expect");
  if (expect.count == 0 || head.version < 11) return out;
  const bool is_known = expect.count == 1 && equals_ignoring_case(expect.value, "100-continue");
  if (!is_known) return refused(417, "the only supported expectation is 100-continue");
  out.waits_to_go_on = out.is_chunked || out.body_bytes > 0;
  return out;
}

}  // namespace dw
