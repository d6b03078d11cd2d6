// `deskwire init`: a few questions, or flags; then deskwire.toml, the Slack app's manifest beside
// it, and what is left for a person to click.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "app/commands/commands.h"
#include "app/commands/init_dialog.h"
#include "app/environment_file.h"
#include "app/exit_code.h"
#include "app/print.h"
#include "app/sample.h"
#include "app/setup_answers.h"
#include "base/text.h"
#include "connectors/slack/lookups.h"
#include "net/private_file.h"
#include "net/task_group.h"

namespace dw {
namespace {

/// Secrets may stand in it; the service's group reads it.
constexpr mode_t settings_mode = 0640;
constexpr mode_t environment_mode = 0600;
constexpr Millis slack_timeout{10'000};

struct InitChoice {
  SetupAnswers around{};
  std::string out = "deskwire.toml";
  std::string slack_api;  ///< another address of Slack's API, for tests
  bool needs_confirmation = true;
  bool is_replacing = false;
};

/// Writes a new file, or a whole one in the place of another.
/// errors  conflict: the file is there, and --force is not given; invalid: why it can't be written
Result<void> write_new(const std::string& path, const std::string& text, bool is_replacing) {
  if (!is_replacing && ::access(path.c_str(), F_OK) == 0) {
    return Error{ErrorKind::conflict, path, "already exists (--force overwrites it)"};
  }
  const Result<void> written = write_private(path, text, settings_mode);
  if (written.ok()) return {};
  // What is wrong is what was given: the path.
  return Error{ErrorKind::invalid, path, written.error().what};
}

/// The sample with every variable that it needs set to something harmless: what is left is what
/// was typed wrong.
Result<void> check_sample(const std::string& toml, const std::string& file) {
  const Result<Settings> settings = parse_settings(toml, file, pretended_variable);
  if (settings.ok()) return {};
  return settings.error();
}

Task<void> find_id(SlackLookups& lookups, std::string name, Monotonic until,
                   Result<std::string>& out) {
  out = co_await lookups.channel_id(std::move(name), until);
}

/// Looks a channel up with the token of the environment, or of deskwire.env beside the new file.
ChannelFinder channel_finder(const InitChoice& choice) {
  const std::string token = settings_environment(choice.out)("SLACK_BOT_TOKEN").value_or("");
  if (token.empty()) return {};
  SlackSettings settings;
  settings.bot_token = Secret(token);
  if (!choice.slack_api.empty()) settings.api_url = choice.slack_api;
  return [settings](const std::string& name) -> Result<std::string> {
    Loop loop;
    LoopClock clock(loop);
    HttpClient http(loop);
    MemoryRates rates(clock);
    SlackTarget slack(http, loop, clock, rates, settings);
    SlackLookups lookups(slack.api());
    Result<std::string> id = Error{ErrorKind::unreachable, "", "Slack was not asked"};
    TaskGroup tasks(loop, clock);
    tasks.run("find channel", find_id(lookups, name, clock.monotonic() + slack_timeout, id));
    loop.run();
    return id;
  };
}

/// Every variable that the file names, for a person to fill in.
std::string environment_text(const std::string& toml) {
  std::string out =
      "# Written by `deskwire init`: secrets for deskwire.toml beside it. Remove the \"#\" of a "
      "line\n# and write the value behind the \"=\". The daemon and all commands read this "
      "file.\n";
  std::string optional;
  for (const VariableUse& use : variables_in(toml)) {
    (use.is_needed ? out : optional) += "#" + use.name + "=\n";
  }
  if (!optional.empty()) out += "# Optional:\n" + optional;
  return out;
}

/// Needed variables that neither the environment nor deskwire.env has.
std::vector<std::string> missing_variables(const InitChoice& choice, const std::string& toml) {
  const Environment environment = settings_environment(choice.out);
  std::vector<std::string> out;
  for (const VariableUse& use : variables_in(toml)) {
    if (use.is_needed && !environment(use.name)) out.push_back(use.name);
  }
  return out;
}

void tell_rest(const InitChoice& choice, const std::string& toml, const std::string& manifest) {
  print("{} is written.\n", choice.out);
  std::string needed, optional;
  for (const VariableUse& use : variables_in(toml)) {
    std::string& names = use.is_needed ? needed : optional;
    names += (names.empty() ? "" : " ") + use.name;
  }
  const std::string file = environment_file_of(choice.out);
  if (!needed.empty()) print("\nSet in the environment: {}\n", needed);
  if (!optional.empty()) print("{}Optional: {}\n", needed.empty() ? "\n" : "", optional);
  if (!needed.empty() || !optional.empty()) {
    print("Or write them into {}, one NAME=value a line.\n", file);
  }
  for (const NextStep& next_step : next_steps(choice.around, manifest)) {
    print("\n{}\n", next_step.system);
    for (const std::string& step : next_step.steps) print("  - {}\n", step);
  }
  std::fflush(stdout);
}

struct WrittenFiles {
  std::string toml, manifest;
};

Result<WrittenFiles> write_files(const InitChoice& choice) {
  WrittenFiles out{.toml = print_sample(choice.around), .manifest = ""};
  DW_CHECK(check_sample(out.toml, choice.out));
  const std::filesystem::path folder = std::filesystem::path(choice.out).parent_path();
  out.manifest = (folder / "slack-app-manifest.yaml").string();
  std::error_code failed;  // shows again, with the reason, where the file is opened
  if (!folder.empty()) std::filesystem::create_directories(folder, failed);
  DW_CHECK(write_new(choice.out, out.toml, choice.is_replacing));
  if (choice.around.has_slack) {
    // Made from the same answers: there is nothing of anybody's in it.
    DW_CHECK(write_new(out.manifest, slack_manifest(choice.around.public_url), true));
  }
  const std::string environment = environment_file_of(choice.out);
  const bool has_variables = !variables_in(out.toml).empty();
  if (has_variables && ::access(environment.c_str(), F_OK) != 0) {
    DW_CHECK(write_private(environment, environment_text(out.toml), environment_mode));
  }
  return out;
}

/// What was said is kept until it is written: another file is asked for where this one won't do.
std::optional<WrittenFiles> write_or_ask(Invocation& invocation, InitChoice& choice) {
  while (true) {
    Result<WrittenFiles> written = write_files(choice);
    if (written.ok()) return std::move(*written);
    fail(invocation, written.error());
    if (!choice.needs_confirmation) return std::nullopt;
    if (written.error().kind == ErrorKind::conflict) {
      const std::string answer = ask_line("Overwrite it", "y/N");
      choice.is_replacing = truth_named(answer).value_or(false);
      if (choice.is_replacing) continue;
    }
    const std::string other = ask_line("Write to which file instead (empty: give up)", "");
    if (other.empty()) return std::nullopt;
    choice.out = other;
  }
}

/// The answers, completed; false: what is wrong was told.
bool take_answers(Invocation& invocation, InitChoice& choice) {
  const ChannelFinder find_channel = channel_finder(choice);
  const Result<void> given = complete_answers(choice.around, find_channel);
  if (!given.ok()) {
    print(stderr, "{}\n", given.error().text());
    invocation.exit_code = exit_configuration;
    return false;
  }
  if (!choice.needs_confirmation || ask_setup(choice.around, find_channel)) return true;
  print(stderr, "\ndeskwire init: the input ended before the last question; nothing was written\n");
  invocation.exit_code = exit_found;
  return false;
}

void write_sample(Invocation& invocation, InitChoice choice) {
  if (!take_answers(invocation, choice)) return;
  const std::optional<WrittenFiles> written = write_or_ask(invocation, choice);
  if (!written) return;
  invocation.exit_code = 0;
  tell_rest(choice, written->toml, written->manifest);
  const std::vector<std::string> missing = missing_variables(choice, written->toml);
  if (choice.needs_confirmation && missing.empty()) {
    print("\ndeskwire check\n");
    std::fflush(stdout);
    invocation.config = choice.out;
    return check_live(invocation);
  }
  if (!missing.empty()) print("\nNot set yet: {}\n", join(missing, " "));
  print("\nThen run `deskwire check` and `deskwire serve`.\n");
}

void add_options(Command command, InitChoice& choice) {
  SetupAnswers& around = choice.around;
  command.add_flag("--slack", around.has_slack, "use a Slack workspace");
  command.add_option(
      "--slack-channel", around.slack_channel,
      "its channel whose threads become tickets: an id or \"#name\"; implies --slack");
  command.add_option("--tally-channel", around.tally_channel,
                     "the id of the channel where agents' updates are counted; implies --slack");
  command.add_flag("--teams", around.has_teams, "use a Microsoft Teams team");
  command.add_option("--teams-name", around.teams_name,
                     "the hook's name; it: /hooks/teams/it; implies --teams");
  command.add_flag("--zendesk", around.has_zendesk, "use a Zendesk account");
  command.add_option("--zendesk-url", around.zendesk_url,
                     "https://SUBDOMAIN.zendesk.com; implies --zendesk");
  command.add_flag("--sheets", around.has_sheets, "read closed tickets from a Google Sheet");
  command.add_option("--sheet-id", around.sheet_id,
                     "the long part of the sheet's address; implies --sheets");
  command.add_option("--notices-webhook", around.notices_webhook,
                     "the webhook that mails the customers; implies --sheets");
  command.add_flag("--sqs", around.has_sqs, "send tickets to Amazon SQS");
  command.add_option("--sqs-prefix", around.sqs_prefix,
                     "the queues' addresses up to their names high, medium, low; implies --sqs");
  command.add_flag("--mail", around.has_mail, "use a mail server");
  command.add_option("--mail-url", around.mail_url,
                     "smtp://HOST:587 or smtps://HOST:465; implies --mail");
  command.add_option("--mail-from", around.mail_from,
                     "the sender, \"Name <address>\"; implies --mail");
  command.add_option("--public-url", around.public_url, "the public URL of this Deskwire");
  command.add_option("--timezone", around.timezone,
                     "the time zone of schedules, such as Europe/Berlin");
  command.add_option("--out", choice.out, "the file to write").show_default();
  command.add_flag("--force", choice.is_replacing, "overwrite an existing file");
  command.add_option("--slack-api", choice.slack_api, "another address of Slack's API").hide();
}

}  // namespace

void add_init(Command app, Invocation& invocation) {
  auto choice = std::make_shared<InitChoice>();      // shared with a callback that runs later
  auto is_answered = std::make_shared<bool>(false);  // shared for the same reason
  Command command = app.add("init", "Write deskwire.toml and the Slack app's manifest");
  add_options(command, *choice);
  command.add_flag("--yes", *is_answered, "do not ask; use the flags");
  command.on_run([&invocation, choice, is_answered] {
    choice->needs_confirmation = !*is_answered;
    if (choice->needs_confirmation && ::isatty(STDIN_FILENO) == 0) {
      print(stderr,
            "deskwire init: no terminal to ask on; pass the systems that you use (--slack "
            "--teams --zendesk --sheets --sqs --mail) and --yes\n");
      invocation.exit_code = exit_usage;
      return;
    }
    write_sample(invocation, *choice);
  });
}

}  // namespace dw
