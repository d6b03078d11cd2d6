#include "jobs/tally/tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/number.h"
#include "base/text.h"
#include "domain/message_time.h"
#include "jobs/tally/rows.h"
#include "records/deliveries.h"

namespace dw {
namespace {

constexpr std::string_view message_kind = "chat.message";
constexpr std::string_view edit_kind = "chat.edit";
constexpr std::string_view delete_kind = "chat.delete";
constexpr std::string_view history_kind = "tally.history";
constexpr std::string_view catchup_kind = "tally.catchup";
constexpr std::string_view answer_kind = "tally.answered";
/// A thread may have begun so long before what was missed in it.
constexpr int64_t thread_micros_max = 7LL * 86'400 * 1'000'000;
/// Of one message: 40,000 characters are the most that Slack takes, and four bytes the most of
/// each.
constexpr size_t text_bytes_max = 160'000;
constexpr size_t waiting_max = 500;

/// "C1/100.1/101.5" carries when the text was edited behind the last slash.
int64_t revision_of(const Event& event) {
  return micros_of(std::string_view(event.key).substr(event.key.rfind('/') + 1));
}

}  // namespace

Result<TallyMessage> tally_message(const json::value& body, int64_t revision, TimePoint at) {
  const JsonView view(body);
  // What the chat itself calls the text, where more than that is read (connectors/slack/README.md).
  const auto own = view["slack_text"].text();
  TallyMessage message{.channel = view["channel"].text().value_or(""),
                       .message = view["message"].text().value_or(""),
                       .revision = revision,
                       .at = at,
                       .text = own ? *own : view["text"].text().value_or(""),
                       .blocks = view["blocks_text"].text().value_or("")};
  if (message.channel.empty() || message.message.empty()) {
    return Error{ErrorKind::missing, "tally", "a message without its channel or id"};
  }
  message.text = cut_bytes(message.text, text_bytes_max);
  message.blocks = cut_bytes(message.blocks, text_bytes_max);
  const int64_t sent = micros_of(message.message);
  if (sent > 0) message.at = TimePoint(Millis(sent / 1000));
  if (message.revision == 0) message.revision = sent;
  return message;
}

namespace {

/// What is asked for after a time away.
struct Catchup {
  std::string channel, thread;  ///< empty: its first messages
  std::string newest;           ///< of the channel, when it was asked
  int64_t asked_at = 0;         ///< in microseconds: an edit that came later is newer
};

/// First messages are read from before what was missed: their threads go on.
std::string since_of(const Catchup& asked) {
  if (!asked.thread.empty()) return asked.newest;
  const int64_t micros = std::max<int64_t>(micros_of(asked.newest) - thread_micros_max, 0);
  return fmt::format("{}.{:06}", micros / 1'000'000, micros % 1'000'000);
}

Delivery question(const Catchup& asked, const std::string& since, const std::string& cursor) {
  json::object details{{"channel", asked.channel}, {"since", since}, {"cursor", cursor}};
  if (!asked.thread.empty()) details["thread"] = asked.thread;
  return {.lane = "tally:" + asked.channel,
          .target = "slack",
          .payload = Lookup{"history", std::move(details)},
          .holds_lane = false,
          .answer_kind = std::string(answer_kind),
          .reference =
              fmt::format("{} {} {} {}", asked.channel, asked.thread.empty() ? "-" : asked.thread,
                          asked.newest, asked.asked_at)};
}

/// Of the first page of a channel's history, the newest message that was known when it was asked.
std::optional<std::string> first_question(const Delivery& delivery, const std::string& channel) {
  const Lookup* lookup = std::get_if<Lookup>(&delivery.payload);
  const std::vector<std::string_view> words = split(delivery.reference, ' ');
  const bool is_one = lookup != nullptr && words.size() == 4 && words[0] == channel &&
                      words[1] == "-" && delivery.answer_kind == answer_kind;
  if (!is_one) return std::nullopt;
  const json::value details = lookup->details;
  if (!JsonView(details)["cursor"].text().value_or("").empty()) return std::nullopt;
  return std::string(words[2]);
}

}  // namespace

Tally::Tally(const std::vector<TallySettings>& settings) {
  for (const TallySettings& one : settings) {
    Result<TallyFormats> made = TallyFormats::make(one.pattern, one.username_suffix);
    DW_ASSERT(made.ok(), "patterns are checked with the configuration");
    formats_.emplace(one.channel, std::move(*made));
  }
}

const TallyFormats* Tally::formats_of(const std::string& channel) const {
  const auto found = formats_.find(channel);
  return found == formats_.end() ? nullptr : &found->second;
}

bool Tally::takes(std::string_view kind) const {
  return kind == message_kind || kind == edit_kind || kind == delete_kind || kind == history_kind ||
         kind == catchup_kind || kind == answer_kind;
}

Retention Tally::retention() const {
  return {.steps = {tally::prune}};
}

Result<TallyView> Tally::read(const Event& event, ReadDb& db) const {
  TallyView view;  // the store itself keeps the newest text of a message
  if (event.kind != catchup_kind) return view;
  for (const auto& [channel, formats] : formats_) {
    DW_TRY(view.newest[channel], tally::newest_message(db, channel));
    DW_TRY(auto waiting, deliveries::open_in_lane(db, "tally:" + channel, waiting_max));
    for (Delivery& one : waiting) view.waiting.push_back(std::move(one));
  }
  return view;
}

void Tally::keep(Plan& plan, const json::value& one, int64_t revision, TimePoint at) const {
  const TallyFormats* formats = formats_of(JsonView(one)["channel"].text().value_or(""));
  Result<TallyMessage> message = tally_message(one, revision, at);
  if (formats == nullptr || !message.ok()) return;
  message->updates = formats->read(message->text, message->blocks);
  plan.changes.emplace_back(KeepTally{std::move(*message)});
}

/// A page of a channel's history, or of a thread's.
void Tally::take_answer(Plan& plan, const Event& event) const {
  const JsonView body(event.body);
  const std::string reference = body["reference"].text().value_or("");
  const std::vector<std::string_view> words = split(reference, ' ');
  if (words.size() != 4 || !body["is_done"].boolean().value_or(false)) return;
  Catchup asked{.channel = std::string(words[0]),
                .thread = std::string(words[1] == "-" ? "" : words[1]),
                .newest = std::string(words[2])};
  asked.asked_at = number_in(words[3]).value_or(asked.asked_at);
  const JsonView page = body["answer"];
  for (const JsonView& one : page["messages"].elements()) {
    keep(plan, *one.raw(), asked.asked_at, event.at);
  }
  for (const std::string& message : page["deleted"].texts()) {
    plan.changes.emplace_back(
        DropTally{asked.channel, message, TimePoint(Millis(micros_of(message) / 1000))});
  }
  for (const JsonView& one : page["threads"].elements()) {
    const std::string latest = one["latest_reply"].text().value_or("");
    if (!latest.empty() && micros_of(latest) <= micros_of(asked.newest)) continue;
    Catchup thread = asked;
    thread.thread = one["message"].text().value_or("");
    plan.deliveries.push_back(question(thread, asked.newest, ""));
  }
  const std::string next = page["next_cursor"].text().value_or("");
  if (!next.empty()) plan.deliveries.push_back(question(asked, since_of(asked), next));
}

/// One question for each channel, however often it was asked while the chat could not be reached:
/// this one takes the place of those that wait, from the earliest of them on. One that was begun
/// may have been answered before the last word.
void Tally::catch_up(Plan& plan, const Event& event, const TallyView& view) const {
  for (const auto& [channel, newest] : view.newest) {
    // Where nothing was ever said nothing was missed; `tally backfill` reads what was before.
    if (newest.empty()) continue;
    Catchup asked{.channel = channel,
                  .thread = {},
                  .newest = newest,
                  .asked_at = event.at.time_since_epoch().count() * 1000};
    for (const Delivery& one : view.waiting) {
      const bool is_waiting = one.state == DeliveryState::pending && !one.is_in_doubt;
      const auto before = is_waiting ? first_question(one, channel) : std::nullopt;
      if (!before) continue;
      if (micros_of(*before) < micros_of(asked.newest)) asked.newest = *before;
      plan.changes.emplace_back(DropDelivery{one.id, "a later start asks for the same and more"});
    }
    plan.deliveries.push_back(question(asked, since_of(asked), ""));
  }
}

Plan Tally::plan(const Event& event, const TallyView& view) const {
  Plan plan;
  if (event.kind == answer_kind) {
    take_answer(plan, event);
    return plan;
  }
  catch_up(plan, event, view);
  // The same message comes as one of its own, with all that it holds.
  if (event.kind == message_kind && event.key.find("/mention/") != std::string::npos) return plan;
  const JsonView body(event.body);
  if (formats_of(body["channel"].text().value_or("")) == nullptr) return plan;
  if (event.kind == delete_kind) {
    const std::string message = body["message"].text().value_or("");
    const auto at = TimePoint(Millis(micros_of(message) / 1000));
    plan.changes.emplace_back(DropTally{body["channel"].text().value_or(""), message, at});
  } else if (event.kind == history_kind) {
    // What was edited after the question was asked comes, or came, as an edit of its own.
    const int64_t asked = body["asked_at"].integer().value_or(0);
    for (const JsonView& one : body["messages"].elements()) {
      keep(plan, *one.raw(), asked, event.at);
    }
  } else {
    keep(plan, event.body, event.kind == edit_kind ? revision_of(event) : 0, event.at);
  }
  return plan;
}

}  // namespace dw
