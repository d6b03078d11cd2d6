// `deskwire notices …`, with the older utility's flags.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "app/commands/operation_command.h"
#include "app/exit_code.h"
#include "app/notice_sender.h"
#include "app/print.h"
#include "base/address.h"
#include "base/grouped_number.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "jobs/notices/last_run_date.h"
#include "web/notice_shapes.h"

namespace dw {
namespace {

/// What modern_arguments() adds where it finds an older flag.
constexpr const char* older_flag = "--older-flags";

struct NoticeArguments {
  std::string sheet_id, range, webhook_url, file, test_mode, email, html, period, date_file;
  int64_t plan = 0;
  int wait_seconds = 60;
  bool is_yes = false;
  bool is_older = false;  ///< the older utility's flags were used
};

std::string text_of(const json::value& of, const char* member) {
  const json::string* text = of.at(member).if_string();
  return text == nullptr ? "-" : std::string(text->data(), text->size());
}

/// `run`: as the API shows it.
void print_metrics(const json::value& run) {
  const json::value& metrics = run.at("figures");
  const auto number = [&](const char* key) { return metrics.at(key).as_int64(); };
  const json::value& left = metrics.at("left_out");
  print("{} · closings from {} to {}\n", text_of(run, "period"), text_of(run, "from"),
        text_of(run, "newest"));
  print("{} read: {} closed, {} older, {} told before, {} reopened\n",
        counted(number("rows"), "row", "rows"), grouped(number("closed")), grouped(number("older")),
        grouped(number("told_before")), grouped(number("reopened")));
  print("{} of {}; left out: {} who had theirs, {} suppressed\n",
        counted(number("customers"), "customer hears", "customers hear"),
        counted(number("tickets"), "ticket", "tickets"), grouped(left.at("had").as_int64()),
        grouped(left.at("suppressed").as_int64()));
}

/// On stderr: what a person must mend in the report.
void print_bad_rows(Invocation& invocation, const json::value& run) {
  const json::value& metrics = run.at("figures");
  const int64_t bad = metrics.at("bad").as_int64();
  if (bad == 0) return;
  if (invocation.exit_code == 0) invocation.exit_code = exit_found;
  const json::array& rows = metrics.at("bad_rows").as_array();
  for (const json::value& one : rows) {
    print(stderr, "row {}: {}\n", one.at("row").as_int64(), for_terminal(text_of(one, "why")));
  }
  const auto shown = static_cast<int64_t>(rows.size());
  if (bad > shown) print(stderr, "… and {} more\n", counted(bad - shown, "more row", "more rows"));
}

bool is_test_mode(const std::string& text) {
  return equals_ignoring_case(text, "yes") || equals_ignoring_case(text, "true") || text == "1";
}

/// The settings with what the flags say instead.
std::optional<Settings> settings_for(Invocation& invocation, const NoticeArguments& given,
                                     const SecretSections& secrets) {
  std::optional<Settings> settings = read_settings(invocation, secrets);
  if (!settings) return settings;
  NoticesSettings& notices = settings->notices;
  if (!given.sheet_id.empty()) {
    notices.sheet_id = given.sheet_id;
    notices.file.clear();
  }
  if (!given.file.empty()) {
    notices.file = given.file;
    notices.sheet_id.clear();
  }
  if (!given.range.empty()) notices.range = given.range;
  if (!given.webhook_url.empty()) {
    notices.webhook_url = given.webhook_url;
    notices.via = NoticeVia::webhook;
  }
  // Who has written no configuration has a receiver of the older body.
  if (given.is_older && settings->file.empty()) notices.payload = NoticePayload::report;
  if (!given.test_mode.empty()) {
    const bool is_no = equals_ignoring_case(given.test_mode, "no") ||
                       equals_ignoring_case(given.test_mode, "false") || given.test_mode == "0";
    if (!is_test_mode(given.test_mode) && !is_no) {
      fail(invocation, {ErrorKind::invalid, "--test-mode", "must be yes or no"});
      return std::nullopt;
    }
    notices.is_test = !is_no;
  }
  return settings;
}

/// `is_looking`: who looks leaves no store behind where there is none.
std::unique_ptr<Core> core_for(Invocation& invocation, const NoticeArguments& given,
                               bool is_looking = false) {
  std::optional<Settings> settings = settings_for(invocation, given, {"notices", "google"});
  if (!settings) return nullptr;
  if (is_looking) settings = without_new_store(std::move(*settings));
  Result<std::unique_ptr<Core>> core = build_core(std::move(*settings), OpenMode::visit);
  if (core.ok()) return std::move(*core);
  fail(invocation, core.error());
  return nullptr;
}

/// All letters one after the other, so that a hundred thousand of them need no memory.
void print_notices_json(const NoticeRuns& runs, const PickedNotices& picked) {
  json::object head = shape_of(ShownNoticeRun{picked.run});
  head.erase("run");
  head.erase("state");
  const std::string opening = to_text(head);
  const auto write = [](const std::string& text) {
    print_text(stdout, json_for_terminal(text), false);
  };
  write(opening.substr(0, opening.size() - 1) + ",\"items\":[");
  bool is_first = true;
  const auto add = [&](const Notice& notice, std::string_view left_out) {
    ShownNotice shown = runs.show(notice);
    shown.left_out = left_out;
    write((is_first ? "" : ",") + to_text(shape_of(shown)));
    is_first = false;
  };
  picked.selection->each_notice([&](const Notice& notice) { add(notice, ""); });
  picked.selection->each_left_out(
      [&](const Notice& notice, LeftOut why) { add(notice, name_of(why)); });
  write("]}\n");
}

/// `line` is only there to be used again: there are a hundred thousand.
void print_notice_line(std::string& line, const Notice& notice, std::string_view left_out) {
  line.clear();
  append_for_terminal(line, notice.email);
  line += '\t';
  append_for_terminal(line, notice.name());
  line += '\t';
  for (size_t i = 0; i < notice.tickets.size(); ++i) {
    if (i > 0) line += ", ";
    append_for_terminal(line, notice.tickets[i].id);
    line += ' ';
    append_day(line, notice.tickets[i].day);
  }
  if (!left_out.empty()) line.append("\tnot now: ").append(left_out);
  line += '\n';
  print_text(stdout, line, false);
}

void preview(Invocation& invocation, const NoticeArguments& given) {
  const std::unique_ptr<Core> core = core_for(invocation, given, true);
  if (!core) return;
  const auto picked = run_task(*core, core->notices->pick());
  if (!picked.ok()) return fail(invocation, picked.error());
  const Selection& selection = *(*picked)->selection;
  if (!given.html.empty()) {
    bool is_found = false;
    const std::string wanted = cleaned_address(given.html);
    selection.each_notice([&](const Notice& notice) {
      if (!equals_ignoring_case(notice.email, wanted)) return;
      print("{}", core->notices->show(notice).html);
      is_found = true;
    });
    if (!is_found) {
      fail(invocation,
           {ErrorKind::missing, given.html, "gets no mail now (`deskwire notices why` says why)"});
    }
    return;
  }
  if (invocation.is_json) {
    print_notices_json(*core->notices, **picked);
  } else {
    std::string line;
    selection.each_notice([&](const Notice& notice) { print_notice_line(line, notice, ""); });
    selection.each_left_out(
        [&](const Notice& notice, LeftOut why) { print_notice_line(line, notice, name_of(why)); });
    print_metrics(shape_of(ShownNoticeRun{(*picked)->run}));
  }
  print_bad_rows(invocation, shape_of(ShownNoticeRun{(*picked)->run}));
}

void print_run(const Invocation& invocation, json::object run) {
  if (invocation.is_json) {
    run.erase("deliveries");  // there are none yet
    return print_one(invocation, run);
  }
  print_metrics(run);
  print("plan {} ({}), hash {}\n", run.at("run").as_int64(), text_of(run, "state"),
        text_of(run, "hash"));
}

void plan(Invocation& invocation, const NoticeArguments& given) {
  const std::unique_ptr<Core> core = core_for(invocation, given);
  if (!core) return;
  FrontDoor door(*core);
  const auto made = ask(invocation, door, "planNotices");
  if (!made) return;
  print_run(invocation, *made);
  print_bad_rows(invocation, *made);
}

/// A daemon beside us has the lock and sends; else this process does.
std::unique_ptr<Core> sending_core(Invocation& invocation, const NoticeArguments& given,
                                   bool& is_alone) {
  // It sends what else is pending, too.
  std::optional<Settings> settings = settings_for(invocation, given, {every_section});
  if (!settings) return nullptr;
  Result<std::unique_ptr<Core>> core = build_core(*settings, OpenMode::serve);
  is_alone = core.ok();
  if (!core.ok() && core.error().kind == ErrorKind::busy) {
    core = build_core(std::move(*settings), OpenMode::visit);
  }
  if (core.ok()) return std::move(*core);
  fail(invocation, core.error());
  return nullptr;
}

void print_outcome(Invocation& invocation, FrontDoor& door, int64_t number) {
  const auto run = ask(invocation, door, "getNoticeRun", {.name = std::to_string(number)});
  if (!run) return;
  const auto count = [&](const char* state) { return run->at("deliveries").at(state).as_int64(); };
  const bool needs_person = count("unsure") + count("dead") > 0;
  if (needs_person) invocation.exit_code = exit_found;
  if (count("pending") > 0) invocation.exit_code = exit_unreachable;
  if (invocation.is_json) return print_one(invocation, *run);
  print("run {}: {} sent, {} waiting, {} unsure, {} dead\n", number, grouped(count("done")),
        grouped(count("pending")), grouped(count("unsure")), grouped(count("dead")));
  if (needs_person) {
    print("`deskwire delivery list --state unsure` (or dead) shows what a person decides\n");
  }
}

void send(Invocation& invocation, FrontDoor& door, const NoticeArguments& given, bool is_alone,
          int64_t run) {
  const Millis wait_max(given.wait_seconds * 1000LL);
  const auto sent = run_task(door.core(), send_notices(door.core(), is_alone, wait_max));
  if (!sent.ok()) return fail(invocation, sent.error());
  print_outcome(invocation, door, run);
}

void apply(Invocation& invocation, const NoticeArguments& given) {
  bool is_alone = false;
  const std::unique_ptr<Core> core = sending_core(invocation, given, is_alone);
  if (!core) return;
  FrontDoor door(*core);
  if (!ask(invocation, door, "applyNotices", {.name = std::to_string(given.plan)})) return;
  send(invocation, door, given, is_alone, given.plan);
}

/// What was imported leaves open what the older tool told: a person looks first.
bool is_agreed(Invocation& invocation, const NoticeArguments& given, const json::object& run) {
  if (given.is_yes) return true;
  const int64_t number = run.at("run").as_int64();
  print_metrics(run);
  if (::isatty(STDIN_FILENO) == 0) {
    print(stderr,
          "deskwire: this is the first run after an import, and what was told before is not "
          "known: look at `deskwire notices preview`, then `deskwire notices apply {}`, or "
          "run again with --yes\n",
          number);
    invocation.exit_code = exit_found;
    return false;
  }
  print("This is the first run after an import. Send these? [y/N] ");
  std::string answer;
  std::getline(std::cin, answer);
  if (equals_ignoring_case(trim(answer), "y") || equals_ignoring_case(trim(answer), "yes")) {
    return true;
  }
  print("nothing was sent; plan {} stays\n", number);
  invocation.exit_code = exit_found;
  return false;
}

void run(Invocation& invocation, const NoticeArguments& given) {
  bool is_alone = false;
  const std::unique_ptr<Core> core = sending_core(invocation, given, is_alone);
  if (!core) return;
  FrontDoor door(*core);
  constexpr int tries_max = 5;
  for (int i = 0; i < tries_max; ++i) {
    const auto made = ask(invocation, door, "planNotices");
    if (!made) return;
    if (core->settings.notices.is_test) {
      print_run(invocation, *made);
      if (!invocation.is_json) print("Test mode: nothing is sent\n");
      return print_bad_rows(invocation, *made);
    }
    const auto marks = ask(invocation, door, "getNoticeMarks");
    if (!marks) return;
    if (marks->at("asks").as_bool() && !is_agreed(invocation, given, *made)) return;
    const int64_t number = made->at("run").as_int64();
    const ApiAnswer applied = door.call("applyFreshNotices", {.name = std::to_string(number)});
    // Another run came in between: what it left is planned anew.
    if (applied.error && applied.error->kind == ErrorKind::conflict) continue;
    if (applied.error) return fail(invocation, *applied.error);
    if (!invocation.is_json) print_metrics(applied.body);
    send(invocation, door, given, is_alone, number);
    return print_bad_rows(invocation, applied.body);
  }
  fail(invocation, {ErrorKind::busy, "notices", "other runs keep coming first; try later"});
}

void print_story(const json::value& one) {
  std::string tickets;
  for (const json::value& ticket : one.at("tickets").as_array()) {
    tickets += (tickets.empty() ? "" : ", ") + text_of(ticket, "id") + " (" +
               text_of(ticket, "closed_on") + ")";
  }
  const bool is_left_out = one.at("left_out").is_string();
  const std::string reason = text_of(one, "reason");
  print("{}  run {}  {}  {}{}\n", text_of(one, "period"), one.at("run").as_int64(),
        is_left_out ? "left out: " + text_of(one, "left_out")
                    : text_of(one, "notice") + " " + text_of(one, "state"),
        tickets, reason == "-" ? "" : "  " + reason);
}

/// Why there is nothing to tell of a customer now, or what they get with the next run.
void why_now(Invocation& invocation, Core& core, const std::string& email) {
  const auto picked = run_task(core, core.notices->pick());
  if (!picked.ok()) return fail(invocation, picked.error());
  bool is_found = false;
  const auto tell = [&](const Notice& notice, std::string_view left_out) {
    if (!equals_ignoring_case(notice.email, email)) return;
    is_found = true;
    print("next run: {}, {}\n",
          counted(static_cast<int64_t>(notice.tickets.size()), "ticket", "tickets"),
          left_out.empty()    ? "will be sent"
          : left_out == "had" ? "had theirs in " + (*picked)->run.period + ", due after it"
                              : std::string(left_out));
  };
  (*picked)->selection->each_notice([&](const Notice& notice) { tell(notice, ""); });
  (*picked)->selection->each_left_out(
      [&](const Notice& notice, LeftOut reason) { tell(notice, name_of(reason)); });
  if (!is_found) print("next run: nothing is due: no closing that was not told\n");
  for (const BadRow& bad : (*picked)->selection->bad_rows()) {
    if (bad.why.find(email) != std::string::npos)
      print("row {}: {}\n", bad.row, for_terminal(bad.why));
  }
}

/// "2026-W47", "2026-11-16", "2026-11": what runs are named by.
bool is_period(std::string_view text) {
  std::string form(text);
  for (char& c : form) {
    if (is_digit(c)) c = '0';
  }
  return form == "0000-W00" || form == "0000-00-00" || form == "0000-00";
}

void why(Invocation& invocation, const NoticeArguments& given) {
  if (!given.period.empty() && !is_period(given.period)) {
    return fail(invocation, {ErrorKind::invalid, "--week",
                             fmt::format("invalid week \"{}\" (such as 2026-W47; where "
                                         "notices.every is another, 2026-11-16 or 2026-11)",
                                         given.period)});
  }
  const std::unique_ptr<Core> core = core_for(invocation, given, true);
  if (!core) return;
  FrontDoor door(*core);
  const auto answer = ask(invocation, door, "explainNotices", {.query = {{"email", given.email}}});
  if (!answer) return;
  json::array items;
  for (const json::value& one : answer->at("items").as_array()) {
    if (given.period.empty() || text_of(one, "period") == given.period) items.push_back(one);
  }
  if (invocation.is_json) return print_items(invocation, items, {});
  for (const json::value& one : items) print_story(one);
  if (items.empty()) print("no notice was planned for {} yet\n", given.email);
  if (given.period.empty() && core->settings.notices.has_report()) {
    why_now(invocation, *core, cleaned_address(given.email));
  }
}

void import(Invocation& invocation, const NoticeArguments& given) {
  const Result<int32_t> day = read_last_run_date(given.date_file);
  if (!day.ok()) return fail(invocation, day.error());
  const std::unique_ptr<Core> core = core_for(invocation, given);
  if (!core) return;
  FrontDoor door(*core);
  const Asking asking{.body = {{"day", *day}, {"file", given.date_file}}};
  if (!ask(invocation, door, "importNotices", asking)) return;
  print("closings from {} on are told; the next run shows what that is and asks\n", day_text(*day));
}

void login(Invocation& invocation, const NoticeArguments& given) {
  if (const auto core = core_for(invocation, given)) log_in_google(invocation, *core);
}

using Given = std::shared_ptr<NoticeArguments>;  // shared with callbacks that run later

Command add_one(Command notices, Invocation& invocation, const Given& given,
                const std::string& name, const std::string& what,
                void (*action)(Invocation&, const NoticeArguments&)) {
  Command command = add_command(notices, invocation, name, what,
                                [&invocation, given, action] { action(invocation, *given); });
  command.add_option("--sheet-id", given->sheet_id, "a Google Sheet, instead of the settings'");
  command.add_option("--range", given->range, "its range, \"Sheet1!A2:F\"");
  command.add_option("--file", given->file, "a .csv or .xlsx file, instead of the settings'");
  command.add_option("--webhook-url", given->webhook_url, "who gets the POSTs");
  command.add_option("--test-mode", given->test_mode, "yes: all but the sending")
      .value_or_default("yes");
  command.add_flag(older_flag, given->is_older, "").hide();  // shown to nobody
  return command;
}

}  // namespace

void add_notices(Command app, Invocation& invocation) {
  const auto given = std::make_shared<NoticeArguments>();
  Command notices = app.add_group("notices", "Tell customers, once, that tickets closed");
  add_one(notices, invocation, given, "preview", "What would be sent now; changes nothing", preview)
      .add_option("--html", given->html, "one customer's mail as HTML");
  add_one(notices, invocation, given, "plan", "Write the plan under a number and a hash", plan);
  Command apply_command = add_one(notices, invocation, given, "apply",
                                  "Send exactly a plan, unless the report has changed", apply);
  apply_command.add_option("plan", given->plan, "its number").required();
  Command run_command = add_one(notices, invocation, given, "run", "Plan and apply in one", run);
  run_command.add_flag("--yes", given->is_yes, "do not ask, after an import");
  for (Command command : {apply_command, run_command}) {
    command.add_option("--wait", given->wait_seconds,
                       "seconds without progress until what waits is left to later");
  }
  Command why_command =
      add_one(notices, invocation, given, "why", "What a customer was sent, or why nothing", why);
  why_command.add_option("email", given->email, "the customer's address").required();
  why_command.add_option("--week", given->period, "one period: 2026-W47, 2026-11, 2026-11-21");
  add_one(notices, invocation, given, "login", "Sign in to Google, once, in a browser", login);
  add_one(notices, invocation, given, "import", "Take over last_run_date.json", import)
      .add_option("file", given->date_file, "the older tool's file")
      .required();
}

std::vector<std::string> modern_arguments(int count, char** arguments) {
  std::vector<std::string> out(arguments + 1, arguments + count);
  if (std::find(out.begin(), out.end(), "notices") == out.end()) return out;
  const std::map<std::string, std::string> modern = {{"-sheetid", "--sheet-id"},
                                                     {"-range", "--range"},
                                                     {"-webhook_url", "--webhook-url"},
                                                     {"-testmode", "--test-mode"}};
  bool is_older = false;
  for (std::string& one : out) {
    const size_t equals = one.find('=');
    const auto found = modern.find(one.substr(0, equals));
    if (found != modern.end()) {
      one = found->second + (equals == std::string::npos ? "" : one.substr(equals));
      is_older = true;
    }
  }
  if (is_older) out.emplace_back(older_flag);
  return out;
}

}  // namespace dw
