#include "jobs/mail_words.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/casefold.h"
#include "base/text.h"
#include "jobs/mail_lists.h"

namespace dw {
namespace {

// Lists of words per language: English, German, French, Spanish, Portuguese, Dutch, Italian,
// Danish and Norwegian, Swedish; then a few more.

constexpr auto labels = std::to_array<std::pair<MailLabel, std::string_view>>(
    {{MailLabel::from, mail_lists::from},
     {MailLabel::date, mail_lists::date},
     {MailLabel::to, mail_lists::to},
     {MailLabel::copy, mail_lists::copy},
     {MailLabel::subject, mail_lists::subject}});

constexpr auto forwarded_by = std::to_array<std::string_view>(
    {"forwarded by ", "weitergeleitet von ", "transféré par ", "transmis par ", "reenviado por ",
     "encaminhado por ", "doorgestuurd door ", "inoltrato da ", "videresendt af ",
     "vidarebefordrat av "});

constexpr auto writing = std::to_array<std::string_view>(
    {"wrote",    "writes",         "schrieb", "geschrieben", "a écrit",     "écrivait", "escribió",
     "escribio", "escreveu",       "schreef", "geschreven",  "ha scritto",  "scriveva", "skrev",
     "napisał",  "napisała",       "napsal",  "kirjoitti",   "írta",        "пишет",    "написал",
     "写道",     "napisana przez", "napísal", "pisze",       "yazdı",       "написа",   "пише",
     "έγραψε",   "a scris",        "napisao", "napisala",    "va escriure", "menulis",  "đã viết",
     "寫道",     "のメール",       "작성",    "מאת",         "כתב",         "كتب",      "كتابة"});

/// What an attribution begins with that is long enough to be broken into lines.
constexpr auto openers = std::to_array<std::string_view>(
    {"on ",   "at ", "am ",        "le ",  "el ", "em ",     "no dia ", "a ",
     "op ",   "il ", "il giorno ", "den ", "på ", "w dniu ", "dnia ",   "dne ",
     "στις ", "на ", "pada ",      "vào ", "в ",  "בתאריך ", "في "});

constexpr auto sent_from = std::to_array<std::string_view>({"sent from ",
                                                            "sent via ",
                                                            "sent with ",
                                                            "sent using ",
                                                            "get outlook for ",
                                                            "von meinem ",
                                                            "von outlook für ",
                                                            "von meinem/meiner ",
                                                            "von meiner ",
                                                            "gesendet von ",
                                                            "gesendet mit ",
                                                            "gesendet aus ",
                                                            "diese nachricht wurde von meinem ",
                                                            "holen sie sich outlook",
                                                            "outlook für ",
                                                            "envoyé de mon ",
                                                            "envoyé depuis ",
                                                            "envoyé à partir ",
                                                            "envoyé avec ",
                                                            "télécharger outlook pour ",
                                                            "téléchargez outlook pour ",
                                                            "obtenir outlook pour ",
                                                            "obtenez outlook pour ",
                                                            "enviado desde ",
                                                            "enviado con ",
                                                            "obtener outlook para ",
                                                            "descargar outlook para ",
                                                            "enviado do ",
                                                            "enviado a partir ",
                                                            "enviado de ",
                                                            "enviado pelo ",
                                                            "obter o outlook para ",
                                                            "baixar o outlook para ",
                                                            "obtenha o outlook para ",
                                                            "baixe o outlook para ",
                                                            "verstuurd vanaf ",
                                                            "verzonden vanaf ",
                                                            "verzonden vanuit ",
                                                            "verstuurd vanuit ",
                                                            "verstuurd met ",
                                                            "verzonden met ",
                                                            "verstuurd via ",
                                                            "outlook voor ",
                                                            "download outlook voor ",
                                                            "inviato da ",
                                                            "inviato dal ",
                                                            "inviato con ",
                                                            "scarica outlook per ",
                                                            "ottieni outlook per ",
                                                            "sendt fra ",
                                                            "sendt med ",
                                                            "hent outlook til ",
                                                            "få outlook til ",
                                                            "skickat från ",
                                                            "skickades från ",
                                                            "skickat med ",
                                                            "hämta outlook för ",
                                                            "skaffa outlook för ",
                                                            "lähetetty ",
                                                            "wysłane z "});

constexpr auto devices = std::to_array<std::string_view>(
    {"iphone",      "ipad",       "ipod",      "android",  "samsung",   "galaxy",   "huawei",
     "blackberry",  "nokia",      "phone",     "mobile",   "mobil",     "outlook",  "mail",
     "yahoo",       "gmail",      "windows",   "handy",    "pixel",     "xiaomi",   "motorola",
     "xperia",      "verizon",    "t-mobile",  "tablet",   "macbook",   "imac",     "mac",
     "watch",       "proton",     "telefon",   "teléfono", "téléphone", "portable", "móvil",
     "celular",     "telemóvel",  "mobiel",    "telefoon", "cellulare", "telefono", "redmi",
     "oneplus",     "spark",      "gmx",       "web.de",   "app",       "puhelin",  "zoho",
     "thunderbird", "superhuman", "protonmail"});

constexpr size_t line_bytes_max = 400;

/// Without dashes, stars and spaces at both ends.
std::string_view without_rules(std::string_view line) {
  constexpr std::string_view around = "-_=*~>| ";
  const size_t begin = line.find_first_not_of(around);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(around) - begin + 1);
}

bool has_rules(std::string_view line) {
  const auto is_ruled = [](std::string_view end) {
    return end == "--" || end == "__" || end == "==" || end == "**";
  };
  return line.size() > 4 && (is_ruled(line.substr(0, 2)) || is_ruled(line.substr(line.size() - 2)));
}

bool is_listed(std::string_view list, std::string_view phrase) {
  if (phrase.empty() || phrase.find('|') != std::string_view::npos) return false;
  std::string bars = "|";
  bars.append(phrase).append("|");
  return list.find(bars) != std::string_view::npos;
}

template <class Words>
bool is_among(std::string_view text, const Words& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

template <class Words>
bool begins_with_one(std::string_view text, const Words& words) {
  return std::any_of(words.begin(), words.end(),
                     [text](std::string_view one) { return text.starts_with(one); });
}

/// As words of their own, not inside of others.
template <class Words>
bool has_word(std::string_view text, const Words& words) {
  const auto is_part = [&](size_t at) {
    return at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) != 0 ||
                                static_cast<unsigned char>(text[at]) >= 0xC3);
  };
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
      const bool is_ascii = static_cast<unsigned char>(word.front()) < 0x80;
      const bool is_begun = at == 0 || !is_part(at - 1);
      if (!is_ascii || (is_begun && !is_part(at + word.size()))) return true;
    }
    return false;
  });
}

/// "tir. 3. nov. 2026", "3 nov. 2026"
bool begins_with_date(std::string_view line) {
  constexpr size_t weekday_bytes_max = 10;
  if (!line.empty() && is_digit(line.front())) return true;
  const size_t space = line.find(' ');
  return space <= weekday_bytes_max && space + 1 < line.size() && is_digit(line[space + 1]);
}

/// Where the sign of a time of the day is: of "10:00", "10.00", "10h00"; npos: there is none.
size_t time_at(std::string_view line) {
  for (size_t at = 1; at + 2 < line.size(); ++at) {
    const bool is_sign = line[at] == ':' || line[at] == '.' || line[at] == 'h';
    const bool has_end = at + 3 >= line.size() || !is_digit(line[at + 3]);
    // "10.00" but not "03.11.2026"
    const bool is_date = line[at] == '.' && at + 3 < line.size() && line[at + 3] == '.';
    const bool is_date_end = line[at] == '.' && at >= 3 && line[at - 3] == '.';
    if (is_sign && is_digit(line[at - 1]) && is_digit(line[at + 1]) && is_digit(line[at + 2]) &&
        has_end && !is_date && !is_date_end) {
      return at;
    }
  }
  return std::string_view::npos;
}

int count_numbers(std::string_view line) {
  int count = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if (is_digit(line[i]) && (i == 0 || !is_digit(line[i - 1]))) ++count;
  }
  return count;
}

/// "2026"
bool has_year(std::string_view line) {
  size_t digits = 0;
  for (size_t i = 0; i <= line.size(); ++i) {
    if (i < line.size() && is_digit(line[i])) {
      ++digits;
      continue;
    }
    const bool is_year = digits == 4 && (line[i - 4] == '1' || line[i - 4] == '2');
    if (is_year) return true;
    digits = 0;
  }
  return false;
}

/// "friday, 27 november 2026, 12:00 +03:00", "27.11.2026, 12:00": a date with its year, then a
/// time, then nothing but its zone; prose goes on.
bool is_moment(std::string_view when) {
  constexpr auto behind_time =
      std::to_array<std::string_view>({"am", "pm", "a.m.", "p.m.", "uhr", "utc", "gmt", "msk"});
  const std::string_view first = when.substr(0, when.find(' '));
  const size_t second = first.size() + 1;  // "nov 3, 2026"
  const bool is_begun = !first.empty() && (first.back() == ',' || is_digit(first.front()) ||
                                           (second < when.size() && is_digit(when[second])));
  const size_t time = time_at(when);
  if (!is_begun || time == std::string_view::npos || !has_year(when.substr(0, time))) return false;
  const std::string_view rest = when.substr(time + 3);
  for (const std::string_view piece : split(rest, ' ')) {
    const bool is_zone = piece.empty() || is_among(piece, behind_time) ||
                         piece.find_first_not_of("0123456789:+-(),") == std::string_view::npos;
    if (!is_zone) return false;
  }
  return true;
}

/// Without "please excuse typos" and its kin, in front of or behind the device.
std::string_view without_apology(std::string_view line) {
  constexpr auto openings =
      std::to_array<std::string_view>({"please excuse ", "excuse ", "please forgive ", "forgive ",
                                       "pardon ", "apologies for ", "sorry for "});
  constexpr auto faults = std::to_array<std::string_view>(
      {"brevity", "typo", "typos", "errors", "mistakes", "spelling", "autocorrect", "terseness"});
  constexpr size_t bytes_max = 80;
  const auto is_apology = [&](std::string_view part) {
    return part.size() <= bytes_max && begins_with_one(part, openings) && has_word(part, faults);
  };
  for (const std::string_view border : {". ", " - ", ", ", "; "}) {
    const size_t at = line.find(border);
    if (at == std::string_view::npos) continue;
    const std::string_view behind = line.substr(at + border.size());
    if (is_apology(line.substr(0, at))) return behind;
    if (is_apology(behind)) return line.substr(0, at);
  }
  return line;
}

/// Without the address behind a program's name: "Get Outlook for iOS<https://…>", "( https://… )".
std::string_view without_page(std::string_view line) {
  for (const std::string_view begin : {"<http", "( http", "(http", "[http"}) {
    const size_t at = line.find(begin);
    const bool is_end = line.ends_with('>') || line.ends_with(')') || line.ends_with(']');
    const bool is_one =
        at != std::string_view::npos && line.find_first_of("<([", at + 1) == std::string_view::npos;
    if (is_one && is_end) return trim(line.substr(0, at));
  }
  return line;
}

/// Without what people and programs put around such a line: "[…]", "- …", "*…*".
std::string_view without_signs_around(std::string_view line) {
  constexpr std::string_view around = "-~*_\"' ", behind = "-~*_\"'.,; ";
  line.remove_prefix(std::min(line.find_first_not_of(around), line.size()));
  line = line.substr(0, line.find_last_not_of(behind) + 1);
  const bool is_in_brackets = (line.starts_with('[') && line.ends_with(']')) ||
                              (line.starts_with('(') && line.ends_with(')'));
  return is_in_brackets ? trim(line.substr(1, line.size() - 2)) : line;
}

/// "iPhoneから送信", "iPhone'umdan gönderildi": the device between what stands around it, and
/// nothing else.
bool is_sent_from_elsewhere(std::string_view line) {
  constexpr size_t bytes_max = 60;
  using Around = std::pair<std::string_view, std::string_view>;
  constexpr auto forms = std::to_array<Around>(
      {{"从我的", "发送"},     {"发自我的", ""},       {"發自我的", ""},      {"發自 我的", ""},
       {"從我的", "傳送"},     {"获取 ", ""},          {"下載 ", ""},         {"取得 ", ""},
       {"", "から送信"},       {"", " を入手"},        {"", "を入手"},        {"", "에서 보냄"},
       {"отправлено с ", ""},  {"отправлено из ", ""}, {"надіслано з ", ""},  {"изпратено от ", ""},
       {"", "gönderildi"},     {"odesláno z ", ""},    {"odoslané z ", ""},   {"az ", "küldve"},
       {"", "küldve"},         {"wysłane z ", ""},     {"wysłano z ", ""},    {"trimis de pe ", ""},
       {"lähetetty ", ""},     {"στάλθηκε από ", ""},  {"dikirim dari ", ""}, {"đã gửi từ ", ""},
       {"gửi từ ", ""},        {"poslano s ", ""},     {"poslano z ", ""},    {"נשלח מ", ""},
       {"تم الإرسال من ", ""}, {"أرسلت من ", ""}});
  constexpr auto names =
      std::to_array<std::string_view>({"iphon", "ipad", "android", "samsung", "galaxy", "huawei",
                                       "xiaomi", "outlook", "yahoo", "почты"});
  const bool has_sentence = line.find_first_of("?!;,") != std::string_view::npos ||
                            line.find(": ") != std::string_view::npos;
  if (line.size() > bytes_max || has_sentence) return false;
  const auto is_it = [&](const Around& around) {
    const auto& [before, behind] = around;
    if (!line.starts_with(before) || !line.ends_with(behind)) return false;
    if (line.size() < before.size() + behind.size()) return false;
    const std::string_view device =
        line.substr(before.size(), line.size() - before.size() - behind.size());
    constexpr ptrdiff_t spaces_max = 4;
    return std::count(device.begin(), device.end(), ' ') <= spaces_max &&
           std::any_of(names.begin(), names.end(), [device](std::string_view name) {
             return device.find(name) != std::string_view::npos;
           });
  };
  return std::any_of(forms.begin(), forms.end(), is_it);
}

}  // namespace

std::string fold(std::string_view line) {
  constexpr auto kin = std::to_array<std::pair<std::string_view, std::string_view>>(
      {{"\u00A0", " "}, {"\u202F", " "}, {"\u2007", " "}, {"\u2009", " "}, {"\u200B", ""},
       {"\u200C", ""},  {"\u200D", ""},  {"\u200E", ""},  {"\u200F", ""},  {"\u2060", ""},
       {"\u202A", ""},  {"\u202B", ""},  {"\u202C", ""},  {"\u202D", ""},  {"\u202E", ""},
       {"\u2066", ""},  {"\u2067", ""},  {"\u2068", ""},  {"\u2069", ""},  {"\uFEFF", ""},
       {"\u2010", "-"}, {"\u2011", "-"}, {"\u2012", "-"}, {"\u2013", "-"}, {"\u2014", "-"},
       {"\u2015", "-"}, {"\u2212", "-"}, {"\u2019", "'"}, {"\uFF1A", ":"}});
  std::string out = to_lower(line);
  for (const auto& [from, to] : kin) {
    if (out.find(from) != std::string::npos) out = replace_all(out, from, to);
  }
  for (size_t i = 0; i + 1 < out.size(); ++i) {
    const auto first = static_cast<unsigned char>(out[i]);
    if (first < 0xC3 || first > 0xD1) continue;
    const unsigned letter =
        (first & 0x1FU) << 6U | (static_cast<unsigned char>(out[i + 1]) & 0x3FU);
    const char32_t lower = lower_case(letter);
    // "İ" has its own in ASCII, a few others one of three bytes: they stay as they are.
    const bool fits = lower >= 0x80 && lower < 0x800;
    if (!fits) continue;
    out[i] = static_cast<char>(0xC0U | lower >> 6U);
    out[i + 1] = static_cast<char>(0x80U | (lower & 0x3FU));
    ++i;
  }
  return std::string(trim(out));
}

std::optional<MailLabel> mail_label(std::string_view line) {
  constexpr size_t label_bytes_max = 20;
  std::string_view plain = line;
  while (!plain.empty() && (plain.front() == '*' || plain.front() == '_')) plain.remove_prefix(1);
  const size_t colon = plain.find(':');
  if (colon == std::string_view::npos || colon > label_bytes_max) return std::nullopt;
  std::string_view word = plain.substr(0, colon);
  while (!word.empty() && (word.back() == ' ' || word.back() == '*' || word.back() == '_')) {
    word.remove_suffix(1);
  }
  const auto* found = std::find_if(labels.begin(), labels.end(),
                                   [word](const auto& one) { return is_listed(one.second, word); });
  if (found == labels.end()) return std::nullopt;
  return found->first;
}

bool is_bare_from(std::string_view line) {
  const std::string_view word = line.substr(0, line.find(' '));
  return has_address(line) && is_listed(mail_lists::from, word);
}

bool is_original_mark(std::string_view line) {
  return has_rules(line) && is_listed(mail_lists::originals, without_rules(line));
}

bool is_forward_mark(std::string_view line) {
  if (line.size() > line_bytes_max) return false;
  std::string_view words = without_rules(line);
  const bool has_colon = words.ends_with(':');
  if (has_colon) words = trim(words.substr(0, words.size() - 1));
  if (!has_colon && !has_rules(line)) return false;
  return is_listed(mail_lists::forwards, words) ||
         (has_rules(line) && begins_with_one(words, forwarded_by));
}

bool is_reply_border(std::string_view line) {
  return line.starts_with("##-") && line.ends_with("-##");
}

bool is_groupwise_mark(std::string_view line) {
  if (line.size() > line_bytes_max) return false;
  constexpr int numbers_least = 4;  // of a day and a time
  const bool is_dated = count_numbers(line) >= numbers_least && has_time(line);
  return is_dated && (line.ends_with(">>>") || (has_address(line) && has_word(line, writing)));
}

bool is_rule(std::string_view line) {
  return line.size() >= 5 && line.find_first_not_of("-_=") == std::string_view::npos;
}

bool says_wrote(std::string_view line) {
  // Zoho: "---- On … wrote ----".
  const bool is_ruled = line.starts_with("---") && line.ends_with("---");
  return (line.ends_with(':') || is_ruled) && line.size() <= line_bytes_max &&
         has_word(line, writing);
}

/// "2026年11月3日(火) 10:00 Bo Ek <bo@x.example>:", as Gmail writes it: no word before the name.
bool is_stamped_in_japan(std::string_view line) {
  constexpr std::string_view year = "年";
  const size_t time = time_at(line);
  return line.ends_with(">:") && line.size() > 4 && line.size() <= line_bytes_max &&
         line.substr(4).starts_with(year) && has_year(line.substr(0, 4)) &&
         time != std::string_view::npos && line.rfind('<') != std::string_view::npos &&
         time < line.rfind('<') && has_address(line.substr(line.rfind('<')));
}

bool is_stamped(std::string_view line) {
  constexpr auto before_sender = std::to_array<std::string_view>(
      {" от ", " від ", " from ", " by ", " von ", " de ", " da ", " van ", " af ", " av ", ", "});
  if (!line.ends_with(':')) return false;
  if (is_stamped_in_japan(line)) return true;
  // Tuta has the bare address.
  const size_t address = line.ends_with(">:") ? line.rfind('<') : line.rfind(' ') + 1;
  if (address == std::string_view::npos) return false;
  if (line.size() > line_bytes_max || !has_address(line.substr(address))) return false;
  const bool is_bare = line[address] != '<';
  return std::any_of(before_sender.begin(), before_sender.end(), [&](std::string_view word) {
    if (is_bare && word == ", ") return false;
    const size_t at = line.rfind(word, address);
    return at != std::string_view::npos && is_moment(line.substr(0, at));
  });
}

/// Horde's "Quoting Bo <bo@x.example>:" and mutt's "* Bo <bo@x.example> [2026-11-03 10:00]:".
bool is_quoting(std::string_view line) {
  constexpr auto quoting = std::to_array<std::string_view>(
      {"quoting ", "zitat von ", "citando a ", "citazione ", "quoted by "});
  if (line.size() > line_bytes_max || !has_address(line)) return false;
  if (begins_with_one(line, quoting)) return line.ends_with(">:");
  return line.starts_with("* ") && line.ends_with("]:") && has_time(line);
}

bool is_attribution(std::string_view line) {
  if (is_stamped(line) || is_quoting(line)) return true;
  return says_wrote(line) && (std::any_of(line.begin(), line.end(), is_digit) || has_address(line));
}

bool is_message_of(std::string_view line) {
  return line.starts_with("message du ") && has_time(line) && line.size() <= 40;
}

bool is_attribution_start(std::string_view line) {
  if (line.size() > line_bytes_max) return false;
  if (line.starts_with("wiadomość napisana przez ")) return true;
  if (std::none_of(line.begin(), line.end(), is_digit)) return false;
  const bool is_said = has_word(line, writing) || (has_time(line) && has_full_date(line));
  return begins_with_one(line, openers) || (begins_with_date(line) && is_said);
}

bool has_address(std::string_view line) {
  for (size_t at = line.find('@'); at != std::string_view::npos; at = line.find('@', at + 1)) {
    const bool is_inside = at > 0 && at + 1 < line.size() && line[at - 1] != ' ';
    if (is_inside && std::isalnum(static_cast<unsigned char>(line[at + 1])) != 0) return true;
  }
  return false;
}

bool has_time(std::string_view line) {
  return time_at(line) != std::string_view::npos;
}

bool has_full_date(std::string_view line) {
  return count_numbers(line) >= 2;
}

bool is_sent_from(std::string_view line) {
  constexpr size_t bytes_max = 90;
  line = without_signs_around(without_apology(line));
  line = without_page(line);
  if (is_sent_from_elsewhere(line)) return true;
  if (line.size() > bytes_max || !begins_with_one(line, sent_from)) return false;
  if (line.starts_with("sent from my verizon, ") || line.starts_with("sent with tuta; ")) {
    return true;
  }
  const size_t words_max = line.starts_with("diese nachricht wurde ") ? 12 : 9;
  const bool has_sentence = line.find_first_of("?!;,") != std::string_view::npos ||
                            line.find(". ") != std::string_view::npos ||
                            line.find(": ") != std::string_view::npos;
  const auto words = static_cast<size_t>(std::count(line.begin(), line.end(), ' ')) + 1;
  return !has_sentence && words <= words_max && has_word(line, devices);
}

bool is_only_introduction(std::string_view words) {
  while (!words.empty() &&
         std::string_view(".!:-> ").find(words.back()) != std::string_view::npos) {
    words.remove_suffix(1);
  }
  return is_listed(mail_lists::introductions, words);
}

}  // namespace dw
