// After a time away: what was said meanwhile is read from the chat's history, and taken under the
// keys that it would have had.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "jobs/bridge/context.h"

namespace dw {
namespace {

/// So many threads of a channel are read one by one; of more the channel is asked first which of
/// them have anything new.
constexpr size_t threads_read_singly = 3;
constexpr size_t overview_pages_max = 4;
/// An overview does not show edits of replies: threads that were alive within this before we were
/// away are read all the same, behind the rest.
constexpr Millis edited_within = std::chrono::days(30);

std::string message_at(TimePoint at) {
  const int64_t millis = at.time_since_epoch().count();
  return fmt::format("{}.{:06}", millis / 1000, millis % 1000 * 1000);
}

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

/// Each start asks for the histories again. One that has waited since an earlier start, because
/// Slack could not be reached, brings all that was said until it is read: it is enough. One that
/// was begun may have been answered before the last word.
bool is_asked_already(const Context& context, const std::string& lane,
                      const std::string& reference) {
  const auto is_it = [&](const Delivery& one) {
    if (one.lane != lane || one.reference != reference) return false;
    const Lookup* asked = std::get_if<Lookup>(&one.payload);
    const bool is_first_page = asked != nullptr && Context::text_of(asked->details, "cursor") == "";
    return is_first_page && one.state == DeliveryState::pending && !one.is_in_doubt;
  };
  return std::any_of(context.view.unread.begin(), context.view.unread.end(), is_it);
}

/// Asks for one of the histories; once.
void ask_once(Context& context, const std::string& lane, Lookup lookup,
              const std::string& reference) {
  if (is_asked_already(context, lane, reference)) return;
  context.deliver_in(lane, std::move(lookup), "slack", reference, false);
}

/// All histories of a channel are read one after the other: Slack lets few be read in a minute.
void ask_history(Context& context, const std::string& channel, const std::string& thread,
                 const HistoryPage& page, const std::string& cursor, const std::string& lane = {},
                 bool is_urgent = false) {
  json::object details{{"channel", channel}, {"since", page.since}, {"cursor", cursor}};
  if (!thread.empty()) details["thread"] = thread;
  if (is_urgent) details["is_urgent"] = true;
  ask_once(context, lane.empty() ? Context::lane_of(channel, "") + "/history" : lane,
           Lookup{"history", std::move(details)},
           fmt::format("history {} {} {} {} {}", channel, or_dash(thread), or_dash(page.since),
                       or_dash(page.after), or_dash(page.until)));
}

/// What is said in a thread, or begins one, waits until what was missed before it is read. `last`:
/// what was known to be its last word; what comes from now on says nothing about what was missed.
void expect_missed(Context& context, const std::string& channel, const std::string& thread,
                   const std::string& last = {}) {
  json::object mark{{"is_missed", true}};
  if (!last.empty()) mark["last"] = last;
  context.know(missed_id(channel, thread), std::move(mark));
}

/// Null where nothing is missed, or all of it was read.
json::value missed_mark(const Context& context, const BridgeLink& link) {
  const auto found = context.known.find(missed_id(link.channel, link.thread));
  return found == context.known.end() ? json::value() : found->second.body;
}

std::string last_said(const Context& context, const BridgeLink& link) {
  const auto found = context.view.last_said.find(link.channel + "/" + link.thread);
  return found == context.view.last_said.end() ? std::string() : found->second;
}

/// From its beginning: what was said before may have been edited or taken back meanwhile.
void ask_thread(Context& context, const BridgeLink& link, const std::string& lane = {},
                bool is_urgent = false) {
  const HistoryPage page{
      .since = link.thread, .after = link.thread, .upto = {}, .until = last_said(context, link)};
  ask_history(context, link.channel, link.thread, page, "", lane, is_urgent);
}

/// One page of an overview of a channel's threads, newest first.
struct OverviewPage {
  std::string since;  ///< where it begins
  std::string seen;   ///< the last that was read of the channel before
  std::string below;  ///< threads from here on were judged by earlier pages
  size_t number = 1;
};

void ask_overview(Context& context, const std::string& channel, const OverviewPage& page,
                  const std::string& cursor) {
  json::object details{{"channel", channel}, {"since", page.since}, {"cursor", cursor}};
  ask_once(context, Context::lane_of(channel, "") + "/history",
           Lookup{"threads", std::move(details)},
           fmt::format("threads {} - {} {} {} {}", channel, page.since, or_dash(page.seen),
                       or_dash(page.below), page.number));
}

OverviewPage overview_page(const Answer& answer) {
  std::vector<std::string_view> words = split(answer.rest, ' ');
  words.resize(4, "-");
  const auto word = [&words](size_t i) {
    return std::string(words[i] == "-" ? std::string_view() : words[i]);
  };
  return {.since = word(0),
          .seen = word(1),
          .below = word(2),
          .number = static_cast<size_t>(number_in(words[3]).value_or(1))};
}

/// Reads all threads that may have missed something, each channel's behind each other.
void ask_threads(Context& context) {
  std::map<std::string, std::vector<const BridgeLink*>> of_channel;
  for (const BridgeLink& link : context.view.live) of_channel[link.channel].push_back(&link);
  for (const auto& [channel, links] : of_channel) {
    std::string oldest = links.front()->thread;
    for (const BridgeLink* link : links) {
      // What an earlier time away left unread is missed still.
      if (missed_mark(context, *link).is_null()) {
        expect_missed(context, channel, link->thread, last_said(context, *link));
      }
      oldest = std::min(oldest, link->thread);
      if (links.size() <= threads_read_singly) ask_thread(context, *link);
    }
    if (links.size() <= threads_read_singly) continue;
    const auto read = context.known.find("read:" + channel);
    const std::string seen =
        read == context.known.end() ? "" : Context::text_of(read->second.body, "message");
    // What begins in that second is in it, too.
    ask_overview(context, channel, {.since = oldest.substr(0, oldest.find('.')), .seen = seen}, "");
  }
}

void catch_up(Context& context, const std::string& channel) {
  const auto read = context.known.find("read:" + channel);
  if (read == context.known.end()) {
    // The first start: what was said before was said to nobody.
    context.know("read:" + channel, json::object{{"message", message_at(context.event.at)}});
  } else {
    expect_missed(context, channel, "");
    ask_history(context, channel, "", {.since = Context::text_of(read->second.body, "message")},
                "");
  }
}

}  // namespace

std::string missed_id(const std::string& channel, const std::string& thread) {
  return "missed:" + channel + (thread.empty() ? "" : "/" + thread);
}

bool has_missed(const Context& context, const std::string& thread) {
  const auto found = context.known.find(missed_id(context.channel, thread));
  return found != context.known.end() && !found->second.body.is_null();
}

/// Somebody waits for it: it comes before the rest of what was missed.
void ask_missed(Context& context) {
  const std::string lane = context.lane() + "/history";
  const auto is_asked = [&lane](const Delivery& one) { return one.lane == lane; };
  const auto& pending = context.view.pending;
  if (std::any_of(pending.begin(), pending.end(), is_asked)) return;
  ask_history(context, context.channel, context.thread, {.since = context.thread}, "", lane, true);
  // Where no history can be had nothing is held back for long.
  context.wake_at(context.event.at + missed_timeout, "missed");
}

void end_missed(Context& context) {
  if (has_missed(context, context.thread))
    context.know(missed_id(context.channel, context.thread), nullptr);
  advance(context);
}

void take_named(Context& context, const Answer& answer, const json::value& body) {
  const std::string id = Context::text_of(body, "id");
  if (id.empty()) return;
  context.know(answer.rest, json::object{{"id", id}});
  context.know(id, json::object{{"name", answer.rest.substr(1)}});
  catch_up(context, id);
}

void take_catchup_tick(Context& context) {
  end_shadows(context);
  for (const BridgeSettings& bridge : context.parts.bridges) {
    if (bridge.channel.starts_with('#')) {
      ask_once(context, Context::lane_of(bridge.channel, "") + "/history",
               Lookup{"channel_by_name", {{"name", bridge.channel}}},
               "named - - " + bridge.channel);
    } else {
      catch_up(context, bridge.channel);
    }
  }
  ask_threads(context);
}

HistoryPage history_page(const Answer& answer, const json::value& body) {
  std::vector<std::string_view> words = split(answer.rest, ' ');
  words.resize(3, "-");
  const auto word = [&words](size_t i) {
    return std::string(words[i] == "-" ? std::string_view() : words[i]);
  };
  HistoryPage page{.since = word(0), .after = word(1), .upto = word(2), .until = word(2)};
  if (Context::text_of(body, "next_cursor").empty()) return page;
  std::string last;
  for (const JsonView& one : JsonView(body)["messages"].elements()) {
    last = std::max(last, one["message"].text().value_or(""));
  }
  page.upto = std::min(page.until, last);
  return page;
}

namespace {

/// What was known of the thread and is not in its history any more. A history of which nothing
/// is known any more was cut off by the workspace's own retention, and says nothing.
void find_deleted(Context& context, const Answer& answer, const std::set<std::string>& shown,
                  std::vector<Event>& found) {
  const std::vector<ThreadMessage>& listed = context.view.listed;
  const bool is_cut = std::none_of(listed.begin(), listed.end(), [&](const ThreadMessage& one) {
    return shown.count(one.message) > 0;
  });
  if (is_cut && listed.size() > 2) return;
  for (const ThreadMessage& one : listed) {
    const bool is_recent = context.event.at - one.at < reopen_window;
    if (!is_recent || one.state == ThreadMessageState::kept || shown.count(one.message) > 0)
      continue;
    found.push_back({.source = "slack",
                     .key = one.key + "/deleted",
                     .kind = "chat.delete",
                     .at = context.event.at,
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
Event deletion_of(const Context& context, const std::string& channel, const std::string& message) {
  return {
      .source = "slack",
      .key = fmt::format("{}/{}/deleted", channel, message),
      .kind = "chat.delete",
      .at = context.event.at,
      .body = json::object{
          {"channel", channel}, {"message", message}, {"thread", message}, {"is_history", true}}};
}

/// What else a page tells: first messages that were deleted, and emoji that they were given.
void find_marks(const Context& context, const Answer& answer, const json::value& body,
                std::vector<Event>& found) {
  const JsonView page(body);
  for (const std::string& message : page["deleted"].texts()) {
    found.push_back(deletion_of(context, answer.channel, message));
  }
  // A page does not say when; on the last one everything that was said is told.
  if (!Context::text_of(body, "next_cursor").empty()) return;
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
                     .at = context.event.at,
                     .body = std::move(given)});
  }
}

/// What waited for the thread's history goes on.
Event end_of(const Context& context, const std::string& channel, const std::string& thread,
             std::string key) {
  return {.source = "slack",
          .key = std::move(key),
          .kind = "bridge.answered",
          .at = context.event.at,
          .body = json::object{
              {"reference", fmt::format("wake {} {} missed", channel, or_dash(thread))},
              {"is_done", true}}};
}

/// Behind all that a history brought.
void find_end(const Context& context, const Answer& answer, std::vector<Event>& found) {
  found.push_back(end_of(context, answer.channel, answer.thread,
                         fmt::format("history/{}", to_text(answer.delivery))));
}

/// The history can't be had: nothing waits for it. Where the thread is gone, so is its beginning.
void give_up_history(Context& context, const Answer& answer) {
  if (!answer.thread.empty() && answer.why.find("thread_not_found") != std::string::npos) {
    context.plan.found.push_back(deletion_of(context, answer.channel, answer.thread));
  }
  find_end(context, answer, context.plan.found);
}

/// Whether a thread has to be read, by what the channel shows of its first message; that is not
/// there any more where it was deleted.
bool has_news(const json::value* shown, const BridgeLink& link, const std::string& last,
              const std::string& seen) {
  if (shown == nullptr) return true;
  const JsonView root(*shown);
  const std::string known = last > link.thread ? last : "";
  if (root["latest_reply"].text().value_or("") != known) return true;
  if (root["edited"].text().value_or("") > seen) return true;
  return root["is_marked"].boolean().value_or(false) && link.stage != LinkStage::solved;
}

/// Reads the thread where it has news, and lets what waits for it go on where it has none.
void judge_thread(Context& context, const Answer& answer, const BridgeLink& link,
                  const json::value* root, const std::string& seen) {
  const json::value mark = missed_mark(context, link);
  if (mark.is_null()) return;  // somebody said something there, so it was read
  const std::string last = Context::text_of(mark, "last");
  // Whoever took back what they said waits for nobody.
  const bool is_deleted =
      root != nullptr && JsonView(*root)["is_deleted"].boolean().value_or(false);
  if (is_deleted) return ask_thread(context, link, {}, true);
  if (has_news(root, link, last, seen)) return ask_thread(context, link);
  context.plan.found.push_back(
      end_of(context, link.channel, link.thread,
             fmt::format("history/{}/{}", to_text(answer.delivery), link.thread)));
  // Its first message is in the overview.
  if (!JsonView(*root)["latest_reply"].is_present()) return;
  const TimePoint away_since = time_of_message(seen, context.event.at);
  const bool was_alive = time_of_message(last, TimePoint{}) > away_since - edited_within;
  if (was_alive) ask_thread(context, link, Context::lane_of(link.channel, "") + "/edits");
}

}  // namespace

void take_overview(Context& context, const Answer& answer, const json::value& body) {
  const OverviewPage page = overview_page(answer);
  std::map<std::string, const json::value*> shown;
  for (const JsonView& one : JsonView(body)["threads"].elements()) {
    shown.emplace(one["message"].text().value_or(""), one.raw());
  }
  // Refused: each thread is read.
  const std::string next = answer.is_done ? Context::text_of(body, "next_cursor") : "";
  const std::string oldest = shown.empty() ? page.below : shown.begin()->first;
  std::vector<const BridgeLink*> here, older;
  for (const BridgeLink& link : context.view.live) {
    const bool is_judged = !page.below.empty() && link.thread >= page.below;
    if (link.channel != answer.channel || is_judged) continue;
    (link.thread < oldest ? older : here).push_back(&link);
  }
  // More pages than threads would be no gain.
  const bool goes_on =
      !next.empty() && page.number < std::max(overview_pages_max, older.size()) && !older.empty();
  if (!goes_on) here.insert(here.end(), older.begin(), older.end());
  for (const BridgeLink* link : here) {
    const auto root = shown.find(link->thread);
    judge_thread(context, answer, *link, root == shown.end() ? nullptr : root->second, page.seen);
  }
  if (!goes_on) return;
  ask_overview(context, answer.channel,
               {.since = page.since, .seen = page.seen, .below = oldest, .number = page.number + 1},
               next);
}

void take_history(Context& context, const Answer& answer, const json::value& body) {
  if (!answer.is_done) return give_up_history(context, answer);
  HistoryPage page = history_page(answer, body);
  std::vector<Event> found;
  std::set<std::string> shown;
  for (const JsonView& one : JsonView(body)["messages"].elements()) {
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
                     .at = context.event.at,
                     .body = std::move(said)});
    const std::string edited = one["edited"].text().value_or("");
    if (!edited.empty()) found.push_back(edit_of(Event(found.back()), edited));
  }
  find_deleted(context, answer, shown, found);
  std::sort(found.begin(), found.end(),
            [](const Event& a, const Event& b) { return a.key < b.key; });
  for (const Event& one : found) {
    const std::string message = Context::text_of(one.body, "message");
    const std::string thread = Context::text_of(one.body, "thread");
    if (one.kind != "chat.message" || (!thread.empty() && thread != message)) continue;
    const bool is_speech = !Context::is_set(Context::member(one.body, "author"), "is_bot");
    // A thread that began while we were away has replies that no list of channels shows.
    if (answer.thread.empty() && is_speech) {
      expect_missed(context, answer.channel, message);
      ask_history(context, answer.channel, message, {.since = message}, "");
    }
  }
  find_marks(context, answer, body, found);
  const std::string next = Context::text_of(body, "next_cursor");
  if (next.empty()) find_end(context, answer, found);
  context.plan.found = std::move(found);
  page.after = std::max(page.after, page.upto);
  if (next.empty()) return;
  // A page behind the first is asked where the first was.
  const std::string lane = context.view.delivery ? context.view.delivery->lane : "";
  ask_history(context, answer.channel, answer.thread, page, next, lane);
}

}  // namespace dw
