// What brings events in over a hook: verify and decode. A source never decides and never stores.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "domain/event.h"
#include "net/task.h"

namespace dw {

/// One request as it came: `body` is the raw bytes, over which signatures are computed.
struct RawHook {
  std::string_view body;
  /// Header by name in any case; empty if absent.
  std::function<std::string_view(std::string_view)> header;
  TimePoint at{};
  bool is_loopback_caller = false;  ///< the peer, seen through trusted proxies, is this machine
};

struct HookAnswer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
};

class HookSource {
 public:
  virtual ~HookSource() = default;

  /// "teams:it": the events' source, and the metric label.
  virtual const std::string& name() const = 0;
  /// "/hooks/teams/it"
  virtual const std::string& path() const = 0;

  /// Checks the signature over the raw body, in constant time.
  /// errors  denied: missing, malformed or wrong signature
  virtual Result<void> verify(const RawHook& hook) const = 0;
  /// What is answered to a request that brings no event: a challenge, a notice that means nothing
  /// here. Asked after verify() and before decode().
  virtual std::optional<HookAnswer> answer_without_event(const RawHook&) const { return {}; }
  /// Bytes to one event, in our words. Pure.
  /// errors  invalid: not what this system sends
  virtual Result<Event> decode(const RawHook& hook) const = 0;
  /// A job's reply in the words of this system.
  virtual HookAnswer encode_reply(const json::value& reply) const = 0;
  /// What the sender is told when its request could not be taken.
  virtual HookAnswer encode_error(const Error& error) const = 0;
};

/// Where a source that listens by itself (a web socket, a poll) hands in what it heard.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// Some job takes this kind; others are not worth a commit.
  virtual bool takes(std::string_view kind) const = 0;
  /// Takes one event for good; the reply for the sender, null if there is none. When it returns a
  /// value the event is committed.
  virtual Task<Result<json::value>> accept(Event event) = 0;
};

}  // namespace dw
