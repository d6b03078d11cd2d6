// Which queue a ticket takes: the first route whose conditions all hold; without one, the queue
// named after its priority. Patterns are RE2 (linear time), compiled once.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "config/sections.h"
#include "domain/ticket.h"

namespace dw {

struct Routed {
  std::string queue;
  std::vector<std::string> tags;  ///< that the route adds
  std::string announce;           ///< a channel that is told; empty: none
  int route = -1;                 ///< which of [[route]], from 0; -1: the default
};

/// Why a route matched or did not: one line per condition.
struct RouteVerdict {
  int route = 0;
  bool has_matched = false;
  std::vector<std::string> conditions;  ///< "priority is high, wanted high: yes"
};

class Routing {
 public:
  explicit Routing(std::vector<RouteSettings> routes);
  ~Routing();

  Routed choose(const Ticket& ticket) const;
  /// Every route up to and with the first that matches.
  std::vector<RouteVerdict> explain(const Ticket& ticket) const;

 private:
  struct Route;
  RouteVerdict judge(size_t index, const Ticket& ticket) const;
  std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace dw
