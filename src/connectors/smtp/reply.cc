#include "connectors/smtp/reply.h"

#include <algorithm>
#include <utility>

#include "base/number.h"
#include "base/outside_text.h"
#include "base/text.h"

namespace dw {
namespace {

constexpr size_t words_max = 500, code_digits = 3;
constexpr int greeting = 220, ok = 250, go_on = 354, refusal_first = 400, refusal_last = 599;

/// Bytes of another encoding are question marks, as no store keeps them.
std::string readable(std::string_view text) {
  std::string out(text);
  if (!is_utf8(text)) {
    for (char& c : out) {
      if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    }
  }
  std::erase(out, '\0');
  return cleaned(out, Cleaning::phrase);
}

/// "5.1.1 no such user" is "no such user".
std::string_view without_enhanced_code(std::string_view words) {
  const std::string_view first = words.substr(0, words.find(' '));
  const bool is_code = first.size() >= 5 && (first[0] == '4' || first[0] == '5') &&
                       first[1] == '.' &&
                       first.find_first_not_of("0123456789.") == std::string_view::npos;
  return is_code ? trim(words.substr(first.size())) : words;
}

}  // namespace

void SmtpReplies::hear(std::string_view line) {
  line = trim(line);
  if (line.size() < code_digits) return;
  const std::optional<int> read = number_in<int>(line.substr(0, code_digits));
  if (!read) return;
  const int code = *read;
  const bool goes_on =
      std::exchange(has_more_, line.size() > code_digits && line[3] == '-') && code == code_;
  code_ = code;
  const std::string_view words = trim(line.substr(std::min(line.size(), code_digits + 1)));
  if (code == greeting) has_smtputf8_ = false;
  if (code == ok && equals_ignoring_case(words.substr(0, words.find(' ')), "SMTPUTF8")) {
    has_smtputf8_ = true;
  }
  if (code == go_on) forget_refusal();
  if (code < refusal_first || code > refusal_last) return;
  if (goes_on) {
    refusal_ += " " + readable(without_enhanced_code(words));
  } else {
    refusal_ = std::string(line.substr(0, code_digits)) + " " + readable(words);
  }
  refusal_ = std::string(cut_bytes(refusal_, words_max));
  refusal_code_ = code;
}

void SmtpReplies::forget_refusal() {
  refusal_code_ = 0;
  refusal_.clear();
}

}  // namespace dw
