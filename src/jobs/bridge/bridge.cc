#include "jobs/bridge/bridge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/duration.h"
#include "base/number.h"
#include "base/text.h"
#include "jobs/bridge/catchup_view.h"
#include "jobs/bridge/context.h"
#include "jobs/bridge/reminder_rows.h"
#include "jobs/bridge/rows.h"
#include "jobs/ticket_opening.h"
#include "records/deliveries.h"
#include "records/links.h"
#include "records/tickets.h"

namespace dw {
namespace {

constexpr size_t waiting_max = 1000;
constexpr size_t pending_max = 500;
constexpr size_t listed_max = 200;
constexpr Millis minute{60'000};

constexpr auto kinds = std::to_array<std::string_view>(
    {"chat.message", "chat.edit", "chat.delete", "chat.reaction", "chat.command", "desk.changed",
     "desk.done", "bridge.answered", "bridge.summary", "bridge.catchup", "bridge.remind",
     "bridge.mention"});

/// When the last report was; a day ago before the first one.
TimePoint report_since(const std::map<std::string, CachedLookup>& known, TimePoint now) {
  const auto last = known.find("summary");
  return last == known.end() ? now - 24 * 60 * minute : last->second.at;
}

/// How many first replies came later than their channel's `remind`.
Result<std::optional<ReplyCounts>> read_replies(ReadDb& db, const BridgeParts& parts,
                                                TimePoint since) {
  const auto has_reminder = [](const BridgeSettings& one) { return one.remind > Millis(0); };
  if (std::none_of(parts.bridges.begin(), parts.bridges.end(), has_reminder)) {
    return std::optional<ReplyCounts>();
  }
  ReplyCounts counts;
  std::map<std::string, CachedLookup> names;
  DW_TRY(const auto replies, bridge::first_replies(db, since));
  for (const FirstReply& one : replies) {
    if (names.count(one.channel) == 0) {
      DW_TRY(auto name, bridge::lookup(db, one.channel));
      names[one.channel] = name.value_or(CachedLookup{});
    }
    const BridgeSettings* bridge = bridge_of(parts, one.channel, names);
    if (bridge == nullptr || !has_reminder(*bridge)) continue;
    counts.replies += 1;
    const Millis waited = waiting_clock(parts, *bridge).waited(one.wait, one.at);
    if (waited > bridge->remind) counts.late += 1;
  }
  return std::optional(counts);
}

Result<void> read_report(ReadDb& db, const BridgeParts& parts, TimePoint since, BridgeView& out) {
  DW_TRY(out.replies, read_replies(db, parts, since));
  DW_TRY(out.opened, bridge::channel_tickets(db, "", ChannelTickets::opened, since, listed_max));
  DW_TRY(out.solved, bridge::channel_tickets(db, "", ChannelTickets::solved, since, listed_max));
  DW_TRY(out.open, bridge::channel_tickets(db, "", ChannelTickets::open, since, listed_max));
  return {};
}

/// The thread and the ticket that an event is about.
class Reading {
 public:
  Reading(const BridgeParts& parts, const Event& event, ReadDb& db)
      : parts_(parts), event_(event), reader_(db) {}

  Result<BridgeView> read() {
    DW_CHECK(find_place());
    if (is_of_no_concern()) return std::move(b_);
    if (is_receipt()) {
      DW_CHECK(read_link());
      return std::move(b_);
    }
    if (!b_.channel.empty()) DW_CHECK(read_thread());
    DW_CHECK(read_known());
    DW_CHECK(read_metrics());
    return std::move(b_);
  }

 private:
  std::string text(std::string_view key) const { return Context::text_of(event_.body, key); }

  /// Most of what is said in a workspace: no bridge can be meant, and no command.
  bool is_of_no_concern() const {
    if (!event_.kind.starts_with("chat.") || event_.kind == "chat.command") return false;
    const auto is_meant = [&](const BridgeSettings& one) {
      return one.channel == b_.channel || one.channel.starts_with('#');
    };
    return std::none_of(parts_.bridges.begin(), parts_.bridges.end(), is_meant) &&
           command_in(event_.kind, event_.body).empty();
  }

  /// Most answers: something was said or written as it was asked to be, and only its id is noted.
  bool is_receipt() const {
    if (event_.kind != "bridge.answered" || b_.channel.empty()) return false;
    const Answer answer = answer_in(event_);
    return answer.is_done && (answer.what == "comment" || answer.what == "said");
  }

  Result<void> find_place() {
    if (event_.kind.starts_with("chat.")) {
      b_.channel = text("channel");
      b_.thread = text("thread");
      if (b_.thread.empty()) b_.thread = text("message");
      if (event_.kind == "chat.reaction") b_.thread = text("message");
      message_ = text("message");
      return {};
    }
    if (event_.kind == "desk.changed") return find_at_desk(text("ticket"));
    if (event_.kind == "desk.done") {
      const TicketId id{JsonView(event_.body)["ticket"].integer().value_or(0)};
      DW_CHECK(read_delivery());
      return find_ticket(id);
    }
    if (event_.kind == "bridge.answered") return find_answered();
    if (event_.kind == "bridge.mention") {
      const auto words = split(text("reference"), ' ');
      DW_CHECK(find_ticket({number_in(words[0]).value_or(0)}));
      return read_mentioned();
    }
    if (event_.kind == "bridge.remind") {
      return find_ticket({JsonView(event_.body)["ticket"].integer().value_or(0)});
    }
    return {};
  }

  Result<void> read_delivery() {
    const auto id = delivery_id_named(text("delivery"));
    if (!id) return {};
    DW_TRY(b_.delivery, deliveries::find(reader_, *id));
    return {};
  }

  Result<void> find_ticket(TicketId id) {
    DW_TRY(b_.ticket, tickets::find(reader_, id));
    DW_TRY(const auto link, links::of_ticket(reader_, id));
    if (!link) return {};
    b_.channel = link->channel;
    b_.thread = link->thread;
    return {};
  }

  /// Whether the thread was told who is on call, or reminded of it.
  Result<void> read_mentioned() {
    if (!b_.ticket) return {};
    DW_TRY(const auto page,
           deliveries::list(
               reader_, {.states = {}, .ticket = b_.ticket->id, .page = {.limit = pending_max}}));
    b_.is_mentioned = std::any_of(page.items.begin(), page.items.end(), [](const Delivery& one) {
      const auto* post = std::get_if<ChatPost>(&one.payload);
      return post != nullptr && post->author_name.empty() &&
             (!post->mentions.empty() || post->text.starts_with("On call: "));
    });
    return {};
  }

  Result<void> find_at_desk(const std::string& external_id) {
    if (external_id.empty()) return {};
    // Two replicas may see the same letter: one of them opens its thread.
    DW_CHECK(links::guard_thread(reader_, "zendesk", external_id));
    ids_.insert("letter:" + external_id);
    DW_TRY(const auto id, tickets::find_at_desk(reader_, "zendesk", external_id));
    if (!id) return {};
    return find_ticket(*id);
  }

  Result<void> find_problem(const std::string& external_id) {
    if (external_id.empty()) return {};
    DW_TRY(const auto id, tickets::find_at_desk(reader_, "zendesk", external_id));
    b_.problem = id.value_or(TicketId());
    return {};
  }

  Result<void> find_answered() {
    const Answer answer = answer_in(event_);
    const json::value& given = Context::member(event_.body, "answer");
    b_.channel = answer.channel;
    b_.thread = answer.thread;
    if (answer.what == "record" || answer.what == "ticket") {
      DW_CHECK(find_problem(Context::text_of(given, "problem_id")));
    }
    if (answer.what == "stranger" || answer.what == "letter" || answer.what == "record") {
      DW_CHECK(find_at_desk(answer.rest));
      const auto parts = split(Context::text_of(given, "external_id"), ':');
      const bool is_ours = parts.size() >= 3 && parts[0] == "slack";
      if (b_.channel.empty() && is_ours && answer.what == "stranger") {
        b_.channel = parts[1];
        b_.thread = parts[2];
      }
    } else if (answer.what == "mirror") {
      b_.thread = Context::text_of(given, "message");
      const TicketId id{number_in(answer.rest).value_or(0)};
      DW_TRY(b_.ticket, tickets::find(reader_, id));
      if (b_.ticket) ids_.insert("letter:" + b_.ticket->external.id);
    } else if (answer.what == "named") {
      ids_.insert("read:" + Context::text_of(given, "id"));
    } else if ((answer.what == "comment" || answer.what == "said") && !answer.is_done) {
      DW_CHECK(read_delivery());
    } else if (answer.what == "threads") {
      DW_CHECK(bridge::read_live(reader_, event_.at, b_));
      b_.channel.clear();
    } else if (answer.what == "history") {
      DW_CHECK(read_delivery());
      DW_CHECK(read_listed(answer));
      // What it brings is planned as events of their own.
      b_.channel.clear();
      b_.thread.clear();
    }
    return {};
  }

  /// What a page of a thread's history has to show, if nobody took it back.
  Result<void> read_listed(const Answer& answer) {
    const HistoryPage page = history_page(answer, Context::member(event_.body, "answer"));
    if (!answer.is_done || answer.thread.empty() || page.after >= page.upto) return {};
    DW_TRY(b_.listed, bridge::messages_between(reader_, answer.channel, answer.thread, page.after,
                                               page.upto, waiting_max));
    return {};
  }

  Result<void> read_link() {
    DW_CHECK(links::guard_thread(reader_, b_.channel, b_.thread));
    DW_TRY(b_.link, links::of_thread(reader_, b_.channel, b_.thread));
    if (b_.link && b_.link->ticket) {
      DW_TRY(b_.ticket, tickets::find(reader_, b_.link->ticket));
    }
    return {};
  }

  Result<void> read_thread() {
    DW_CHECK(read_link());
    DW_TRY(b_.waiting, bridge::waiting_messages(reader_, b_.channel, b_.thread, waiting_max));
    if (!message_.empty()) {
      DW_TRY(b_.said, bridge::message(reader_, b_.channel + "/" + message_));
    }
    if (event_.kind == "chat.reaction" && Context::is_set(event_.body, "is_history")) {
      DW_TRY(b_.has_reacted, bridge::has_reacted(reader_, b_.channel, b_.thread, text("user")));
    }
    if (!b_.link || !b_.link->ticket) {
      DW_TRY(b_.root, bridge::message(reader_, b_.channel + "/" + b_.thread));
    }
    const std::string lane = Context::lane_of(b_.channel, b_.thread);
    DW_TRY(b_.pending, deliveries::open_in_lane(reader_, lane, pending_max));
    const std::string chat_lane = Context::chat_lane_of(b_.channel, b_.thread);
    DW_TRY(auto chat, deliveries::open_in_lane(reader_, chat_lane, pending_max));
    for (Delivery& one : chat) b_.pending.push_back(std::move(one));
    DW_TRY(auto missed, deliveries::open_in_lane(reader_, lane + "/history", 10));
    for (Delivery& one : missed) b_.pending.push_back(std::move(one));
    const bool is_begun = b_.link && b_.link->is_greeted && b_.link->stage == LinkStage::open;
    if (!is_begun) {
      DW_TRY(auto beside, deliveries::open_in_lane(reader_, lane + "/oncall", 10));
      for (Delivery& one : beside) b_.pending.push_back(std::move(one));
      DW_TRY(b_.pending_reactions, deliveries::open_in_lane(reader_, lane + "/wait", 10));
    }
    if (!b_.link) return {};
    DW_CHECK(read_reminder());
    DW_CHECK(read_told());
    DW_TRY(b_.relayed_lately, bridge::count_messages(reader_, b_.channel, b_.thread,
                                                     event_.at - minute, relayed_per_minute_max));
    return read_heard();
  }

  Result<void> read_reminder() {
    const bool is_needed =
        event_.kind == "bridge.remind" || text("reference").starts_with("remind ");
    if (!is_needed || !b_.link->ticket) return {};
    DW_TRY(b_.waits, tickets::waits(reader_, b_.link->ticket));
    DW_TRY(b_.reminder, bridge::reminder_state(reader_, b_.link->ticket));
    DW_TRY(tickets::JoinedSpans spans, tickets::joined_spans(reader_, {b_.link->ticket}));
    b_.joined = std::move(spans[b_.link->ticket]);
    return {};
  }

  /// What the desk has of what is edited or deleted.
  Result<void> read_told() {
    const auto is_change = [](const std::string& kind) {
      return kind == "chat.edit" || kind == "chat.delete";
    };
    const bool is_second =
        event_.kind == "chat.message" && b_.said && !files_in(event_.body).empty();
    const bool is_needed =
        is_change(event_.kind) || is_second ||
        std::any_of(b_.waiting.begin(), b_.waiting.end(),
                    [&](const ThreadMessage& one) { return is_change(one.kind); });
    if (!is_needed || !b_.ticket) return {};
    const std::string comment = fmt::format("comment {} {} ", b_.channel, b_.thread);
    DW_TRY(auto page, deliveries::list(reader_, {.states = {DeliveryState::done},
                                                 .ticket = b_.ticket->id,
                                                 .page = {.limit = pending_max}}));
    for (Delivery& one : page.items) {
      if (one.reference.starts_with(comment)) b_.told.push_back(std::move(one));
    }
    return {};
  }

  /// Which of the desk's comments came before.
  Result<void> read_heard() {
    if (!b_.ticket || event_.kind != "bridge.answered") return {};
    const json::value& given = Context::member(event_.body, "answer");
    const JsonView comments = JsonView(given)["comments"];
    if (!comments.is_present()) return {};
    for (const JsonView& one : comments.elements()) {
      const std::string key =
          "desk/" + b_.ticket->external.id + "/" + one["id"].text().value_or("");
      DW_TRY(const auto said, bridge::message(reader_, key));
      const bool is_reworded = said && said->kind == "desk.comment" && said->digest.empty();
      if (said && !is_reworded) {
        b_.heard.insert(key);
      } else {
        DW_CHECK(read_copy(one));
      }
    }
    return {};
  }

  /// Whether the desk copied a comment there from an incident's parent.
  Result<void> read_copy(const JsonView& comment) {
    const bool is_ours = !comment["marker"].text().value_or("").empty();
    if (parts_.matcher == nullptr || is_ours) return {};
    DW_TRY(const auto copy, parts_.matcher->find_copy(reader_, b_.ticket->id, comment));
    const auto is_same = [&](const auto& known) { return known.second.answer == copy->answer; };
    // The desk copies once: the same words behind that are said on purpose.
    const bool is_first = copy && std::none_of(b_.copies.begin(), b_.copies.end(), is_same);
    if (is_first) b_.copies.emplace(comment["id"].text().value_or(""), *copy);
    return {};
  }

  Result<void> read_known() {
    if (!b_.channel.empty()) ids_.insert({b_.channel, "read:" + b_.channel});
    if (!b_.channel.empty()) {
      ids_.insert({missed_id(b_.channel, ""), missed_id(b_.channel, b_.thread)});
    }
    for (const BridgeSettings& one : parts_.bridges) {
      if (!one.oncall.empty()) ids_.insert("oncall:" + one.oncall);
      if (event_.kind == "bridge.catchup") ids_.insert("read:" + one.channel);
      if (one.channel.starts_with('#')) ids_.insert(one.channel);
    }
    for (const auto& [name, use] : parts_.oncall) ids_.insert("oncall:" + name);
    if (event_.kind == "bridge.summary") ids_.insert("summary");
    const ThreadMessage now{
        .author = Context::text_of(Context::member(event_.body, "author"), "id"),
        .body = event_.body};
    ids_.merge(Context::ids_in(now));
    if (const std::string user = text("user"); !user.empty()) ids_.insert(user);
    ids_.insert(Context::text_of(Context::member(event_.body, "user"), "id"));
    if (b_.link) ids_.insert(b_.link->requester);
    if (b_.said) ids_.insert(b_.said->author);
    for (const ThreadMessage& said : b_.waiting) ids_.merge(Context::ids_in(said));
    ids_.erase("");
    for (const std::string& id : ids_) {
      DW_TRY(auto known, bridge::lookup(reader_, id));
      if (known) b_.known.emplace(id, std::move(*known));
    }
    return {};
  }

  Result<void> read_metrics() {
    if (event_.kind == "bridge.summary") {
      return read_report(reader_, parts_, report_since(b_.known, event_.at), b_);
    }
    if (event_.kind == "bridge.catchup") {
      DW_CHECK(bridge::read_live(reader_, event_.at, b_));
      DW_CHECK(bridge::read_unread(reader_, parts_.bridges, b_));
      return bridge::read_shadows(reader_, b_);
    }
    std::string command;
    if (event_.kind.starts_with("chat.")) command = command_in(event_.kind, event_.body);
    for (const ThreadMessage& said : b_.waiting) {
      if (command.empty()) command = command_in(said.kind, said.body);
    }
    const bool is_bridged = bridge_of(parts_, b_.channel, b_.known) != nullptr;
    const std::string channel = is_bridged ? b_.channel : "";
    if (command.starts_with("stats")) {
      const auto span = parse_duration(trim(std::string_view(command).substr(5)));
      const Millis back = span.ok() ? *span : 7 * 24 * 60 * minute;
      DW_TRY(b_.metrics, bridge::channel_metrics(reader_, channel, event_.at - back));
    } else if (command == "open") {
      DW_TRY(b_.open, bridge::channel_tickets(reader_, channel, ChannelTickets::open, event_.at,
                                              listed_max));
    }
    return {};
  }

  const BridgeParts& parts_;
  const Event& event_;
  ReadDb& reader_;
  BridgeView b_;
  std::string message_;
  std::set<std::string> ids_;
};

void note_own(Context& context, const json::value& given) {
  const std::string message = Context::text_of(given, "message");
  if (message.empty()) return;
  context.write_down({.key = context.channel + "/" + message,
                      .kind = "own",
                      .channel = context.channel,
                      .thread = context.thread,
                      .message = message,
                      .state = ThreadMessageState::kept,
                      .at = context.event.at});
}

void note_commented(Context& context, const Answer& answer, const json::value& given) {
  if (!answer.is_done) return take_comment_back(context, answer);
  const std::string comment = Context::text_of(given, "comment");
  if (comment.empty()) return;
  context.write_down({.key = fmt::format("desk/{}/{}", context.external_id(), comment),
                      .kind = "own",
                      .channel = context.channel,
                      .thread = context.thread,
                      .state = ThreadMessageState::kept,
                      .at = context.event.at});
}

void wake(Context& context, const Answer& answer) {
  const std::string oncall =
      context.settings == nullptr ? "" : "oncall:" + context.settings->oncall;
  if (answer.rest == "greet" && context.settings != nullptr && !context.is_known(oncall)) {
    context.know(oncall, nullptr);
  }
  if (answer.rest == "missed") return end_missed(context);
  if (answer.rest == "pause" && context.link) {
    context.link->paused_until.reset();
    ask_desk(context);
  }
  advance(context);
}

/// The thread was greeted without it when its patience was over: it is told now.
void take_oncall(Context& context, const Answer& answer, const json::value& given) {
  const std::string id = "oncall:" + answer.rest;
  const auto before = context.known.find(id);
  const bool was_given_up = before != context.known.end() && before->second.body.is_null() &&
                            context.link && context.link->is_greeted && context.ticket &&
                            !context.ticket->problem_id;
  const OncallText people = oncall_text(given);
  context.know(id, given);
  if (was_given_up && !people.text.empty()) context.say(people.text);
  advance(context);
}

void take_url(Context& context, const json::value& given) {
  if (!context.link) return;
  context.link->has_url = true;
  context.link->url = Context::text_of(given, "url");
  const bool is_letter = context.ticket && context.ticket->source.starts_with("email:");
  if (is_letter && !context.link->url.empty()) {
    context.comment("Deskwire", "", "Slack thread of this ticket: " + context.link->url, false, {});
  }
  advance(context);
}

void take_answer(Context& context) {
  const Answer answer = answer_in(context.event);
  const json::value& given = Context::member(context.event.body, "answer");
  const std::string& what = answer.what;
  if (what == "person") {
    context.know(answer.rest, given);
    advance(context);
  } else if (what == "oncall") {
    take_oncall(context, answer, given);
  } else if (what == "remind") {
    take_whom_to_remind(context, answer, given);
  } else if (what == "mention") {
    take_whom_to_mention(context, given);
  } else if (what == "channel") {
    context.know(answer.rest, given);
    decide(context);
  } else if (what == "url") {
    take_url(context, given);
  } else if (what == "open") {
    take_opened(context, answer);
  } else if (what == "solved" || what == "reopened") {
    take_reopened(context, answer);
  } else if (what == "said") {
    if (answer.is_done) note_own(context, given);
    if (!answer.is_done) take_unsaid(context, answer);
  } else if (what == "comment") {
    note_commented(context, answer, given);
  } else if (what == "wake") {
    wake(context, answer);
  } else if (what == "named") {
    take_named(context, answer, given);
  } else if (what == "history") {
    take_history(context, answer, given);
  } else if (what == "threads") {
    take_overview(context, answer, given);
  } else if (what == "mirror") {
    take_mirrored(context, answer, given);
  } else if (answer.is_done) {
    if (what == "ticket") take_desk_ticket(context, answer, given);
    if (what == "comments") take_desk_comments(context, given);
    if (what == "record") take_record(context, given);
    if (what == "stranger") accept_unlinked_ticket(context, answer, given);
    if (what == "letter") take_letter(context, answer, given);
  }
}

struct Taker {
  std::string_view kind;
  void (*take)(Context&);
};

constexpr std::array<Taker, kinds.size()> takers = {{{"chat.message", take_message},
                                                     {"chat.edit", take_edit},
                                                     {"chat.delete", take_deletion},
                                                     {"chat.reaction", take_reaction},
                                                     {"chat.command", take_command},
                                                     {"desk.changed", take_desk_change},
                                                     {"desk.done", take_own_desk},
                                                     {"bridge.answered", take_answer},
                                                     {"bridge.summary", take_summary_tick},
                                                     {"bridge.catchup", take_catchup_tick},
                                                     {"bridge.remind", take_reminder},
                                                     {"bridge.mention", take_mention}}};

/// A word more in a thread that is open, or a receipt: no ticket can come of it.
bool opens_nothing(const Event& event, const BridgeView& known) {
  const bool is_open = known.link && known.link->ticket && known.link->stage == LinkStage::open;
  if (!is_open || !known.waiting.empty()) return false;
  if (event.kind == "chat.message") return true;
  return event.kind == "bridge.answered" && Context::is_set(event.body, "is_done");
}

}  // namespace

Result<std::string> read_summary(ReadDb& db, TimePoint now, const BridgeParts& parts) {
  BridgeView view;
  DW_TRY(auto last, bridge::lookup(db, "summary"));
  if (last) view.known.emplace("summary", std::move(*last));
  const TimePoint since = report_since(view.known, now);
  DW_CHECK(read_report(db, parts, since, view));
  return summary_text(view, since, now, parts.timezone);
}

bool Bridge::takes(std::string_view kind) const {
  for (const std::string_view one : kinds) {
    if (one == kind) return true;
  }
  return false;
}

Retention Bridge::retention() const {
  return {.steps = {bridge::prune}, .of_tickets = {bridge::prune_threads}};
}

Result<BridgeView> Bridge::read(const Event& event, ReadDb& db) const {
  DW_TRY(BridgeView view, Reading(parts_, event, db).read());
  if (opens_nothing(event, view)) return view;
  // A number is reserved only for what opens a ticket: on PostgreSQL an unused one is a gap.
  view.fresh_ticket = TicketId{1};
  const Plan rehearsal = plan(event, view);
  view.fresh_ticket = {};
  for (const Change& change : rehearsal.changes) {
    if (change.get_if<OpenTicket>() == nullptr) continue;
    DW_TRY(view.fresh_ticket, tickets::reserve_id(db));
    // A follow-up goes on with what its thread was about.
    const bool is_follow_up = view.link && view.link->ticket;
    if (is_follow_up) break;
    DW_TRY(view.match, match_opened(db, parts_.matcher, rehearsal));
    break;
  }
  return view;
}

Plan Bridge::plan(const Event& event, const BridgeView& view) const {
  Context context(parts_, event, view);
  for (const Taker& one : takers) {
    if (one.kind == event.kind) one.take(context);
  }
  return context.finish();
}

}  // namespace dw
