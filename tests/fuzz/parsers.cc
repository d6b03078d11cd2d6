// Fuzzers of what people write: messages, markup, schedules, configuration.
#include "app/settings.h"
#include "base/assert.h"
#include "base/duration.h"
#include "base/text.h"
#include "connectors/teams/teams.h"
#include "connectors/teams/wire.h"
#include "domain/markup.h"
#include "domain/schedule.h"
#include "fuzz/fuzz.h"
#include "jobs/intake/body.h"
#include "jobs/intake/intake.h"
#include "records/tickets.h"

namespace dw::fuzz {
namespace {

const TimePoint now{Millis{1'795'000'000'000}};

const Intake& intake() {
  static const Intake job(IntakeParts{
      .queues = {{.name = "high.fifo"}, {.name = "high"}, {.name = "medium"}, {.name = "low"}},
      .routes = {{.text = "vpn|error +[0-9]+", .queue = "high.fifo"}},
      .public_url = "http://d"});
  return job;
}

/// What must hold of a plan, whatever the message was.
uint64_t check_plan(const Plan& plan) {
  expect(!plan.refusal, "a chat message is answered, never refused");
  expect(plan.reply.is_object() && plan.reply.get_object().contains("text"),
         "a chat message has a reply");
  const json::value* reply = plan.reply.get_object().if_contains("text");
  expect(reply->is_string() && is_utf8(reply->get_string()), "a reply is UTF-8");
  if (plan.changes.empty()) {
    expect(plan.deliveries.empty(), "without a ticket nothing is sent");
    return plan.counted.size();
  }
  const auto* opened = plan.changes.front().get_if<OpenTicket>();
  expect(opened != nullptr && plan.changes.size() == 1 && plan.deliveries.size() == 1,
         "a message is one ticket and one delivery");
  const Ticket& ticket = opened->ticket;
  expect(is_utf8(ticket.title) && is_utf8(ticket.description), "a ticket is UTF-8");
  expect(count_characters(ticket.title) <= 200 && !ticket.title.empty() &&
             ticket.title.find('\n') == std::string::npos,
         "a title is one line of 1 to 200 characters");
  expect(count_characters(ticket.description) <= 10'000, "a description is at most 10000 long");
  expect(!find_control_character(ticket.title), "a title is plain text");
  const auto& send = std::get<QueueSend>(plan.deliveries.front().payload);
  const Result<json::value> body = parse_json(send.body);
  expect(body.ok() && body->at("title") == json::string(ticket.title) &&
             body->at("description") == json::string(ticket.description),
         "consumers read the ticket as it is");
  return 100 + ticket.tags.size();
}

Plan plan_of(json::value body) {
  Event event{.source = "teams:it", .key = "1", .kind = "chat.ticket", .at = now};
  event.body = std::move(body);
  return intake().plan(event,
                       IntakeView{.written = intake().written_in(event), .fresh_ticket = {42}});
}

bool has_word(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

uint64_t check_activity(std::string_view input) {
  const Result<Event> event = decode_activity(input, "teams:it", now);
  static const TeamsSource source = TeamsSource::local();
  if (!event.ok()) {
    expect(parse_json(source.encode_error(event.error()).body).ok(), "an error is JSON");
    return 1;
  }
  expect(!event->key.empty() && event->key.size() <= 512, "a key has 1 to 512 bytes");
  expect(decode_activity(input, "teams:it", now)->key == event->key, "a repeat has the same key");
  const std::string body = to_text(event->body);
  expect(is_utf8(body), "what is stored is UTF-8");
  const Result<json::value> again = parse_json(body);
  expect(again.ok() && *again == event->body, "what is stored is read back as it was");
  const Plan plan = plan_of(event->body);
  const uint64_t seen = check_plan(plan);
  const HookAnswer answer = source.encode_reply(plan.reply);
  const Result<json::value> told = parse_json(answer.body);
  expect(told.ok(), "a reply is JSON");
  const std::string text(told->at("text").as_string());
  for (size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1)) {
    expect(std::string_view(text).substr(at).starts_with("<br>"), "a reply holds no tag but <br>");
  }
  return seen << 4 | (event->body.as_object().contains("is_damaged") ? 3U : 2U);
}

/// Whether the canary stands behind `secret =` only. In any other place it is no secret, and the
/// error about it may say what it found there.
bool is_where_secrets_are(std::string_view toml) {
  for (const std::string_view line : split(toml, '\n')) {
    if (has_word(line, "SECRET") && !line.starts_with("secret = \"")) return false;
  }
  return !has_word(toml, "\"\"\"") && !has_word(toml, "'''") && toml.starts_with("[teams.");
}

}  // namespace

uint64_t run_intake(std::string_view input) {
  const Draft draft = parse_message(input);
  uint64_t seen = 0;
  for (const auto& [label, value] : draft.fields) {
    seen |= uint64_t{1} << static_cast<unsigned>(label);
    expect(value.size() <= input.size(), "a value is a part of the message");
    expect(trim(value) == value, "a value is trimmed");
  }
  Ticketed ticketed;
  const std::vector<Fault> faults = check_draft(draft, IntakeSettings{}, ticketed);
  if (!draft.asks_for_help && faults.empty()) {
    expect(is_utf8(ticketed.title) && is_utf8(ticketed.description), "bad encoding is a fault");
  }
  for (const Fault& fault : faults) expect(!fault.text.empty(), "a fault says what it is");
  const bool is_ticket = !draft.asks_for_help && faults.empty();
  // A job gets text out of JSON, which is UTF-8 always.
  if (!is_utf8(input)) return seen << 8 | faults.size();
  const Plan plan = plan_of(json::object{
      {"text", input}, {"sender", json::object{{"name", "Ana"}, {"id", std::string(input)}}}});
  expect(is_ticket == !plan.changes.empty(), "read and plan agree on what is a ticket");
  return seen << 16 | check_plan(plan);
}

uint64_t run_teams(std::string_view input) {
  // Most mutations are no JSON: as the text of an activity they reach what lies behind it.
  const bool is_json = input.starts_with('{') || input.starts_with('[') || !is_utf8(input);
  if (is_json) return check_activity(input);
  return check_activity(to_text(json::object{
      {"type", "message"},
      {"id", input.substr(0, 700)},
      {"text", input},
      {"attachments", json::array{json::object{{"contentType", "text/html"},
                                               {"content", input.substr(input.size() / 2)}}}}}));
}

uint64_t run_markup(std::string_view input) {
  const std::string text = text_of_html(input);
  expect(text.size() <= 4 * input.size() + 16, "plain text is no longer than its markup");
  if (is_utf8(input)) expect(is_utf8(text), "UTF-8 stays UTF-8");
  // What was escaped comes back as it was, whatever it looks like.
  std::string plain, escaped;
  for (const char c : input) {
    if (c <= ' ' || c >= 0x7F) continue;
    plain += c;
    escaped += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  }
  expect(text_of_html(escaped) == plain, "decode of encode is identity");
  const auto lines = static_cast<uint64_t>(std::count(text.begin(), text.end(), '\n'));
  return std::min<uint64_t>(lines, 20) << 8 | std::min<uint64_t>(text.size() / 16, 200);
}

uint64_t run_schedule(std::string_view input) {
  const Result<Schedule> schedule = Schedule::parse(input);
  if (!schedule.ok()) {
    expect(!schedule.error().what.empty(), "an error says what is wrong");
    return 1;
  }
  uint64_t seen = 2;
  for (const char* zone : {"UTC", "Europe/Berlin", "Australia/Lord_Howe"}) {
    TimePoint at = now;
    for (int i = 0; i < 3; ++i) {
      const std::optional<TimePoint> next = schedule->next_after(at, zone);
      if (!next) break;
      expect(*next > at, "a schedule goes forward");
      expect(next->time_since_epoch() % std::chrono::minutes(1) == Millis(0), "on whole minutes");
      seen = seen * 31 + static_cast<uint64_t>((*next - at) / std::chrono::hours(1));
      at = *next;
    }
  }
  return seen;
}

uint64_t run_duration(std::string_view input) {
  uint64_t seen = 0;
  if (const auto time = parse_duration(input); time.ok()) {
    const auto again = parse_duration(format_duration(*time));
    expect(again.ok() && *again == *time, "a duration is read as it is printed");
    expect(time->count() >= 0 && *time <= Millis(3660LL * 86'400'000), "at most ten years");
    seen |= 1;
  }
  if (const auto size = parse_size(input); size.ok()) {
    const auto again = parse_size(format_size(*size));
    expect(again.ok() && *again == *size, "a size is read as it is printed");
    seen |= 2;
  }
  if (const auto at = from_rfc3339(input)) {
    expect(from_rfc3339(to_rfc3339(*at)) == at, "a time is read as it is printed");
    seen |= 4 | static_cast<uint64_t>(input.size()) << 8;
  }
  return seen;
}

uint64_t run_config(std::string_view input) {
  static const std::string canary = "canary-of-a-secret";
  const Environment environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "SECRET") return canary;
    if (name == "EMPTY") return "";
    return std::nullopt;
  };
  // Files of this machine are no part of the input.
  if (has_word(input, "file:")) return 0;
  const Result<Settings> settings = parse_settings(input, "d.toml", environment);
  if (!settings.ok()) {
    expect(!is_where_secrets_are(input) || !has_word(settings.error().text(), canary),
           "no error names a secret");
    return 1 + std::min<uint64_t>(30, settings.error().text().size() / 40);
  }
  const std::string printed = print_settings(*settings);
  const bool has_secret = has_word(printed, "***");
  if (has_secret) return 100;
  const Result<Settings> again = parse_settings(printed, "d.toml", environment);
  expect(has_word(printed, "${") || (again.ok() && print_settings(*again) == printed),
         "what is printed is read back as it was");
  return 200 + settings->queues.size() * 8 + settings->routes.size();
}

}  // namespace dw::fuzz
