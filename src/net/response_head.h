// The head of an answer as bytes (RFC 9112). Pure but for the date, which is made anew once a
// second.
#pragma once
#include <string>
#include <string_view>

#include "base/clock.h"
#include "net/http_server.h"

namespace dw {

/// "Sat, 21 Nov 2026 07:12:02 GMT", kept for as long as it is right.
class HttpDate {
 public:
  const std::string& at(TimePoint now);

 private:
  std::chrono::sys_seconds second_{std::chrono::seconds(-1)};
  std::string text_;
};

struct HeadShape {
  bool is_kept = false;     ///< the connection takes another request after this answer
  bool is_http_10 = false;  ///< the request was; what is kept has to be said then
  bool is_tls = false;      ///< from now on this name is asked by TLS alone (RFC 6797)
  std::string_view reason;  ///< "Not Found"
  std::string_view date;
};

/// Control characters in a handler's header become blanks: a value that holds a stranger's text
/// cannot begin a header of its own.
std::string head_of(const Response& response, const HeadShape& shape);

}  // namespace dw
