// What mail programs write around a reply, line by line, in the languages that people use: "On …
// wrote:", the block of From/Sent/To/Subject, "Original message", "Forwarded message", "Sent from
// my phone". Pure; knows nothing of pages or of where lines stand (mail_lines.h, quoted.cc).
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace dw {

/// In lower case (also of European, Greek and Cyrillic letters), dashes as "-", odd spaces as
/// spaces, characters that can't be seen left out, trimmed.
std::string fold(std::string_view line);

// All of these take a folded line.

enum class MailLabel { from, date, to, copy, subject };
/// "sent: tuesday", "betreff :", "*von:* bo" -> which header it is.
std::optional<MailLabel> mail_label(std::string_view line);
/// "from "bo ek" <bo@x.example>", as eM Client writes it: no colon.
bool is_bare_from(std::string_view line);

/// "-----original message-----"
bool is_original_mark(std::string_view line);
/// "---------- forwarded message ---------", "begin forwarded message:", "- forwarded by bo -"
bool is_forward_mark(std::string_view line);
/// "##- please type your reply above this line -##"
bool is_reply_border(std::string_view line);
/// GroupWise, behind its own ">>> ": "bo ek <bo@x.example> 11/3/2026 10:00 am >>>", "on 11/3/2026
/// at 10:00 am, in message <5a@x>, bo ek <bo@x.example> wrote:". The history below has no marks.
bool is_groupwise_mark(std::string_view line);
/// "________________" and such.
bool is_rule(std::string_view line);

/// Ends with ":" and says that somebody wrote, on a date or from an address; or is_stamped().
bool is_attribution(std::string_view line);
/// Orange: "Message du 03/11/26 10:00", above De, A, Objet.
bool is_message_of(std::string_view line);
/// "friday, 27 november 2026, 12:00 +03:00 from ann <a@x.example>:", as mail.ru writes it: nothing
/// but when, with the year, and from whom.
bool is_stamped(std::string_view line);
/// The same without date and address: enough where the client's markup says so, too.
bool says_wrote(std::string_view line);
/// Begins as an attribution does that goes on in the next line.
bool is_attribution_start(std::string_view line);
/// An address, a time of the day, or a date in full: what prose leaves out.
bool has_address(std::string_view line);
bool has_time(std::string_view line);
bool has_full_date(std::string_view line);

/// "sent from my iphone", "get outlook for ios"
bool is_sent_from(std::string_view line);
/// The whole of somebody's own words: "fyi", "siehe unten".
bool is_only_introduction(std::string_view words);

}  // namespace dw
