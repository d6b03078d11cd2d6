#include "jobs/routing.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "base/text.h"

namespace dw {
namespace {

RE2::Options without_case() {
  RE2::Options options;
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  return options;
}

std::string domain_of(const std::string& email) {
  const size_t at = email.rfind('@');
  return at == std::string::npos ? "" : to_lower(email.substr(at + 1));
}

/// One condition over a list: holds if it is empty or any of `have` is in it.
bool is_any(const std::vector<std::string>& wanted, const std::vector<std::string>& have) {
  return std::any_of(have.begin(), have.end(), [&](const std::string& one) {
    return std::any_of(wanted.begin(), wanted.end(),
                       [&](const std::string& want) { return equals_ignoring_case(want, one); });
  });
}

}  // namespace

struct Routing::Route {
  RouteSettings settings;
  RE2 pattern;
  explicit Route(RouteSettings given)
      : settings(std::move(given)), pattern(settings.text, without_case()) {
    DW_ASSERT(pattern.ok(), "the configuration was checked before it came here");
  }
};

Routing::Routing(std::vector<RouteSettings> routes) {
  for (RouteSettings& route : routes) routes_.push_back(std::make_unique<Route>(std::move(route)));
}

Routing::~Routing() = default;

RouteVerdict Routing::judge(size_t index, const Ticket& ticket) const {
  const Route& route = *routes_[index];
  RouteVerdict verdict{static_cast<int>(index), true, {}};
  const auto check = [&](const char* name, const std::vector<std::string>& wanted,
                         const std::vector<std::string>& have) {
    if (wanted.empty()) return;
    const bool holds = is_any(wanted, have);
    verdict.has_matched = verdict.has_matched && holds;
    verdict.conditions.push_back(fmt::format("{} is {}, wanted {}: {}", name,
                                             have.empty() ? "nothing" : join(have, ", "),
                                             join(wanted, " or "), holds ? "yes" : "no"));
  };
  check("priority", route.settings.priorities, {std::string(name_of(ticket.priority))});
  check("source", route.settings.sources, {ticket.source});
  check("requester_domain", route.settings.requester_domains, {domain_of(ticket.requester.email)});
  check("tag", route.settings.tags_wanted, ticket.tags);
  if (!route.settings.text.empty()) {
    const bool holds = RE2::PartialMatch(ticket.title, route.pattern) ||
                       RE2::PartialMatch(ticket.description, route.pattern);
    verdict.has_matched = verdict.has_matched && holds;
    verdict.conditions.push_back(
        fmt::format("text matches {}: {}", route.settings.text, holds ? "yes" : "no"));
  }
  return verdict;
}

Routed Routing::choose(const Ticket& ticket) const {
  Routed out{.queue = std::string(name_of(ticket.priority)), .tags = {}, .announce = {}};
  for (size_t i = 0; i < routes_.size(); ++i) {
    if (!judge(i, ticket).has_matched) continue;
    const RouteSettings& settings = routes_[i]->settings;
    if (!settings.queue.empty()) out.queue = settings.queue;
    out.tags = settings.tags;
    out.announce = settings.announce;
    out.route = static_cast<int>(i);
    break;
  }
  return out;
}

std::vector<RouteVerdict> Routing::explain(const Ticket& ticket) const {
  std::vector<RouteVerdict> out;
  for (size_t i = 0; i < routes_.size(); ++i) {
    out.push_back(judge(i, ticket));
    if (out.back().has_matched) break;
  }
  return out;
}

}  // namespace dw
