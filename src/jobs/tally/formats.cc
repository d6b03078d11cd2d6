#include "jobs/tally/formats.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/outside_text.h"
#include "base/text.h"
#include "domain/mrkdwn.h"
#include "jobs/tally/section.h"

namespace dw {
namespace {

/// Raised whenever a built-in format counts otherwise than before: stored texts are counted anew.
constexpr int built_in_version = 7;
constexpr size_t updates_max =
    10'000;  // of one message: more lines than Slack's 40,000 characters hold
constexpr size_t name_characters_max = 100;
constexpr size_t username_bytes_max = 100;

// Pieces of the formats. A title stands in front of the agent in formats 1 and 3 and is a
// stranger's: there the line is anchored at both ends and the title is greedy, so that what counts
// is what the ticket system itself wrote last.
constexpr const char* user = R"(\s*@?([A-Za-z0-9](?:[A-Za-z0-9._@\\+-]*[A-Za-z0-9])?)\s*)";
// A name may be "Snow, Jon (EXT): Night's Watch", and has no brackets and quotation marks, which
// titles have.
constexpr const char* name = R"re(([^()<>|\[\]"“”«»\n][^<>|\[\]"“”«»\n]{0,120}?))re";
// In a ticket service's own line, which holds nobody else's words behind its verb: "Dr. Jon "Ghost"
// Snow [ext]", with brackets in pairs alone.
constexpr const char* full_name =
    R"re(([^()<>|\[\]\n](?:[^<>|\[\]\n]|\[[^<>|\[\]\n]*\]){0,120}?))re";
// Behind the agent: for whom, when it was, or what the ticket is now.
constexpr const char* tail =
    R"re((?:,?\s+(?i:on behalf of)\s+[^()"“”\[\]]+(?:\([^()"“”\[\]]+\))?)?)re"
    R"re((?:,?\s+(?i:at|on)\s[\w:.,/ +-]*[0-9][\w:.,/ +-]*|\s+[0-9]+\s+\pL+\s+ago|\s+just now|)re"
    R"re(\s*[-–—|]\s*(?i:status|state|priority|queue|group)\b[^()"“”\[\]]*)?\s*[:.!]?\s*$)re";
constexpr const char* verb =
    "(?i:(?:has|have|is|just|now|also)\\s+)*"
    "(?i:updated|edited|modified|(?:re-?)?assigned|unassigned|resolved|solved|"
    "closed|re-?opened|fixed|completed|(?:de-?)?escalated|cancell?ed|acknowledged|accepted|"
    "approved|"
    "rejected|declined|transferred|moved|forwarded|merged|linked|tagged|triaged|prioriti[sz]ed|"
    "started|paused|resumed|picked up|took over|took|put|set|marked|"
    "(?:commented|worked|working) on|(?:replied|responded) to|answered|"
    "(?:added|attached|removed|posted|left|made|wrote|sent|logged|set|changed|raised|lowered) "
    "[^()]{1,80}? (?:to|from|on|of|in|for))";
constexpr const char* lead = R"(^\s*(?:(?::[\w+-]+:|[0-9]{1,3}[.)]|[^\pL\pN\s#\[("“]+)\s+)*)";
constexpr const char* number = R"(#?([A-Z]*-?[0-9]+))";
constexpr const char* noun = R"((?i:ticket|incident|request|case|issue|task|problem|change))";

/// A format with {USER}, {NAME}, {LEAD}, {NUMBER} and {NOUN} filled in.
std::string whole(std::string_view format) {
  std::string out(format);
  const std::pair<const char*, const char*> pieces[] = {
      {"{USER}", user},     {"{NAME}", name}, {"{FULL_NAME}", full_name}, {"{LEAD}", lead},
      {"{NUMBER}", number}, {"{NOUN}", noun}, {"{VERB}", verb},           {"{TAIL}", tail}};
  for (const auto& [mark, piece] : pieces) out = replace_all(out, mark, piece);
  return out;
}

struct Format {
  RE2 pattern;
  int name_group, username_group, ticket_group;
  /// The same with words of somebody behind the agent; none: such a line does not count.
  std::unique_ptr<RE2> with_words;
};

const std::vector<std::unique_ptr<Format>>& formats() {
  static const auto all = [] {
    std::vector<std::unique_ptr<Format>> out;
    const auto add = [&out](const char* text, int name_at, int username_at, int ticket_at) {
      out.push_back(std::unique_ptr<Format>(
          new Format{{whole(text), RE2::Quiet}, name_at, username_at, ticket_at, nullptr}));
    };
    // INC0000000 [ *Screen will not turn on* ] Work note added by *Jon Snow* (_jxsrcc_):
    add(R"({LEAD}\[?{NUMBER}\]?:?(?:\s*[/,]\s*[A-Z]+-?[0-9]+)*(?:\s+\[.*\])?)"
        R"(\s+.*\pL.*\s\(?(?i:by):?\s+{FULL_NAME}\s+\({USER}\){TAIL})",
        2, 3, 1);
    // … Work note added by *Jon Snow* (_jxsrcc_): Found it. The title's own bracket comes last, so
    // that no title holds all of this.
    out.back()->with_words = std::make_unique<RE2>(
        whole(
            R"({LEAD}\[?{NUMBER}\]?:?(?:\s*[/,]\s*[A-Z]+-?[0-9]+)*\s+\[.*\]\s+[^\[\]]*\pL[^\[\]]*)"
            R"(\s\(?(?i:by):?\s+{FULL_NAME}\s+\({USER}\)\s*[:.]\s+[^\[\]]*$)"),
        RE2::Quiet);
    // Jon Snow (jxsrcc) updated ticket INC0000017
    add(R"({LEAD}{NAME}\s+\({USER}\):?\s+{VERB}\s+(?i:the\s+|this\s+)?(?:{NOUN}\s+)?{NUMBER})", 1,
        2, 3);
    // Ticket INC0000017 "VPN" was updated by Jon Snow (jxsrcc)
    add(R"({LEAD}{NOUN}\s+{NUMBER}\b.*\bby\s+{NAME}\s+\({USER}\){TAIL})", 2, 3, 1);
    // Ticket INC0000017 updated by Jon Snow jxsrcc
    add(R"({LEAD}{NOUN}\s+{NUMBER}\b.*\bby\s+{NAME})"
        R"(\s+([a-z0-9][a-z0-9._@-]*[a-z0-9]|[A-Z0-9][A-Z0-9._@-]*[A-Z0-9])\s*[.:!]?\s*$)",
        2, 3, 1);
    return out;
  }();
  return all;
}

/// "> words", and everything behind ">>>". Slack writes the sign as an entity.
std::vector<std::string_view> lines_not_quoted(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::string_view line : split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string_view start = trim(line);
    if (start.starts_with(">>>") || start.starts_with("&gt;&gt;&gt;")) break;
    const bool is_quoted = start.starts_with('>') || start.starts_with("&gt;");
    if (!is_quoted) out.push_back(line);
  }
  return out;
}

bool is_word(char c) {
  const auto code = static_cast<unsigned char>(c);
  return code >= 0x80 || std::isalnum(code) != 0;
}

/// As a person reads it: entities decoded, links as their label, every kind of space as one.
std::string read_line(std::string_view line) {
  std::string out;
  size_t at = 0;
  for (size_t open = line.find('<'); open != std::string_view::npos;
       open = line.find('<', open + 1)) {
    const size_t end = line.find_first_of("<>", open + 1);
    if (end == std::string_view::npos || line[end] != '>') continue;
    const std::string_view inside = line.substr(open + 1, end - open - 1);
    const size_t bar = inside.find('|');
    const bool is_token = bar != std::string_view::npos || inside.find("://") != inside.npos ||
                          inside.starts_with("mailto:") || inside.starts_with('@') ||
                          inside.starts_with('#') || inside.starts_with('!');
    if (!is_token) continue;
    out += line.substr(at, open - at);
    out += bar == std::string_view::npos ? inside : inside.substr(bar + 1);
    at = end + 1;
    open = end;
  }
  out += line.substr(at);
  return cleaned(decode_slack_entities(out), Cleaning::phrase);
}

/// Without *bold*, `code`, ~struck~ and _italic_: a "_" inside of a word is a part of it.
std::string without_marks(std::string_view line) {
  std::string out;
  for (size_t i = 0; i < line.size(); ++i) {
    const bool is_inside =
        i > 0 && i + 1 < line.size() && is_word(line[i - 1]) && is_word(line[i + 1]);
    const bool is_mark = line[i] == '*' || line[i] == '`' || line[i] == '~';
    if (!is_mark && (line[i] != '_' || is_inside)) out += line[i];
  }
  return out;
}

/// One update, and where it was found: the line, and by which format.
struct Found {
  TallyUpdate update;
  std::string line;
  int format = 0;
};

std::string_view view_of(const re2::StringPiece& piece) {
  return {piece.data(), piece.size()};
}

/// "Label: value" with the label in any case, bold or not; the value of a line.
bool read_label(std::string_view line, std::string& label, std::string& value) {
  static const RE2 pattern(R"(\s*[*_]*([A-Za-z][A-Za-z ]{1,30}?)[*_]*\s*:[*_]*\s*(.*?)\s*)");
  re2::StringPiece found_label, found_value;
  const re2::StringPiece subject(line.data(), line.size());
  if (!RE2::FullMatch(subject, pattern, &found_label, &found_value)) return false;
  label = to_lower(view_of(found_label));
  value = view_of(found_value);
  return true;
}

/// What ticket systems call the news itself: it is no part of a name.
bool is_label_of_update(std::string_view label) {
  constexpr std::array<std::string_view, 9> all = {"update",        "updates",  "last update",
                                                   "latest update", "activity", "latest activity",
                                                   "last activity", "event",    "action"};
  return std::find(all.begin(), all.end(), label) != all.end();
}

/// What somebody wrote, and no ticket system: nobody may write himself a count.
bool is_label_of_words(std::string_view label) {
  for (const std::string_view word :
       {"comment", "note", "description", "message", "detail", "text", "reply", "title", "subject",
        "summary", "body", "reason", "question", "answer", "quote", "problem"}) {
    if (label.find(word) != std::string_view::npos) return true;
  }
  return false;
}

/// How a line may be read: as it stands, and the value of a field alone.
std::vector<std::string> readings_of(const std::string& line) {
  std::string label, value;
  const bool is_field = read_label(line, label, value) && !value.empty();
  if (!is_field || is_label_of_words(label)) return {line};
  if (is_label_of_update(label)) return {value};
  return {line, value};
}

/// The format whose username has no parentheses around it.
constexpr int without_brackets = 3;

/// Whose words the second of two is nobody can say.
bool has_one_agent(const std::string& line) {
  static const RE2 agent(whole(R"(\b(?i:by):?\s+{FULL_NAME}\s+\({USER}\))"));
  re2::StringPiece rest(line);
  int count = 0;
  while (count < 2 && RE2::FindAndConsume(&rest, agent)) ++count;
  return count == 1;
}

/// Whether it counts by this format.
std::optional<Found> search_line(const std::string& line, const Format& format, int which) {
  for (const std::string& reading : readings_of(line)) {
    std::array<re2::StringPiece, 4> groups;
    const re2::StringPiece subject(reading);
    const auto matches = [&](const RE2& pattern) {
      return pattern.Match(subject, 0, reading.size(), RE2::UNANCHORED, groups.data(), 4);
    };
    const bool is_found = matches(format.pattern) || (format.with_words && has_one_agent(reading) &&
                                                      matches(*format.with_words));
    if (!is_found) continue;
    const auto group = [&groups](int place) {
      return std::string(trim(view_of(groups.at(static_cast<size_t>(place)))));
    };
    // "Jon Snow (jxsrcc) - now open": more than a name stands in front of the last word.
    if (group(format.name_group).find(") ") != std::string::npos && which == without_brackets) {
      continue;
    }
    return Found{
        {group(format.username_group), group(format.name_group), group(format.ticket_group)},
        reading,
        which};
  }
  return std::nullopt;
}

void search_lines(const std::vector<std::string>& lines, std::vector<Found>& out) {
  const auto& all = formats();
  for (size_t which = 0; which < all.size() && out.empty(); ++which) {
    for (const std::string& line : lines) {
      if (auto found = search_line(line, *all[which], static_cast<int>(which))) {
        out.push_back(std::move(*found));
      }
    }
  }
}

/// Block Kit's fields have the label in a line above its value: "*Updated by:*\nJon Snow (jx)".
std::vector<std::string> with_labels_beside(const std::vector<std::string>& lines) {
  constexpr std::array<std::string_view, 7> known = {"updated by", "username", "user name", "name",
                                                     "ticket",     "number",   "incident"};
  const auto is_label = [&known](const std::string& line) {
    std::string label, value;
    if (read_label(line, label, value)) return value.empty();
    const std::string bare = to_lower(trim(line));
    return std::find(known.begin(), known.end(), bare) != known.end();
  };
  std::vector<std::string> out;
  for (size_t i = 0; i < lines.size(); ++i) {
    std::string label, value;
    const bool has_value =
        i + 1 < lines.size() && !is_label(lines[i + 1]) && !read_label(lines[i + 1], label, value);
    if (!is_label(lines[i]) || !has_value) {
      out.push_back(lines[i]);
      continue;
    }
    std::string_view bare = trim(lines[i]);
    if (bare.ends_with(':')) bare.remove_suffix(1);
    out.push_back(fmt::format("{}: {}", trim(bare), trim(lines[++i])));
  }
  return out;
}

/// Lines "Updated by: Jon Snow (jxsrcc)", or "Username: jxsrcc" with "Name: Jon Snow", in any
/// order.
void search_labels(const std::vector<std::string>& lines, std::vector<Found>& out) {
  static const RE2 with_username(whole(R"({NAME}\s+\({USER}\))"));
  static const RE2 only_username(whole("{USER}"));
  static const RE2 only_number(whole(R"({NUMBER}\b.*)"));
  constexpr int format = 100;
  std::vector<std::string> names, usernames;
  std::string ticket, label, value;
  for (const std::string& line : lines) {
    if (!read_label(line, label, value)) continue;
    std::string found_name, username, found_number;
    if (label.ends_with(" by") && RE2::FullMatch(value, with_username, &found_name, &username)) {
      out.push_back({{username, found_name, ""}, line, format});
    } else if ((label == "username" || label == "user name") &&
               RE2::FullMatch(value, only_username, &username)) {
      usernames.push_back(username);
    } else if (label == "name" || label == "updated by") {
      names.push_back(value);
    } else if ((label == "ticket" || label == "number" || label == "incident") && ticket.empty() &&
               RE2::FullMatch(value, only_number, &found_number)) {
      ticket = found_number;
    }
  }
  for (size_t i = 0; i < std::min(names.size(), usernames.size()); ++i) {
    out.push_back({{usernames[i], names[i], ""}, "", format});
  }
  for (Found& one : out) one.update.ticket = ticket;
}

std::vector<Found> search_built_in(std::string_view text) {
  std::vector<std::string> lines;
  for (const std::string_view line : lines_not_quoted(text)) {
    lines.push_back(without_marks(read_line(line)));
  }
  std::vector<Found> out;
  search_lines(lines, out);
  if (out.empty()) search_labels(with_labels_beside(lines), out);
  return out;
}

/// Takes one of `known` that says the same as `one`: the same line, or another format of what an
/// app says twice; the plain text of a message may leave the ticket out that its blocks name.
bool take_same(std::vector<Found>& known, const Found& one) {
  for (auto it = known.begin(); it != known.end(); ++it) {
    const bool is_same_ticket = it->update.ticket == one.update.ticket ||
                                it->update.ticket.empty() || one.update.ticket.empty();
    const bool is_same_line = it->line == one.line || it->format != one.format;
    if (!equals_ignoring_case(it->update.username, one.update.username) || !is_same_ticket ||
        !is_same_line) {
      continue;
    }
    known.erase(it);
    return true;
  }
  return false;
}

}  // namespace

TallyFormats::TallyFormats(TallyFormats&&) noexcept = default;
TallyFormats& TallyFormats::operator=(TallyFormats&&) noexcept = default;
TallyFormats::~TallyFormats() = default;

Result<TallyFormats> TallyFormats::make(const std::string& pattern, std::string suffix) {
  TallyFormats made;
  made.suffix_ = to_lower(suffix);
  made.fingerprint_ = fmt::format("{}\n{}\n{}", built_in_version, pattern, made.suffix_);
  if (pattern.empty()) return made;
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(tally_pattern_bytes_max);
  made.own_ = std::make_unique<RE2>("(?m)" + pattern, options);
  if (!made.own_->ok()) {
    return Error{ErrorKind::invalid, "", "invalid RE2 pattern: " + made.own_->error()};
  }
  const auto& groups = made.own_->NamedCapturingGroups();
  const auto place_of = [&groups](const char* name) {
    const auto found = groups.find(name);
    return found == groups.end() ? 0 : found->second;
  };
  made.name_ = place_of("name");
  made.username_ = place_of("username");
  made.ticket_ = place_of("ticket");
  if (made.name_ == 0 || made.username_ == 0) {
    return Error{ErrorKind::invalid, "",
                 "must have the named groups (?P<name>…) and (?P<username>…)"};
  }
  return made;
}

std::vector<TallyUpdate> TallyFormats::search_own(std::string_view given) const {
  std::string text;
  for (const std::string_view line : lines_not_quoted(given)) text += read_line(line) + "\n";
  std::vector<TallyUpdate> out;
  const re2::StringPiece subject(text);
  std::vector<re2::StringPiece> groups(static_cast<size_t>(own_->NumberOfCapturingGroups()) + 1);
  for (size_t from = 0; from <= text.size() && out.size() < updates_max;) {
    const int count = static_cast<int>(groups.size());
    if (!own_->Match(subject, from, text.size(), RE2::UNANCHORED, groups.data(), count)) break;
    const auto group = [&groups](int place) -> std::string_view {
      return place == 0 ? std::string_view() : view_of(groups[static_cast<size_t>(place)]);
    };
    out.push_back({std::string(trim(group(username_))), std::string(trim(group(name_))),
                   std::string(trim(group(ticket_)))});
    const size_t end = static_cast<size_t>(groups[0].data() - text.data()) + groups[0].size();
    from = std::max(end, from + 1);
  }
  return out;
}

std::vector<TallyUpdate> TallyFormats::search(std::string_view text,
                                              std::string_view blocks) const {
  std::vector<Found> updates, beside;
  if (own_) {
    for (TallyUpdate& one : search_own(text)) updates.push_back({std::move(one), "", 0});
    for (TallyUpdate& one : search_own(blocks)) beside.push_back({std::move(one), "", 0});
  } else {
    updates = search_built_in(text);
    beside = search_built_in(blocks);
  }
  std::vector<Found> known = updates;
  for (Found& one : beside) {
    if (!take_same(known, one)) updates.push_back(std::move(one));
  }
  std::vector<TallyUpdate> out;
  for (Found& one : updates) out.push_back(std::move(one.update));
  return out;
}

bool TallyFormats::is_wanted(const TallyUpdate& update) const {
  return !update.username.empty() && update.username.size() <= username_bytes_max &&
         to_lower(update.username).ends_with(suffix_);
}

std::vector<TallyUpdate> TallyFormats::read(std::string_view text, std::string_view blocks) const {
  std::vector<TallyUpdate> updates = search(text, blocks);
  std::erase_if(updates, [this](const TallyUpdate& update) { return !is_wanted(update); });
  if (updates.size() > updates_max) updates.resize(updates_max);
  for (TallyUpdate& update : updates) {
    if (update.name.empty()) update.name = update.username;
    update.name = cut_characters(update.name, name_characters_max);
    update.ticket = cut_characters(update.ticket, name_characters_max);
  }
  return updates;
}

std::string stats_key(std::string_view name, std::string_view username) {
  std::string shown(name);
  const size_t last = shown.rfind(' ');
  const size_t start = last == std::string::npos ? 0 : last + 1;
  // The first letter, however many bytes it takes.
  size_t end = start + 1;
  while (end < shown.size() && (static_cast<unsigned char>(shown[end]) & 0xC0U) == 0x80U) ++end;
  if (start < shown.size()) shown.resize(end);
  return fmt::format("{}\n{}", shown, username);
}

}  // namespace dw
