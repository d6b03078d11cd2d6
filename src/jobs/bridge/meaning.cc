// What a message is: decided here alone, for a message, an edit of it, and what catch-up brings.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "jobs/bridge/context.h"

namespace dw {
namespace {

constexpr std::array<std::string_view, 19> front_marks = {
    "*", "_", "~", "`",  ">",  "&gt;",   "-",      "•",      "◦",     "▪",
    "–", "—", " ", "\n", "\t", "\u00A0", "\u200B", "\u2060", "\uFEFF"};

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
  return name.empty() || prefix.starts_with("#" + to_lower(name));
}

}  // namespace

std::string_view without_front_marks(std::string_view mrkdwn) {
  const auto begins = [&mrkdwn](std::string_view sign) { return mrkdwn.starts_with(sign); };
  for (;;) {
    const auto* sign = std::find_if(front_marks.begin(), front_marks.end(), begins);
    if (sign == front_marks.end()) return mrkdwn;
    mrkdwn.remove_prefix(sign->size());
  }
}

bool has_private_prefix(std::string_view mrkdwn, std::string_view private_prefix,
                        const NamesById& names) {
  const std::string prefix = to_lower(trim(private_prefix));
  if (prefix.empty()) return false;
  const auto begins = [&](std::string_view text) {
    return to_lower(text.substr(0, prefix.size())) == prefix ||
           is_prefix_as_link(text, prefix, names);
  };
  // The prefix itself may begin with such a mark ("--", "> ").
  const std::string_view bare = without_front_marks(mrkdwn);
  for (std::string_view rest = mrkdwn;; rest.remove_prefix(1)) {
    if (begins(rest)) return true;
    if (rest.size() == bare.size()) return false;
  }
}

Meaning meaning_of(const Context& context, const ThreadMessage& said) {
  const std::string command = command_in("chat.message", said.body);
  if (!command.empty()) {
    return split(command, ' ').front() == "note" ? Meaning::note : Meaning::command;
  }
  const std::string& prefix = context.settings->private_prefix;
  const NamesById names = context.names();
  // The words behind our name, and the message as a whole: either may say that it is private.
  const bool is_hidden = has_private_prefix(Context::raw_text(said.body), prefix, names) ||
                         has_private_prefix(Context::text_of(said.body, "text"), prefix, names);
  if (is_hidden) return Meaning::hidden;
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
