#include "jobs/tally/tally.h"

#include <charconv>

#include "base/text.h"
#include "jobs/tally/rows.h"

namespace dw {
namespace {

constexpr std::string_view message_kind = "chat.message";
constexpr std::string_view edit_kind = "chat.edit";
constexpr std::string_view delete_kind = "chat.delete";
constexpr std::string_view history_kind = "tally.history";
/// Of one message: 40,000 characters are the most that Slack takes, and four bytes the most of
/// each.
constexpr size_t text_bytes_max = 160'000;
constexpr int64_t micros_per_second = 1'000'000;
constexpr size_t fraction_digits = 6;

/// "C1/100.1/101.5" carries when the text was edited behind the last slash.
int64_t revision_of(const Event& event) {
  return micros_of(std::string_view(event.key).substr(event.key.rfind('/') + 1));
}

}  // namespace

int64_t micros_of(std::string_view timestamp) {
  const size_t dot = timestamp.find('.');
  const std::string_view whole = timestamp.substr(0, dot);
  std::string_view rest;
  if (dot != std::string_view::npos) rest = timestamp.substr(dot + 1).substr(0, fraction_digits);
  const auto number = [](std::string_view digits) {
    int64_t value = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool is_whole = failed == std::errc{} && end == digits.data() + digits.size();
    return is_whole && value >= 0 && value < 100'000'000'000 ? value : -1;
  };
  const int64_t seconds = number(whole);
  int64_t fraction = rest.empty() ? 0 : number(rest);
  if (seconds < 0 || fraction < 0) return 0;
  for (size_t i = rest.size(); i < fraction_digits; ++i) fraction *= 10;
  return seconds * micros_per_second + fraction;
}

Result<TallyMessage> tally_message(const json::value& body, int64_t revision, TimePoint at) {
  std::vector<Problem> ignored;
  const JsonView view(body, ignored);
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
  return kind == message_kind || kind == edit_kind || kind == delete_kind || kind == history_kind;
}

Retention Tally::retention() const {
  return {.steps = {tally::prune}};
}

Result<NoView> Tally::read(const Event&, ReadDb&) const {
  return NoView{};  // the store itself keeps the newest text of a message
}

Plan Tally::plan(const Event& event, const NoView&) const {
  Plan plan;
  std::vector<Problem> ignored;
  const JsonView body(event.body, ignored);
  const TallyFormats* formats = formats_of(body["channel"].text().value_or(""));
  if (formats == nullptr) return plan;
  const auto keep = [&](const json::value& one, int64_t revision) {
    Result<TallyMessage> message = tally_message(one, revision, event.at);
    if (!message.ok()) return;
    message->updates = formats->read(message->text, message->blocks);
    plan.changes.emplace_back(KeepTally{std::move(*message)});
  };
  if (event.kind == delete_kind) {
    const std::string message = body["message"].text().value_or("");
    const auto at = TimePoint(Millis(micros_of(message) / 1000));
    plan.changes.emplace_back(DropTally{body["channel"].text().value_or(""), message, at});
  } else if (event.kind == history_kind) {
    // What was edited after the question was asked comes, or came, as an edit of its own.
    const int64_t asked = body["asked_at"].integer().value_or(0);
    for (const JsonView& one : body["messages"].elements()) keep(*one.raw(), asked);
  } else {
    keep(event.body, event.kind == edit_kind ? revision_of(event) : 0);
  }
  return plan;
}

}  // namespace dw
