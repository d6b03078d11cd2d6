// `deskwire init`: a few questions, or flags; then deskwire.toml, the Slack app's manifest beside
// it, and what is left for a person to click.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/print.h"
#include "app/sample.h"
#include "base/text.h"
#include "domain/schedule.h"
#include "net/private_file.h"

namespace dw {
namespace {

/// Secrets may stand in it; the service's group reads it.
constexpr mode_t settings_mode = 0640;

struct InitChoice {
  SetupAnswers around{};
  std::string out = "deskwire.toml";
  bool needs_confirmation = true;
  bool is_replacing = false;
};

/// One line from the terminal, or `fallback` for an empty one; the end of input is an empty line.
std::string ask(const std::string& question, const std::string& fallback) {
  print(stderr, "{}{}: ", question, fallback.empty() ? "" : " [" + fallback + "]");
  std::string line;
  std::getline(std::cin, line);
  const std::string given(trim(line));
  return given.empty() ? fallback : given;
}

bool ask_whether(const std::string& question, bool fallback) {
  const std::string given = to_lower(ask(question, fallback ? "Y/n" : "y/N"));
  if (given == "y/n") return fallback;
  return given.starts_with('y');
}

/// "acme" and "acme.zendesk.com" are what people type.
std::string whole_address(const std::string& given) {
  if (given.empty() || given.find("://") != std::string::npos) return given;
  const bool is_name = given.find('.') == std::string::npos;
  return "https://" + given + (is_name ? ".zendesk.com" : "");
}

/// Asks until the zone is one of this machine's; an empty line leaves UTC.
std::string ask_timezone(const std::string& fallback) {
  std::string zone = ask("Time zone of schedules, such as Europe/Berlin", fallback);
  while (!zone.empty() && !is_timezone(zone)) {
    zone = ask(unknown_timezone(zone) + ". Time zone", "");
  }
  return zone;
}

/// Flags that were given are the answers to start from.
void ask_all(SetupAnswers& around) {
  print(stderr, "Which systems do you use? Press Enter to accept the value in brackets.\n");
  around.has_slack = ask_whether("Slack", around.has_slack);
  if (around.has_slack) {
    around.slack_channel = ask("  channel whose threads become tickets", around.slack_channel);
    around.tally_channel =
        ask("  channel id where agents' updates are counted", around.tally_channel);
  }
  around.has_teams = ask_whether("Microsoft Teams", around.has_teams);
  around.has_zendesk = ask_whether("Zendesk", around.has_zendesk);
  if (around.has_zendesk) {
    around.zendesk_url = ask("  its address, https://SUBDOMAIN.zendesk.com", around.zendesk_url);
  }
  around.has_sheets = ask_whether("a Google Sheet with closed tickets", around.has_sheets);
  if (around.has_sheets) {
    around.sheet_id = ask("  the sheet's id, the long part of its address", around.sheet_id);
  }
  around.has_sqs = ask_whether("Amazon SQS", around.has_sqs);
  if (around.has_sqs) {
    around.sqs_prefix = ask("  the queues' address up to their names", around.sqs_prefix);
  }
  around.has_mail = ask_whether("a mail server", around.has_mail);
  if (around.has_mail) {
    around.mail_url = ask("  its address, smtp://HOST:587 or smtps://HOST:465", around.mail_url);
    around.mail_from = ask("  the sender, Name <address>", around.mail_from);
  }
  around.public_url = ask("Public URL of this Deskwire (empty: none)", around.public_url);
  around.timezone = ask_timezone(around.timezone);
}

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

void tell_rest(const InitChoice& choice, const std::string& toml, const std::string& manifest) {
  print("{} is written.\n", choice.out);
  std::string needed, optional;
  for (const VariableUse& use : variables_in(toml)) {
    std::string& names = use.is_needed ? needed : optional;
    names += (names.empty() ? "" : " ") + use.name;
  }
  if (!needed.empty()) print("\nSet in the environment: {}\n", needed);
  if (!optional.empty()) print("{}Optional: {}\n", needed.empty() ? "\n" : "", optional);
  for (const NextStep& errand : errands(choice.around, manifest)) {
    print("\n{}\n", errand.system);
    for (const std::string& step : errand.steps) print("  - {}\n", step);
  }
  print("\nThen run `deskwire check` and `deskwire serve`.\n");
}

void write_sample(Invocation& invocation, InitChoice choice) {
  if (choice.needs_confirmation) ask_all(choice.around);
  choice.around.zendesk_url = whole_address(choice.around.zendesk_url);
  const std::string toml = print_sample(choice.around);
  if (const Result<void> checked = check_sample(toml, choice.out); !checked.ok()) {
    print(stderr, "{}\nnothing was written\n", checked.error().text());
    invocation.exit_code = exit_configuration;
    return;
  }
  const std::filesystem::path folder = std::filesystem::path(choice.out).parent_path();
  const std::string manifest = (folder / "slack-app-manifest.yaml").string();
  std::error_code failed;  // shows again, with the reason, where the file is opened
  if (!folder.empty()) std::filesystem::create_directories(folder, failed);
  Result<void> written = write_new(choice.out, toml, choice.is_replacing);
  if (written.ok() && choice.around.has_slack) {
    // Made from the same answers: there is nothing of anybody's in it.
    written = write_new(manifest, slack_manifest(choice.around.public_url), true);
  }
  if (!written.ok()) return fail(invocation, written.error());
  tell_rest(choice, toml, manifest);
}

void add_options(Command command, InitChoice& choice) {
  SetupAnswers& around = choice.around;
  command.add_flag("--slack", around.has_slack, "use a Slack workspace");
  command.add_option("--slack-channel", around.slack_channel,
                     "its channel whose threads become tickets: an id or \"#name\"");
  command.add_option("--tally-channel", around.tally_channel,
                     "the id of the channel where agents' updates are counted");
  command.add_flag("--teams", around.has_teams, "use a Microsoft Teams team");
  command.add_option("--teams-name", around.teams_name, "the hook's name; it: /hooks/teams/it");
  command.add_flag("--zendesk", around.has_zendesk, "use a Zendesk account");
  command.add_option("--zendesk-url", around.zendesk_url, "https://SUBDOMAIN.zendesk.com");
  command.add_flag("--sheets", around.has_sheets, "read closed tickets from a Google Sheet");
  command.add_option("--sheet-id", around.sheet_id, "the long part of the sheet's address");
  command.add_option("--notices-webhook", around.notices_webhook,
                     "the webhook that mails the customers");
  command.add_flag("--sqs", around.has_sqs, "send tickets to Amazon SQS");
  command.add_option("--sqs-prefix", around.sqs_prefix,
                     "the queues' addresses up to their names high, medium, low");
  command.add_flag("--mail", around.has_mail, "use a mail server");
  command.add_option("--mail-url", around.mail_url, "smtp://HOST:587 or smtps://HOST:465");
  command.add_option("--mail-from", around.mail_from, "the sender, \"Name <address>\"");
  command.add_option("--public-url", around.public_url, "the public URL of this Deskwire");
  command.add_option("--timezone", around.timezone,
                     "the time zone of schedules, such as Europe/Berlin");
  command.add_option("--out", choice.out, "the file to write").show_default();
  command.add_flag("--force", choice.is_replacing, "overwrite an existing file");
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
