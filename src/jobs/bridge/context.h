// One turn of the bridge: an event, what is known about its thread, and the plan as it grows. The
// files beside it are its verbs: opening, carrying, closing, commands, desk side, summary.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "domain/file_link.h"
#include "domain/mrkdwn.h"
#include "jobs/bridge/bridge.h"
#include "jobs/bridge/rows.h"
#include "jobs/quoted.h"
#include "records/deliveries.h"
#include "records/links.h"
#include "records/tickets.h"

namespace dw {

/// An answer that came back: {"reference":"open C1 100.1 42","is_done":true,"answer":…}
struct Answer {
  std::string what;  ///< "open", "person", …: the first word of the reference
  std::string channel, thread;
  std::string rest;
  bool is_done = false;
  bool is_given_up = false;  ///< not refused: the target could not take it for retry.give_up
  std::string why;
  DeliveryId delivery;
};

class Context {
 public:
  Context(const BridgeParts& parts, const Event& event, const BridgeView& view);

  const BridgeParts& parts;
  const Event& event;
  const BridgeView& view;
  const BridgeSettings* settings = nullptr;  ///< of the thread's channel; null: not bridged
  std::string channel, thread;
  std::optional<BridgeLink> link;
  std::optional<Ticket> ticket;
  std::optional<ThreadMessage> root;  ///< the thread's first message, while it has no ticket
  std::vector<ThreadMessage> waiting;
  std::map<std::string, CachedLookup> known;
  Plan plan;
  bool is_slash = false;  ///< what is said is the ephemeral answer of a slash command
  bool is_begun = false;  ///< this turn began the thread
  int64_t carried = 0;    ///< by this turn, of what was said in the last minute

  /// A member of the event's body; "" where it has none.
  std::string text(std::string_view key) const { return text_of(event.body, key); }
  static std::string text_of(const json::value& body, std::string_view key);
  static bool is_set(const json::value& body, std::string_view key);
  /// Of the body itself, which outlives it; null where it has none.
  static const json::value& member(const json::value& body, std::string_view key);
  static const json::value& member(json::value&& body, std::string_view key) = delete;

  /// To the desk. What is said in the thread has a lane of its own: neither direction holds the
  /// other back.
  std::string lane() const { return lane_of(channel, thread); }
  std::string chat_lane() const { return chat_lane_of(channel, thread); }
  static std::string chat_lane_of(const std::string& channel, const std::string& thread) {
    return lane_of(channel, thread) + "/chat";
  }
  static std::string lane_of(const std::string& channel, const std::string& thread) {
    return "slack:" + channel + (thread.empty() ? "" : "/" + thread);
  }
  /// "zendesk" or "embedded".
  std::string desk() const;
  /// The desk's id; empty for the embedded one.
  std::string external_id() const { return ticket ? ticket->external.id : std::string(); }
  /// "#42" as the desk counts, and where to look at it.
  std::string ticket_number() const;
  std::string ticket_url() const;

  /// Something fresh enough is known, if only that there is no answer.
  bool is_known(const std::string& id) const;
  /// "Ana Lopez", or the id.
  std::string name_of(const std::string& id) const;
  std::string email_of(const std::string& id) const;
  NamesById names() const;
  /// mrkdwn as plain text, trimmed.
  std::string plain(const json::value& body) const;
  /// As mrkdwn, without the mention of us that opens it.
  static std::string raw_text(const json::value& body);
  /// What is said to us: the text behind our name, and behind a colon or comma there; nothing where
  /// the message does not begin with our name.
  static std::optional<std::string> behind_mention(const json::value& body);
  /// With the names that were asked for; one that nobody may fetch has no address.
  std::vector<FileLink> files_of(const json::value& body) const;
  /// Whose ids have to be known before this can be carried: author, mentions, channels, groups,
  /// files of other workspaces.
  static std::set<std::string> ids_in(const ThreadMessage& said);
  /// Asks for what is missing; true if nothing is.
  bool has_names(const ThreadMessage& said);

  /// In the lane of its direction.
  void deliver(Payload payload, const std::string& target, const std::string& reference = {},
               bool holds_lane = true);
  /// In the thread; what is longer than a message can be is said in several. Nobody waits for one
  /// that the chat refuses.
  void post(ChatPost post);
  void deliver_in(std::string lane, Payload payload, const std::string& target,
                  const std::string& reference = {}, bool holds_lane = true,
                  std::optional<TimePoint> earliest = {});
  /// Deskwire's own words in the thread.
  void say(std::string text, std::vector<std::string> mentions = {});
  void react(const std::string& emoji, bool is_removed);
  void ask(const std::string& about, json::object details, const std::string& what,
           const std::string& rest = {}, const std::string& target = "slack");
  /// Comes back as "wake" when it is time: a harmless question that is not asked earlier.
  void wake_at(TimePoint when, const std::string& why);
  void comment(const std::string& author, const std::string& email, const std::string& body,
               bool is_public, std::vector<FileLink> files, const std::string& rest = {});
  void change_desk(TicketPatch patch, const std::string& what, const std::string& rest = {},
                   bool holds_lane = true);
  /// Our record of an outside desk's ticket; the embedded desk keeps its own.
  void change_record(TicketPatch patch);

  bool is_recent(TimePoint said_at) const { return event.at - said_at < Millis(60'000); }
  void count_relayed(TimePoint said_at) { carried += is_recent(said_at) ? 1 : 0; }
  /// Waits in the thread's order.
  void keep_waiting(ThreadMessage said);
  /// As SetThreadMessage does, once for all that this turn makes of it.
  void write_down(ThreadMessage said);
  /// It is dealt with.
  void remember(ThreadMessage said, ThreadMessageState state);
  void know(const std::string& id, json::value body);
  /// Writes down what changed, and gives the plan.
  Plan finish();

 private:
  std::set<std::string> asked_;
  std::vector<ThreadMessage> written_;
};

/// The bridge of a channel, by id or by its name; null: none.
const BridgeSettings* bridge_of(const BridgeParts& parts, const std::string& channel,
                                const std::map<std::string, CachedLookup>& known);
/// SHA-256 of the text without its white space.
std::string digest_of(std::string_view text);
/// "1771290107.000400" as a time.
TimePoint time_of_message(std::string_view message, TimePoint otherwise);
Answer answer_in(const Event& event);

// arrival.cc: what was said is written down, or passed over.
void take_message(Context& context);
void take_edit(Context& context);
void take_deletion(Context& context);
void take_reaction(Context& context);
/// Of the event that somebody gave a message an emoji, by its body: "C1/100.1/tada/U7".
std::string reaction_key(const json::value& body);
/// The channel's name is known now: what waited for it is taken or let go.
void decide(Context& context);
/// A message that was dealt with and stayed in the chat.
bool is_kept_message(const ThreadMessage& said);
/// One of those that was deleted before anybody else had it.
bool is_deleted(const ThreadMessage& said);
// opening.cc
void open_when_ready(Context& context);
/// What was said in a thread whose first message stays in the chat stays there, too.
void hide_replies(Context& context);
/// The desk has not heard of the ticket that is to be opened, and does not: its first message was
/// taken back. False: it is too late, or none is to be opened.
bool take_back_opening(Context& context);
/// Our record of the ticket keeps nothing of its first message, which was taken back.
void forget_opening(Context& context);
/// As take_back_opening(), where the first message says something else now.
bool reword_opening(Context& context, const ThreadMessage& first);
void take_opened(Context& context, const Answer& answer);
/// What tells one opening of a thread's tickets from the next.
struct Opening {
  std::string key, reference;  ///< of the DeskOpen, and of its delivery
  std::string follow_up_of;    ///< the desk's id of the ticket that it goes on from; empty: none
};
/// Asks the desk to open what our record holds already.
void deliver_opening(Context& context, Opening opening);
/// Whether this is what a bridge in shadow mode would have opened ("shadow-17"): no desk has it.
inline bool is_shadow(const Ticket& ticket) {
  return ticket.external.id.starts_with("shadow-");
}
/// Opens a ticket of shadow mode at its desk: the bridge is live, and its thread goes on.
void open_after_shadow(Context& context);
/// Solves the tickets of shadow mode whose bridge is live now, or gone.
void end_shadows(Context& context);
void greet_when_ready(Context& context);
/// The people of one level of who is on call.
struct OncallLevel {
  int64_t level = 0;
  std::vector<std::string> names, mentions;
};
/// The text of who is on call and whom to mention; nothing if nobody knows.
struct OncallText {
  std::string text;
  std::vector<OncallLevel> levels;  ///< that have anybody, the nearest first
  std::vector<std::string> mentions;
  std::string email;  ///< the primary's
};
OncallText oncall_text(const json::value& body);
/// Who is on call gets the ticket, where the address is known.
void assign_oncall(Context& context, const OncallText& people);
// reminding.cc: a ticket without a first reply.
WaitingClock waiting_clock(const BridgeParts& parts, const BridgeSettings& bridge);
/// Of what the thread sees and the desk gets as a private note: another person's words are the
/// first reply all the same.
void note_reply(Context& context, const ThreadMessage& said);
void take_reminder(Context& context);
void take_whom_to_remind(Context& context, const Answer& answer, const json::value& given);
// mentioning.cc: a ticket that is on its own again.
void take_mention(Context& context);
void take_whom_to_mention(Context& context, const json::value& given);
// meaning.cc
/// What a message says to us. Thanks and reopen words are speech: they mean something in a solved
/// thread only.
enum class Meaning {
  hidden,      ///< "#internal he is rude": stays in the chat
  note,        ///< "@Deskwire note …": a private comment
  command,     ///< "@Deskwire status"
  close_word,  ///< "done!"
  speech,
};
/// Of a message, or of an edit by its newest text.
Meaning meaning_of(const Context& context, const ThreadMessage& said);
/// Private, a note or a command: as the first message of a thread it opens nothing.
bool is_for_chat_alone(const Context& context, const ThreadMessage& said);
/// Whether it begins with a channel's link without a name, and nobody was asked yet what the
/// channel is called: it may be the private prefix.
bool needs_channel_name(const Context& context, const ThreadMessage& said);
/// Whether a message begins with the prefix, behind any mark (front_marks.h), in any case and
/// width, or as the link to a channel that Slack made of it. `names`: of channels by their ids.
bool has_private_prefix(std::string_view mrkdwn, std::string_view private_prefix,
                        const NamesById& names);
// carrying.cc: in the thread's order, as far as it goes now.
void advance(Context& context);
/// Whether its target has heard nothing of it, or has turned down all that it heard.
bool is_unheard(const Delivery& delivery);
/// Our record of the ticket keeps no words that were taken back.
void forget_comment(Context& context, const DeskComment& comment);
/// A message as the desk gets it: its text, or the names of its files.
std::string words_of(const Context& context, const ThreadMessage& said);
/// The files of a message that is not carried itself are, as soon as the ticket is open.
void keep_files_waiting(Context& context, const ThreadMessage& said);
/// False, and the thread is stopped for a while, where it carries too much.
bool may_relay(Context& context, TimePoint said_at);
// closing.cc
bool is_close_word(const Context& context, const std::string& plain);
bool is_reopen_word(const Context& context, const std::string& plain);
void solve(Context& context, const std::string& who);
void reopen(Context& context, const std::string& who);
void follow_up(Context& context, const std::string& words, const std::string& who);
void take_reopened(Context& context, const Answer& answer);
/// The chat refused a post, or it was too late for it.
void take_unsaid(Context& context, const Answer& answer);
/// A comment was refused: where the ticket is closed for good, it opens a follow-up.
void take_comment_back(Context& context, const Answer& answer);
// thanks.cc
/// A short message of thanks and nothing else, as mrkdwn. `names` are those that may stand in it
/// in any spelling; others must look like one.
bool is_thanks(std::string_view text, const NamesById& names = {});
// commands.cc
/// "priority high" of "Priority high"; empty: words that only begin like a command, such as "status
/// page is down", and everything else.
std::string command_of(std::string_view text);
/// The command of a message, without the mention; empty if it is none.
std::string command_in(const std::string& kind, const json::value& body);
/// Carries out a command; false while a name is missing. `files` hang on a note.
bool execute(Context& context, const std::string& command, const std::string& user,
             std::vector<FileLink> files = {});
void take_command(Context& context);
// desk_side.cc
void take_desk_change(Context& context);
void take_own_desk(Context& context);
void take_desk_ticket(Context& context, const Answer& answer, const json::value& body);
void take_desk_comments(Context& context, const json::value& answer);
void accept_unlinked_ticket(Context& context, const Answer& answer, const json::value& body);
/// Our record of a ticket that no thread talks about.
void take_record(Context& context, const json::value& body);
void take_letter(Context& context, const Answer& answer, const json::value& body);
void take_mirrored(Context& context, const Answer& answer, const json::value& body);
void ask_desk(Context& context);
// summary.cc
std::string stats_text(const TicketMetrics& metrics, const std::string& span, bool is_all);
std::string open_text(const std::vector<OpenTicketRow>& open, TimePoint now);
std::string summary_text(const BridgeView& view, TimePoint since, TimePoint now,
                         const std::string& timezone);
void take_summary_tick(Context& context);
// catchup.cc
/// Whether something that was missed while we were away has still to be read: known under this id,
/// of a thread or (no thread) of a channel's first messages.
std::string missed_id(const std::string& channel, const std::string& thread);
bool has_missed(const Context& context, const std::string& thread);
/// What is said in a thread while its history waits to be read: that is read next.
void ask_missed(Context& context);
/// The thread's history is read: what was said since goes on.
void end_missed(Context& context);
void take_catchup_tick(Context& context);
/// A channel that is configured by its name has this id.
void take_named(Context& context, const Answer& answer, const json::value& body);
void take_history(Context& context, const Answer& answer, const json::value& body);
/// Which of a channel's threads have anything new.
void take_overview(Context& context, const Answer& answer, const json::value& body);
/// Which ids of a thread one page of its history has to show.
struct HistoryPage {
  std::string since;               ///< where the reading began
  std::string after, upto, until;  ///< of this page; of what was known when the reading began
};
HistoryPage history_page(const Answer& answer, const json::value& body);

/// How much one thread may carry in a minute before the breaker stops it.
constexpr int64_t relayed_per_minute_max = 40;
constexpr Millis rate_guard_pause{600'000};
constexpr Millis reopen_window{14LL * 86'400'000};
constexpr Millis oncall_timeout{10'000};
constexpr Millis pending_reaction_after{3'000};
/// How long what is said waits for what was missed before it.
constexpr Millis missed_timeout{120'000};

}  // namespace dw
