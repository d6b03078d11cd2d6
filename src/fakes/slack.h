// Slack, whole: the Web API over HTTP, Socket Mode, signed hooks, files, and faults on demand. For
// tests in C++ it is an object; for others a program (tests/fakes/fake_slack.cc) that takes its
// orders at /fake/….
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "fakes/slack_sockets.h"
#include "fakes/slack_workspace.h"

namespace dw {

/// What becomes of one call, instead of the usual.
struct FakeSlackFault {
  enum class Kind {
    answer,   ///< `status` and, with 200, {"ok":false,"error":word}; nothing happens
    hang_up,  ///< the connection breaks, and nothing happens
    lost,     ///< it happens, and the connection breaks before the answer
    trouble,  ///< it happens, and the answer is `status`
  };
  Kind kind = Kind::answer;
  std::string method;  ///< empty: the next call, whatever it is
  int status = 200;
  std::string word;
  int retry_after = 0;  ///< seconds
};

class FakeSlack {
 public:
  struct Call {
    std::string method;
    FakeSlackWorkspace::Fields fields;
    TimePoint at{};
  };

  FakeSlack(Loop& loop, Clock& clock, TaskGroup& tasks, HttpClient& http,
            FakeSlackOptions options = {});
  ~FakeSlack();

  /// "http://127.0.0.1:40001", from the first moment on.
  const std::string& url() const;
  std::string api_url() const { return url() + "/api/"; }
  const FakeSlackOptions& options() const;
  FakeSlackWorkspace& workspace();
  const FakeSlackWorkspace& workspace() const;
  FakeSlackSockets& sockets();
  /// Faults are used up in order, each by the first call that it is for.
  void fault(FakeSlackFault fault);
  /// Each n-th event comes a second time, under another id, as Slack at times does; 0: none.
  void repeat_events(int every);
  /// Of the calls that change something each n-th takes effect, and its answer is lost; 0: none.
  void drop_answers(int each);
  /// Calls of the Web API so far, but for those that a fault answered.
  const std::vector<Call>& calls() const;
  size_t count(std::string_view method) const;
  /// A load: replies to the channel's threads in turn, at most `window` of them unacknowledged.
  struct Pour {
    std::string channel, user;
    int64_t count = 0;
    int64_t per_second = 0;  ///< 0: as fast as they are acknowledged
    size_t window = 256;
  };
  /// Calls and acknowledgements are no longer kept from here on.
  void pour(Pour load);
  bool is_pouring() const;
  /// "/desk TEXT" typed by a person.
  void command(const std::string& channel, const std::string& user, const std::string& text);
  /// A button on a message.
  void press(const std::string& channel, const std::string& message, const std::string& user,
             const std::string& action, const std::string& value);
  void stop();

  struct State;

 private:
  // Shared with the tasks that serve: the last may end after this object.
  std::shared_ptr<State> state_;
};

}  // namespace dw
