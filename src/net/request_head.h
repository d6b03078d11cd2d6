// What is looked at in a request before the parser sees it: where its head ends, and shapes that
// two programs could read as two different requests (RFC 9112, sections 2.2, 5.2 and 6.1).
#pragma once
#include <cstddef>
#include <string_view>

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

/// "/a%20b?c": begins with a slash, no blank or control character as it is, and none escaped
/// before the question mark.
bool is_clean_target(std::string_view target);

}  // namespace dw
