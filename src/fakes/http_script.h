// An HTTP server that keeps to a script: answers and faults, one a request, in order. It is
// written over bare sockets and not over net/http_server, which can neither hang up nor lie.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/task.h"
#include "net/task_group.h"

namespace dw {

/// What becomes of one request.
struct HttpStep {
  enum class Kind {
    answer,   ///< whole: 200 and a body
    half,     ///< the head and half of the body, then the connection breaks
    hang_up,  ///< read to its end, then the connection breaks without a word
    hang,     ///< read to its end, then nothing until the server stops
    noise,    ///< bytes that are no HTTP
    stall,    ///< the head and half of the body, then nothing until the server stops
  };
  Kind kind = Kind::answer;
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;

  static HttpStep answer(int status, std::string body,
                         std::vector<std::pair<std::string, std::string>> headers = {}) {
    return {Kind::answer, status, std::move(body), std::move(headers)};
  }
  static HttpStep fault(Kind kind) { return {kind, 200, "{\"half\":true}", {}}; }
};

class HttpScript {
 public:
  struct Seen {
    std::string method, path, body;
    std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case

    /// Empty if absent.
    std::string_view header(std::string_view lower_case_name) const;
  };

  /// On this machine; port 0 picks one. Throws if the port is taken.
  HttpScript(Loop& loop, TaskGroup& tasks, unsigned short port = 0);
  ~HttpScript();

  /// "http://127.0.0.1:40001", from the first moment on.
  const std::string& url() const;
  /// The next request that no step is for yet. Without a step a request gets 500.
  void then(HttpStep step);
  /// What answers where the script has no step: a fake of a whole system.
  void otherwise(std::function<HttpStep(const Seen&)> answer);
  /// Requests so far, in order; a long-lived fake keeps the last thousand.
  const std::deque<Seen>& seen() const;
  /// Connections are refused from here on, and those that hang end.
  void stop();

 private:
  struct State;
  // Shared with the tasks that serve: the last may end after this object.
  std::shared_ptr<State> state_;
};

}  // namespace dw
