// What is known of each connector: does it work, since when, and what was the last trouble. Filled
// by the outbox's outcomes and by hooks that came; read by the status page and /metrics.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace dw {

struct ConnectorState {
  std::string name;  ///< "sqs:high", "teams:it"
  bool is_ok = true;
  std::string detail;
  std::optional<TimePoint> last_success_at;
  std::optional<TimePoint> failing_since{};  ///< since when it has not worked; none: it works
  std::string title{};                       ///< what people call it; empty: what its name says
};

class ConnectorStates {
 public:
  /// Called with a state that has changed.
  explicit ConnectorStates(std::function<void(const ConnectorState&)> changed = {})
      : changed_(std::move(changed)) {}

  void expect(const std::string& name, const std::string& detail) {
    states_[name] = {name, true, detail, {}};
  }
  void note_success(const std::string& name, TimePoint at) {
    ConnectorState& state = states_[name];
    const bool is_news = !state.is_ok || !state.last_success_at;
    state = {name, true, "", at};
    if (is_news && changed_) changed_(state);
  }
  void note_error(const std::string& name, const std::string& why, TimePoint at) {
    ConnectorState& state = states_[name];
    const bool is_news = state.is_ok || state.detail != why;
    state.failing_since = state.failing_since.value_or(at);
    state.name = name;
    state.is_ok = false;
    state.detail = why;
    if (is_news && changed_) changed_(state);
  }
  std::vector<ConnectorState> list() const {
    std::vector<ConnectorState> out;
    for (const auto& [name, state] : states_) out.push_back(state);
    return out;
  }

 private:
  std::function<void(const ConnectorState&)> changed_;
  std::map<std::string, ConnectorState> states_;
};

}  // namespace dw
