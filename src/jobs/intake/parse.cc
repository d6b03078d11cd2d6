#include "jobs/intake/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/address.h"
#include "base/casefold.h"
#include "base/outside_text.h"
#include "base/text.h"

namespace dw {
namespace {

constexpr size_t npos = std::string_view::npos;

constexpr std::array<std::pair<std::string_view, Label>, 12> labels = {
    {{"title", Label::title},
     {"subject", Label::title},
     {"problem", Label::title},
     {"issue", Label::title},
     {"summary", Label::title},
     {"priority", Label::priority},
     {"severity", Label::priority},
     {"description", Label::description},
     {"details", Label::description},
     {"body", Label::description},
     {"tags", Label::tags},
     {"email", Label::email}}};

bool is_unseen(char32_t c) {
  return c == 0xA0 || c == 0xAD || c == 0xFEFF || (c >= 0x2000 && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202F) || (c >= 0x205F && c <= 0x206F) || c == 0x3000;
}

/// What people put in front of a label when they write lists or bold text, and what nobody sees.
bool is_decoration(char32_t c) {
  if (c < 0x80) return c != 0 && std::string_view(" \t*_-#").find(static_cast<char>(c)) != npos;
  return is_unseen(c) || c == 0x2022;
}

/// Without white space and what nobody sees, at both ends.
std::string_view without_unseen(std::string_view text) {
  size_t begin = text.size(), end = 0;
  for (size_t at = 0; at < text.size();) {
    const CodePoint one = first_code_point(text.substr(at));
    const bool is_space = trim(text.substr(at, one.bytes)).empty();
    if (!is_space && !is_unseen(one.value)) {
      begin = std::min(begin, at);
      end = at + one.bytes;
    }
    at += one.bytes;
  }
  return begin < end ? text.substr(begin, end - begin) : std::string_view();
}

/// Emoji, dashes and bullets of other kinds. Quotation marks and brackets say that it is text.
bool is_picture(char32_t c) {
  const bool is_quotation = c == 0xAB || c == 0xBB || (c >= 0x2018 && c <= 0x201F) ||
                            (c >= 0x2039 && c <= 0x203A) || (c >= 0x3008 && c <= 0x301B);
  const bool is_wide_ascii = c >= 0xFF01 && c <= 0xFF5E;
  return c >= 0xA1 && c != 0xFFFD && !is_alphanumeric(c) && !is_quotation && !is_wide_ascii;
}

struct LabelledLine {
  Label label;
  std::string_view rest;
};

/// Where the first colon stands, of any width, and its bytes.
std::pair<size_t, size_t> colon_in(std::string_view line) {
  std::pair<size_t, size_t> out{npos, 0};
  for (const std::string_view colon : {":", "\uFF1A", "\uFE55", "\uFE13", "\uA789", "\u2236"}) {
    const size_t at = line.substr(0, out.first).find(colon);
    if (at != npos) out = {at, colon.size()};
  }
  return out;
}

/// "Title: x" as its label and "x"; nothing if the line starts with no label.
std::optional<LabelledLine> labelled(std::string_view line, bool may_have_picture) {
  constexpr size_t label_bytes_max = 100;
  std::string_view plain = line;
  CodePoint first = first_code_point(plain);
  while (first.bytes > 0 &&
         (is_decoration(first.value) || (may_have_picture && is_picture(first.value)))) {
    plain.remove_prefix(first.bytes);
    first = first_code_point(plain);
  }
  const auto [colon, colon_bytes] = colon_in(plain);
  if (colon == npos || colon > label_bytes_max) return std::nullopt;
  // In any width, and without what nobody sees: "Ｔｉｔｌｅ", "Ti\u200Btle".
  std::string word = nfkc_casefold(plain.substr(0, colon));
  while (!word.empty() && std::string_view(" \t*_-•#").find(word.back()) != npos) word.pop_back();
  for (const auto& [name, label] : labels) {
    if (word != name) continue;
    std::string_view rest = plain.substr(colon + colon_bytes);
    // "**Title:** x": the stars that close behind the colon.
    if (plain.size() < line.size() && rest.starts_with("**")) rest.remove_prefix(2);
    return LabelledLine{label, rest};
  }
  return std::nullopt;
}

/// "1. Title: x" of a numbered list as "Title: x".
std::string_view without_number(std::string_view line) {
  const size_t start = line.find_first_not_of(" \t");
  if (start == std::string_view::npos) return line;
  const size_t end = line.find_first_not_of("0123456789", start);
  const bool is_numbered = end != std::string_view::npos && end > start && end - start <= 3 &&
                           (line[end] == '.' || line[end] == ')');
  return is_numbered ? line.substr(end + 1) : line;
}

/// "@Deskwire Title: x": a mention that came as plain text.
std::string_view without_mention(std::string_view text) {
  text = trim(text);
  if (!text.starts_with('@')) return text;
  const size_t end = text.find_first_of(" \t\n");
  if (end == std::string_view::npos) return {};
  return trim(text.substr(end));
}

std::vector<std::string> tags_in(std::string_view text) {
  std::vector<std::string> tags;
  std::string flat = replace_all(text, "\n", ",");
  for (const std::string_view part : split(flat, ',')) {
    const std::string tag = to_lower(trim(part));
    if (!tag.empty() && std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.push_back(tag);
  }
  return tags;
}

/// A title is one line, however it was wrapped.
std::string one_line(std::string_view text) {
  std::string out;
  for (const std::string_view line : split(text, '\n')) {
    const std::string_view part = trim(line);
    if (part.empty()) continue;
    if (!out.empty()) out += ' ';
    out += part;
  }
  return out;
}

void check_text(const Draft& draft, Label label, int characters_max, std::vector<Fault>& faults) {
  const std::string name(name_of(label));
  const auto found = draft.fields.find(label);
  if (found == draft.fields.end()) {
    const std::string shown = label == Label::title ? "Title" : "Description";
    faults.push_back({std::nullopt, name, fmt::format("{} is missing", shown)});
    return;
  }
  const std::string text = label == Label::title ? one_line(found->second) : found->second;
  const std::string wrong =
      fault_of_text(text, label == Label::title ? "Title" : "Description", characters_max);
  if (!wrong.empty()) faults.push_back({label, name, wrong});
}

void check_priority(const Draft& draft, const IntakeSettings& settings, Ticketed& out,
                    std::vector<Fault>& faults) {
  const auto found = draft.fields.find(Label::priority);
  const std::string allowed = priority_words(settings);
  if (found == draft.fields.end()) {
    faults.push_back(
        {std::nullopt, "priority", fmt::format("Priority is missing (allowed: {})", allowed)});
    return;
  }
  if (const auto priority = priority_meant(found->second, settings)) {
    out.priority = *priority;
    return;
  }
  faults.push_back({Label::priority, "priority",
                    fmt::format("Priority \"{}\" is not known (allowed: {})",
                                cut_characters(found->second, 40), allowed)});
}

void check_characters(const Draft& draft, std::vector<Fault>& faults) {
  for (const auto& [label, text] : draft.fields) {
    if (!is_utf8(text)) {
      faults.push_back({label, "encoding", fmt::format("{} is not valid UTF-8", name_of(label))});
    } else if (const auto control = find_control_character(text)) {
      faults.push_back({label, "control",
                        fmt::format("{} has a control character (U+{:04X}), which is not allowed",
                                    name_of(label), *control)});
    }
  }
}

std::string without_signs(std::string_view word) {
  size_t begin = word.size(), end = 0;
  for (size_t at = 0; at < word.size();) {
    const CodePoint one = first_code_point(word.substr(at));
    if (is_alphanumeric(one.value)) {
      begin = std::min(begin, at);
      end = at + one.bytes;
    }
    at += one.bytes;
  }
  return begin < end ? std::string(word.substr(begin, end - begin)) : std::string();
}

/// The word in front of a line's colon, in lower case and without stars: "from" of "**From:** Bo".
std::string heading_of(std::string_view line) {
  constexpr size_t heading_bytes_max = 24;
  constexpr std::string_view around = " \t*_>";
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon > heading_bytes_max) return {};
  std::string_view word = line.substr(0, colon);
  while (!word.empty() && around.find(word.front()) != std::string_view::npos)
    word.remove_prefix(1);
  while (!word.empty() && around.find(word.back()) != std::string_view::npos) word.remove_suffix(1);
  return to_lower(word);
}

/// Whether a mail was pasted from this line on: "From:" with two more of a mail's headings below
/// it, or what programs write above them.
bool begins_mail(const std::vector<std::string_view>& lines, size_t at) {
  static const std::set<std::string_view> senders = {"from", "von", "de",  "van",
                                                     "da",   "fra", "från"};
  static const std::set<std::string_view> others = {
      "sent",    "date", "to",     "cc",    "subject",   "gesendet",  "datum",   "an",
      "betreff", "à",    "envoyé", "objet", "para",      "enviado",   "enviada", "asunto",
      "assunto", "data", "fecha",  "aan",   "verzonden", "onderwerp", "a",       "inviato",
      "oggetto", "til",  "sendt",  "emne",  "dato",      "till",      "skickat", "ämne"};
  constexpr size_t lines_max = 8;
  const std::string_view line = trim(lines[at]);
  const bool is_ruled = line.starts_with("-----") && line.ends_with("--") &&
                        line.find_first_not_of("- ") != std::string_view::npos;
  if (is_ruled) return true;
  if (senders.count(heading_of(line)) == 0) return false;
  int headings = 0;
  for (size_t i = at + 1; i < std::min(lines.size(), at + lines_max); ++i) {
    if (others.count(heading_of(trim(lines[i]))) > 0) ++headings;
  }
  return headings >= 2;
}

}  // namespace

std::string_view name_of(Label label) {
  static constexpr std::array<std::string_view, 5> names = {"title", "priority", "description",
                                                            "tags", "email"};
  return names.at(static_cast<size_t>(label));
}

std::string priority_words(const IntakeSettings& settings) {
  std::vector<std::string> words;
  for (const char* name : {"high", "medium", "low"}) {
    const auto& some = settings.priorities.at(name);
    words.insert(words.end(), some.begin(), some.end());
  }
  return join(words, ", ");
}

std::optional<Priority> priority_meant(std::string_view word, const IntakeSettings& settings) {
  const std::string given = nfkc_casefold(trim(word));
  // "High!", "**high**", "(P1)", "🔥 high": the word without the signs around it.
  for (const std::string& meant : {given, without_signs(given)}) {
    for (const auto& [name, words] : settings.priorities) {
      const auto is_it = [&](const std::string& one) { return nfkc_casefold(one) == meant; };
      if (std::any_of(words.begin(), words.end(), is_it)) return priority_named(name);
    }
  }
  return std::nullopt;
}

std::string fault_of_text(const std::string& text, const std::string& what, int characters_max) {
  if (is_blank(text)) return what + " is empty";
  const size_t characters = count_characters(text);
  if (characters <= static_cast<size_t>(characters_max)) return {};
  return fmt::format("{} has {} characters; at most {} are allowed", what, characters,
                     characters_max);
}

bool is_email(std::string_view text) {
  const size_t at = text.find('@');
  const bool has_parts = at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
                         text.find('@', at + 1) == std::string_view::npos;
  const bool has_odd = text.find_first_of(" \t\r\n<>()[],;:\"\\") != std::string_view::npos;
  return has_parts && !has_odd && text.size() <= 254 && !find_control_character(text) &&
         !text.ends_with('.') && text[at + 1] != '.';
}

Draft parse_message(std::string_view text) {
  Draft draft;
  std::string normal = replace_all(replace_all(text, "\r\n", "\n"), "\r", "\n");
  for (const std::string_view space : {"\u00A0", "\u202F", "\u2007", "\u3000"}) {
    if (normal.find(space) != std::string::npos) normal = replace_all(normal, space, " ");
  }
  const std::string_view rest = without_mention(normal);
  draft.asks_for_help = is_blank(rest) || equals_ignoring_case(rest, "help");
  std::string* value = &draft.before;
  std::string ignored;
  bool is_numbered = false, is_pictured = false;
  const std::vector<std::string_view> lines = split(rest, '\n');
  for (size_t i = 0; i < lines.size(); ++i) {
    const auto description = draft.fields.find(Label::description);
    const bool is_described = description != draft.fields.end() && value == &description->second;
    // Labels of a mail that was pasted into the description are a part of it.
    if (is_described && !draft.has_pasted_mail) draft.has_pasted_mail = begins_mail(lines, i);
    // Labels are numbered from the first one on, or else a numbered line is text; so with emoji.
    const std::string_view bare = without_number(lines[i]);
    const std::string_view line = draft.fields.empty() || is_numbered ? bare : lines[i];
    const bool may_have_picture = draft.fields.empty() || is_pictured;
    const auto found = draft.has_pasted_mail ? std::nullopt : labelled(line, may_have_picture);
    if (found) {
      if (draft.fields.empty()) {
        is_numbered = bare != lines[i];
        is_pictured = !labelled(line, false);
      }
      const auto [field, is_new] = draft.fields.emplace(found->label, "");
      if (!is_new) draft.repeated.push_back(found->label);
      ignored.clear();
      value = is_new ? &field->second : &ignored;
      *value = found->rest;
    } else {
      if (!value->empty() || value != &draft.before) *value += '\n';
      *value += lines[i];
    }
  }
  for (auto& [label, field] : draft.fields) {
    field = label == Label::email ? cleaned_address(field) : std::string(without_unseen(field));
  }
  draft.before = std::string(trim(draft.before));
  return draft;
}

std::vector<Fault> check_draft(const Draft& draft, const IntakeSettings& settings, Ticketed& out) {
  std::vector<Fault> faults;
  check_text(draft, Label::title, settings.title_characters_max, faults);
  check_priority(draft, settings, out, faults);
  check_text(draft, Label::description, settings.description_characters_max, faults);
  for (const Label label : draft.repeated) {
    faults.push_back({label, "twice", fmt::format("{} is given twice", name_of(label))});
  }
  check_characters(draft, faults);
  const auto email = draft.fields.find(Label::email);
  if (email != draft.fields.end() && !is_email(email->second)) {
    faults.push_back({Label::email, "email", "Email is not an address such as ana@example.com"});
  }
  if (!faults.empty()) return faults;
  out.title = one_line(draft.fields.at(Label::title));
  out.description = draft.fields.at(Label::description);
  if (email != draft.fields.end()) out.email = email->second;
  const auto tags = draft.fields.find(Label::tags);
  if (tags != draft.fields.end()) out.tags = tags_in(tags->second);
  return faults;
}

}  // namespace dw
