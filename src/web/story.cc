#include "web/story.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/number.h"
#include "jobs/bridge/rows.h"
#include "records/deliveries.h"
#include "records/events.h"
#include "records/links.h"
#include "records/tickets.h"
#include "web/story_words.h"

namespace dw {
namespace {

constexpr size_t deliveries_max = 500;
constexpr size_t thread_messages_max = 500;
constexpr size_t events_max = 2000;

struct Subject {
  TicketId ticket;
  EventId event;
  DeliveryId delivery;
};

std::optional<int64_t> number_behind(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  const std::optional<int64_t> number = number_in(text.substr(prefix.size()));
  return number && *number > 0 ? number : std::nullopt;
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

/// Collects what belongs to a ticket: the events that its deliveries come from, and from there what
/// was asked before and after, also before the ticket had a number.
class StoryReader {
 public:
  explicit StoryReader(ReadDb& db) : db_(db) {}

  Result<Story> read_ticket(TicketId id) {
    DW_TRY(story_.ticket, tickets::find(db_, id));
    DW_TRY(story_.comments, tickets::comments(db_, id));
    DW_TRY(auto page, deliveries::list(db_, {.ticket = id, .page = {.limit = deliveries_max}}));
    for (const Delivery& one : page.items) wanted_.push_back(one.event);
    DW_CHECK(read_thread(id));
    ticket_ = id;
    DW_CHECK(follow());
    for (Delivery& one : page.items) add(std::move(one));
    return finish();
  }

  Result<Story> read_event(EventId id) {
    DW_TRY(auto page, deliveries::list(db_, {.event = id, .page = {.limit = deliveries_max}}));
    for (const Delivery& one : page.items) {
      if (!one.ticket || story_.ticket) continue;
      DW_TRY(story_.ticket, tickets::find(db_, one.ticket));
    }
    DW_TRY(auto stored, events::find(db_, id));
    if (stored) events_[id].stored = std::move(*stored);
    for (Delivery& one : page.items) add(std::move(one));
    return finish();
  }

 private:
  /// What was said in the ticket's thread.
  Result<void> read_thread(TicketId id) {
    DW_TRY(const auto link, links::of_ticket(db_, id));
    if (!link) return {};
    DW_TRY(auto said,
           bridge::thread_messages(db_, link->channel, link->thread, thread_messages_max));
    for (ThreadMessage& one : said) {
      const std::string mention = one.channel + "/mention/" + one.message;
      for (const std::string& key : {one.key, mention}) {
        DW_TRY(const auto event, events::find_by_key(db_, "slack", key));
        if (event) wanted_.push_back(*event);
        if (event && one.message == link->thread && one.key == key) opener_ = *event;
      }
      people_.insert(one.author);
      names_.messages[one.key] = std::move(one);
    }
    people_.insert(link->requester);
    return {};
  }

  /// Reads the wanted events, and those that asked for them or answered them.
  Result<void> follow() {
    while (!wanted_.empty() && events_.size() < events_max) {
      const EventId id = wanted_.back();
      wanted_.pop_back();
      if (!seen_.insert(id).second) continue;
      DW_TRY(auto stored, events::find(db_, id));
      if (!stored) continue;  // retention has removed it
      if (is_of_bot(stored->event)) continue;
      DW_CHECK(find_question(stored->event));
      events_[id].stored = std::move(*stored);
      DW_TRY(auto page, deliveries::list(db_, {.event = id, .page = {.limit = deliveries_max}}));
      for (Delivery& one : page.items) {
        if (one.ticket && one.ticket != ticket_) continue;
        DW_CHECK(find_answer(one));
        add(std::move(one));
      }
    }
    return {};
  }

  Result<void> find_question(const Event& event) {
    if (event.source != "delivery") return {};
    const auto id = delivery_id_named(event.key.substr(0, event.key.find('/')));
    if (!id) return {};
    DW_TRY(const auto asked, deliveries::find(db_, *id));
    if (asked) wanted_.push_back(asked->event);
    return {};
  }

  Result<void> find_answer(const Delivery& delivery) {
    if (delivery.answer_kind.empty()) return {};
    for (const char* end : {"", "/dead"}) {
      DW_TRY(const auto answer, events::find_by_key(db_, "delivery", to_text(delivery.id) + end));
      if (answer) wanted_.push_back(*answer);
    }
    return {};
  }

  void add(Delivery delivery) {
    const auto event = events_.find(delivery.event);
    if (event == events_.end() || !has_.insert(delivery.id).second) return;
    event->second.deliveries.push_back({std::move(delivery), {}});
  }

  Result<void> read_names() {
    for (const auto& [id, one] : events_) {
      const Event& event = one.stored.event;
      for (std::string& name : ids_in_mrkdwn(text_in(event.body, "text"))) people_.insert(name);
      people_.insert(text_in(event.body, "user"));
    }
    people_.erase("");
    for (const std::string& id : people_) {
      DW_TRY(const auto known, bridge::lookup(db_, id));
      const std::string name = known ? text_in(known->body, "name") : "";
      if (!name.empty()) names_.people[id] = name;
    }
    return {};
  }

  static std::string text_in(const json::value& body, std::string_view member) {
    return JsonView(body)[member].text().value_or("");
  }

  /// Whether what these say still stands, also of a message that is none of the newest.
  Result<void> read_messages() {
    std::set<std::string> keys;
    for (const auto& [id, one] : events_) {
      const std::string message = message_key_of(one.stored.event);
      if (!message.empty()) keys.insert({message, one.stored.event.key});
      for (const StoryDelivery& sent : one.deliveries) {
        keys.insert(message_key_of(sent.delivery));
      }
    }
    keys.erase("");
    for (const std::string& key : keys) {
      if (names_.messages.count(key) > 0) continue;
      DW_TRY(auto said, bridge::message(db_, key));
      if (said) names_.messages[key] = std::move(*said);
    }
    return {};
  }

  /// What the desk was given in so many words.
  void collect_sent(const Payload& payload) {
    if (const auto* comment = std::get_if<DeskComment>(&payload)) {
      names_.sent.push_back(comment->body);
    } else if (const auto* open = std::get_if<DeskOpen>(&payload)) {
      names_.sent.push_back(open->description);
    }
  }

  Result<Story> finish() {
    DW_CHECK(read_names());
    DW_CHECK(read_messages());
    for (auto& [id, one] : events_) {
      std::sort(one.deliveries.begin(), one.deliveries.end(),
                [](const auto& a, const auto& b) { return a.delivery.id < b.delivery.id; });
      for (StoryDelivery& sent : one.deliveries) {
        sent.delivery = without_withdrawn_words(std::move(sent.delivery), names_);
        collect_sent(sent.delivery.payload);
        sent.text = words_of(sent.delivery, sent.delivery.target);
        names_.deliveries[sent.delivery.id] = sent.text;
      }
    }
    for (auto& [id, one] : events_) {
      one.text = words_of(one.stored.event, names_);
      one.stored.event.body = body_shown(one.stored.event, names_);
    }
    // The story begins with the message that opened the ticket, also if a reply came before it.
    if (const auto first = events_.find(opener_); first != events_.end()) {
      story_.events.push_back(std::move(first->second));
      events_.erase(first);
    }
    for (auto& [id, one] : events_) story_.events.push_back(std::move(one));
    return std::move(story_);
  }

  ReadDb& db_;
  Story story_;
  TicketId ticket_;
  EventId opener_;
  StoryNames names_;
  std::set<std::string> people_;
  std::vector<EventId> wanted_;
  std::set<EventId> seen_;
  std::set<DeliveryId> has_;
  std::map<EventId, StoryEvent> events_;
};

}  // namespace

Result<Delivery> shown_delivery(ReadDb& db, Delivery delivery) {
  StoryNames names;
  if (const std::string key = message_key_of(delivery); !key.empty()) {
    DW_TRY(auto said, bridge::message(db, key));
    if (said) names.messages[key] = std::move(*said);
  }
  return without_withdrawn_words(std::move(delivery), names);
}

Result<Story> read_story(ReadDb& db, const std::string& name) {
  DW_TRY(Subject subject, subject_named(name));
  const bool is_delivery = bool(subject.delivery);
  if (is_delivery) {
    DW_TRY(const auto delivery, deliveries::find(db, subject.delivery));
    if (!delivery) return nothing_known(name);
    subject = {delivery->ticket, delivery->event, {}};
  } else if (subject.ticket) {
    DW_TRY(const auto numbered, tickets::find_numbered(db, name));
    if (numbered) subject.ticket = *numbered;
  }
  DW_TRY(Story story, subject.ticket ? StoryReader(db).read_ticket(subject.ticket)
                                     : StoryReader(db).read_event(subject.event));
  const bool is_known = is_delivery || story.ticket || !story.events.empty();
  if (!is_known) return nothing_known(name);
  return story;
}

std::string_view name_of(EventState state) {
  return state == EventState::done ? "done" : "parked";
}

const Shape<StoryDelivery, ShapeContext>& shape_for(const StoryDelivery*) {
  static const auto shape =
      Shape<StoryDelivery, ShapeContext>("StoryDelivery")
          .include(shape_for(static_cast<const Delivery*>(nullptr)), &StoryDelivery::delivery)
          .add("text", &StoryDelivery::text);
  return shape;
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
          .add("text", &StoryEvent::text)
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
