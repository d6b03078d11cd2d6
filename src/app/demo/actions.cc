// What people in the demo's world do: visitors by the page, and the day by itself.
#include <fmt/format.h>

#include "app/demo/outage.h"
#include "app/demo/world.h"
#include "base/hash.h"
#include "base/text.h"
#include "fakes/zendesk_answers.h"

namespace dw::demo {
namespace {

using namespace fake_zendesk;

constexpr Millis teams_timeout{5'000};
constexpr size_t talks_max = 40, late_max = 500;

/// Slack sends these three as entities, and so what is typed can name nobody and link nowhere.
std::string as_slack_sends(std::string_view text) {
  return replace_all(replace_all(replace_all(text, "&", "&amp;"), "<", "&lt;"), ">", "&gt;");
}

std::string as_html(std::string_view text) {
  return replace_all(as_slack_sends(text), "\n", "<br>");
}

const char* zendesk_priority(const std::string& priority) {
  if (priority == "high") return "urgent";
  return priority == "medium" ? "normal" : "low";
}

}  // namespace

std::string World::say(const std::string& text, const std::string& thread) {
  return slack_.workspace().say(support_channel, visitor, as_slack_sends(text), thread);
}

bool World::answer(int64_t ticket, const std::string& text, bool is_public) {
  if (ticket < first_ticket_ || ticket > desk_->last_ticket()) return false;
  desk_->say(ticket, "<p>" + as_html(text) + "</p>", is_public);
  call_webhooks();
  return true;
}

bool World::change_status(int64_t ticket, const std::string& status) {
  if (ticket < first_ticket_ || ticket > desk_->last_ticket()) return false;
  desk_->change(ticket, {{"status", status}});
  call_webhooks();
  return true;
}

Task<void> World::ask_by_teams(std::string who, std::string text) {
  const std::string id = fmt::format("demo-{}", ++last_activity_);
  const json::object activity{
      {"type", "message"},
      {"id", id},
      {"text", "<at>Deskwire</at> " + as_html(text)},
      {"from", json::object{{"id", "29:" + to_lower(who)}, {"name", json::string(who)}}},
      {"conversation", json::object{{"id", "19:room@thread.tacv2;messageid=" + id}}}};
  HttpCall call{.method = "POST", .url = board_url_ + "/hooks/teams/it"};
  call.body = to_text(activity);
  const Sha256 mac = hmac_sha256(teams_key, call.body);
  call.headers = {{"Content-Type", "application/json"},
                  {"Authorization", "HMAC " + to_base64(bytes_of(mac))}};
  TeamsTalk talk{.who = std::move(who), .asked = std::move(text), .answer = {}, .at = clock_.now()};
  const Result<HttpAnswer> answer = co_await http_.send(std::move(call), teams_timeout);
  talk.is_refused = !answer.ok() || answer->status != 200;
  if (answer.ok()) {
    const Result<json::value> body = parse_json(answer->body);
    talk.answer = body.ok() ? text_in(*body, "text") : std::string(cut_bytes(answer->body, 2048));
  } else {
    talk.answer = "No response. Teams shows an error; the person sends it again.";
  }
  teams_.push_back(std::move(talk));
  if (teams_.size() > talks_max) teams_.pop_front();
}

Task<std::string> World::send_notices() {
  if (!is_ready_) co_return "Deskwire is starting again. Try once more in a second.";
  const Result<json::value> plan = co_await board("POST", "/v1/notices/plan");
  if (!plan.ok()) co_return plan.error().text();
  const int64_t run = plan->is_object() ? number_in(plan->get_object(), "run") : 0;
  const std::string path = fmt::format("/v1/notices/runs/{}/apply", run);
  const Result<json::value> applied = co_await board("POST", path);
  if (!applied.ok()) co_return applied.error().text();
  const JsonView metrics = JsonView(*plan)["figures"];
  const int64_t had = metrics["left_out"]["had"].integer().value_or(0);
  const int64_t sent = metrics["customers"].integer().value_or(0);
  std::string told =
      fmt::format("{} one mail each.", counted(sent, "customer gets", "customers get"));
  if (sent == 0) told = "No mail is sent.";
  if (had > 0) told += fmt::format(" {} had a mail this week and get the rest next week.", had);
  co_return told;
}

bool World::has_outage() const {
  return is_outage_early_ || player_.minute() >= outage_minute;
}

bool World::start_outage() {
  if (has_outage()) return false;
  is_outage_early_ = true;
  for (Happening& one : outage()) late_.push_back(std::move(one));
  return true;
}

void World::play(Millis passed) {
  for (Happening& one : player_.advance(passed)) {
    if (!(is_outage_early_ && is_of_outage(one))) late_.push_back(std::move(one));
  }
  // In the order of the day, but nobody waits for another's ticket.
  std::set<std::string> waiting;
  std::deque<Happening> left;
  for (Happening& one : late_) {
    const bool is_done = !waiting.contains(one.incident) && perform(one);
    if (is_done) continue;
    waiting.insert(one.incident);
    left.push_back(std::move(one));
  }
  late_ = std::move(left);
  while (late_.size() > late_max) late_.pop_front();
  call_webhooks();
}

std::string World::member(const Person& person) {
  std::string id = fmt::format("U{:08}", person.number);
  if (members_.insert(person.number).second) {
    slack_.workspace().add_person(id, person.name, person.email);
  }
  return id;
}

int64_t World::agent(const Person& person) {
  const auto [found, is_new] = agents_.try_emplace(person.number, 0);
  if (is_new) found->second = desk_->add_agent(person.name, person.email);
  return found->second;
}

int64_t World::ticket_of(const Happening& one) const {
  const auto mailed = mailed_.find(one.incident);
  if (mailed != mailed_.end()) return mailed->second;
  const auto thread = threads_.find(one.incident);
  if (thread == threads_.end()) return 0;
  const std::string external = fmt::format("slack:{}:{}", support_channel, thread->second);
  for (int64_t id = desk_->last_ticket(); id >= first_ticket_; --id) {
    if (text_in(desk_->ticket(id), "external_id") == external) return id;
  }
  return 0;
}

/// False: it has to wait, as its ticket is not there yet.
bool World::perform(const Happening& one) {
  using Kind = Happening::Kind;
  FakeSlackWorkspace& slack = slack_.workspace();
  if (one.kind == Kind::open) {
    if (one.door == Door::slack) {
      threads_[one.incident] =
          slack.say(support_channel, member(one.caller), one.subject + "\n" + one.text);
    } else if (one.door == Door::mail) {
      mailed_[one.incident] = desk_->mail_in(one.subject, one.text, one.caller.email);
    } else if (!is_ready_) {
      return false;
    } else {
      tasks_.run("demo teams", ask_by_teams(one.caller.name,
                                            fmt::format("Title: {}\nPriority: {}\nDescription: {}",
                                                        one.subject, one.priority, one.text)));
    }
    return true;
  }
  if (one.kind == Kind::reply) {
    slack.say(support_channel, member(one.caller), one.text, threads_[one.incident]);
    return true;
  }
  const bool is_at_desk = one.kind != Kind::work && one.door != Door::teams;
  const int64_t ticket = is_at_desk ? ticket_of(one) : 0;
  if (is_at_desk && ticket == 0) return false;
  if (ticket != 0) at_desk(one, ticket);
  slack.say_as_bot(updates_channel, "B0SERVICE", as_slack_sends(update_line(one)));
  return true;
}

void World::at_desk(const Happening& one, int64_t ticket) {
  using Kind = Happening::Kind;
  const int64_t by = agent(one.agent);
  if (desk_->ticket(ticket).at("priority").is_null()) {
    desk_->change(ticket, {{"priority", zendesk_priority(one.priority)}, {"status", "open"}}, by);
  }
  desk_->say(ticket, "<p>" + as_html(one.text) + "</p>", one.kind != Kind::note, by);
  if (one.kind != Kind::solve) return;
  desk_->change(ticket, {{"status", "solved"}}, by);
  const size_t blank = one.caller.name.find(' ');
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(clock_.now()));
  report_.push_back(
      {one.caller.name.substr(0, blank), one.caller.name.substr(blank + 1), one.caller.email,
       one.incident + "-today", "Closed",
       fmt::format("{:02}/{:02}/{:04}", static_cast<unsigned>(date.day()),
                   static_cast<unsigned>(date.month()), static_cast<int>(date.year()))});
}

}  // namespace dw::demo
