// The body of a chunked request, piece by piece (RFC 9112, section 7.1), strictly: lines end with
// CR LF and nothing else does, a size is hexadecimal digits, an extension keeps to its grammar and
// is ignored, and what stands in a trailer becomes no header.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dw {

class ChunkedBody {
 public:
  enum class Verdict {
    more,       ///< all that was given is taken, and the body goes on
    whole,      ///< the body has ended; what is behind taken() is the next request's
    broken,     ///< nothing behind it can be trusted
    too_large,  ///< more than bytes_max are announced
  };

  /// `bytes_max` of the body; `trailer_bytes_max` of the lines behind it.
  ChunkedBody(size_t bytes_max, size_t trailer_bytes_max)
      : bytes_max_(bytes_max), trailer_bytes_max_(trailer_bytes_max) {}

  /// Takes the next bytes, and appends to `body` what is of it.
  Verdict take(std::string_view bytes, std::string& body);
  /// Of the last call's bytes.
  size_t taken() const { return taken_; }

 private:
  enum class State { size, content, content_end, trailer };

  bool append_to_line(char c);
  Verdict end_line(size_t body_bytes);

  size_t bytes_max_, trailer_bytes_max_;
  State state_ = State::size;
  std::string line_;   // so far, with its CR
  uint64_t left_ = 0;  // of the chunk
  size_t trailer_bytes_ = 0;
  size_t taken_ = 0;
};

}  // namespace dw
