// What was said in a chat is written down, or passed over: bots, our own words, threads that
// nobody bridged, edits that change nothing.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "jobs/bridge/turn.h"

namespace dw {
namespace {

/// A reply may come before its thread's first message does; one to a thread that is older than
/// this was begun before the channel was bridged.
constexpr Millis late_root{600'000};

TimePoint said_at(const Turn& turn) {
  if (const auto at = from_rfc3339(turn.text("sent_at"))) return *at;
  return time_of_message(turn.text("message"), turn.event.at);
}

/// A bot may have no user of its own: then its bot id stands for it.
std::string author_of(const json::value& body) {
  const json::value author = Turn::member(body, "author");
  const std::string id = Turn::text_of(author, "id");
  return id.empty() ? Turn::text_of(author, "bot_id") : id;
}

/// A person's, or an allowed bot's; never Deskwire's own.
bool is_speech(const Turn& turn) {
  if (!turn.text("marker").empty() || Turn::is_set(turn.event.body, "is_ours")) return false;
  const json::value author = Turn::member(turn.event.body, "author");
  const std::string bot = Turn::text_of(author, "bot_id");
  // The connector says "no bot" of those that are allowed there.
  if (!Turn::is_set(author, "is_bot")) return true;
  const auto& allowed = turn.parts.allowed_bots;
  return !bot.empty() && std::find(allowed.begin(), allowed.end(), bot) != allowed.end();
}

Said said_in(const Turn& turn) {
  std::string raw = turn.text("text");
  if (trim(raw).empty()) raw = turn.text("blocks_text");
  return {.key = turn.event.key,
          .kind = turn.event.kind,
          .channel = turn.channel,
          .thread = turn.thread,
          .message = turn.text("message"),
          .author = author_of(turn.event.body),
          .digest = digest_of(raw),
          .body = turn.event.body,
          .at = said_at(turn)};
}

/// A bridge may be given by its channel's name, and this channel's name is not known yet.
bool is_undecided(const Turn& turn) {
  if (turn.settings != nullptr || turn.is_known(turn.channel)) return false;
  const auto is_named = [](const BridgeSettings& one) { return one.channel.starts_with('#'); };
  return std::any_of(turn.parts.bridges.begin(), turn.parts.bridges.end(), is_named);
}

/// A bridge has this channel, or may have it.
bool may_be_bridged(const Turn& turn) {
  return turn.settings != nullptr || is_undecided(turn);
}

/// Who is allowed as a bot is known by what the message says, and not asked for.
void know_bot(Turn& turn, const Said& said) {
  const json::value author = Turn::member(turn.event.body, "author");
  const bool is_bot = Turn::is_set(author, "is_bot") || said.author.starts_with('B');
  if (!is_bot || said.author.empty() || turn.is_known(said.author)) return;
  const std::string name = Turn::text_of(author, "name");
  turn.know(said.author, json::object{{"name", name.empty() ? "Bot" : name}, {"is_bot", false}});
}

/// It was deleted before anybody else had it: not even what tells its text from another stays.
void forget_words(Turn& turn, Said said) {
  said.digest.clear();
  turn.remember(std::move(said), SaidState::kept);
}

void begin_thread(Turn& turn, const Said& first) {
  turn.is_begun = true;
  turn.link = BridgeLink{.channel = turn.channel,
                         .thread = turn.thread,
                         .requester = first.author,
                         .opened_at = first.at};
}

/// When a text was made, as Slack writes it: of an edit "C1/100.1/101.5" the last part. Empty: not
/// known.
std::string edited_at(const Event& event) {
  const std::string last = event.key.substr(event.key.rfind('/') + 1);
  const bool is_time = last.find('.') != std::string::npos &&
                       last.find_first_not_of("0123456789.") == std::string::npos;
  return event.kind == "chat.edit" && is_time ? last : "";
}

bool is_older(const std::string& one, const std::string& other) {
  if (one.empty() || other.empty()) return false;
  return one.size() != other.size() ? one.size() < other.size() : one < other;
}

/// What came before its message: the newest text of it, or that it is gone.
constexpr std::string_view early_kind = "early";

/// An edit or a deletion whose message has not come yet.
void remember_early(Turn& turn, json::value body) {
  Said early = said_in(turn);
  early.key = turn.channel + "/" + early.message;
  early.kind = early_kind;
  early.edited_at = edited_at(turn.event);
  early.body = std::move(body);
  early.state = SaidState::kept;
  const auto& before = turn.view.said;
  const bool is_gone = before && before->kind == early_kind && before->body.is_null();
  const bool is_stale = before && is_older(early.edited_at, before->edited_at);
  if (is_gone || (is_stale && !early.body.is_null())) return;
  turn.plan.changes.push_back(SetSaid{std::move(early)});
}

/// The message with the text that an edit brought before it; false: it is gone already.
bool take_early(Turn& turn, Said& said) {
  const auto& early = turn.view.said;
  if (!early || early->kind != early_kind) return true;
  if (early->body.is_null()) return false;
  said.body = early->body;
  said.digest = early->digest;
  said.edited_at = early->edited_at;
  return true;
}

/// Of a thread that nobody talks about at a desk: whether its first message is one that stays here.
bool is_hidden_thread(const Turn& turn) {
  const auto& root = turn.root;
  const bool is_unlinked = !turn.link || !turn.link->ticket;
  return is_unlinked && root && is_kept_message(*root) && !is_deleted(*root);
}

/// An edit of a first message whose ticket the desk has not heard of: it is opened with the new
/// words, or not at all. False: the desk has it.
bool edit_opening(Turn& turn, Said first, Said edit) {
  first.body = edit.body;
  const bool is_withdrawn = is_for_chat_alone(turn, first);
  if (!(is_withdrawn ? take_back_opening(turn) : reword_opening(turn, first))) return false;
  if (is_withdrawn) hide_replies(turn);
  turn.remember(std::move(first), is_withdrawn ? SaidState::kept : SaidState::carried);
  turn.remember(std::move(edit), SaidState::kept);
  return true;
}

/// A first message that stayed in the chat is for the desk by what it says now: its conversation
/// begins.
void begin_by_edit(Turn& turn, Said first) {
  first.at = time_of_message(first.message, first.at);
  if (!turn.link) begin_thread(turn, first);
  turn.keep_waiting(std::move(first));
  advance(turn);
}

/// The addresses of the files of this message that went to the desk, or are on their way.
std::set<std::string> carried_files(const Turn& turn, const Said& said) {
  std::set<std::string> out;
  const std::string comment = fmt::format("comment {} {} {}", turn.channel, turn.thread, said.key);
  for (const std::vector<Delivery>* all : {&turn.view.pending, &turn.view.told}) {
    for (const Delivery& one : *all) {
      const auto* told = std::get_if<DeskComment>(&one.payload);
      if (told == nullptr || !one.reference.starts_with(comment)) continue;
      for (const FileLink& file : told->files) out.insert(file.url);
    }
  }
  for (const Said& one : turn.waiting) {
    if (one.message != said.message) continue;
    for (const FileLink& file : files_in(one.body)) out.insert(file.url);
  }
  return out;
}

/// The same message by another event: what the first one did not hold is added.
void take_again(Turn& turn, const Said& before) {
  const json::value& body = turn.event.body;
  const bool is_waiting = before.state == SaidState::waiting && before.body.is_object();
  const std::set<std::string> known = carried_files(turn, before);
  json::array fresh;
  std::vector<Problem> ignored;
  for (const JsonView& file : JsonView(body, ignored)["files"].elements()) {
    if (known.count(file["url"].text().value_or("")) == 0) fresh.push_back(*file.raw());
  }
  if (is_waiting) {
    Said whole = before;
    json::object& said = whole.body.as_object();
    json::array files = said["files"].is_array() ? said["files"].as_array() : json::array();
    for (json::value& file : fresh) files.push_back(std::move(file));
    said["files"] = std::move(files);
    for (const char* key : {"is_mention_of_us", "our_id", "blocks_text"}) {
      const json::value given = Turn::member(body, key);
      const bool is_missing =
          !Turn::is_set(whole.body, key) && Turn::text_of(whole.body, key).empty();
      if (is_missing && !given.is_null()) said[key] = given;
    }
    for (Said& one : turn.waiting) {
      if (one.key == whole.key) one = whole;
    }
    turn.plan.changes.push_back(SetSaid{std::move(whole)});
    return advance(turn);
  }
  if (before.state != SaidState::carried || fresh.empty() || !turn.link) return;
  Said files = before;
  files.key += "/files";
  files.kind = "chat.files";
  files.body = json::object{{"files", std::move(fresh)}};
  turn.keep_waiting(std::move(files));
  advance(turn);
}

}  // namespace

bool is_kept_message(const Said& said) {
  return said.kind == "chat.message" && said.state == SaidState::kept;
}

bool is_deleted(const Said& said) {
  return is_kept_message(said) && said.digest.empty();
}

void take_message(Turn& turn) {
  const bool is_known = turn.view.said && turn.view.said->kind != early_kind;
  if (!is_speech(turn)) return;
  if (is_known) return take_again(turn, *turn.view.said);
  const bool is_top = turn.text("message") == turn.thread;
  Said said = said_in(turn);
  // One message has one key, whichever event brought it.
  said.key = turn.channel + "/" + said.message;
  if (!take_early(turn, said)) return;
  const std::string command = command_in(said.kind, said.body);
  if (is_undecided(turn)) {
    turn.ask("channel", {{"id", turn.channel}}, "channel", turn.channel);
    turn.keep_waiting(std::move(said));
    return;
  }
  if (is_top && !command.empty()) {
    turn.keep_waiting(std::move(said));
    advance(turn);
    return;
  }
  if (turn.settings == nullptr) return;
  know_bot(turn, said);
  const std::string mark = "read:" + turn.channel;
  const auto read = turn.known.find(mark);
  const std::string before =
      read == turn.known.end() ? "" : Turn::text_of(read->second.body, "message");
  if (is_top && said.message > before) {
    turn.know(mark, json::object{{"message", said.message}});
  }
  if (is_top && !turn.link && is_for_chat_alone(turn, said)) {
    hide_replies(turn);
    turn.remember(std::move(said), SaidState::kept);
    return;
  }
  if (is_top && !turn.link) {
    begin_thread(turn, said);
  } else if (is_hidden_thread(turn) && command.empty()) {
    turn.remember(std::move(said), SaidState::kept);
    return;
  } else if (!turn.link && !has_missed(turn, "") &&
             said.at - time_of_message(turn.thread, said.at) > late_root) {
    return;
  }
  turn.keep_waiting(std::move(said));
  advance(turn);
}

void take_edit(Turn& turn) {
  const auto& before = turn.view.said;
  if (!is_speech(turn) || (before && before->kind == "own")) return;
  if (!before || before->kind == early_kind) {
    if (may_be_bridged(turn)) remember_early(turn, turn.event.body);
    return;
  }
  if (is_deleted(*before)) return;
  Said edit = said_in(turn);
  edit.edited_at = edited_at(turn.event);
  if (edit.digest == before->digest) return;  // a link was unfurled, or white space
  if (is_older(edit.edited_at, before->edited_at)) return;
  edit.at = turn.event.at;
  if (edit.author.empty()) edit.author = before->author;
  Said changed = *before;
  changed.digest = edit.digest;
  changed.edited_at = edit.edited_at;
  if (before->state == SaidState::waiting) {
    // The desk has not heard of it: it hears the newest text alone.
    changed.body = edit.body;
    turn.plan.changes.push_back(SetSaid{changed});
    for (Said& one : turn.waiting) {
      if (one.key == changed.key) one = changed;
    }
    turn.remember(std::move(edit), SaidState::kept);
    advance(turn);
    return;
  }
  const bool is_first = before->message == turn.thread && turn.settings != nullptr;
  if (is_first && before->state == SaidState::carried && edit_opening(turn, changed, edit)) return;
  const bool has_ticket = turn.link && turn.link->ticket;
  if (is_first && !has_ticket) {
    changed.body = edit.body;
    if (!is_for_chat_alone(turn, changed)) return begin_by_edit(turn, changed);
  }
  if (!turn.link || (is_first && !has_ticket)) {
    turn.remember(std::move(changed), SaidState::kept);
    return;
  }
  turn.plan.changes.push_back(SetSaid{changed});
  if (before->state == SaidState::kept && edit.body.is_object()) {
    edit.body.get_object()["is_of_kept"] = true;
  }
  turn.keep_waiting(std::move(edit));
  advance(turn);
}

void take_deletion(Turn& turn) {
  const auto& before = turn.view.said;
  if (before && before->kind == "own") return;
  if (!before || before->kind == early_kind) {
    if (may_be_bridged(turn)) remember_early(turn, nullptr);
    return;
  }
  if (before->state == SaidState::kept || (!turn.link && before->state != SaidState::waiting)) {
    if (is_kept_message(*before)) forget_words(turn, *before);
    return;
  }
  Said gone{.key = turn.event.key,
            .kind = turn.event.kind,
            .channel = turn.channel,
            .thread = turn.thread,
            .message = before->message,
            .author = before->author,
            .body = turn.event.body,
            .at = turn.event.at};
  if (before->state == SaidState::waiting) {
    // It was taken back in time: nothing of it reaches the desk.
    forget_words(turn, *before);
    turn.remember(std::move(gone), SaidState::kept);
    advance(turn);
    return;
  }
  // What is edited of it, late or still waiting, goes no further.
  forget_words(turn, *before);
  if (before->message == turn.thread && take_back_opening(turn)) {
    turn.remember(std::move(gone), SaidState::kept);
    advance(turn);
    return;
  }
  const std::vector<Said> all = turn.waiting;
  for (const Said& one : all) {
    if (one.kind == "chat.edit" && one.message == before->message) {
      turn.remember(one, SaidState::kept);
    }
  }
  turn.keep_waiting(std::move(gone));
  advance(turn);
}

std::string reaction_key(const json::value& body) {
  return fmt::format("{}/{}/{}/{}", Turn::text_of(body, "channel"), Turn::text_of(body, "message"),
                     Turn::text_of(body, "emoji"), Turn::text_of(body, "user"));
}

void take_reaction(Turn& turn) {
  if (!turn.link || turn.settings == nullptr || !Turn::is_set(turn.event.body, "is_added")) return;
  if (turn.view.has_reacted) return;
  const std::string emoji = turn.text("emoji");
  const std::string bare = emoji.substr(0, emoji.find("::"));  // "thumbsup::skin-tone-2"
  const auto& closing = turn.settings->close_emoji;
  if (std::find(closing.begin(), closing.end(), bare) == closing.end()) return;
  turn.keep_waiting({.key = turn.event.key,
                     .kind = turn.event.kind,
                     .channel = turn.channel,
                     .thread = turn.thread,
                     .message = turn.text("message"),
                     .author = turn.text("user"),
                     .body = turn.event.body,
                     .at = turn.event.at});
  advance(turn);
}

void decide(Turn& turn) {
  turn.settings = bridge_of(turn.parts, turn.channel, turn.known);
  const std::vector<Said> all = turn.waiting;
  for (const Said& said : all) {
    const bool is_command = !command_in(said.kind, said.body).empty();
    if (turn.settings == nullptr && !is_command) {
      turn.remember(said, SaidState::kept);
    } else if (said.message == turn.thread && !turn.link && !is_command) {
      begin_thread(turn, said);
    }
  }
  advance(turn);
}

}  // namespace dw
