#include "domain/words.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <set>

#include "base/text.h"

namespace dw {
namespace {

constexpr size_t word_bytes_max = 40;
constexpr size_t digits_max = 6;

/// What people write in any message; folded. A desk with a history needs none
/// of them: they are usual there.
const std::set<std::string, std::less<>>& stop_words() {
  static const std::set<std::string, std::less<>> words = {
      // English
      "about", "after", "again", "all", "also", "and", "any", "anyone", "are", "because", "been",
      "before", "but", "can", "could", "did", "does", "for", "from", "get", "getting", "had", "has",
      "have", "hello", "help", "her", "him", "his", "how", "into", "its", "just", "like", "may",
      "more", "need", "not", "now", "one", "only", "our", "out", "please", "problem", "problems",
      "issue", "issues", "she", "should", "since", "some", "still", "such", "thank", "thanks",
      "that", "the", "their", "them", "then", "there", "these", "they", "this", "ticket", "today",
      "too", "try", "trying", "very", "want", "was", "were", "what", "when", "where", "which",
      "who", "why", "will", "with", "would", "you", "your", "working", "work", "works", "cannot",
      "don", "doesn", "isn", "morning", "hey", "everyone", "team", "regards",
      // German
      "aber", "alle", "als", "auch", "auf", "aus", "bei", "beim", "bin", "bis", "bitte", "danke",
      "das", "dass", "dem", "den", "der", "des", "die", "dies", "diese", "doch", "ein", "eine",
      "einen", "einem", "einer", "für", "fuer", "gruß", "grüße", "guten", "habe", "haben", "hallo",
      "hat", "heute", "hilfe", "ich", "immer", "ist", "kann", "können", "kein", "keine", "mehr",
      "mein", "meine", "mich", "mir", "mit", "morgen", "nach", "nicht", "noch", "nur", "oder",
      "schon", "seit", "sich", "sie", "sind", "tag", "und", "uns", "unser", "von", "war", "was",
      "wenn", "werden", "wie", "wieder", "wir", "wird", "zum", "zur", "geht", "funktioniert",
      "gibt", "jemand",
      // Spanish
      "ahora", "alguien", "algun", "ayuda", "buenas", "buenos", "como", "con", "cuando", "del",
      "desde", "dias", "días", "donde", "ella", "ellos", "esta", "está", "están", "este", "esto",
      "favor", "funciona", "gracias", "hay", "hola", "hoy", "las", "los", "mas", "más", "muy",
      "nos", "nuestro", "para", "pero", "por", "porque", "problema", "puede", "puedo", "que", "qué",
      "sin", "sobre", "son", "tengo", "tiene", "todo", "todos", "una", "uno", "usted",
      // French
      "aide", "aussi", "avec", "bonjour", "cela", "ces", "cette", "comme", "dans", "depuis", "des",
      "elle", "est", "être", "fait", "fonctionne", "ici", "ils", "les", "leur", "mais", "merci",
      "mes", "mon", "nous", "notre", "par", "pas", "peut", "plus", "pour", "problème", "quand",
      "qui", "sont", "sur", "tous", "tout", "une", "vous", "votre"};
  return words;
}

bool is_inside(UChar32 sign) {
  return u_isalnum(sign) != 0 || (U_GET_GC_MASK(sign) & U_GC_M_MASK) != 0;
}

/// A link, an address, a mention, or a long number: what stands between two
/// spaces.
bool is_private(std::string_view piece) {
  if (piece.find('@') != std::string_view::npos) return true;
  if (piece.find("://") != std::string_view::npos || piece.starts_with("www.")) return true;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (static_cast<size_t>(std::count_if(piece.begin(), piece.end(), is_digit)) > digits_max) {
    return true;
  }
  // "intranet.acme.example/vpn": letters on both sides of a dot are a name on
  // the network.
  for (size_t i = 1; i + 2 < piece.size(); ++i) {
    const bool is_dot = piece[i] == '.' && (is_letter(piece[i - 1]) || is_digit(piece[i - 1]));
    if (is_dot && is_letter(piece[i + 1]) && is_letter(piece[i + 2])) return true;
  }
  return false;
}

/// One character of UTF-8 off the front; of a broken one, a byte.
UChar32 take_sign(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const size_t bytes = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  unsigned out = bytes == 1 ? first : first & (0xFFU >> (bytes + 1));
  for (size_t i = 1; i < std::min(bytes, text.size()); ++i) {
    out = (out << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  text.remove_prefix(std::min(bytes, text.size()));
  return static_cast<UChar32>(out);
}

/// In the order in which they come, each once.
class Words {
 public:
  void add(std::string_view piece) {
    std::string word;
    int signs = 0;
    bool has_digit = false;
    const auto end = [&] {
      const int least = has_digit ? 2 : 3;
      const bool is_one = signs >= least && word.size() <= word_bytes_max &&
                          stop_words().count(word) == 0 && seen_.insert(word).second;
      if (is_one) all.push_back(word);
      word.clear();
      signs = 0;
      has_digit = false;
    };
    while (!piece.empty()) {
      const UChar32 sign = take_sign(piece);
      if (!is_inside(sign)) {
        end();
        continue;
      }
      append_utf8(word, static_cast<unsigned>(u_foldCase(sign, U_FOLD_CASE_DEFAULT)));
      ++signs;
      has_digit = has_digit || u_isdigit(sign) != 0;
    }
    end();
  }
  std::vector<std::string> all;

 private:
  std::set<std::string> seen_;
};

}  // namespace

std::vector<std::string> words_in(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n<>|()[]\"";
  Words words;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(spaces), text.size());
    const std::string_view piece = text.substr(0, end);
    if (!is_private(piece)) words.add(piece);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::move(words.all);
}

bool may_be_shown(std::string_view word) {
  if (word.empty() || word.size() > word_bytes_max || is_private(word)) return false;
  bool has_inside = false;
  while (!word.empty()) {
    const UChar32 sign = take_sign(word);
    const bool is_between = sign == '_' || sign == '-' || sign == '.' || sign == ':';
    if (!is_between && !is_inside(sign)) return false;
    has_inside = has_inside || is_inside(sign);
  }
  return has_inside;
}

}  // namespace dw
