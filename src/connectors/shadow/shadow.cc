#include "connectors/shadow/shadow.h"

#include <fmt/format.h>

#include "base/text.h"
#include "domain/mrkdwn.h"

namespace dw {
namespace {

constexpr size_t shown_characters_max = 160;

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

std::string what_changes(const TicketPatch& patch) {
  std::vector<std::string> parts;
  if (patch.status) parts.push_back(fmt::format("status {}", name_of(*patch.status)));
  if (patch.priority) parts.push_back(fmt::format("priority {}", name_of(*patch.priority)));
  if (patch.assignee) parts.push_back("assignee " + *patch.assignee);
  return join(parts, ", ");
}

/// What was not done, for a person who looks through the deliveries.
std::string words_of(const Payload& payload) {
  const Overloaded words{
      [](const DeskOpen& one) { return "open " + one.title; },
      [](const DeskComment& one) {
        return fmt::format("{} comment of {}: {}", one.is_public ? "public" : "private",
                           one.author_name, one.body);
      },
      [](const DeskUpdate& one) { return "set " + what_changes(one.patch); },
      [](const ChatPost& one) {
        const std::string& said = one.text.empty() ? one.html : one.text;
        return one.author_name.empty() ? said : one.author_name + ": " + said;
      },
      [](const ChatReact& one) {
        return fmt::format("{} :{}:", one.is_removed ? "remove" : "add", one.emoji);
      },
      [](const auto&) { return std::string(); }};
  return cut_characters(first_line_of(std::visit(words, payload)), shown_characters_max);
}

}  // namespace

Result<Outcome> Shadow::apply(Db&, const Delivery& delivery, TimePoint) {
  Outcome done = Outcome::done(json::object{});
  if (const auto* open = std::get_if<DeskOpen>(&delivery.payload)) {
    done.answer = json::object{{"id", fmt::format("shadow-{}", open->ticket.value)}};
  }
  done.why = "not sent: " + words_of(delivery.payload);
  return done;
}

}  // namespace dw
