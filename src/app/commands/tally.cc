// `deskwire tally`: counts per agent, what an older bot left, and channel history.
#include <fmt/format.h>
#include <unistd.h>

#include "app/commands/operation_command.h"
#include "app/print.h"
#include "app/stats_files.h"
#include "app/tally_recount.h"
#include "base/storable.h"
#include "base/text.h"
#include "base/text_file.h"
#include "domain/day.h"
#include "domain/message_time.h"

namespace dw {
namespace {

constexpr Millis ask_timeout{30'000};
constexpr Millis wait_after_error{5000};
constexpr int tries_max = 20;
constexpr size_t import_bytes_max = 16 << 20;  // a hundred thousand agents
constexpr const char* chat_target = "slack";

struct TallyArguments {
  std::string since, channel, file;
};

std::optional<TimePoint> since_given(Invocation& invocation, const Core& core,
                                     const std::string& given) {
  const auto at = time_named(given, core.clock.now(), core.settings.hours.timezone);
  if (!at) {
    fail(invocation, {ErrorKind::invalid, "--since",
                      "must be a day such as 2026-11-21, a time, \"today\" or \"7d\""});
  }
  return at;
}

void show(Invocation& invocation, const TallyArguments& given) {
  const std::unique_ptr<Core> core = open_core(invocation, OpenMode::look);
  if (!core) return;
  FrontDoor door(*core);
  Asking asking;
  if (!given.since.empty()) {
    if (!since_given(invocation, *core, given.since)) return;
    asking.query.emplace_back("since", given.since);
  }
  if (!given.channel.empty()) asking.query.emplace_back("channel", given.channel);
  const auto answer = ask(invocation, door, "getTally", asking);
  if (!answer) return;
  print_items(invocation, answer->at("agents").as_array(),
              {{"USERNAME", "username"},
               {"NAME", "name"},
               {"UPDATES", "updates"},
               {"OF THEM IMPORTED", "opening"},
               {"LAST", "last_at"}});
}

void import(Invocation& invocation, const TallyArguments& given) {
  const std::unique_ptr<Core> core = open_core(invocation, OpenMode::visit);
  if (!core) return;
  const Result<std::string> text = read_whole(given.file, import_bytes_max);
  if (!text.ok()) return fail(invocation, text.error());
  if (const std::string_view reason = unstorable_reason(*text); !reason.empty()) {
    return fail(invocation, {ErrorKind::invalid, given.file, std::string(reason)});
  }
  const Result<std::vector<TallyBalance>> balances = balances_in(*text);
  if (!balances.ok()) return fail(invocation, balances.error());
  json::array agents;
  for (const TallyBalance& one : *balances) {
    agents.push_back(
        json::object{{"username", one.username}, {"name", one.name}, {"updates", one.updates}});
  }
  const Asking asking{.body = {{"file", given.file}, {"agents", std::move(agents)}}};
  FrontDoor door(*core);
  if (const auto done = ask(invocation, door, "importTally", asking)) print_one(invocation, *done);
}

/// Reads a channel's history page by page; each page is one event.
class Backfill {
 public:
  Backfill(Core& core, std::string channel, TimePoint since)
      : core_(core), channel_(std::move(channel)), since_(since), started_at_(core.clock.now()) {}

  /// How many messages there were. errors  as Slack says; a page that was taken stays counted
  Task<Result<int64_t>> run() {
    DW_CO_CHECK(co_await read_all(""));
    // Replies stand in no history of the channel: each thread has one of its own.
    for (const std::string& thread : threads_) DW_CO_CHECK(co_await read_all(thread));
    if (::isatty(STDERR_FILENO) != 0) {
      show_progress(true);
      print(stderr, "\n");
    }
    co_return messages_;
  }

 private:
  Task<Result<void>> read_all(std::string thread) {
    std::string cursor;
    do {
      DW_CO_TRY(const json::value page, co_await ask(thread, cursor));
      const JsonView view(page);
      json::array found;
      for (const JsonView& one : view["messages"].elements()) found.push_back(*one.raw());
      for (const JsonView& one : view["threads"].elements()) {
        threads_.push_back(one["message"].text().value_or(""));
      }
      DW_CO_CHECK(co_await take(thread, cursor, std::move(found)));
      cursor = view["next_cursor"].text().value_or("");
      if (::isatty(STDERR_FILENO) != 0) show_progress(false);
    } while (!cursor.empty());
    co_return Result<void>();
  }

  Target* chat() const {
    for (const auto& target : core_.targets) {
      if (target->name() == chat_target) return target.get();
    }
    return nullptr;
  }

  /// Waits as long as Slack says, and tries again.
  Task<Result<json::value>> ask(std::string thread, std::string cursor) {
    Target* target = chat();
    if (target == nullptr) {
      co_return Error{ErrorKind::invalid, "slack", "is not configured: set slack.bot_token"};
    }
    std::string why;
    for (int tries = 0; tries < tries_max; ++tries) {
      const double since = std::chrono::duration<double>(since_.time_since_epoch()).count();
      Delivery delivery{.lane = "tally backfill", .target = chat_target};
      json::object details{
          {"channel", channel_}, {"since", fmt::format("{:.6f}", since)}, {"cursor", cursor}};
      if (!thread.empty()) details["thread"] = thread;
      delivery.payload = Lookup{"history", std::move(details)};
      std::vector<Delivery> one;
      one.push_back(std::move(delivery));
      std::vector<Outcome> outcomes =
          co_await target->perform(std::move(one), core_.clock.monotonic() + ask_timeout);
      DW_ASSERT(outcomes.size() == 1, "one outcome for each delivery");
      Outcome& outcome = outcomes.front();
      if (outcome.kind == Outcome::Kind::done) co_return std::move(outcome.answer);
      why = outcome.why;
      if (outcome.kind == Outcome::Kind::refused) {
        co_return Error{ErrorKind::invalid, "slack", why};
      }
      AsyncEvent pause(core_.loop, core_.clock);
      co_await pause.wait(core_.clock.monotonic() + outcome.when.value_or(wait_after_error));
    }
    co_return Error{ErrorKind::unreachable, "slack", why + "; nothing was lost, run it again"};
  }

  Task<Result<Accepted>> take(std::string thread, std::string cursor, json::array found) {
    for (const json::value& one : found) note_time(one);
    messages_ += static_cast<int64_t>(found.size());
    const int64_t asked = started_at_.time_since_epoch().count();
    Event event{
        .source = "tally",
        .key = fmt::format("history/{}/{}/{}/{}", channel_, asked, thread, cut_bytes(cursor, 300)),
        .kind = "tally.history",
        .at = core_.clock.now()};
    event.body = json::object{
        {"channel", channel_}, {"asked_at", asked * 1000}, {"messages", std::move(found)}};
    Asked by{"command line", "tally.backfill", channel_};
    co_return co_await core_.inbox->accept(std::move(event), std::move(by));
  }

  void note_time(const json::value& message) {
    const std::string id = JsonView(message)["message"].text().value_or("");
    const TimePoint at(Millis(micros_of(id) / 1000));
    if (at > TimePoint{} && (oldest_ == TimePoint{} || at < oldest_)) oldest_ = at;
  }

  /// Slack gives the newest first, so the oldest seen tells how far it is.
  void show_progress(bool is_last) const {
    constexpr int width = 30;
    const double whole = std::chrono::duration<double>(started_at_ - since_).count();
    const double done = std::chrono::duration<double>(started_at_ - oldest_).count();
    const bool is_known = !is_last && whole > 0 && oldest_ > TimePoint{};
    const double part = is_known ? std::clamp(done / whole, 0., 1.) : 1;
    const auto filled = static_cast<size_t>(part * width);
    print(stderr, "\r[{}{}] {:3.0f}% {} messages", std::string(filled, '#'),
          std::string(width - filled, '.'), part * 100, messages_);
    std::fflush(stderr);
  }

  Core& core_;
  std::string channel_;
  TimePoint since_, started_at_, oldest_{};
  std::vector<std::string> threads_;
  int64_t messages_ = 0;
};

Error unknown_channel() {
  return {ErrorKind::invalid, "--channel",
          "no [[tally]] has this channel; add it to the configuration first"};
}

void backfill(Invocation& invocation, const TallyArguments& given) {
  const std::unique_ptr<Core> core = open_core(invocation, OpenMode::visit, {"slack"});
  if (!core) return;
  const auto since = since_given(invocation, *core, given.since);
  if (!since) return;
  if (core->tally->formats_of(given.channel) == nullptr) {
    return fail(invocation, unknown_channel());
  }
  Backfill work(*core, given.channel, *since);
  const Result<int64_t> messages = run_task(*core, work.run());
  if (!messages.ok()) return fail(invocation, messages.error());
  print_one(invocation, {{"channel", given.channel}, {"messages", *messages}});
}

void rebuild(Invocation& invocation, const TallyArguments& given) {
  const std::unique_ptr<Core> core = open_core(invocation, OpenMode::look);
  if (!core) return;
  if (!given.channel.empty() && core->tally->formats_of(given.channel) == nullptr) {
    return fail(invocation, unknown_channel());
  }
  int64_t messages = 0;
  for (const TallySettings& tally : core->settings.own.get<Tallies>()) {
    if (!given.channel.empty() && given.channel != tally.channel) continue;
    const Result<int64_t> done = run_task(*core, recount(*core, tally.channel));
    if (!done.ok()) return fail(invocation, done.error());
    messages += *done;
  }
  print_one(invocation, {{"messages", messages}});
}

}  // namespace

void add_tally(Command app, Invocation& invocation) {
  auto given = std::make_shared<TallyArguments>();  // shared with callbacks that run later
  Command tally = app.add("tally", "Ticket updates per agent");
  tally.add_option("--since", given->since, "a day, a time, \"today\" or \"7d\"; else all");
  tally.add_option("--channel", given->channel, "of one channel");
  tally.add_flag("--json", invocation.is_json, "print JSON");
  tally.has_optional_commands();
  tally.on_run([&invocation, given, tally] {
    if (!tally.has_chosen_command()) show(invocation, *given);
  });
  Command take = add_command(tally, invocation, "import",
                             "Import the counts of an older bot as an opening balance",
                             [&invocation, given] { import(invocation, *given); });
  take.add_option("file", given->file, "stats.json").required();
  Command fill = add_command(tally, invocation, "backfill",
                             "Count a channel's history, read through the Slack API",
                             [&invocation, given] { backfill(invocation, *given); });
  fill.add_option("--channel", given->channel, "the channel's id").required();
  fill.add_option("--since", given->since, "a day, a time or \"90d\"").required();
  Command again = add_command(tally, invocation, "rebuild",
                              "Recount all stored messages, as a restart with another pattern does",
                              [&invocation, given] { rebuild(invocation, *given); });
  again.add_option("--channel", given->channel, "one channel alone");
}

}  // namespace dw
