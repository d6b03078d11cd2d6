#include "config/bridge_section.h"

#include "base/text.h"

namespace dw {
namespace {

constexpr Millis reminder_max{30LL * 86'400'000};

std::string check_word(const std::string& text) {
  return trim(text).empty() ? "has an empty word: every message would match it" : "";
}

std::string check_emoji(const std::string& text) {
  const bool is_plain = !text.empty() && text.find(':') == std::string::npos;
  return is_plain ? "" : fmt::format("invalid emoji name \"{}\" (write it without colons)", text);
}

}  // namespace

std::string check_channel(const std::string& text) {
  if (text.size() > 1 && text[0] == '#' && text.find(' ') == std::string::npos) return "";
  const bool is_id =
      text.size() > 1 && (text[0] == 'C' || text[0] == 'G') &&
      text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == std::string::npos;
  return is_id ? "" : fmt::format("invalid channel \"{}\" (C0123456789, or #name)", text);
}

std::string check_channel_if_any(const std::string& text) {
  return text.empty() ? "" : check_channel(text);
}

const Section<BridgeSettings>& bridge_section() {
  static const Section<BridgeSettings> section{
      "bridge",
      "[[bridge]]",
      "A Slack channel whose threads are tickets.",
      {restart(text_field("channel", &BridgeSettings::channel, "the channel", check_channel,
                          "an id such as \"C0123456789\", or \"#name\"")),
       restart(choice_field("desk", &BridgeSettings::desk, {"zendesk", "embedded"},
                            "where its tickets are worked")),
       restart(strings_field("close_words", &BridgeSettings::close_words,
                             "a thread message that is only one of these solves the ticket; case, "
                             "punctuation around it and white space don't matter",
                             check_word)),
       restart(strings_field("reopen_words", &BridgeSettings::reopen_words,
                             "a message in a solved thread that is only one of these opens the "
                             "ticket again",
                             check_word)),
       restart(strings_field("close_emoji", &BridgeSettings::close_emoji,
                             "a reaction with one of these on the first message solves it too",
                             check_emoji)),
       restart(text_field("greeting", &BridgeSettings::greeting,
                          "extra text at the end of the first replies")),
       restart(text_field("oncall", &BridgeSettings::oncall,
                          "the [oncall.NAME] whose people each new thread names; empty: none")),
       restart(duration_field("remind", &BridgeSettings::remind, Millis(0), reminder_max,
                              "a ticket without a first reply for so long mentions who is on call "
                              "in its thread, once; 0s: never. With `hours`, only office hours "
                              "count")),
       restart(duration_field("escalate", &BridgeSettings::escalate, Millis(0), reminder_max,
                              "still without one after so long, it mentions the secondary (without "
                              "one the primary), once; 0s: never")),
       restart(bool_field("hours", &BridgeSettings::has_hours,
                          "the hours of [hours] apply: its out-of-hours message is sent, and "
                          "`remind` and `escalate` count office time only")),
       restart(text_field("private_prefix", &BridgeSettings::private_prefix,
                          "a thread message that starts with this stays in Slack; empty: none")),
       restart(strings_field("tags", &BridgeSettings::tags, "tags of its tickets")),
       restart(bool_field("mirror_email_tickets", &BridgeSettings::mirrors_email,
                          "a ticket that reached the desk by email opens a thread here; for "
                          "several bridges of one desk the first one counts")),
       restart(choice_field("relay", &BridgeSettings::relay, {"public", "private"},
                            "what thread messages become at the desk: comments that the requester "
                            "sees, or private notes")),
       restart(choice_field("mode", &BridgeSettings::mode, {"live", "shadow"},
                            "shadow reads both sides and writes to neither; the board shows what "
                            "would have been written"))}};
  return section;
}

const Section<SummarySettings>& summary_section() {
  static const Section<SummarySettings> section{
      "summary",
      "[summary]",
      "The daily summary: what was opened and solved since the last one, and what is still open.",
      {restart(text_field("schedule", &SummarySettings::schedule, "when", {}, "a schedule")),
       restart(text_field("channel", &SummarySettings::channel, "Slack channel; empty: off",
                          check_channel_if_any)),
       restart(strings_field("mail", &SummarySettings::mail, "mail addresses that get it too"))}};
  return section;
}

}  // namespace dw
