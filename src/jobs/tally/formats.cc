#include "jobs/tally/formats.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/tally_section.h"
#include "domain/mrkdwn.h"

namespace dw {
namespace {

/// Raised whenever a built-in format counts otherwise than before: stored texts are counted anew.
constexpr int built_in_version = 1;
constexpr size_t updates_max = 200;  // of one message
constexpr size_t name_characters_max = 100;
constexpr size_t username_bytes_max = 100;

// Pieces of the formats. A title stands in front of the agent in formats 1 and 3 and is a
// stranger's: there the line is anchored at both ends and the title is greedy, so that what counts
// is what the ticket system itself wrote last.
constexpr const char* user = R"(_?([A-Za-z0-9](?:[A-Za-z0-9._@\\+-]*[A-Za-z0-9])?)_?)";
constexpr const char* name = R"(\*?([^*()<>|:\n]+?)\*?)";
constexpr const char* lead = R"(^\s*(?:(?::[\w+-]+:|[•*-])\s+)?\*?)";
constexpr const char* number = R"((?:<[^|>\s]*\|)?#?([A-Z]*-?[0-9]+)>?)";
constexpr const char* noun = R"((?i:ticket|incident|request|case|issue|task|problem|change))";

/// A format with {USER}, {NAME}, {LEAD}, {NUMBER} and {NOUN} filled in.
std::string whole(std::string_view format) {
  std::string out(format);
  const std::pair<const char*, const char*> pieces[] = {
      {"{USER}", user}, {"{NAME}", name}, {"{LEAD}", lead}, {"{NUMBER}", number}, {"{NOUN}", noun}};
  for (const auto& [mark, piece] : pieces) out = replace_all(out, mark, piece);
  return out;
}

struct Format {
  RE2 pattern;
  int name_group, username_group, ticket_group;
};

const std::vector<std::unique_ptr<Format>>& formats() {
  static const auto all = [] {
    std::vector<std::unique_ptr<Format>> out;
    const auto add = [&out](const char* text, int name_at, int username_at, int ticket_at) {
      out.push_back(std::unique_ptr<Format>(
          new Format{{whole(text), RE2::Quiet}, name_at, username_at, ticket_at}));
    };
    // INC0000000 [ *Screen will not turn on* ] Work note added by *Jon Snow* (_jxsrcc_):
    add(R"({LEAD}{NUMBER}\*?(?:\s+\[.*\])?\s+\pL[\pL -]*\bby\s+{NAME}\s+\({USER}\))"
        R"(\s*:?\s*$)",
        2, 3, 1);
    // Jon Snow (jxsrcc) updated ticket INC0000017
    add(R"({LEAD}{NAME}\s+\({USER}\)\s+(?i:has\s+)?(?i:updated|commented on|resolved|assigned|)"
        R"(closed|reopened|solved|worked on|changed .+? (?:of|on|in|for))\s+(?i:the\s+)?)"
        R"((?:{NOUN}\s+)?{NUMBER})",
        1, 2, 3);
    // Ticket INC0000017 "VPN" was updated by Jon Snow (jxsrcc)
    add(R"({LEAD}{NOUN}\s+{NUMBER}\b.*\bby\s+{NAME}\s+\({USER}\)\s*[.:!]?\s*$)", 2, 3, 1);
    // Ticket INC0000017 updated by Jon Snow jxsrcc
    add(R"({LEAD}{NOUN}\s+{NUMBER}\b.*\bby\s+{NAME})"
        R"(\s+_?([a-z0-9][a-z0-9._@-]*[a-z0-9]|[A-Z0-9][A-Z0-9._@-]*[A-Z0-9])_?\s*[.:!]?\s*$)",
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

/// Names are shown as text.
std::string plain(std::string_view text) {
  return decode_slack_entities(trim(text));
}

std::string_view view_of(const re2::StringPiece& piece) {
  return {piece.data(), piece.size()};
}

std::vector<TallyUpdate> search_lines(const Format& format,
                                      const std::vector<std::string_view>& lines) {
  std::vector<TallyUpdate> out;
  for (const std::string_view line : lines) {
    std::array<re2::StringPiece, 4> groups;
    const re2::StringPiece subject(line.data(), line.size());
    if (!format.pattern.Match(subject, 0, line.size(), RE2::UNANCHORED, groups.data(), 4)) continue;
    const auto group = [&groups](int place) {
      return view_of(groups.at(static_cast<size_t>(place)));
    };
    out.push_back({std::string(group(format.username_group)), plain(group(format.name_group)),
                   std::string(group(format.ticket_group))});
  }
  return out;
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

/// Lines "Updated by: Jon Snow (jxsrcc)", or "Username: jxsrcc" with "Name: Jon Snow", in any
/// order.
std::vector<TallyUpdate> search_labels(const std::vector<std::string_view>& lines) {
  static const RE2 with_username(whole(R"({NAME}\s+\({USER}\))"));
  static const RE2 only_username(whole("{USER}"));
  static const RE2 only_number(whole(R"({NUMBER}\b.*)"));
  std::vector<TallyUpdate> out;
  std::vector<std::string> names, usernames;
  std::string ticket, label, value;
  for (const std::string_view line : lines) {
    if (!read_label(line, label, value)) continue;
    std::string found_name, username, found_number;
    if (label.ends_with(" by") && RE2::FullMatch(value, with_username, &found_name, &username)) {
      out.push_back({username, plain(found_name), ""});
    } else if (label == "username" && RE2::FullMatch(value, only_username, &username)) {
      usernames.push_back(username);
    } else if (label == "name" || label == "updated by") {
      names.push_back(plain(replace_all(value, "*", "")));
    } else if ((label == "ticket" || label == "number" || label == "incident") && ticket.empty() &&
               RE2::FullMatch(value, only_number, &found_number)) {
      ticket = found_number;
    }
  }
  for (size_t i = 0; i < std::min(names.size(), usernames.size()); ++i) {
    out.push_back({usernames[i], names[i], ""});
  }
  for (TallyUpdate& update : out) update.ticket = ticket;
  return out;
}

/// Takes one of `known` that says the same as `update`; the plain text of a message may leave the
/// ticket out that its blocks name.
bool take_same(std::vector<TallyUpdate>& known, const TallyUpdate& update) {
  for (auto one = known.begin(); one != known.end(); ++one) {
    const bool is_same_ticket =
        one->ticket == update.ticket || one->ticket.empty() || update.ticket.empty();
    if (!equals_ignoring_case(one->username, update.username) || !is_same_ticket) continue;
    known.erase(one);
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
    return Error{ErrorKind::invalid, "", "is no RE2 pattern: " + made.own_->error()};
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

std::vector<TallyUpdate> TallyFormats::search_own(const std::string& text) const {
  std::vector<TallyUpdate> out;
  const re2::StringPiece subject(text);
  std::vector<re2::StringPiece> groups(static_cast<size_t>(own_->NumberOfCapturingGroups()) + 1);
  for (size_t from = 0; from <= text.size() && out.size() < updates_max;) {
    const int count = static_cast<int>(groups.size());
    if (!own_->Match(subject, from, text.size(), RE2::UNANCHORED, groups.data(), count)) break;
    const auto group = [&groups](int place) -> std::string_view {
      return place == 0 ? std::string_view() : view_of(groups[static_cast<size_t>(place)]);
    };
    out.push_back({std::string(trim(group(username_))), plain(group(name_)),
                   std::string(trim(group(ticket_)))});
    const size_t end = static_cast<size_t>(groups[0].data() - text.data()) + groups[0].size();
    from = std::max(end, from + 1);
  }
  return out;
}

std::vector<TallyUpdate> TallyFormats::search(std::string_view text) const {
  const std::vector<std::string_view> lines = lines_not_quoted(text);
  if (own_) {
    std::string searched;
    for (const std::string_view line : lines) searched += std::string(line) + "\n";
    return search_own(searched);
  }
  for (const auto& format : formats()) {
    std::vector<TallyUpdate> found = search_lines(*format, lines);
    if (!found.empty()) return found;
  }
  return search_labels(lines);
}

bool TallyFormats::is_wanted(const TallyUpdate& update) const {
  return !update.username.empty() && update.username.size() <= username_bytes_max &&
         to_lower(update.username).ends_with(suffix_);
}

std::vector<TallyUpdate> TallyFormats::read(std::string_view text, std::string_view blocks) const {
  std::vector<TallyUpdate> updates = search(text);
  std::vector<TallyUpdate> known = updates;
  for (TallyUpdate& update : search(blocks)) {
    if (!take_same(known, update)) updates.push_back(std::move(update));
  }
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
