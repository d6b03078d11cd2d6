// What was said in a chat is written down, or passed over: bots, our own words, threads that
// nobody bridged, edits that change nothing.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/outside_text.h"
#include "base/text.h"
#include "jobs/bridge/context.h"

namespace dw {
namespace {

/// A reply may come before its thread's first message does; one to a thread that is older than
/// this was begun before the channel was bridged.
constexpr Millis late_root{600'000};

TimePoint said_at(const Context& context) {
  if (const auto at = from_rfc3339(context.text("sent_at"))) return *at;
  return time_of_message(context.text("message"), context.event.at);
}

/// A bot may have no user of its own: then its bot id stands for it.
std::string author_of(const json::value& body) {
  const json::value& author = Context::member(body, "author");
  const std::string id = Context::text_of(author, "id");
  return id.empty() ? Context::text_of(author, "bot_id") : id;
}

/// A person's, or an allowed bot's; never Deskwire's own.
bool is_speech(const Context& context) {
  if (!context.text("marker").empty() || Context::is_set(context.event.body, "is_ours"))
    return false;
  const json::value& author = Context::member(context.event.body, "author");
  const std::string bot = Context::text_of(author, "bot_id");
  // The connector says "no bot" of those that are allowed there.
  if (!Context::is_set(author, "is_bot")) return true;
  const auto& allowed = context.parts.allowed_bots;
  return !bot.empty() && std::find(allowed.begin(), allowed.end(), bot) != allowed.end();
}

ThreadMessage said_in(const Context& context) {
  std::string raw = context.text("text");
  if (is_blank(raw)) raw = context.text("blocks_text");
  return {.key = context.event.key,
          .kind = context.event.kind,
          .channel = context.channel,
          .thread = context.thread,
          .message = context.text("message"),
          .author = author_of(context.event.body),
          .digest = digest_of(raw),
          .body = context.event.body,
          .at = said_at(context)};
}

/// A bridge may be given by its channel's name, and this channel's name is not known yet.
bool is_undecided(const Context& context) {
  if (context.settings != nullptr || context.is_known(context.channel)) return false;
  const auto is_named = [](const BridgeSettings& one) { return one.channel.starts_with('#'); };
  return std::any_of(context.parts.bridges.begin(), context.parts.bridges.end(), is_named);
}

/// A bridge has this channel, or may have it.
bool may_be_bridged(const Context& context) {
  return context.settings != nullptr || is_undecided(context);
}

/// Who is allowed as a bot is known by what the message says, and not asked for.
void know_bot(Context& context, const ThreadMessage& said) {
  const json::value& author = Context::member(context.event.body, "author");
  const bool is_bot = Context::is_set(author, "is_bot") || said.author.starts_with('B');
  if (!is_bot || said.author.empty() || context.is_known(said.author)) return;
  const std::string name = Context::text_of(author, "name");
  context.know(said.author, json::object{{"name", name.empty() ? "Bot" : name}, {"is_bot", false}});
}

/// Characters that nobody can see, and no file.
bool says_nothing(const Context& context, const ThreadMessage& said) {
  return !Context::text_of(said.body, "text").empty() && context.plain(said.body).empty() &&
         files_in(said.body).empty();
}

/// The first message of a thread that waits until somebody says something in it.
const ThreadMessage* wordless_root(const Context& context) {
  if (context.link) return nullptr;
  for (const ThreadMessage& one : context.waiting) {
    const bool is_root = one.kind == "chat.message" && one.message == context.thread;
    if (is_root && says_nothing(context, one)) return &one;
  }
  return nullptr;
}

/// It was deleted before anybody else had it: not even what tells its text from another stays.
void forget_words(Context& context, ThreadMessage said) {
  said.digest.clear();
  context.remember(std::move(said), ThreadMessageState::kept);
}

void begin_thread(Context& context, const ThreadMessage& first) {
  context.is_begun = true;
  context.link = BridgeLink{.channel = context.channel,
                            .thread = context.thread,
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
void remember_early(Context& context, json::value body) {
  ThreadMessage early = said_in(context);
  early.key = context.channel + "/" + early.message;
  early.kind = early_kind;
  early.edited_at = edited_at(context.event);
  early.body = std::move(body);
  early.state = ThreadMessageState::kept;
  const auto& before = context.view.said;
  const bool is_gone = before && before->kind == early_kind && before->body.is_null();
  const bool is_stale = before && is_older(early.edited_at, before->edited_at);
  if (is_gone || (is_stale && !early.body.is_null())) return;
  context.write_down(std::move(early));
}

/// The message with the text that an edit brought before it; false: it is gone already.
bool take_early(Context& context, ThreadMessage& said) {
  const auto& early = context.view.said;
  if (!early || early->kind != early_kind) return true;
  if (early->body.is_null()) return false;
  said.body = early->body;
  said.digest = early->digest;
  said.edited_at = early->edited_at;
  return true;
}

/// Of a thread that nobody talks about at a desk: whether its first message is one that stays here.
bool is_hidden_thread(const Context& context) {
  const auto& root = context.root;
  const bool is_unlinked = !context.link || !context.link->ticket;
  return is_unlinked && root && is_kept_message(*root) && !is_deleted(*root);
}

/// An edit of a first message whose ticket the desk has not heard of: it is opened with the new
/// words, or not at all. False: the desk has it.
bool edit_opening(Context& context, ThreadMessage first, ThreadMessage edit) {
  first.body = edit.body;
  const bool is_withdrawn = is_for_chat_alone(context, first);
  if (!(is_withdrawn ? take_back_opening(context) : reword_opening(context, first))) return false;
  if (is_withdrawn) hide_replies(context);
  context.remember(std::move(first),
                   is_withdrawn ? ThreadMessageState::kept : ThreadMessageState::carried);
  context.remember(std::move(edit), ThreadMessageState::kept);
  return true;
}

/// A first message that stayed in the chat is for the desk by what it says now: its conversation
/// begins.
void begin_by_edit(Context& context, ThreadMessage first) {
  first.at = time_of_message(first.message, first.at);
  if (!context.link) begin_thread(context, first);
  context.keep_waiting(std::move(first));
  advance(context);
}

/// The addresses of the files of this message that went to the desk, or are on their way.
std::set<std::string> carried_files(const Context& context, const ThreadMessage& said) {
  std::set<std::string> out;
  const std::string comment =
      fmt::format("comment {} {} {}", context.channel, context.thread, said.key);
  for (const std::vector<Delivery>* all : {&context.view.pending, &context.view.told}) {
    for (const Delivery& one : *all) {
      const auto* told = std::get_if<DeskComment>(&one.payload);
      if (told == nullptr || !one.reference.starts_with(comment)) continue;
      for (const FileLink& file : told->files) out.insert(file.url);
    }
  }
  for (const ThreadMessage& one : context.waiting) {
    if (one.message != said.message) continue;
    for (const FileLink& file : files_in(one.body)) out.insert(file.url);
  }
  return out;
}

/// The same message by another event: what the first one did not hold is added.
void take_again(Context& context, const ThreadMessage& before) {
  const json::value& body = context.event.body;
  const bool is_waiting = before.state == ThreadMessageState::waiting && before.body.is_object();
  const std::set<std::string> known = carried_files(context, before);
  json::array fresh;
  for (const JsonView& file : JsonView(body)["files"].elements()) {
    if (known.count(file["url"].text().value_or("")) == 0) fresh.push_back(*file.raw());
  }
  if (is_waiting) {
    ThreadMessage whole = before;
    json::object& said = whole.body.as_object();
    json::array files = said["files"].is_array() ? said["files"].as_array() : json::array();
    for (json::value& file : fresh) files.push_back(std::move(file));
    said["files"] = std::move(files);
    for (const char* key : {"is_mention_of_us", "our_id", "our_name", "blocks_text"}) {
      const json::value& given = Context::member(body, key);
      const bool is_missing =
          !Context::is_set(whole.body, key) && Context::text_of(whole.body, key).empty();
      if (is_missing && !given.is_null()) said[key] = given;
    }
    for (ThreadMessage& one : context.waiting) {
      if (one.key == whole.key) one = whole;
    }
    context.write_down(std::move(whole));
    return advance(context);
  }
  if (before.state != ThreadMessageState::carried || fresh.empty() || !context.link) return;
  ThreadMessage files = before;
  files.key += "/files";
  files.kind = "chat.files";
  files.body = json::object{{"files", std::move(fresh)}};
  context.keep_waiting(std::move(files));
  advance(context);
}

}  // namespace

bool is_kept_message(const ThreadMessage& said) {
  return said.kind == "chat.message" && said.state == ThreadMessageState::kept;
}

bool is_deleted(const ThreadMessage& said) {
  return is_kept_message(said) && said.digest.empty();
}

void take_message(Context& context) {
  const bool is_known = context.view.said && context.view.said->kind != early_kind;
  if (!is_speech(context)) return;
  if (is_known) return take_again(context, *context.view.said);
  const bool is_top = context.text("message") == context.thread;
  ThreadMessage said = said_in(context);
  // One message has one key, whichever event brought it.
  said.key = context.channel + "/" + said.message;
  if (!take_early(context, said)) return;
  const std::string command = command_in(said.kind, said.body);
  if (is_undecided(context)) {
    context.ask("channel", {{"id", context.channel}}, "channel", context.channel);
    context.keep_waiting(std::move(said));
    return;
  }
  if (is_top && !command.empty()) {
    context.keep_waiting(std::move(said));
    advance(context);
    return;
  }
  if (context.settings == nullptr) return;
  know_bot(context, said);
  const std::string mark = "read:" + context.channel;
  const auto read = context.known.find(mark);
  const std::string before =
      read == context.known.end() ? "" : Context::text_of(read->second.body, "message");
  if (is_top && said.message > before) {
    context.know(mark, json::object{{"message", said.message}});
  }
  if (is_top && !context.link && is_for_chat_alone(context, said) &&
      !needs_channel_name(context, said)) {
    hide_replies(context);
    context.remember(std::move(said), ThreadMessageState::kept);
    return;
  }
  const bool is_wordless = command.empty() && says_nothing(context, said);
  if (is_top && !context.link) {
    // Its conversation begins with words: those of a reply, or of an edit.
    if (is_wordless) return context.keep_waiting(std::move(said));
    begin_thread(context, said);
  } else if (is_wordless) {
    context.remember(std::move(said), ThreadMessageState::kept);
    return;
  } else if (const ThreadMessage* root = wordless_root(context); root != nullptr) {
    begin_thread(context, ThreadMessage(*root));
  } else if (is_hidden_thread(context) && command.empty()) {
    context.remember(std::move(said), ThreadMessageState::kept);
    return;
  } else if (!context.link && !has_missed(context, "") &&
             said.at - time_of_message(context.thread, said.at) > late_root) {
    return;
  }
  context.keep_waiting(std::move(said));
  advance(context);
}

void take_edit(Context& context) {
  const auto& before = context.view.said;
  if (!is_speech(context) || (before && before->kind == "own")) return;
  if (!before || before->kind == early_kind) {
    if (may_be_bridged(context)) remember_early(context, context.event.body);
    return;
  }
  if (is_deleted(*before)) return;
  ThreadMessage edit = said_in(context);
  edit.edited_at = edited_at(context.event);
  if (edit.digest == before->digest) return;  // a link was unfurled, or white space
  if (is_older(edit.edited_at, before->edited_at)) return;
  edit.at = context.event.at;
  if (edit.author.empty()) edit.author = before->author;
  ThreadMessage changed = *before;
  changed.digest = edit.digest;
  changed.edited_at = edit.edited_at;
  if (before->state == ThreadMessageState::waiting) {
    // The desk has not heard of it: it hears the newest text alone.
    changed.body = edit.body;
    context.write_down(changed);
    for (ThreadMessage& one : context.waiting) {
      if (one.key == changed.key) one = changed;
    }
    context.remember(std::move(edit), ThreadMessageState::kept);
    const bool is_root = changed.message == context.thread && context.settings != nullptr;
    if (is_root && !context.link && !says_nothing(context, changed)) {
      if (is_for_chat_alone(context, changed)) {
        hide_replies(context);
        context.remember(std::move(changed), ThreadMessageState::kept);
        return;
      }
      begin_thread(context, changed);
    }
    advance(context);
    return;
  }
  const bool is_first = before->message == context.thread && context.settings != nullptr;
  if (is_first && before->state == ThreadMessageState::carried &&
      edit_opening(context, changed, edit))
    return;
  const bool has_ticket = context.link && context.link->ticket;
  if (is_first && !has_ticket) {
    changed.body = edit.body;
    const bool is_said = !context.plain(changed.body).empty();
    if (is_said && !is_for_chat_alone(context, changed)) return begin_by_edit(context, changed);
  }
  if (!context.link || (is_first && !has_ticket)) {
    context.remember(std::move(changed), ThreadMessageState::kept);
    return;
  }
  context.write_down(changed);
  if (before->state == ThreadMessageState::kept && edit.body.is_object()) {
    edit.body.get_object()["is_of_kept"] = true;
  }
  context.keep_waiting(std::move(edit));
  advance(context);
}

void take_deletion(Context& context) {
  const auto& before = context.view.said;
  if (before && before->kind == "own") return;
  if (!before || before->kind == early_kind) {
    if (may_be_bridged(context)) remember_early(context, nullptr);
    return;
  }
  if (before->state == ThreadMessageState::kept ||
      (!context.link && before->state != ThreadMessageState::waiting)) {
    if (is_kept_message(*before)) forget_words(context, *before);
    return;
  }
  ThreadMessage gone{.key = context.event.key,
                     .kind = context.event.kind,
                     .channel = context.channel,
                     .thread = context.thread,
                     .message = before->message,
                     .author = before->author,
                     .body = context.event.body,
                     .at = context.event.at};
  if (before->state == ThreadMessageState::waiting) {
    // It was taken back in time: nothing of it reaches the desk.
    forget_words(context, *before);
    context.remember(std::move(gone), ThreadMessageState::kept);
    advance(context);
    return;
  }
  // What is edited of it, late or still waiting, goes no further.
  forget_words(context, *before);
  if (before->message == context.thread && take_back_opening(context)) {
    context.remember(std::move(gone), ThreadMessageState::kept);
    advance(context);
    return;
  }
  const std::vector<ThreadMessage> all = context.waiting;
  for (const ThreadMessage& one : all) {
    if (one.kind == "chat.edit" && one.message == before->message) {
      context.remember(one, ThreadMessageState::kept);
    }
  }
  context.keep_waiting(std::move(gone));
  advance(context);
}

std::string reaction_key(const json::value& body) {
  return fmt::format("{}/{}/{}/{}", Context::text_of(body, "channel"),
                     Context::text_of(body, "message"), Context::text_of(body, "emoji"),
                     Context::text_of(body, "user"));
}

void take_reaction(Context& context) {
  if (!context.link || context.settings == nullptr ||
      !Context::is_set(context.event.body, "is_added"))
    return;
  if (context.view.has_reacted) return;
  const std::string emoji = context.text("emoji");
  const std::string bare = emoji.substr(0, emoji.find("::"));  // "thumbsup::skin-tone-2"
  const auto& closing = context.settings->close_emoji;
  if (std::find(closing.begin(), closing.end(), bare) == closing.end()) return;
  context.keep_waiting({.key = context.event.key,
                        .kind = context.event.kind,
                        .channel = context.channel,
                        .thread = context.thread,
                        .message = context.text("message"),
                        .author = context.text("user"),
                        .body = context.event.body,
                        .at = context.event.at});
  advance(context);
}

void decide(Context& context) {
  context.settings = bridge_of(context.parts, context.channel, context.known);
  const std::vector<ThreadMessage> all = context.waiting;
  for (const ThreadMessage& said : all) {
    const bool is_command = !command_in(said.kind, said.body).empty();
    if (context.settings == nullptr && !is_command) {
      context.remember(said, ThreadMessageState::kept);
    } else if (said.message == context.thread && !context.link && !is_command) {
      const bool is_wordless = says_nothing(context, said);
      const bool is_alone = std::all_of(all.begin(), all.end(), [&](const ThreadMessage& one) {
        return one.key == said.key || says_nothing(context, one);
      });
      if (!is_wordless || !is_alone) begin_thread(context, said);
    }
  }
  advance(context);
}

}  // namespace dw
