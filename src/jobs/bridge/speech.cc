#include "jobs/bridge/speech.h"

#include <algorithm>
#include <array>

#include "base/casefold.h"
#include "domain/emoji.h"
#include "domain/mrkdwn.h"

namespace dw {
namespace {

struct Character {
  unsigned code = 0;
  std::string_view bytes;
};

/// The character at `at`; a byte that is none stands alone.
Character character_at(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(at);
  size_t count = 1;
  if (lead >= 0xF0) {
    count = 4;
  } else if (lead >= 0xE0) {
    count = 3;
  } else if (lead >= 0xC0) {
    count = 2;
  }
  if (at + count > text.size()) return {lead, text.substr(at, 1)};
  constexpr unsigned masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  unsigned code = lead & masks[count];
  for (size_t i = 1; i < count; ++i) code = code << 6U | (byte(at + i) & 0x3FU);
  return {code, text.substr(at, count)};
}

bool is_between(unsigned code, unsigned first, unsigned last) {
  return code >= first && code <= last;
}

bool is_letter(unsigned code) {
  if (code < 0x80) {
    return is_between(code, '0', '9') || is_between(code, 'a', 'z') || is_between(code, 'A', 'Z');
  }
  if (is_punctuation(code)) return false;
  const bool is_latin = is_between(code, 0xC0, 0x1FFF) && code != 0xD7 && code != 0xF7;
  return is_latin || code == 0xAA || code == 0xB5 || code == 0xBA ||
         is_between(code, 0x2C00, 0x2DFF) || is_between(code, 0x3040, 0xD7FF) ||
         is_between(code, 0xF900, 0xFDCF) || is_between(code, 0xFF10, 0xFF19) ||
         is_between(code, 0xFF21, 0xFF3A) || is_between(code, 0xFF41, 0xFFDC);
}

bool is_emoji(unsigned code) {
  return code >= 0x1F000 || is_between(code, 0x2190, 0x2BFF) || code == 0x203C || code == 0x2049 ||
         code == 0x2122;
}

/// Skin tones, the selectors of a form, what joins emoji, and what nobody sees.
bool is_modifier(unsigned code) {
  return is_between(code, 0x1F3FB, 0x1F3FF) || is_between(code, 0xFE00, 0xFE0F) ||
         is_between(code, 0x200B, 0x200F) || is_between(code, 0x202A, 0x202E) ||
         is_between(code, 0x2060, 0x2064) || code == 0xAD || code == 0xFEFF;
}

bool is_question(unsigned code) {
  return code == '?' || code == 0xBF || code == 0xFF1F || code == 0x2753 || code == 0x2754 ||
         code == 0x2049 || code == 0x203D;
}

bool is_apostrophe(unsigned code) {
  return code == '\'' || code == 0x2019 || code == 0x2018;
}

bool is_capital(unsigned code) {
  return is_between(code, 'A', 'Z') || (is_between(code, 0xC0, 0xDE) && code != 0xD7);
}

/// Without "<@U7>" and "<https://…>".
std::string without_tokens(std::string_view mrkdwn) {
  std::string out;
  for (size_t at = 0; at < mrkdwn.size(); ++at) {
    // Up to the next "<" and no further: a row of them is looked at once.
    const size_t end = mrkdwn[at] == '<' ? mrkdwn.find_first_of("<>", at + 1) : mrkdwn.npos;
    if (end == mrkdwn.npos || mrkdwn[end] == '<') {
      out += mrkdwn[at];
    } else {
      out += ' ';
      at = end;
    }
  }
  return out;
}

class Reader {
 public:
  std::vector<Spoken> read(std::string_view text) {
    for (size_t at = 0; at < text.size();) {
      const size_t custom = custom_end(text, at);
      if (custom > at) {
        end_word();
        out_.push_back({Spoken::Kind::custom, std::string(text.substr(at + 1, custom - at - 2))});
        at = custom;
        continue;
      }
      const Character one = character_at(text, at);
      take(one);
      at += one.bytes.size();
    }
    end_word();
    return std::move(out_);
  }

 private:
  /// ":our_logo:", which no emoji of Slack's is.
  static size_t custom_end(std::string_view text, size_t at) {
    if (text[at] != ':') return at;
    const size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_+-'", at + 1);
    const bool is_code = end != std::string_view::npos && text[end] == ':' && end > at + 1;
    return is_code ? end + 1 : at;
  }

  void take(const Character& one) {
    if (is_question(one.code)) {
      end_word();
      out_.push_back({Spoken::Kind::question, "?"});
    } else if (is_letter(one.code)) {
      if (word_.empty()) {
        is_name_ = is_capital(one.code);
      } else if (is_capital(one.code)) {
        is_name_ = false;
      }
      word_ += one.bytes;
    } else if (is_modifier(one.code) || is_apostrophe(one.code)) {
      return;
    } else {
      end_word();
      if (is_emoji(one.code)) out_.push_back({Spoken::Kind::emoji, std::string(one.bytes)});
      // A hyphen joins, a space parts; all else sets apart.
      if (one.code != ' ' && one.code != '-') is_apart_ = true;
    }
  }

  void end_word() {
    if (word_.empty()) return;
    const bool is_name = is_name_ && word_.size() > 1;
    out_.push_back({Spoken::Kind::word, nfkc_casefold(word_), is_name, is_apart_});
    word_.clear();
    is_apart_ = false;
  }

  std::vector<Spoken> out_;
  std::string word_;
  bool is_name_ = false, is_apart_ = false;
};

}  // namespace

std::vector<Spoken> spoken_in(std::string_view mrkdwn) {
  const std::string text = nfkc(with_emoji(decode_slack_entities(without_tokens(mrkdwn))));
  return Reader().read(text);
}

std::string bare_word(std::string_view plain) {
  const std::string text = nfkc(with_emoji(plain));
  std::string out;
  size_t kept = 0;  // behind the last character that is no punctuation
  for (size_t at = 0; at < text.size();) {
    const Character one = character_at(text, at);
    at += one.bytes.size();
    if (is_modifier(one.code)) continue;
    const bool is_part = is_letter(one.code) || is_emoji(one.code) || is_question(one.code);
    if (!is_part && out.empty()) continue;
    out += one.bytes;
    if (is_part) kept = out.size();
  }
  return nfkc_casefold(std::string_view(out).substr(0, kept));
}

bool is_only_joy(std::string_view mrkdwn) {
  constexpr auto glad = std::to_array<std::string_view>(
      {"👍", "🙏",    "❤", "🧡", "💛",    "💚", "💙",    "💜",    "🖤", "🤍", "💖",
       "💕", "💯",    "🎉", "🎊",    "🥳", "🙌", "👏",    "👌",    "🤝", "💪",    "🤩",
       "😀", "😃",    "😄", "😁",    "😆",    "😊", "🙂", "☺",    "😇",    "😍",    "🥰",
       "😘", "🤗", "😎", "🤘", "✌",    "🌟", "⭐",    "✨",    "🚀",    "🏆",    "🥇",
       "💐", "🌹",    "🌻", "✅",    "✔",    "☑", "🆗",    "🫶", "🍻",    "🍺",    "🥂"});
  const std::vector<Spoken> spoken = spoken_in(mrkdwn);
  return !spoken.empty() && std::all_of(spoken.begin(), spoken.end(), [&](const Spoken& one) {
    return one.kind == Spoken::Kind::emoji &&
           std::find(glad.begin(), glad.end(), one.text) != glad.end();
  });
}

}  // namespace dw
