// Outgoing HTTP(S) over libcurl's multi interface on the event loop: pool, HTTP/2, proxies,
// verified TLS (always), a deadline, a size limit, no redirects, AWS SigV4.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "net/attempt.h"
#include "net/task.h"
#include "net/temp_file.h"

namespace dw {

/// Signs with SigV4. libcurl's quirks: every header given is signed, so none may be empty.
struct AwsSigning {
  std::string region, service;
  std::string key_id;
  Secret secret;
  Secret session_token;  ///< empty: none
};

struct HttpCall {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::optional<AwsSigning> aws;
  size_t answer_bytes_max = 4 * 1024 * 1024;
  /// A body that is too large for memory: instead of `body`. Lives until send() has returned.
  ScratchFile* body_file = nullptr;
  /// Where the answer's body goes instead of HttpAnswer::body; answer_bytes_max holds here too.
  ScratchFile* answer_file = nullptr;
  /// The caller needs a final status alone: a body that breaks off, is too large or takes longer
  /// than a second is no error, and the answer has what came of it.
  bool is_status_enough = false;
};

struct HttpAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;

  std::string_view header(std::string_view lower_case_name) const;
  /// Retry-After as seconds or as an HTTP date, against `now`; at most a day.
  std::optional<Millis> retry_after(TimePoint now) const;
};

class HttpClient {
 public:
  explicit HttpClient(Loop& loop);
  ~HttpClient();

  /// One request, one answer, whatever its status. What another process may take over is sent with
  /// its `fence`, which outlives the request: asked right before the first byte, and again before
  /// each further piece. A request that it refuses is unreachable; one that is on its way is cut.
  /// errors  unreachable: nothing of the request was written (no name, refused, TLS failed, no time
  ///         was left, the fence refused it)
  ///         unsure: it was written, and no whole answer came in time
  ///         invalid: the URL is none
  Task<Result<HttpAnswer>> send(HttpCall call, Millis timeout, const Fence* fence = nullptr);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dw
