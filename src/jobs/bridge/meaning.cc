// What a message is: decided here alone, for a message, an edit of it, and what catch-up brings.
#include <algorithm>

#include "base/casefold.h"
#include "base/text.h"
#include "domain/emoji.h"
#include "domain/mrkdwn.h"
#include "jobs/bridge/context.h"
#include "jobs/bridge/front_marks.h"

namespace dw {
namespace {

/// "<#C9|internal>" at the front of `raw`: its channel's id and name; no id: none is there.
struct ChannelLink {
  std::string_view id, name;
};

ChannelLink channel_link(std::string_view raw) {
  const size_t end = raw.find('>');
  if (!raw.starts_with("<#") || end == std::string_view::npos) return {};
  const std::string_view inside = raw.substr(2, end - 2);
  const size_t bar = inside.find('|');
  if (bar == std::string_view::npos) return {inside, {}};
  return {inside.substr(0, bar), inside.substr(bar + 1)};
}

/// Slack turns "#internal" into a link where a channel is called so, and leaves its name out where
/// the channel is private: then it may be the prefix, and a leak is worse than a message that
/// stays.
bool is_prefix_as_link(std::string_view raw, const std::string& prefix, const NamesById& names) {
  const ChannelLink link = channel_link(raw);
  if (link.id.empty() || !prefix.starts_with('#')) return false;
  std::string name(link.name);
  const auto known = names.find(link.id);
  if (name.empty() && known != names.end()) name = known->second;
  return name.empty() || prefix.starts_with("#" + nfkc_casefold(name));
}

/// As people see it: no case, no width, no emphasis, no quotes, emoji as characters.
std::string as_seen(std::string_view plain, std::string_view marks) {
  std::string out = nfkc_casefold(with_emoji(plain));
  std::erase_if(out, [marks](char c) { return marks.find(c) != std::string_view::npos; });
  for (const std::string_view quote : {"“", "”", "„", "‘", "’", "«", "»"}) {
    if (!marks.empty()) out = replace_all(out, quote, "");
  }
  return out;
}

class Prefix {
 public:
  explicit Prefix(std::string_view configured) {
    // Marks in the prefix are part of it.
    for (const char mark : std::string_view("*_~`\"'()[]{}")) {
      if (configured.find(mark) == std::string_view::npos) marks_ += mark;
    }
    exact_ = nfkc_casefold(with_emoji(trim(configured)));
    bare_ = as_seen(trim(configured), marks_);
  }

  bool is_empty() const { return exact_.empty() || bare_.empty(); }

  bool begins(std::string_view mrkdwn, const NamesById& names) const {
    if (is_prefix_as_link(mrkdwn, exact_, names)) return true;
    // Enough to hold the prefix, whatever marks and tokens stand inside.
    const size_t bytes_max = 256 + 8 * exact_.size();
    const std::string plain = plain_of_mrkdwn(cut_bytes(mrkdwn, bytes_max), names);
    return as_seen(plain, {}).starts_with(exact_) || as_seen(plain, marks_).starts_with(bare_);
  }

 private:
  std::string exact_, bare_, marks_;
};

/// "Forwarded from Bo Ek:\n&gt; #internal …": what somebody kept from the desk, sent on.
bool forwards_private(const json::value& body, std::string_view prefix, const NamesById& names) {
  const std::string text = Context::text_of(body, "text");
  const std::string_view mrkdwn = text;
  const auto is_private = [&](std::string_view words) {
    if (has_private_prefix(words, prefix, names)) return true;
    json::value forward = body;
    forward.as_object()["text"] = json::string(words);
    return command_in("chat.message", forward).starts_with("note");
  };
  for (size_t at = 0; at < mrkdwn.size();) {
    const size_t end = std::min(mrkdwn.find('\n', at), mrkdwn.size());
    std::string_view line = mrkdwn.substr(at, end - at);
    while (line.starts_with("&gt; ")) line.remove_prefix(5);
    at = end + 1;
    const bool is_forward = line.starts_with("Forwarded ") && line.ends_with(':');
    if (is_forward && at < mrkdwn.size() && is_private(mrkdwn.substr(at))) return true;
  }
  return false;
}

/// Marks that people type: a name that Slack left as text ("@here", "@bo:"), "1.1.", "2:", "3 -",
/// "[x]". In front of a command they would be words; here a leak is worse.
size_t typed_mark_bytes(std::string_view text) {
  constexpr size_t name_bytes_max = 80, number_bytes_max = 8;
  if (text.starts_with("[x]") || text.starts_with("[X]")) return 3;
  if (text.starts_with('@')) {
    size_t at = 1;
    while (at < text.size() && at < name_bytes_max) {
      const CodePoint next = first_code_point(text.substr(at));
      const bool is_inside = text[at] == '.' || text[at] == '_' || text[at] == '-';
      if (!is_inside && !is_alphanumeric(next.value)) break;
      at += next.bytes;
    }
    return at > 1 ? at : 0;
  }
  size_t at = std::min(text.find_first_not_of("0123456789."), text.size());
  if (at == 0 || at > number_bytes_max || at >= text.size() || text.front() == '.') return 0;
  if (text.substr(0, at).find('.') != std::string_view::npos && text[at] == ' ') return at;
  if (text[at] == ' ') ++at;
  const bool is_ended = at + 1 < text.size() && (text[at] == ':' || text[at] == '-');
  return is_ended && text[at + 1] == ' ' ? at + 1 : 0;
}

}  // namespace

bool has_private_prefix(std::string_view mrkdwn, std::string_view private_prefix,
                        const NamesById& names) {
  const Prefix prefix(private_prefix);
  if (prefix.is_empty()) return false;
  // The prefix itself may begin with such a mark ("--", "> ").
  for (;;) {
    if (prefix.begins(mrkdwn, names)) return true;
    const size_t typed = typed_mark_bytes(mrkdwn);
    const size_t bytes = typed > 0 ? typed : front_mark_bytes(mrkdwn);
    if (bytes == 0) return false;
    mrkdwn.remove_prefix(bytes);
  }
}

Meaning meaning_of(const Context& context, const ThreadMessage& said) {
  const std::string command = command_in("chat.message", said.body);
  if (!command.empty()) {
    return split(command, ' ').front() == "note" ? Meaning::note : Meaning::command;
  }
  const std::string& prefix = context.settings->private_prefix;
  const NamesById names = context.names();
  // The words behind our name, the message as a whole, and what Slack shows of it in a
  // notification: each may say that it is private.
  const std::string text = Context::text_of(said.body, "text");
  std::vector<std::string> read;
  for (std::string words :
       {Context::raw_text(said.body), text, Context::text_of(said.body, "slack_text"),
        Context::behind_mention(said.body).value_or("")}) {
    // They are nearly always the same.
    if (std::find(read.begin(), read.end(), words) != read.end()) continue;
    if (has_private_prefix(words, prefix, names)) return Meaning::hidden;
    read.push_back(std::move(words));
  }
  if (forwards_private(said.body, prefix, names)) return Meaning::hidden;
  return is_close_word(context, context.plain(said.body)) ? Meaning::close_word : Meaning::speech;
}

bool needs_channel_name(const Context& context, const ThreadMessage& said) {
  const std::string raw = Context::raw_text(said.body);
  const ChannelLink link = channel_link(without_front_marks(raw));
  return !link.id.empty() && link.name.empty() && !context.is_known(std::string(link.id));
}

bool is_for_chat_alone(const Context& context, const ThreadMessage& said) {
  const Meaning meaning = meaning_of(context, said);
  return meaning != Meaning::speech && meaning != Meaning::close_word;
}

}  // namespace dw
