// A ticket is on its own again: it left an incident, or its requester has replied and the incident
// is closed. Its thread mentions who is on call, who gets the ticket where [oncall] assigns it.
#include <fmt/format.h>

#include "jobs/bridge/context.h"

namespace dw {

/// "41 spared": only if nobody was mentioned there yet; "41 replied": in any case.
void take_mention(Context& context) {
  const bool is_known = context.link && context.ticket && context.settings != nullptr;
  if (!is_known || context.settings->oncall.empty()) return;
  const bool is_spared = context.text("reference").ends_with(" spared");
  if (is_spared && context.view.is_mentioned) return;
  const std::string& oncall = context.settings->oncall;
  context.deliver_in(context.lane() + "/oncall", Lookup{"oncall", {}}, "oncall:" + oncall,
                     fmt::format("mention {} {}", context.channel, context.thread), false);
}

void take_whom_to_mention(Context& context, const json::value& given) {
  if (!context.link || !context.ticket || context.settings == nullptr) return;
  const OncallText people = oncall_text(given);
  if (people.text.empty()) return;
  const auto use = context.parts.oncall.find(context.settings->oncall);
  const OncallUse how = use == context.parts.oncall.end() ? OncallUse{} : use->second;
  context.say(people.text, how.notifies ? people.mentions : std::vector<std::string>{});
  // Who took it meanwhile keeps it.
  if (how.assigns && context.ticket->assignee.empty()) assign_oncall(context, people);
}

}  // namespace dw
