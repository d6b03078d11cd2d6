#include "app/demo/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "app/demo/files.h"
#include "app/demo/outage.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "fakes/zendesk_answers.h"
#include "jobs/volume/records.h"
#include "net/http_server.h"

namespace dw::demo {
namespace {

using namespace fake_zendesk;

constexpr int morning = 8 * 60;
/// Of the morning has happened when a visitor comes, so that there is something to see.
constexpr int first_minutes = 30;
constexpr Millis beat{100}, ask_timeout{6'000}, start_timeout{20'000}, crash_every{6'000};
constexpr int dropped_each = 3;
constexpr const char* bearer = "ready-token";

std::vector<Happening> day() {
  const EmbeddedFile* file = file_named("incidents.csv");
  DW_ASSERT(file != nullptr, "the day is built in");
  Result<std::vector<Happening>> read = read_day(file->bytes);
  DW_ASSERT(read.ok(), "the day that is built in was read by its test");
  for (Happening& one : outage()) read->push_back(std::move(one));
  std::stable_sort(read->begin(), read->end(),
                   [](const Happening& a, const Happening& b) { return a.minute < b.minute; });
  return std::move(*read);
}

std::string port_of(const std::string& url) {
  return url.substr(url.rfind(':') + 1);
}

}  // namespace

World::World(Loop& loop, std::string folder, std::string page_url)
    : loop_(loop),
      clock_(loop),
      tasks_(loop, clock_),
      http_(loop),
      folder_(std::move(folder)),
      page_url_(std::move(page_url)),
      slack_(loop, clock_, tasks_, http_, {.ping_every = Millis(5'000)}),
      desk_script_(loop, tasks_),
      oncall_script_(loop, tasks_),
      sheet_script_(loop, tasks_),
      desk_(std::make_unique<FakeZendesk>([this] { return clock_.now() - back_; },
                                          desk_script_.url())),
      mailbox_(loop, clock_, tasks_),
      daemon_(folder_, "daemon.log"),
      player_(day(), morning) {
  desk_->options.per_minute_max = 1'000'000;
  desk_script_.otherwise([this](const HttpScript::Seen& seen) { return desk_answer(seen); });
  oncall_script_.otherwise([this](const HttpScript::Seen& seen) { return oncall_.answer(seen); });
  sheet_script_.otherwise([this](const HttpScript::Seen& seen) { return sheet_answer(seen); });
}

World::~World() = default;

void World::people() {
  FakeSlackWorkspace& slack = slack_.workspace();
  slack.add_channel(support_channel, "support");
  slack.add_channel(updates_channel, "ticket-updates");
  slack.add_person(visitor, "Vera Visitor", "vera@shop.example");
  slack.add_person("U0ONCALL1", "Bo Ek", "bo@desk.example");
  slack.add_person("U0ONCALL2", "Ines Rossi", "ines@desk.example");
  oncall_.shifts = {{"P1", "PU1", "Bo Ek", "bo@desk.example", "S1", 1},
                    {"P1", "PU2", "Ines Rossi", "ines@desk.example", "", 2}};
}

/// Four quiet weeks at the desk and an hour that is out of line: the volume has something to see.
/// And the report of those whose tickets closed this week.
void World::history() {
  using namespace std::chrono;
  constexpr int hours_back = 28 * 24, spike = 48;
  // The last hour that the volume judges when it looks, also in an hour's first minutes.
  const TimePoint hour = hours_end(clock_.now());
  const auto add = [this](TimePoint at, const std::string& subject, const char* tag) {
    back_ = duration_cast<Millis>(clock_.now() - at);
    desk_->form_in(
        {{"subject", subject},
         {"comment", json::object{{"body", "Sent with the form."}}},
         {"requester", json::object{{"name", "Sam Form"}, {"email", "sam@shop.example"}}},
         {"status", "solved"},
         {"tags", json::array{"form", json::string(tag)}}});
  };
  const std::vector<Happening>& today = player_.day();
  for (int i = hours_back; i >= 1; --i) {
    const TimePoint at = hour - hours(i);
    const weekday of_week(floor<days>(at));
    const int of_day = static_cast<int>(floor<hours>(at - floor<days>(at)).count());
    const bool is_weekend = of_week == Saturday || of_week == Sunday;
    // Some more, some less, the same on each run: nobody's hours are all alike.
    const int tickets = usual_in_hour(of_day, is_weekend) + i * 7919 % 5 - 1;
    for (int k = 0; k < tickets; ++k) {
      const Happening& like = today.at(static_cast<size_t>(i * 31 + k * 7) % today.size());
      add(at + minutes(k * 59 / tickets), like.subject, k % 3 == 0 ? "hardware" : "software");
    }
  }
  for (int k = 0; k < spike; ++k) {
    add(hour - minutes(58 - k), "VPN drops every ten minutes", k % 6 == 0 ? "software" : "vpn");
  }
  back_ = Millis(0);
  first_ticket_ = desk_->last_ticket() + 1;
  int back = 0;
  for (const Happening& one : today) {
    if (one.kind != Happening::Kind::solve) continue;
    const year_month_day date(floor<days>(clock_.now()) - days(1 + back++ % 4));
    const size_t blank = one.caller.name.find(' ');
    report_.push_back(
        {one.caller.name.substr(0, blank), one.caller.name.substr(blank + 1), one.caller.email,
         one.incident, "Closed",
         fmt::format("{:02}/{:02}/{:04}", static_cast<unsigned>(date.day()),
                     static_cast<unsigned>(date.month()), static_cast<int>(date.year()))});
  }
}

std::string World::settings(const std::string& webhook_secret) const {
  return fmt::format(
      R"(# Written by `deskwire demo`: everything it names is a fake on this machine.
[server]
listen = "127.0.0.1:{board_port}"

[slack]
api_url = "{slack}"
bot_token = "{bot}"
app_token = "{app}"

[[bridge]]
channel = "{support}"
desk = "zendesk"
oncall = "sre"

[zendesk]
url = "{desk}"
oauth_token = "{bearer}"
webhook_secret = "{secret}"
poll = "10s"
rate_per_minute = 5000

[oncall.sre]
provider = "pagerduty"
token = "{pager_token}"
policy = "P1"
api_url = "{pager}"

[teams.it]
secret = "{teams}"

[[tally]]
channel = "{updates}"
username_suffix = ""
stats_file = "stats.json"

[notices]
sheet_id = "weekly-report"
range = "Sheet1!A2:F"
via = "smtp"

[google]
api_key = "demo"
sheets_url = "{sheets}"

[volume]
history = "28d"
notify = ["leads@desk.example"]
omit_tags = ["form"]

[storm]
min_tickets = 6
[mail]
url = "smtp+plain://127.0.0.1:{mail}"
from = "Deskwire <deskwire@desk.example>"

[retry]
first = "300ms"
max = "4s"
timeout = "6s"
)",
      fmt::arg("board_port", port_of(board_url_)), fmt::arg("slack", slack_.api_url()),
      fmt::arg("bot", slack_.options().bot_token), fmt::arg("app", slack_.options().app_token),
      fmt::arg("support", support_channel), fmt::arg("updates", updates_channel),
      fmt::arg("desk", desk_script_.url()), fmt::arg("bearer", bearer),
      fmt::arg("secret", webhook_secret), fmt::arg("pager", oncall_script_.url()),
      fmt::arg("pager_token", oncall_.token), fmt::arg("teams", to_base64(teams_key)),
      fmt::arg("sheets", sheet_script_.url()), fmt::arg("mail", mailbox_.port()));
}

Result<void> World::write_settings() {
  std::string secret;
  for (const auto& [id, hook] : desk_->webhooks()) {
    secret = text_in(hook.at("signing_secret"), "secret");
  }
  const std::string path = folder_ + "/deskwire.toml";
  std::ofstream file(path, std::ios::trunc);
  file << settings(secret);
  file.close();
  if (file.fail()) return Error{ErrorKind::unreachable, path, "can't be written"};
  return {};
}

HttpStep World::desk_answer(const HttpScript::Seen& seen) {
  if (seen.path.starts_with("/agent/tickets/")) {
    // Links in threads lead to the desk, which is a box on the page.
    return HttpStep::answer(302, "", {{"Location", page_url_ + "/#desk"}});
  }
  if (troubles_.is_desk_down) {
    return HttpStep::answer(503, "down for the demo", {{"Retry-After", "1"}});
  }
  HttpStep step = desk_->answer(seen);
  call_webhooks();
  const bool is_change = seen.method != "GET" && troubles_.has_lost_answers;
  if (is_change && ++changes_ % dropped_each == 0) return HttpStep::fault(HttpStep::Kind::hang_up);
  return step;
}

/// The report as Google Sheets gives it: how many rows there are, then those that are asked for.
HttpStep World::sheet_answer(const HttpScript::Seen& seen) const {
  const size_t at = seen.path.find("/values/");
  if (at == std::string::npos) {
    const json::object grid{{"rowCount", report_.size() + 1}, {"columnCount", 6}};
    const json::object tab{
        {"properties", json::object{{"title", "Sheet1"}, {"gridProperties", grid}}}};
    return success(200, {{"sheets", json::array{tab}}});
  }
  const size_t from = seen.path.find('A', at);
  const int64_t first =
      from == std::string::npos ? 2 : fake_zendesk::number_of(seen.path.substr(from + 1));
  json::array rows;
  for (size_t i = static_cast<size_t>(std::max<int64_t>(first, 2)) - 2; i < report_.size(); ++i) {
    rows.push_back(json::array(report_[i].begin(), report_[i].end()));
  }
  return success(200, {{"range", "Sheet1"}, {"values", std::move(rows)}});
}

void World::call_webhooks() {
  for (FakeInvocation& one : desk_->take_invocations()) {
    tasks_.run("demo webhook", invoke(std::move(one)));
  }
}

Task<void> World::invoke(FakeInvocation invocation) {
  HttpCall call{.method = "POST", .url = invocation.url};
  call.headers = std::move(invocation.headers);
  call.body = std::move(invocation.body);
  // A daemon that is down misses this: its own look at the export makes up for it.
  const Result<HttpAnswer> ignored = co_await http_.send(std::move(call), ask_timeout);
}

Task<void> World::pause(Millis length) {
  AsyncEvent wake(loop_, clock_);
  co_await wake.wait(clock_.monotonic() + length);
}

Task<Result<void>> World::run_command(std::vector<std::string> words) {
  Child child(folder_, "commands.log");
  const std::string what = join(words, " ");
  DW_CO_CHECK(child.start(std::move(words)));
  const Monotonic until = clock_.monotonic() + start_timeout;
  while (child.is_running() && clock_.monotonic() < until) co_await pause(Millis(20));
  if (child.exit_code() == 0) co_return Result<void>();
  co_return Error{ErrorKind::unreachable, "deskwire " + what,
                  fmt::format("failed:\n{}", cut_bytes(child.printed(), 2000))};
}

Task<Result<void>> World::start_daemon() {
  std::vector<std::string> words{"serve"};
  DW_CO_CHECK(daemon_.start(std::move(words)));
  const Monotonic until = clock_.monotonic() + start_timeout;
  while (daemon_.is_running() && clock_.monotonic() < until) {
    if (daemon_.printed().find("ready on ") != std::string::npos) {
      is_ready_ = true;
      co_return Result<void>();
    }
    co_await pause(Millis(20));
  }
  co_return Error{ErrorKind::unreachable, "deskwire serve",
                  fmt::format("did not start:\n{}", cut_bytes(daemon_.printed(), 2000))};
}

Task<Result<void>> World::open() {
  DW_CO_TRY(const std::string listen, with_port("127.0.0.1:0"));
  board_url_ = "http://" + listen;
  people();
  history();
  DW_CO_CHECK(write_settings());
  std::vector<std::string> setup{"setup", "zendesk"};
  DW_CO_CHECK(co_await run_command(std::move(setup)));
  DW_CO_CHECK(write_settings());
  std::vector<std::string> volume{"volume", "run"};
  DW_CO_CHECK(co_await run_command(std::move(volume)));
  co_return co_await start_daemon();
}

Task<void> World::live() {
  tasks_.run("demo daemon", watch_daemon());
  tasks_.run("demo board", learn_board_tickets());
  player_.skip(first_minutes);
  Monotonic last = clock_.monotonic();
  while (!is_closing_) {
    co_await pause(beat);
    const Monotonic now = clock_.monotonic();
    play(std::chrono::duration_cast<Millis>(now - last));
    last = now;
  }
}

Task<void> World::watch_daemon() {
  killed_at_ = clock_.monotonic();
  while (!is_closing_) {
    const bool is_due = clock_.monotonic() - killed_at_ >= crash_every;
    if (troubles_.is_crashing && is_due && is_ready_) kill_daemon();
    if (!daemon_.is_running() && !is_closing_) {
      is_ready_ = false;
      const Result<void> started = co_await start_daemon();
      if (!started.ok()) log_error("demo", started.error().text());
    }
    co_await pause(beat);
  }
}

void World::kill_daemon() {
  daemon_.signal(SIGKILL);
  killed_at_ = clock_.monotonic();
  is_ready_ = false;
  ++kills_;
}

Task<void> World::close() {
  is_closing_ = true;
  daemon_.signal(SIGTERM);
  const Monotonic until = clock_.monotonic() + Millis(5'000);
  while (daemon_.is_running() && clock_.monotonic() < until) co_await pause(Millis(20));
  slack_.stop();
  mailbox_.stop();
}

Task<Result<json::value>> World::board(std::string method, std::string path) {
  HttpCall call{.method = std::move(method), .url = board_url_ + path};
  if (call.method == "POST") {
    call.headers.emplace_back("Content-Type", "application/json");
    call.body = "{}";
  }
  DW_CO_TRY(const HttpAnswer answer, co_await http_.send(std::move(call), ask_timeout));
  DW_CO_TRY(json::value body, parse_json(answer.body));
  if (answer.status < 300) co_return body;
  co_return Error{ErrorKind::invalid, path, text_in(body, "detail")};
}

/// Links of the page lead to the board, which has numbers of its own.
Task<void> World::learn_board_tickets() {
  while (!is_closing_) {
    Result<json::value> page = json::value(nullptr);
    if (is_ready_) page = co_await board("GET", "/v1/tickets?limit=100");
    const json::value seen = page.ok() ? *page : json::value(nullptr);
    for (const JsonView& one : JsonView(seen)["items"].elements()) {
      const std::string external = one["external"]["id"].text().value_or("");
      const int64_t id = one["id"].integer().value_or(0);
      if (!external.empty()) board_tickets_[fake_zendesk::number_of(external)] = id;
    }
    co_await pause(Millis(2'000));
  }
}

int64_t World::board_ticket(int64_t ticket) const {
  const auto found = board_tickets_.find(ticket);
  return found == board_tickets_.end() ? 0 : found->second;
}

Reconciliation World::books() const {
  return compare(slack(), support_channel, *desk_, first_ticket_);
}

void World::trouble(Troubles wanted) {
  if (wanted.is_crashing && !troubles_.is_crashing) killed_at_ = clock_.monotonic() - crash_every;
  troubles_ = wanted;
  slack_.repeat_events(wanted.is_slack_twice ? 1 : 0);
  slack_.drop_answers(wanted.has_lost_answers ? dropped_each : 0);
}

}  // namespace dw::demo
