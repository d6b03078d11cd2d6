#include "cases/case_world.h"

#include <fmt/format.h>

#include "app/parts.h"
#include "base/duration.h"
#include "base/number.h"
#include "base/text.h"
#include "config/sections.h"
#include "connectors/embedded_desk/embedded_desk.h"
#include "connectors/embedded_queue/embedded_queue.h"
#include "connectors/shadow/shadow.h"
#include "jobs/bridge/rows.h"
#include "jobs/intake/intake.h"
#include "jobs/storm/matching.h"
#include "records/deliveries.h"
#include "records/lanes.h"
#include "records/links.h"
#include "records/ticket_lists.h"
#include "records/tickets.h"

namespace dw {

struct CaseWorld::Settings {
  BridgeParts bridge;
  IntakeParts intake;
  HoursSettings hours;
  OwnSettings own;
};

CaseWorld::CaseWorld() : settings_(std::make_unique<Settings>()) {
  clock_.jump(*from_rfc3339("2026-11-23T10:00:00Z") - clock_.now());
  auto opened = open_store("sqlite::memory:", OpenMode::visit, nullptr);
  if (!opened.ok()) throw std::runtime_error(opened.error().text());
  store_ = std::move(*opened);
  for (const char* name : {"high", "medium", "low"}) {
    QueueSettings queue;
    queue.name = name;
    settings_->intake.queues.push_back(queue);
    targets_.push_back(std::make_unique<EmbeddedQueue>(name));
  }
  settings_->intake.public_url = settings_->bridge.public_url = "http://d";
  targets_.push_back(std::make_unique<EmbeddedDesk>());
  targets_.push_back(std::make_unique<Shadow>());
}

CaseWorld::~CaseWorld() = default;

void CaseWorld::build() {
  if (inbox_) return;
  const HoursSettings& hours = settings_->hours;
  settings_->bridge.hours =
      *OfficeHours::parse(hours.timezone, hours.days, hours.from, hours.to, hours.holidays);
  settings_->bridge.has_hours = hours.is_configured;
  settings_->bridge.hours_message = hours.message;
  settings_->bridge.timezone = hours.timezone;
  matcher_ = storm_matcher(settings_->own.get<StormSettings>());
  settings_->intake.matcher = settings_->bridge.matcher = matcher_.get();
  jobs_.push_back(std::make_unique<Intake>(settings_->intake));
  jobs_.push_back(std::make_unique<Bridge>(settings_->bridge));
  const JobContext context{settings_->own, hours, settings_->intake.public_url};
  for (const JobModule& module : job_modules()) jobs_.push_back(module.build(context));
  std::vector<const Job*> jobs;
  for (const auto& job : jobs_) jobs.push_back(job.get());
  std::vector<LocalTarget*> targets;
  for (const auto& target : targets_) targets.push_back(target.get());
  inbox_ = std::make_unique<Inbox>(*store_, clock_, metrics_, jobs, targets);
  told();  // what the case knows is no news
}

void CaseWorld::write(const WriteWork& work) {
  const Result<void> written = store_->write_now(work);
  if (!written.ok()) extra_.push_back("wrong  " + written.error().text());
}

std::vector<std::string> CaseWorld::take(const std::string& text) {
  const CaseLine line = parse_case_line(text);
  extra_.clear();
  if (line.verb == "know") {
    know(line);
    return extra_;
  }
  build();
  if (line.verb == "event") {
    event(line);
  } else if (line.verb == "answer" || line.verb == "refuse") {
    answer(line, line.verb == "answer");
  } else if (line.verb == "discard") {
    discard(line.word(0));
  } else if (line.verb == "send") {
    send_all();
  } else if (line.verb == "wait") {
    const auto span = parse_duration(line.word(0));
    if (span.ok()) clock_.advance(*span);
  } else {
    extra_.push_back("wrong  no such word: " + line.verb);
  }
  return told();
}

namespace {

/// null: it is a section of the program's own.
const OwnSection* own_section(const std::string& key) {
  for (const OwnSection* section : own_sections()) {
    if (section->key() == key) return section;
  }
  return nullptr;
}

}  // namespace

void CaseWorld::know(const CaseLine& line) {
  const std::string what = line.word(0);
  if (what == "time") {
    clock_.jump(*from_rfc3339(line.word(1)) - clock_.now());
  } else if (what == "bridge" || what == "hours" || what == "route" || what == "summary" ||
             own_section(what) != nullptr) {
    know_section(line);
  } else if (what == "oncall") {
    settings_->bridge.oncall[line.word(1)] = {line.has("notify"), line.has("assign")};
  } else if (what == "bot") {
    settings_->bridge.allowed_bots.push_back(line.word(1));
  } else if (what == "link") {
    know_link(line);
  } else if (what == "incident") {
    // know incident 1 9: ticket 1 is one of problem 9 from now on; 0: of none
    const auto number = [&](size_t word) {
      return TicketId{number_in<int64_t>(line.word(word)).value_or(0)};
    };
    const ChangeTicket joined{number(1), {.problem_id = number(2)}};
    write([&](Db& db) { return joined.write(db, clock_.now()); });
  } else if (what == "person" || what == "channel") {
    json::object body{{"name", line.word(2)}};
    if (what == "person") body["email"] = line.word(3);
    if (line.has("bot")) body["is_bot"] = true;
    write([&](Db& db) { return bridge::set_lookup(db, {line.word(1), body, clock_.now()}); });
  } else if (what == "read") {
    const json::object body{{"message", line.word(2)}};
    write([&](Db& db) {
      return bridge::set_lookup(db, {"read:" + line.word(1), body, clock_.now()});
    });
  } else {
    extra_.push_back("wrong  nothing is known of " + what);
  }
}

void CaseWorld::know_section(const CaseLine& line) {
  const std::string what = line.word(0);
  const OwnSection* own = own_section(what);
  const bool is_list = own != nullptr && own->view().shape.starts_with("[[");
  std::string toml = (is_list ? "[[" + what + "]]" : "[" + what + "]") + "\n";
  for (const auto& [key, value] : line.raw) {
    const bool is_literal =
        value.starts_with('"') || value.starts_with('[') || value == "true" || value == "false";
    toml += key + " = " + (is_literal ? value : "\"" + value + "\"") + "\n";
  }
  Problems problems("case");
  const Environment nothing = [](const std::string&) { return std::optional<std::string>(); };
  const Node document = parse_document(toml, nothing, problems);
  if (problems.is_empty()) {
    const Node& node = document.table()->at(what);
    if (own != nullptr) {
      own->read(node, settings_->own, problems);
    } else if (what == "bridge") {
      BridgeSettings bridge;
      read_section(bridge_section(), node, what, bridge, problems);
      settings_->bridge.bridges.push_back(bridge);
    } else if (what == "route") {
      RouteSettings route;
      read_section(route_section(), node, what, route, problems);
      settings_->intake.routes.push_back(route);
    } else if (what == "hours") {
      read_section(hours_section(), node, what, settings_->hours, problems);
      settings_->hours.is_configured = true;
    } else {
      read_section(summary_section(), node, what, settings_->bridge.summary, problems);
    }
  }
  if (!problems.is_empty()) extra_.push_back("wrong  " + problems.error().text());
}

/// know link C1/100.1 zendesk:42 open from=U7 title="…" solved=3d until=7001
void CaseWorld::know_link(const CaseLine& line) {
  const std::string where = line.word(1);
  const std::string at_desk = line.word(2);
  const auto place = split(where, '/');
  const auto desk = split(at_desk, ':');
  const bool is_solved = line.word(3) == "solved";
  const TimePoint now = clock_.now();
  const auto ago = parse_duration(line.value("solved", "1h"));
  const TimePoint solved_at = now - (ago.ok() ? *ago : Millis(0));
  const std::string from = line.value("from", "U7");
  write([&](Db& db) -> Result<void> {
    DW_TRY(const TicketId id, tickets::reserve_id(db));
    Ticket ticket{.id = id,
                  .title = line.value("title", "VPN is down"),
                  .description = "It is.",
                  .requester = {"Ana Lopez", "ana@x.example", "slack:" + from},
                  .source = "slack:" + std::string(place[0]),
                  .desk = std::string(desk[0]),
                  .opened_at = now - Millis(7'200'000),
                  .updated_at = now};
    if (desk.size() > 1) {
      ticket.external = {std::string(desk[1]), "https://desk/" + std::string(desk[1])};
    }
    if (is_solved) {
      ticket.status = Status::solved;
      ticket.solved_at = solved_at;
    }
    DW_CHECK(tickets::open(db, ticket));
    BridgeLink link{.channel = std::string(place[0]),
                    .thread = std::string(place.at(1)),
                    .ticket = id,
                    .stage = is_solved ? LinkStage::solved : LinkStage::open,
                    .url = "https://s/p" + std::string(place.at(1)),
                    .has_url = true,
                    .is_greeted = true,
                    .requester = from,
                    .comments_until = line.value("until", "7000"),
                    .opened_at = now};
    if (is_solved) link.solved_at = solved_at;
    DW_CHECK(links::set(db, link));
    return bridge::set_message(db, {.key = line.word(1),
                                    .kind = "chat.message",
                                    .channel = link.channel,
                                    .thread = link.thread,
                                    .message = link.thread,
                                    .author = from,
                                    .digest = "",
                                    .state = ThreadMessageState::carried,
                                    .at = now - Millis(7'200'000)});
  });
}

json::object CaseWorld::chat_body(const CaseLine& line) const {
  const std::string where = line.word(1);
  const auto place = split(where, '/');
  const std::string channel(place[0]);
  const std::string message(place.size() > 1 ? place[1] : "");
  const std::string thread = line.value("thread", line.word(0) == "chat.command" ? "" : message);
  const std::string from = line.value("from");
  json::object body{{"channel", channel}, {"message", message}, {"thread", thread}};
  for (const auto& [key, value] : line.given) {
    if (key == "text" || key == "marker" || key == "sent_at" || key == "emoji" ||
        key == "blocks_text") {
      body[key] = value;
    }
  }
  body["is_top"] = thread == message;
  body["is_added"] = !line.has("removed");
  body["is_mention_of_us"] = line.has("mention");
  body["is_ours"] = line.has("ours");
  const std::string bot = line.value("bot");
  body["author"] =
      json::object{{"id", from}, {"is_bot", !bot.empty()}, {"bot_id", text_or_null(bot)}};
  if (line.word(0) == "chat.reaction") body["user"] = from;
  if (line.word(0) == "chat.action") {
    body = json::object{{"action", line.value("action", "ticket.take")},
                        {"value", line.value("value")},
                        {"channel", channel},
                        {"message", message},
                        {"user", json::object{{"id", from}, {"name", line.value("name", "bo")}}}};
  }
  if (line.word(0) == "chat.command") {
    body["user"] = json::object{{"id", from}, {"name", line.value("name", "ana")}};
    body["thread"] = line.value("thread");
    body.erase("message");
  }
  if (const std::string file = line.value("file"); !file.empty()) {
    body["files"] = json::array{json::object{{"name", file},
                                             {"url", "https://files/" + file},
                                             {"content_type", "image/png"},
                                             {"bytes", 9}}};
  }
  return body;
}

void CaseWorld::event(const CaseLine& line) {
  Event event{.source = "slack", .kind = line.word(0), .at = clock_.now(), .body = {}};
  if (event.kind.starts_with("chat.") && event.kind != "chat.ticket") {
    event.body = chat_body(line);
    event.key = line.value("key", line.word(1));
    const bool is_message = event.kind == "chat.message";
    if (!is_message && !line.given.count("key")) {
      event.key += fmt::format("/{}/{}", event.kind, ++count_);
    }
  } else if (event.kind == "desk.changed") {
    event.source = "zendesk";
    event.key = fmt::format("webhook/{}", ++count_);
    event.body = json::object{{"ticket", line.word(1)}};
  } else {
    event.source = line.word(1).empty() ? "case" : line.word(1);
    event.key = line.value("key", fmt::format("{}", ++count_));
    const auto body = parse_json(line.json.empty() ? "{}" : line.json);
    if (!body.ok()) extra_.push_back("wrong  " + body.error().text());
    if (body.ok()) event.body = *body;
  }
  accept(std::move(event));
}

namespace {

Task<void> hand(Inbox& inbox, Event event, Result<Accepted>& out) {
  out = co_await inbox.accept(std::move(event));
}

}  // namespace

void CaseWorld::accept(Event event) {
  Result<Accepted> out = Error{};
  tasks_.run("case", hand(*inbox_, std::move(event), out));
  loop_.restart();
  while (loop_.poll() > 0) loop_.restart();
  if (!out.ok()) {
    std::string text = out.error().what;
    for (const Problem& one : out.error().problems)
      text += fmt::format("; {} {}", one.field, one.what);
    extra_.push_back("refuse " + case_text(text));
    return;
  }
  if (out->is_parked) extra_.push_back("parked");
  if (!out->is_first) extra_.push_back("repeat");
  if (out->is_first && !out->reply.is_null()) {
    const auto text = JsonView(out->reply)["text"].text();
    extra_.push_back("reply  " + (text ? case_text(*text) : to_text(out->reply)));
  }
}

/// Answers the first delivery at the head of a lane whose reference or operation is `what`.
bool CaseWorld::answer_one(const std::string& what, const std::string& rest,
                           const Outcome& outcome) {
  bool is_found = false;
  write([&](Db& db) -> Result<void> {
    const TimePoint now = clock_.now();
    DW_TRY(const auto claims, lanes::claim(db, {"case"}, now, now + Millis(1000), 1000));
    const BatchMax one = [](const Delivery&) { return size_t{1}; };
    for (const LaneClaim& claim : claims) {
      if (!is_found) {
        DW_TRY(auto head, deliveries::open_in_lane(db, claim.lane, 100));
        // A dead one that holds nothing back is not in front.
        std::erase_if(head, [](const Delivery& old) {
          return old.state != DeliveryState::pending && !old.holds_lane;
        });
        if (head.empty()) continue;
        const auto words = split(head[0].reference, ' ');
        const auto* asked = std::get_if<Lookup>(&head[0].payload);
        const bool is_named = words[0] == what || operation_of(head[0].payload) == what ||
                              (asked != nullptr && asked->about == what);
        const bool is_it =
            is_named &&
            (rest.empty() || (head[0].reference + " ").find(" " + rest + " ") != std::string::npos);
        if (is_it) {
          DW_TRY(const auto begun, lanes::begin_attempts(db, claim, now, one));
          const std::vector<Delivery>& taken = begun.taken;
          if (taken.empty()) continue;
          is_found = true;
          const bool is_done = outcome.kind == Outcome::Kind::done;
          DW_CHECK(lanes::finish(db, claim,
                                 {.id = taken[0].id,
                                  .state = is_done               ? DeliveryState::done
                                           : outcome.is_unwanted ? DeliveryState::discarded
                                                                 : DeliveryState::dead,
                                  .reason = outcome.why},
                                 now));
          Inbox::Counts unused;
          Inbox::Broken broken;
          DW_CHECK(inbox_->take_answer(db, taken[0], outcome, unused, broken));
        }
      }
      DW_CHECK(lanes::release(db, claim, now));
    }
    return {};
  });
  return is_found;
}

void CaseWorld::answer(const CaseLine& line, bool is_done) {
  json::value body;
  if (!line.json.empty()) {
    auto parsed = parse_json(line.json);
    if (!parsed.ok()) {
      extra_.push_back("wrong  " + parsed.error().text());
      return;
    }
    body = std::move(*parsed);
  }
  Outcome outcome =
      is_done ? Outcome::done(std::move(body)) : Outcome::refused(line.value("why", "no"));
  if (!line.value("given_up").empty()) outcome.kind = Outcome::Kind::later;
  outcome.is_unwanted = !line.value("unwanted").empty();
  if (!answer_one(line.word(0), line.word(1), outcome)) {
    extra_.push_back("wrong  no lane has this in front: " + line.word(0));
  }
}

/// A person decides that it need not happen.
void CaseWorld::discard(const std::string& what) {
  write([&](Db& db) -> Result<void> {
    DW_TRY(const auto page, deliveries::list(db, {.states = {DeliveryState::pending}}));
    for (const Delivery& one : page.items) {
      if (!one.reference.starts_with(what + " ")) continue;
      DW_CHECK(deliveries::discard(db, one.id, "a person said so", clock_.now()));
    }
    return {};
  });
}

/// Everything that is said, put on and written goes well, until only questions are in front.
void CaseWorld::send_all() {
  for (bool has_sent = true; has_sent;) {
    has_sent = false;
    for (const char* what : {"said", "react", "comment", "solved", "assigned", "changed"}) {
      json::object body;
      if (std::string_view(what) == "said") {
        body["message"] = fmt::format("900.{}", ++count_);
      } else if (std::string_view(what) == "comment") {
        body["comment"] = fmt::format("80{:02}", ++count_);
      }
      if (answer_one(what, "", Outcome::done(std::move(body)))) has_sent = true;
    }
  }
}

std::vector<std::string> CaseWorld::told() {
  std::vector<std::string> out = extra_;
  const Result<void> read = store_->read_now([&](ReadDb& db) -> Result<void> {
    DW_TRY(auto tickets, tickets::list(db, {.page = {.limit = 500}}));
    std::reverse(tickets.items.begin(), tickets.items.end());
    for (const Ticket& one : tickets.items) {
      DW_TRY(const auto comments, tickets::comments(db, one.id));
      std::string text = show(one, comments.size());
      if (shown_tickets_[one.id.value] != text) out.push_back(text);
      shown_tickets_[one.id.value] = std::move(text);
    }
    DW_TRY(auto deliveries, deliveries::list(db, {.page = {.limit = 500}}));
    std::reverse(deliveries.items.begin(), deliveries.items.end());
    for (const Delivery& one : deliveries.items) {
      const bool is_new = shown_deliveries_.count(one.id.value) == 0;
      const bool is_dropped = one.state == DeliveryState::discarded;
      std::string& before = shown_deliveries_[one.id.value];
      if (is_new) {
        out.push_back(show(one));
      } else if (is_dropped && before != "dropped") {
        out.push_back("drop   " + show(one).substr(7));
      }
      before = is_dropped ? "dropped" : "shown";
    }
    return {};
  });
  if (!read.ok()) out.push_back("wrong  " + read.error().text());
  return out;
}

std::string CaseWorld::show(const Ticket& ticket, size_t comments) const {
  std::string out =
      fmt::format("ticket {} {} {} {} by {} <{}> at {}", ticket.id.value, name_of(ticket.status),
                  name_of(ticket.priority), case_text(ticket.title),
                  case_text(ticket.requester.name), ticket.requester.email, ticket.desk);
  if (!ticket.external.id.empty()) out += ":" + ticket.external.id;
  if (!ticket.assignee.empty()) out += " assignee=" + case_text(ticket.assignee);
  if (!ticket.tags.empty()) out += " tags=" + join(ticket.tags, ",");
  if (ticket.type != TicketType::none) out += fmt::format(" type={}", name_of(ticket.type));
  if (ticket.problem_id) out += fmt::format(" problem={}", ticket.problem_id.value);
  if (ticket.first_reply_at) out += " replied";
  if (comments > 0) out += fmt::format(" comments={}", comments);
  return out;
}

namespace {

std::string names_of(const std::vector<FileLink>& files) {
  std::string out;
  for (const FileLink& file : files) out += (out.empty() ? " files=" : ",") + file.name;
  return out;
}

std::string place_of(const std::string& channel, const std::string& thread) {
  return channel + (thread.empty() ? "" : "/" + thread);
}

struct Shower {
  std::string operator()(const QueueSend& send) const { return "send " + case_text(send.body); }
  std::string operator()(const DeskComment& one) const {
    return fmt::format("comment {} {} {}: {}{}",
                       one.external_id.empty() ? std::to_string(one.ticket.value) : one.external_id,
                       one.is_public ? "public" : "private", case_text(one.author_name),
                       case_text(one.body), names_of(one.files));
  }
  std::string operator()(const DeskUpdate& one) const {
    std::string out =
        "update " + (one.external_id.empty() ? std::to_string(one.ticket.value) : one.external_id);
    if (one.patch.status) out += fmt::format(" status={}", name_of(*one.patch.status));
    if (one.patch.priority) out += fmt::format(" priority={}", name_of(*one.patch.priority));
    if (one.patch.assignee) out += " assignee=" + case_text(*one.patch.assignee);
    if (one.patch.type) out += fmt::format(" type={}", name_of(*one.patch.type));
    if (one.patch.problem_id) {
      const std::string ours = std::to_string(one.patch.problem_id->value);
      out += " problem=" + (one.problem.empty() ? ours : one.problem);
    }
    return out;
  }
  std::string operator()(const DeskOpen& one) const {
    std::string out = fmt::format("open {} {} {} by {} <{}> tags={}", one.key, case_text(one.title),
                                  case_text(one.description), case_text(one.requester.name),
                                  one.requester.email, join(one.tags, ","));
    if (!one.thread_url.empty()) out += " thread_url=" + one.thread_url;
    if (!one.follow_up_of.empty()) out += " follow_up_of=" + one.follow_up_of;
    if (one.type != TicketType::none) out += fmt::format(" type={}", name_of(one.type));
    if (one.is_private) out += " private";
    return out;
  }
  std::string operator()(const ChatPost& one) const {
    std::string out = "post " + place_of(one.channel, one.thread);
    if (!one.replaces.empty()) out = "rewrite " + place_of(one.channel, one.replaces);
    if (!one.only_to.empty()) out = fmt::format("whisper {} {}", one.channel, one.only_to);
    const std::string mentions = one.mentions.empty() ? "" : " @" + join(one.mentions, ",");
    if (!one.has_mentions_last) out += mentions;
    if (!one.author_name.empty()) out += " " + case_text(one.author_name) + ":";
    if (!one.text.empty()) out += " " + case_text(one.text);
    if (!one.html.empty()) out += " html=" + case_text(one.html);
    if (one.has_mentions_last) out += mentions;
    if (one.reminds_of) out += fmt::format(" reminds={}", one.reminds_of.value);
    for (const ChatButton& button : one.buttons) {
      out += fmt::format(" [{}: {}]", button.label,
                         button.url.empty() ? button.action + " " + button.value : button.url);
    }
    return out + names_of(one.files);
  }
  std::string operator()(const ChatReact& one) const {
    return fmt::format("react {}/{} {}{}", one.channel, one.message, one.is_removed ? "-" : "+",
                       one.emoji);
  }
  std::string operator()(const Lookup& one) const {
    return "ask " + one.about + " " + to_text(one.details);
  }
  std::string operator()(const MailSend& one) const {
    return fmt::format("mail {} {} {}", join(one.to, ","), case_text(one.subject),
                       case_text(one.text));
  }
  std::string operator()(const WebhookPost& one) const { return "webhook " + case_text(one.body); }
};

}  // namespace

std::string CaseWorld::show(const Delivery& delivery) const {
  std::string out =
      fmt::format("plan   {} {}", delivery.target, std::visit(Shower{}, delivery.payload));
  out += " lane=" + delivery.lane;
  const bool is_later = delivery.state == DeliveryState::pending && delivery.next_attempt_at &&
                        *delivery.next_attempt_at > delivery.created_at;
  if (is_later) {
    out += " after=" + format_duration(*delivery.next_attempt_at - delivery.created_at);
  }
  return out;
}

}  // namespace dw
