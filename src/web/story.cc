#include "web/story.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "records/deliveries.h"
#include "records/events.h"
#include "records/tickets.h"

namespace dw {
namespace {

constexpr size_t deliveries_max = 500;

struct Subject {
  TicketId ticket;
  EventId event;
  DeliveryId delivery;
};

std::optional<int64_t> number_behind(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_good = failed == std::errc{} && end == text.data() + text.size() && number > 0;
  return is_good ? std::optional(number) : std::nullopt;
}

Result<Subject> subject_named(const std::string& text) {
  if (const auto id = number_behind(text, "e-")) return Subject{{}, {*id}, {}};
  if (const auto id = number_behind(text, "d-")) return Subject{{}, {}, {*id}};
  const auto ticket = number_behind(text, text.starts_with('#') ? "#" : "");
  if (ticket) return Subject{{*ticket}, {}, {}};
  return Error{ErrorKind::invalid, "",
               text + " is not a ticket (17), event (e-000123) or delivery (d-000191)"};
}

Error nothing_known(const std::string& id) {
  return {ErrorKind::missing, "",
          fmt::format("{} not found: it never existed, or retention removed it", id)};
}

/// Nothing where retention has removed the event.
Result<void> add_event(ReadDb& db, EventId id, std::vector<Delivery> caused, Story& story) {
  DW_TRY(auto stored, events::find(db, id));
  if (stored) story.events.push_back({std::move(*stored), std::move(caused)});
  return {};
}

Result<Story> read_ticket(ReadDb& db, TicketId id) {
  Story story;
  DW_TRY(story.ticket, tickets::find(db, id));
  DW_TRY(story.comments, tickets::comments(db, id));
  DW_TRY(auto page, deliveries::list(db, {.ticket = id, .page = {.limit = deliveries_max}}));
  std::map<EventId, std::vector<Delivery>> caused;
  for (auto one = page.items.rbegin(); one != page.items.rend(); ++one) {
    caused[one->event].push_back(std::move(*one));
  }
  for (auto& [event, deliveries] : caused) {
    DW_CHECK(add_event(db, event, std::move(deliveries), story));
  }
  return story;
}

Result<Story> read_event(ReadDb& db, EventId id) {
  Story story;
  DW_TRY(auto page, deliveries::list(db, {.event = id, .page = {.limit = deliveries_max}}));
  std::reverse(page.items.begin(), page.items.end());
  for (const Delivery& one : page.items) {
    if (!one.ticket || story.ticket) continue;
    DW_TRY(story.ticket, tickets::find(db, one.ticket));
  }
  DW_CHECK(add_event(db, id, std::move(page.items), story));
  return story;
}

}  // namespace

Result<Story> read_story(ReadDb& db, const std::string& name) {
  DW_TRY(Subject subject, subject_named(name));
  const bool is_delivery = bool(subject.delivery);
  if (is_delivery) {
    DW_TRY(const auto delivery, deliveries::find(db, subject.delivery));
    if (!delivery) return nothing_known(name);
    subject = {delivery->ticket, delivery->event, {}};
  }
  DW_TRY(Story story,
         subject.ticket ? read_ticket(db, subject.ticket) : read_event(db, subject.event));
  const bool is_known = is_delivery || story.ticket || !story.events.empty();
  if (!is_known) return nothing_known(name);
  return story;
}

std::string_view name_of(EventState state) {
  return state == EventState::done ? "done" : "parked";
}

const Shape<StoryEvent, ShapeContext>& shape_for(const StoryEvent*) {
  static const auto event = [](auto member) {
    return [member](const StoryEvent& one) { return one.stored.event.*member; };
  };
  static const auto shape =
      Shape<StoryEvent, ShapeContext>("StoryEvent")
          .add("id", [](const StoryEvent& one) { return to_text(one.stored.id); })
          .add("at", event(&Event::at))
          .add("source", event(&Event::source))
          .add("kind", event(&Event::kind))
          .add("key", event(&Event::key))
          .add_json("body", {}, event(&Event::body))
          .add("state", [](const StoryEvent& one) { return one.stored.state; })
          .add("reason", [](const StoryEvent& one) { return NullableText{one.stored.reason}; })
          .add_json("reply", {.is_nullable = true},
                    [](const StoryEvent& one) { return one.stored.reply; })
          .add("deliveries", &StoryEvent::deliveries);
  return shape;
}

const Shape<Story, ShapeContext>& shape_for(const Story*) {
  static const auto shape = Shape<Story, ShapeContext>("Story")
                                .add("ticket", &Story::ticket)
                                .add("rule", or_null(&Story::rule))
                                .add("events", &Story::events)
                                .add("comments", &Story::comments);
  return shape;
}

const Shape<Summary>& shape_for(const Summary*) {
  static const auto shape = Shape<Summary>("Summary").add("text", &Summary::text);
  return shape;
}

}  // namespace dw
