#include "app/commands/init_dialog.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <vector>

#include "app/print.h"
#include "app/setup_answers.h"
#include "base/text.h"

namespace dw {
namespace {

using Completion = std::function<Result<std::string>(const std::string& given)>;

/// One question; either of a yes or no, or of a text.
struct Question {
  std::string words, flag;
  bool SetupAnswers::*truth = nullptr;
  std::string SetupAnswers::*text = nullptr;
  Completion complete{};
  bool SetupAnswers::*asked_if = nullptr;  ///< null: always
};

/// A tally needs the id: members of a channel are not asked for its name each time.
Result<std::string> complete_tally(const std::string& given, const ChannelFinder& find_channel) {
  DW_TRY(std::string channel, complete_channel(given));
  if (!channel.starts_with('#')) return channel;
  if (!find_channel) {
    return Error{ErrorKind::invalid, "",
                 fmt::format("the tally needs the id of {} (in Slack: the channel's name > About, "
                             "at the bottom), or SLACK_BOT_TOKEN in the environment to look it up",
                             channel)};
  }
  return find_channel(channel);
}

/// Where a token is there, a name that Slack does not know is a mistake.
Result<std::string> complete_bridged(const std::string& given, const ChannelFinder& find_channel) {
  DW_TRY(std::string channel, complete_channel(given));
  if (!channel.starts_with('#') || !find_channel) return channel;
  const Result<std::string> found = find_channel(channel);
  const bool is_unknown = !found.ok() && (found.error().kind == ErrorKind::missing ||
                                          found.error().kind == ErrorKind::invalid);
  if (is_unknown) return found.error();
  return channel;
}

std::vector<Question> questions(const ChannelFinder& find_channel) {
  using S = SetupAnswers;
  const Completion bridged = [find_channel](const std::string& given) {
    return complete_bridged(given, find_channel);
  };
  const Completion tally = [find_channel](const std::string& given) {
    return complete_tally(given, find_channel);
  };
  return {{"Slack", "", &S::has_slack},
          {"  channel whose threads become tickets", "--slack-channel", nullptr, &S::slack_channel,
           bridged, &S::has_slack},
          {"  channel where agents' updates are counted", "--tally-channel", nullptr,
           &S::tally_channel, tally, &S::has_slack},
          {"Microsoft Teams", "", &S::has_teams},
          {"Zendesk", "", &S::has_zendesk},
          {"  its address, https://SUBDOMAIN.zendesk.com", "--zendesk-url", nullptr,
           &S::zendesk_url, complete_zendesk_url, &S::has_zendesk},
          {"a Google Sheet with closed tickets", "", &S::has_sheets},
          {"  the sheet's address or id", "--sheet-id", nullptr, &S::sheet_id, complete_sheet_id,
           &S::has_sheets},
          {"Amazon SQS", "", &S::has_sqs},
          {"  the queues' address up to their names", "--sqs-prefix", nullptr, &S::sqs_prefix,
           complete_sqs_prefix, &S::has_sqs},
          {"a mail server", "", &S::has_mail},
          {"  its address, smtp://HOST:587 or smtps://HOST:465", "--mail-url", nullptr,
           &S::mail_url, complete_mail_url, &S::has_mail},
          {"  the sender, Name <address>", "--mail-from", nullptr, &S::mail_from, complete_sender,
           &S::has_mail},
          {"Public URL of this Deskwire (empty: none)", "--public-url", nullptr, &S::public_url,
           complete_public_url},
          {"Time zone of schedules, such as Europe/Berlin", "--timezone", nullptr, &S::timezone,
           complete_timezone}};
}

enum class AskOutcome { answered, back, ended };

/// One line from the terminal; absent: the input ended, and nothing was typed before.
std::optional<std::string> read_answer(const std::string& question, const std::string& fallback) {
  print(stderr, "{}{}: ", question, fallback.empty() ? "" : " [" + fallback + "]");
  std::string line;
  std::getline(std::cin, line);
  if (line.empty() && std::cin.eof()) return std::nullopt;
  return std::string(trim(line));
}

/// Asks until the answer is a good one.
AskOutcome ask_one(const Question& question, SetupAnswers& answers) {
  while (true) {
    const std::string fallback = question.truth != nullptr
                                     ? (answers.*question.truth ? "Y/n" : "y/N")
                                     : answers.*question.text;
    const std::optional<std::string> line = read_answer(question.words, fallback);
    if (!line) return AskOutcome::ended;
    const std::string given = line->empty() ? fallback : *line;
    if (given == "<") return AskOutcome::back;
    if (question.truth != nullptr) {
      const std::optional<bool> truth =
          given == fallback ? std::optional(answers.*question.truth) : truth_named(given);
      if (truth) answers.*question.truth = *truth;
      if (truth) return AskOutcome::answered;
      print(stderr, "    answer y or n (Enter: {})\n", answers.*question.truth ? "y" : "n");
      continue;
    }
    Result<std::string> complete = question.complete(given);
    if (complete.ok()) {
      answers.*question.text = *complete;
      if (*complete != given) print(stderr, "    → {}\n", *complete);
      return AskOutcome::answered;
    }
    print(stderr, "    {}\n", complete.error().what);
  }
}

bool is_asked(const Question& question, const SetupAnswers& answers) {
  return question.asked_if == nullptr || answers.*question.asked_if;
}

}  // namespace

std::string ask_line(const std::string& question, const std::string& fallback) {
  const std::optional<std::string> given = read_answer(question, fallback);
  return !given || given->empty() ? fallback : *given;
}

bool ask_setup(SetupAnswers& answers, const ChannelFinder& find_channel) {
  print(stderr,
        "Which systems do you use? Press Enter to accept the value in brackets; type < to go "
        "back.\n");
  const std::vector<Question> all = questions(find_channel);
  std::vector<size_t> before;  // the questions that were asked on the way here
  for (size_t place = 0; place < all.size();) {
    if (!is_asked(all[place], answers)) {
      ++place;
      continue;
    }
    const AskOutcome asked = ask_one(all[place], answers);
    if (asked == AskOutcome::ended) {
      // To the last question it is the value in brackets.
      return std::none_of(all.begin() + static_cast<std::ptrdiff_t>(place) + 1, all.end(),
                          [&](const Question& question) { return is_asked(question, answers); });
    }
    if (asked == AskOutcome::answered) {
      before.push_back(place++);
    } else if (!before.empty()) {
      place = before.back();
      before.pop_back();
    }
  }
  return true;
}

Result<void> complete_answers(SetupAnswers& answers, const ChannelFinder& find_channel) {
  using S = SetupAnswers;
  std::vector<Question> all = questions(find_channel);
  // What flags alone can say.
  all.push_back({"", "--teams-name", nullptr, &S::teams_name, complete_hook_name, &S::has_teams});
  all.push_back(
      {"", "--notices-webhook", nullptr, &S::notices_webhook, complete_webhook, &S::has_sheets});
  std::string wrong;
  for (const Question& question : all) {
    if (question.text == nullptr) continue;
    Result<std::string> complete = question.complete(answers.*question.text);
    if (!complete.ok()) {
      wrong += (wrong.empty() ? "" : "\n") + question.flag + ": " + complete.error().what;
      continue;
    }
    // Who names a part of a system uses the system.
    const bool is_part = question.asked_if != nullptr && !complete->empty();
    if (is_part) answers.*question.asked_if = true;
    answers.*question.text = std::move(*complete);
  }
  if (wrong.empty()) return {};
  return Error{ErrorKind::invalid, "", wrong};
}

}  // namespace dw
