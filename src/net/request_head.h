// What a request's head says of the request: where the head ends, how its body is framed, whom it
// is for. Strict and pure: whatever two programs could read as two different requests is refused
// (RFC 9112, sections 2.2, 3, 5.2, 6 and 9.3; RFC 9110, sections 7.2, 8.4 and 10.1.1).
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace dw {

/// Finds the end of a head in bytes that arrive piece by piece; looks at each byte once.
class HeadScan {
 public:
  enum class Verdict {
    more,    ///< no end yet
    whole,   ///< bytes() are the head, with its empty line
    broken,  ///< a bare line feed, a folded line, a NUL: nothing behind it can be trusted
  };

  /// `bytes` is all that has arrived; it only grows from call to call.
  Verdict look(std::string_view bytes);
  /// Of the head, once it is whole.
  size_t bytes() const { return line_; }

 private:
  size_t seen_ = 0;
  size_t line_ = 0;  // where the line begins that is being looked at
};

/// "/a%20b?c": begins with a slash, printable ASCII without blanks and '#', no control character
/// escaped before the question mark.
bool is_clean_target(std::string_view target);

/// A head as a parser of the grammar gives it; the values are without blanks at their ends.
struct HeadView {
  std::string_view method, target;
  int version = 11;  ///< 10 or 11
  const std::vector<std::pair<std::string_view, std::string_view>>& headers;
};

/// What is done with the bytes behind a head, or why the request is refused.
struct Framing {
  int refused = 0;  ///< the status that it is refused with, before the connection closes; 0: taken
  std::string_view why;

  std::string_view path;       ///< without the query; "*" for the server itself (OPTIONS *)
  std::string_view query;      ///< without the question mark
  std::string_view authority;  ///< of an absolute-form target, else the Host; empty: HTTP/1.0
  bool is_absolute = false;    ///< the target has an authority, and Host does not count

  bool is_chunked = false;
  uint64_t body_bytes = 0;      ///< where it is not chunked
  bool is_kept = false;         ///< the connection takes another request after this one
  bool waits_to_go_on = false;  ///< the sender waits for 100 before it sends the body
};

/// The whole decision about a request, from its head alone.
Framing framing_of(const HeadView& head);

}  // namespace dw
