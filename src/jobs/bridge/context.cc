#include "jobs/bridge/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/casefold.h"
#include "base/hash.h"
#include "base/number.h"
#include "base/outside_text.h"
#include "base/text.h"
#include "domain/pieces.h"
#include "jobs/bridge/front_marks.h"

namespace dw {
namespace {

constexpr Millis person_fresh{86'400'000};
constexpr Millis oncall_fresh{300'000};

/// A file that is known by its id alone (connectors/slack/README.md).
constexpr std::string_view file_scheme = "slack:";

const json::value nothing;

/// What the chat is asked about for the name of this id.
std::string what_is(std::string_view id) {
  switch (id.empty() ? 'U' : id.front()) {
    case 'C':
    case 'G':
    case 'D':
      return "channel";
    case 'S':
      return "group";
    case 'F':
      return "file";
    default:
      return "person";
  }
}

/// All of a link that a turn may change.
auto facts_of(const BridgeLink& link) {
  return std::tie(link.channel, link.thread, link.ticket.value, link.stage, link.url, link.has_url,
                  link.is_greeted, link.comments_until, link.solved_at, link.paused_until);
}

/// "@Deskwire", "＠deskwire", "@ Deskwire": our name where Slack made no mention of it (it was
/// pasted, or sent by another program), and "/desk", which Slack refuses in a thread. 0: neither is
/// at the front. Who writes it means us, and a note that becomes public is worse than a command too
/// many.
size_t typed_name_bytes(std::string_view text, const std::string& our_name) {
  const auto ends_word = [text](size_t at) {
    const CodePoint next = first_code_point(text.substr(std::min(at, text.size())));
    const CodePoint after = first_code_point(text.substr(std::min(at + 1, text.size())));
    const bool goes_on = next.value == '.' || next.value == '-' || next.value == '\'';
    return next.bytes == 0 || !(is_alphanumeric(next.value) || next.value == '_' ||
                                (goes_on && after.bytes > 0 && is_alphanumeric(after.value)));
  };
  constexpr std::string_view command = "/desk";
  if (equals_ignoring_case(text.substr(0, command.size()), command)) {
    return text.size() > command.size() && text[command.size()] == ' ' ? command.size() : 0;
  }
  constexpr std::string_view wide_at = "\uFF20";
  size_t at = text.starts_with('@') ? 1 : text.starts_with(wide_at) ? wide_at.size() : 0;
  if (at == 0) return 0;
  if (text.substr(at).starts_with(' ')) ++at;
  for (const std::string_view name : {std::string_view("deskwire"), std::string_view(our_name)}) {
    const size_t end = at + name.size();
    const bool is_it = !name.empty() && equals_ignoring_case(text.substr(at, name.size()), name);
    if (is_it && ends_word(end)) return end;
  }
  return 0;
}

/// What stands behind our name; nothing, if more stands in front of it than marks of which
/// `mark_bytes` knows: "*@Deskwire* note …", "• @Deskwire note …".
std::optional<std::string> behind_our_name(const json::value& body,
                                           size_t (*mark_bytes)(std::string_view),
                                           bool may_be_typed) {
  const bool is_mentioned = Context::is_set(body, "is_mention_of_us");
  const std::string our_name = Context::text_of(body, "our_name");
  const std::string text = Context::text_of(body, "text");
  const std::string our_id = Context::text_of(body, "our_id");
  const std::string_view whole = trim(text);
  std::string_view rest = whole;
  for (;;) {
    const size_t end = rest.starts_with("<@") ? rest.find('>') : std::string_view::npos;
    const bool is_name = is_mentioned && end != std::string_view::npos;
    const std::string_view id =
        is_name ? rest.substr(2, rest.find_first_of("|>") - 2) : std::string_view();
    if (is_name && (our_id.empty() || id == our_id)) {
      rest.remove_prefix(end + 1);
      break;
    }
    if (const size_t bytes = may_be_typed ? typed_name_bytes(rest, our_name) : 0; bytes > 0) {
      rest.remove_prefix(bytes);
      break;
    }
    size_t bytes = mark_bytes(rest);
    if (bytes == 0 && may_be_typed) bytes = greeting_bytes(rest);
    if (bytes == 0) return std::nullopt;
    rest.remove_prefix(bytes);
  }
  for (const std::string_view sign : {"*", "_", "`", "~"}) {
    if (!whole.starts_with("<") && rest.starts_with(sign)) rest.remove_prefix(1);
  }
  rest = trim(rest);
  for (const std::string_view sign : {":", ",", "\uFF1A", "\uFF0C"}) {
    const bool is_sign = rest.starts_with(sign) && emoji_code_bytes(rest) == 0;
    if (is_sign) rest = trim(rest.substr(sign.size()));
  }
  return std::string(rest);
}

}  // namespace

std::string Context::text_of(const json::value& body, std::string_view key) {
  return JsonView(body)[key].text().value_or("");
}

bool Context::is_set(const json::value& body, std::string_view key) {
  return JsonView(body)[key].boolean().value_or(false);
}

const json::value& Context::member(const json::value& body, std::string_view key) {
  const JsonView view = JsonView(body)[key];
  return view.is_present() ? *view.raw() : nothing;
}

std::string digest_of(std::string_view text) {
  return to_hex(bytes_of(sha256(without_white_space(text))));
}

TimePoint time_of_message(std::string_view message, TimePoint otherwise) {
  const size_t dot = std::min(message.find('.'), message.size());
  const int64_t seconds = number_in(message.substr(0, dot)).value_or(0);
  // Ids that are no times ("100.1" in a test) say nothing about when.
  if (seconds < 1'000'000'000) return otherwise;
  const std::string_view behind = message.substr(std::min(dot + 1, message.size()));
  return TimePoint(Millis(seconds * 1000 + number_in(behind).value_or(0) / 1000));
}

Answer answer_in(const Event& event) {
  Answer out;
  const std::string reference = Context::text_of(event.body, "reference");
  std::vector<std::string_view> words = split(reference, ' ');
  words.resize(std::max<size_t>(words.size(), 3));
  out.what = words[0];
  if (words[1] != "-") out.channel = words[1];
  if (words[2] != "-") out.thread = words[2];
  for (size_t i = 3; i < words.size(); ++i) {
    out.rest += (out.rest.empty() ? "" : " ") + std::string(words[i]);
  }
  out.is_done = Context::is_set(event.body, "is_done");
  out.is_given_up = Context::is_set(event.body, "is_given_up");
  out.why = Context::text_of(event.body, "why");
  if (const auto id = delivery_id_named(Context::text_of(event.body, "delivery")))
    out.delivery = *id;
  return out;
}

const BridgeSettings* bridge_of(const BridgeParts& parts, const std::string& channel,
                                const std::map<std::string, CachedLookup>& known) {
  const auto found = known.find(channel);
  const std::string name =
      found == known.end() ? "" : "#" + Context::text_of(found->second.body, "name");
  for (const BridgeSettings& bridge : parts.bridges) {
    if (bridge.channel == channel || (name.size() > 1 && bridge.channel == name)) return &bridge;
  }
  return nullptr;
}

Context::Context(const BridgeParts& parts_given, const Event& event_given,
                 const BridgeView& view_given)
    : parts(parts_given),
      event(event_given),
      view(view_given),
      settings(bridge_of(parts_given, view_given.channel, view_given.known)),
      channel(view_given.channel),
      thread(view_given.thread),
      link(view_given.link),
      ticket(view_given.ticket),
      root(view_given.root),
      waiting(view_given.waiting),
      known(view_given.known) {
  for (const Delivery& one : view.pending) {
    if (!std::holds_alternative<Lookup>(one.payload) || one.state != DeliveryState::pending)
      continue;
    // A question about the desk that is on its way may be answered with what was before the change.
    const bool is_about_desk =
        one.reference.starts_with("ticket ") || one.reference.starts_with("comments ");
    if (one.attempts == 0 || !is_about_desk) asked_.insert(one.reference);
  }
}

std::string Context::desk() const {
  if (ticket) return ticket->desk;
  return settings != nullptr && settings->desk == BridgeDesk::embedded ? "embedded" : "zendesk";
}

std::string Context::ticket_number() const {
  if (!ticket) return "";
  return "#" +
         (ticket->external.id.empty() ? std::to_string(ticket->id.value) : ticket->external.id);
}

std::string Context::ticket_url() const {
  if (!ticket) return "";
  return ticket->external.url.empty()
             ? fmt::format("{}/tickets/{}", parts.public_url, ticket->id.value)
             : ticket->external.url;
}

bool Context::is_known(const std::string& id) const {
  const auto found = known.find(id);
  if (found == known.end()) return false;
  const Millis fresh = id.starts_with("oncall:") ? oncall_fresh : person_fresh;
  return event.at - found->second.at < fresh;
}

std::string Context::name_of(const std::string& id) const {
  const auto found = known.find(id);
  std::string name = found == known.end() ? "" : text_of(found->second.body, "name");
  // Of a stranger from another workspace no profile can be had: the message has the name.
  const auto take_from = [&](const json::value& body) {
    const json::value& author = member(body, "author");
    if (name.empty() && text_of(author, "id") == id) name = text_of(author, "name");
  };
  take_from(event.body);
  for (const ThreadMessage& one : waiting) take_from(one.body);
  return name.empty() ? id : name;
}

std::string Context::email_of(const std::string& id) const {
  const auto found = known.find(id);
  return found == known.end() ? "" : text_of(found->second.body, "email");
}

NamesById Context::names() const {
  NamesById out;
  for (const auto& [id, one] : known) {
    const std::string name = text_of(one.body, "name");
    if (!name.empty()) out[id] = name;
  }
  return out;
}

std::optional<std::string> Context::behind_mention(const json::value& body) {
  return behind_our_name(body, front_mark_bytes, true);
}

std::string Context::raw_text(const json::value& body) {
  const std::string raw(trim(text_of(body, "text")));
  if (is_blank(raw)) return text_of(body, "blocks_text");
  // An emoji and who else is addressed are words of the message.
  const std::optional<std::string> rest = behind_our_name(body, silent_mark_bytes, false);
  return rest && !rest->empty() ? *rest : raw;
}

std::string Context::plain(const json::value& body) const {
  const std::string raw = raw_text(body);
  std::string plain(trim(plain_of_mrkdwn(raw, names())));
  return is_blank(plain) ? "" : plain;
}

std::set<std::string> Context::ids_in(const ThreadMessage& said) {
  std::set<std::string> out;
  if (!said.author.empty()) out.insert(said.author);
  for (std::string& id : ids_in_mrkdwn(raw_text(said.body))) out.insert(std::move(id));
  for (const FileLink& file : files_in(said.body)) {
    if (file.url.starts_with(file_scheme)) out.insert(file.url.substr(file_scheme.size()));
  }
  return out;
}

std::vector<FileLink> Context::files_of(const json::value& body) const {
  std::vector<FileLink> out = files_in(body);
  for (FileLink& file : out) {
    if (!file.url.starts_with(file_scheme)) continue;
    const auto found = known.find(file.url.substr(file_scheme.size()));
    if (found == known.end()) continue;
    const json::value& answer = found->second.body;
    // Nobody may have it: its name is all that is left.
    if (answer.is_null()) file.url.clear();
    if (const std::string name = text_of(answer, "name"); !name.empty()) file.name = name;
    if (file.content_type.empty()) file.content_type = text_of(answer, "content_type");
    if (file.bytes == 0) file.bytes = JsonView(answer)["bytes"].integer().value_or(0);
  }
  return out;
}

bool Context::has_names(const ThreadMessage& said) {
  bool has_all = true;
  for (const std::string& id : ids_in(said)) {
    if (is_known(id)) continue;
    has_all = false;
    const std::string about = what_is(id);
    ask(about, {{"id", id}}, about == "channel" ? "channel" : "person", id);
  }
  return has_all;
}

void Context::deliver_in(std::string lane, Payload payload, const std::string& target,
                         const std::string& reference, bool holds_lane,
                         std::optional<TimePoint> earliest) {
  const bool is_question = std::holds_alternative<Lookup>(payload);
  const bool is_shadow = settings != nullptr && settings->mode == BridgeMode::shadow;
  Delivery delivery{.lane = std::move(lane),
                    // A shadow asks, so that it sees what would happen, and writes nowhere.
                    .target = is_shadow && !is_question ? "shadow" : target,
                    .payload = std::move(payload),
                    .holds_lane = holds_lane,
                    .next_attempt_at = earliest};
  if (ticket) delivery.ticket = ticket->id;
  if (!reference.empty()) {
    delivery.answer_kind = "bridge.answered";
    delivery.reference = reference;
  }
  plan.deliveries.push_back(std::move(delivery));
}

void Context::deliver(Payload payload, const std::string& target, const std::string& reference,
                      bool holds_lane) {
  const bool is_said =
      std::holds_alternative<ChatPost>(payload) || std::holds_alternative<ChatReact>(payload);
  const bool is_heard = std::holds_alternative<Lookup>(payload) && target.starts_with("desk:");
  deliver_in(is_said || is_heard ? chat_lane() : lane(), std::move(payload), target, reference,
             holds_lane);
}

void Context::post(ChatPost post) {
  const std::string reference = fmt::format("said {} {}", channel, thread);
  const size_t pieces = pieces_of(post).size();
  if (pieces <= 1) return deliver(std::move(post), "slack", reference, false);
  const std::vector<FileLink> files = std::move(post.files);
  post.files.clear();
  for (size_t i = 1; i <= pieces; ++i) {
    post.part = static_cast<int>(i);
    if (i == pieces) post.files = files;
    deliver(post, "slack", reference, false);
    post.author_name.clear();
    post.mentions.clear();
  }
}

void Context::say(std::string words, std::vector<std::string> mentions) {
  if (is_slash) {
    plan.reply = json::object{{"text", std::move(words)}};
    return;
  }
  post({.channel = channel,
        .thread = thread,
        .text = std::move(words),
        .mentions = std::move(mentions)});
}

void Context::react(const std::string& emoji, bool is_removed) {
  deliver(
      ChatReact{.channel = channel, .message = thread, .emoji = emoji, .is_removed = is_removed},
      "slack", "", false);
}

void Context::ask(const std::string& about, json::object details, const std::string& what,
                  const std::string& rest, const std::string& target) {
  std::string reference =
      fmt::format("{} {} {}", what, channel.empty() ? "-" : channel, thread.empty() ? "-" : thread);
  if (!rest.empty()) reference += " " + rest;
  // Asked already, by an earlier message of this thread or a moment ago.
  if (!asked_.insert(reference).second) return;
  // Who is on call is asked beside the thread: a pager that is down holds nothing back.
  const bool is_beside = target.starts_with("oncall:");
  Lookup question{about, std::move(details)};
  if (is_beside) {
    return deliver_in(lane() + "/oncall", std::move(question), target, reference, false);
  }
  deliver(std::move(question), target, reference, false);
}

void Context::wake_at(TimePoint when, const std::string& why) {
  deliver_in(lane() + "/" + why, Lookup{"permalink", {{"channel", channel}, {"message", thread}}},
             "slack", fmt::format("wake {} {} {}", channel, thread, why), false, when);
}

void Context::comment(const std::string& author, const std::string& email, const std::string& body,
                      bool is_public, std::vector<FileLink> files, const std::string& rest) {
  DW_ASSERT(ticket, "comments are carried once the ticket is there");
  const std::string source = "slack:" + channel;
  DeskComment out{.ticket = ticket->id,
                  .author_name = author,
                  .author_email = email,
                  .body = body,
                  .is_public = is_public,
                  .source = source,
                  .external_id = external_id(),
                  .files = std::move(files)};
  const bool is_outside = desk() != "embedded";
  if (is_outside) {
    plan.changes.push_back(AddComment{{.ticket = ticket->id,
                                       .author_name = author,
                                       .author_email = email,
                                       .body = body,
                                       .is_public = is_public,
                                       .at = event.at,
                                       .source = source}});
  }
  std::string reference = fmt::format("comment {} {}", channel, thread);
  if (!rest.empty()) reference += " " + rest;
  // Comments are independent enough to go on without one that is dead.
  deliver(std::move(out), "desk:" + desk(), reference, false);
}

void Context::change_desk(TicketPatch patch, const std::string& what, const std::string& rest,
                          bool holds_lane) {
  DW_ASSERT(ticket, "a ticket is changed once it is there");
  DeskUpdate update{.ticket = ticket->id, .patch = std::move(patch), .external_id = external_id()};
  std::string reference = fmt::format("{} {} {}", what, channel, thread);
  if (!rest.empty()) reference += " " + rest;
  deliver(std::move(update), "desk:" + desk(), reference, holds_lane);
}

void Context::change_record(TicketPatch patch) {
  if (!ticket || desk() == "embedded" || patch.is_empty()) return;
  plan.changes.push_back(ChangeTicket{ticket->id, std::move(patch)});
}

void Context::remember(ThreadMessage said, ThreadMessageState state) {
  said.state = state;
  if (state != ThreadMessageState::waiting) said.body = nullptr;
  std::erase_if(waiting, [&](const ThreadMessage& one) { return one.key == said.key; });
  if (said.message == thread && said.kind == "chat.message") root = said;
  write_down(std::move(said));
}

void Context::keep_waiting(ThreadMessage said) {
  said.state = ThreadMessageState::waiting;
  write_down(said);
  const auto is_later = [&](const ThreadMessage& one) {
    return one.at != said.at ? one.at > said.at : one.message > said.message;
  };
  waiting.insert(std::find_if(waiting.begin(), waiting.end(), is_later), std::move(said));
}

void Context::write_down(ThreadMessage said) {
  const auto found = std::find_if(written_.begin(), written_.end(),
                                  [&](const ThreadMessage& one) { return one.key == said.key; });
  if (found == written_.end()) {
    written_.push_back(std::move(said));
    return;
  }
  found->digest = std::move(said.digest);
  found->edited_at = std::move(said.edited_at);
  found->state = said.state;
  found->body = std::move(said.body);
}

void Context::know(const std::string& id, json::value body) {
  CachedLookup one{id, std::move(body), event.at};
  known[id] = one;
  plan.changes.push_back(SetCachedLookup{std::move(one)});
}

Plan Context::finish() {
  const std::optional<BridgeLink>& before = view.link;
  const bool is_new = link && (!before || facts_of(*before) != facts_of(*link));
  if (is_new) plan.changes.push_back(SetLink{*link});
  for (ThreadMessage& one : written_) plan.changes.push_back(SetThreadMessage{std::move(one)});
  return std::move(plan);
}

}  // namespace dw
