// After a time away: what was said meanwhile is read from the chat's history, and taken under the
// keys that it would have had.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "jobs/bridge/turn.h"

namespace dw {
namespace {

std::string message_at(TimePoint at) {
  const int64_t millis = at.time_since_epoch().count();
  return fmt::format("{}.{:06}", millis / 1000, millis % 1000 * 1000);
}

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

/// All histories of a channel are read one after the other: Slack lets few be read in a minute.
void ask_history(Turn& turn, const std::string& channel, const std::string& thread,
                 const HistoryPage& page, const std::string& cursor, const std::string& lane = {}) {
  json::object details{{"channel", channel}, {"since", page.since}, {"cursor", cursor}};
  if (!thread.empty()) details["thread"] = thread;
  turn.deliver_in(lane.empty() ? Turn::lane_of(channel, "") + "/history" : lane,
                  Ask{"history", std::move(details)}, "slack",
                  fmt::format("history {} {} {} {} {}", channel, or_dash(thread),
                              or_dash(page.since), or_dash(page.after), or_dash(page.until)),
                  false);
}

/// What is said in a thread, or begins one, waits until what was missed before it is read.
void expect_missed(Turn& turn, const std::string& channel, const std::string& thread) {
  turn.know(missed_id(channel, thread), json::object{{"is_missed", true}});
}

void catch_up(Turn& turn, const std::string& channel) {
  const auto read = turn.known.find("read:" + channel);
  if (read == turn.known.end()) {
    // The first start: what was said before was said to nobody.
    turn.know("read:" + channel, json::object{{"message", message_at(turn.event.at)}});
  } else {
    expect_missed(turn, channel, "");
    ask_history(turn, channel, "", {.since = Turn::text_of(read->second.body, "message")}, "");
  }
}

}  // namespace

std::string missed_id(const std::string& channel, const std::string& thread) {
  return "missed:" + channel + (thread.empty() ? "" : "/" + thread);
}

bool has_missed(const Turn& turn, const std::string& thread) {
  const auto found = turn.known.find(missed_id(turn.channel, thread));
  return found != turn.known.end() && !found->second.body.is_null();
}

void ask_missed(Turn& turn) {
  const std::string lane = turn.lane() + "/history";
  const auto is_asked = [&lane](const Delivery& one) { return one.lane == lane; };
  const auto& pending = turn.view.pending;
  if (std::any_of(pending.begin(), pending.end(), is_asked)) return;
  ask_history(turn, turn.channel, turn.thread, {.since = turn.thread}, "", lane);
  // Where no history can be had nothing is held back for long.
  turn.wake_at(turn.event.at + missed_patience, "missed");
}

void end_missed(Turn& turn) {
  if (has_missed(turn, turn.thread)) turn.know(missed_id(turn.channel, turn.thread), nullptr);
  advance(turn);
}

void take_named(Turn& turn, const Answer& answer, const json::value& body) {
  const std::string id = Turn::text_of(body, "id");
  if (id.empty()) return;
  turn.know(answer.rest, json::object{{"id", id}});
  turn.know(id, json::object{{"name", answer.rest.substr(1)}});
  catch_up(turn, id);
}

void take_catchup_tick(Turn& turn) {
  for (const BridgeSettings& bridge : turn.parts.bridges) {
    if (bridge.channel.starts_with('#')) {
      turn.deliver_in("slack:" + bridge.channel + "/history",
                      Ask{"channel_by_name", {{"name", bridge.channel}}}, "slack",
                      "named - - " + bridge.channel, false);
    } else {
      catch_up(turn, bridge.channel);
    }
  }
  for (const BridgeLink& link : turn.view.live) {
    const auto last = turn.view.last_said.find(link.channel + "/" + link.thread);
    const bool has_last = last != turn.view.last_said.end();
    expect_missed(turn, link.channel, link.thread);
    // From its beginning: what was said before may have been edited or taken back meanwhile.
    ask_history(turn, link.channel, link.thread,
                {.since = link.thread,
                 .after = link.thread,
                 .until = has_last ? last->second : std::string()},
                "");
  }
}

HistoryPage history_page(const Answer& answer, const json::value& body) {
  std::vector<std::string_view> words = split(answer.rest, ' ');
  words.resize(3, "-");
  const auto word = [&words](size_t i) {
    return std::string(words[i] == "-" ? std::string_view() : words[i]);
  };
  HistoryPage page{.since = word(0), .after = word(1), .upto = word(2), .until = word(2)};
  if (Turn::text_of(body, "next_cursor").empty()) return page;
  std::vector<Problem> ignored;
  std::string last;
  for (const JsonView& one : JsonView(body, ignored)["messages"].elements()) {
    last = std::max(last, one["message"].text().value_or(""));
  }
  page.upto = std::min(page.until, last);
  return page;
}

namespace {

/// What was known of the thread and is not in its history any more. A history of which nothing
/// is known any more was cut off by the workspace's own retention, and says nothing.
void find_deleted(Turn& turn, const Answer& answer, const std::set<std::string>& shown,
                  std::vector<Event>& found) {
  const std::vector<Said>& listed = turn.view.listed;
  const bool is_cut = std::none_of(listed.begin(), listed.end(),
                                   [&](const Said& one) { return shown.count(one.message) > 0; });
  if (is_cut && listed.size() > 2) return;
  for (const Said& one : listed) {
    const bool is_recent = turn.event.at - one.at < reopen_window;
    if (!is_recent || one.state == SaidState::kept || shown.count(one.message) > 0) continue;
    found.push_back({.source = "slack",
                     .key = one.key + "/deleted",
                     .kind = "chat.delete",
                     .at = turn.event.at,
                     .body = json::object{{"channel", answer.channel},
                                          {"message", one.message},
                                          {"thread", answer.thread},
                                          {"is_history", true}}});
  }
}

Event edit_of(const Event& said, const std::string& edited) {
  Event out = said;
  out.key += "/" + edited;
  out.kind = "chat.edit";
  return out;
}

/// Under the key that a live one has.
Event deletion_of(const Turn& turn, const std::string& channel, const std::string& message) {
  return {
      .source = "slack",
      .key = fmt::format("{}/{}/deleted", channel, message),
      .kind = "chat.delete",
      .at = turn.event.at,
      .body = json::object{
          {"channel", channel}, {"message", message}, {"thread", message}, {"is_history", true}}};
}

/// What else a page tells: first messages that were deleted, and emoji that they were given.
void find_marks(const Turn& turn, const Answer& answer, const json::value& body,
                std::vector<Event>& found) {
  std::vector<Problem> ignored;
  const JsonView page(body, ignored);
  for (const std::string& message : page["deleted"].texts()) {
    found.push_back(deletion_of(turn, answer.channel, message));
  }
  // A page does not say when; on the last one everything that was said is told.
  if (!Turn::text_of(body, "next_cursor").empty()) return;
  for (const JsonView& one : page["reactions"].elements()) {
    const std::string message = one["message"].text().value_or("");
    if (!answer.thread.empty() && message != answer.thread) continue;
    json::object given{{"channel", answer.channel},
                       {"message", message},
                       {"emoji", one["emoji"].text().value_or("")},
                       {"user", one["user"].text().value_or("")},
                       {"is_added", true},
                       {"is_history", true}};
    std::string key = reaction_key(given) + "/history";
    found.push_back({.source = "slack",
                     .key = std::move(key),
                     .kind = "chat.reaction",
                     .at = turn.event.at,
                     .body = std::move(given)});
  }
}

/// Behind all that a history brought: what waited for it goes on.
void find_end(const Turn& turn, const Answer& answer, std::vector<Event>& found) {
  const std::string thread = or_dash(answer.thread);
  found.push_back(
      {.source = "slack",
       .key = fmt::format("history/{}", to_text(answer.delivery)),
       .kind = "bridge.answered",
       .at = turn.event.at,
       .body = json::object{{"reference", fmt::format("wake {} {} missed", answer.channel, thread)},
                            {"is_done", true}}});
}

/// The history can't be had: nothing waits for it. Where the thread is gone, so is its beginning.
void give_up_history(Turn& turn, const Answer& answer) {
  if (!answer.thread.empty() && answer.why.find("thread_not_found") != std::string::npos) {
    turn.plan.found.push_back(deletion_of(turn, answer.channel, answer.thread));
  }
  find_end(turn, answer, turn.plan.found);
}

}  // namespace

void take_history(Turn& turn, const Answer& answer, const json::value& body) {
  if (!answer.is_done) return give_up_history(turn, answer);
  HistoryPage page = history_page(answer, body);
  std::vector<Problem> ignored;
  std::vector<Event> found;
  std::set<std::string> shown;
  for (const JsonView& one : JsonView(body, ignored)["messages"].elements()) {
    const std::string message = one["message"].text().value_or("");
    if (one.raw() == nullptr || message.empty()) continue;
    shown.insert(message);
    json::value said = *one.raw();
    if (!said.is_object()) continue;
    said.get_object()["is_history"] = true;
    if (!one["channel"].is_present()) said.get_object()["channel"] = answer.channel;
    found.push_back({.source = "slack",
                     .key = answer.channel + "/" + message,
                     .kind = "chat.message",
                     .at = turn.event.at,
                     .body = std::move(said)});
    const std::string edited = one["edited"].text().value_or("");
    if (!edited.empty()) found.push_back(edit_of(Event(found.back()), edited));
  }
  find_deleted(turn, answer, shown, found);
  std::sort(found.begin(), found.end(),
            [](const Event& a, const Event& b) { return a.key < b.key; });
  for (const Event& one : found) {
    const std::string message = Turn::text_of(one.body, "message");
    const std::string thread = Turn::text_of(one.body, "thread");
    if (one.kind != "chat.message" || (!thread.empty() && thread != message)) continue;
    const bool is_speech = !Turn::is_set(Turn::member(one.body, "author"), "is_bot");
    // A thread that began while we were away has replies that no list of channels shows.
    if (answer.thread.empty() && is_speech) {
      expect_missed(turn, answer.channel, message);
      ask_history(turn, answer.channel, message, {.since = message}, "");
    }
  }
  find_marks(turn, answer, body, found);
  const std::string next = Turn::text_of(body, "next_cursor");
  if (next.empty()) find_end(turn, answer, found);
  turn.plan.found = std::move(found);
  page.after = std::max(page.after, page.upto);
  if (next.empty()) return;
  // A page behind the first is asked where the first was.
  const std::string lane = turn.view.delivery ? turn.view.delivery->lane : "";
  ask_history(turn, answer.channel, answer.thread, page, next, lane);
}

}  // namespace dw
