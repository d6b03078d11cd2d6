#include "jobs/bridge/front_marks.h"

#include <algorithm>
#include <array>

#include "base/casefold.h"

namespace dw {
namespace {

/// "<@U9>", "<!here>", "<!subteam^S1|@sre>"
size_t addressee_bytes(std::string_view text) {
  if (!text.starts_with("<@") && !text.starts_with("<!")) return 0;
  const size_t end = text.find_first_of(">\n", 2);
  return end == std::string_view::npos || text[end] != '>' ? 0 : end + 1;
}

/// "&gt;", "&lt;", "&amp;"
size_t entity_bytes(std::string_view text) {
  for (const std::string_view entity : {"&gt;", "&lt;", "&amp;"}) {
    if (text.starts_with(entity)) return entity.size();
  }
  return 0;
}

/// "12.", "a)", "iv.", "1️⃣": up to and with the sign behind it.
size_t list_number_bytes(std::string_view text) {
  constexpr size_t number_bytes_max = 4;
  const auto count = [text](std::string_view of) {
    return std::min(text.find_first_not_of(of), text.size());
  };
  const size_t digits = count("0123456789");
  if (digits > 0 && text.substr(digits).starts_with("\uFE0F")) return digits;
  if (digits > 0 && text.substr(digits).starts_with("\u20E3")) return digits;
  const bool is_letter = text.size() > 1 && text[0] >= 'a' && text[0] <= 'z';
  const size_t bytes = std::max({digits, count("ivx"), count("IVX"), size_t{is_letter ? 1U : 0U}});
  if (bytes == 0 || bytes > number_bytes_max || bytes + 1 >= text.size()) return 0;
  const bool is_number = text[bytes] == '.' || text[bytes] == ')';
  const CodePoint behind = first_code_point(text.substr(bytes + 1));
  return is_number && !is_alphanumeric(behind.value) ? bytes + 1 : 0;
}

size_t sign_bytes(std::string_view text) {
  const CodePoint first = first_code_point(text);
  return first.value == '<' || is_alphanumeric(first.value) ? 0 : first.bytes;
}

}  // namespace

size_t emoji_code_bytes(std::string_view text) {
  if (!text.starts_with(':')) return 0;
  const size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_+-'", 1);
  const bool is_code = end != std::string_view::npos && text[end] == ':' && end > 1;
  return is_code ? end + 1 : 0;
}

size_t word_bytes(std::string_view text) {
  size_t bytes = 0;
  for (;;) {
    const CodePoint next = first_code_point(text.substr(bytes));
    if (next.bytes == 0 || !is_alphanumeric(next.value)) return bytes;
    bytes += next.bytes;
  }
}

size_t greeting_bytes(std::string_view text) {
  constexpr auto greetings = std::to_array<std::string_view>(
      {"hi",   "hey", "hello", "hallo", "hej", "hei", "hola", "olá", "ciao", "salut", "bonjour",
       "moin", "yo",  "ok",    "okay",  "cc",  "fyi", "and",  "so",  "dear", "ping"});
  const size_t bytes = word_bytes(text);
  const std::string word = nfkc_casefold(text.substr(0, bytes));
  return std::find(greetings.begin(), greetings.end(), word) == greetings.end() ? 0 : bytes;
}

size_t front_mark_bytes(std::string_view mrkdwn) {
  for (const auto bytes_of :
       {addressee_bytes, entity_bytes, emoji_code_bytes, list_number_bytes, sign_bytes}) {
    if (const size_t bytes = bytes_of(mrkdwn); bytes > 0) return bytes;
  }
  return 0;
}

std::string_view without_front_marks(std::string_view mrkdwn) {
  while (const size_t bytes = front_mark_bytes(mrkdwn)) mrkdwn.remove_prefix(bytes);
  return mrkdwn;
}

size_t silent_mark_bytes(std::string_view mrkdwn) {
  if (addressee_bytes(mrkdwn) > 0 || emoji_code_bytes(mrkdwn) > 0) return 0;
  const size_t bytes = front_mark_bytes(mrkdwn);
  constexpr char32_t pictures = 0x1F000;
  return first_code_point(mrkdwn).value >= pictures ? 0 : bytes;
}

}  // namespace dw
