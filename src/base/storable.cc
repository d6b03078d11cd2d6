#include "base/storable.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/plain_text.h"
#include "base/text.h"

namespace dw {
namespace {

constexpr size_t character_bytes_max = 4;

/// Bytes of the well-formed character at the start of `text`; 0 if there is none, or it is NUL.
size_t character_bytes(std::string_view text) {
  if (text.front() == '\0') return 0;
  for (size_t bytes = 1; bytes <= std::min(character_bytes_max, text.size()); ++bytes) {
    if (is_utf8(text.substr(0, bytes))) return bytes;
  }
  return 0;
}

std::string_view view_of(const json::string& text) {
  return {text.data(), text.size()};
}

std::string_view view_of(json::string_view text) {
  return {text.data(), text.size()};
}

void find_unstorable(const json::value& value, const std::string& path,
                     std::vector<Problem>& problems) {
  if (const json::string* text = value.if_string()) {
    const std::string_view reason = unstorable_reason(view_of(*text));
    if (!reason.empty()) problems.push_back({path, std::string(reason)});
  } else if (const json::array* list = value.if_array()) {
    for (size_t i = 0; i < list->size(); ++i) {
      find_unstorable((*list)[i], fmt::format("{}[{}]", path, i), problems);
    }
  } else if (const json::object* object = value.if_object()) {
    for (const auto& member : *object) {
      const std::string name = storable(std::string(view_of(member.key())));
      const std::string inner = path.empty() ? name : path + "." + name;
      const std::string_view reason = unstorable_reason(view_of(member.key()));
      if (!reason.empty()) problems.push_back({inner, "its name " + std::string(reason)});
      find_unstorable(member.value(), inner, problems);
    }
  }
}

}  // namespace

std::string_view unstorable_reason(std::string_view text) {
  if (is_plain(text)) return "";
  if (text.find('\0') != std::string_view::npos) return "has a NUL character";
  return is_utf8(text) ? "" : "is not valid UTF-8";
}

std::string storable(std::string text) {
  if (unstorable_reason(text).empty()) return text;
  constexpr unsigned replacement = 0xFFFD;
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t bytes = character_bytes(rest);
    if (bytes > 0) {
      out += rest.substr(0, bytes);
    } else {
      append_utf8(out, replacement);
    }
    rest.remove_prefix(std::max(bytes, size_t{1}));
  }
  return out;
}

void find_unstorable(const json::value& value, std::vector<Problem>& problems) {
  find_unstorable(value, "", problems);
}

bool make_storable(json::value& value) {
  bool is_changed = false;
  if (json::string* text = value.if_string()) {
    if (unstorable_reason(view_of(*text)).empty()) return false;
    const std::string clean = storable(std::string(view_of(*text)));
    text->assign(clean.data(), clean.size());
    return true;
  }
  if (json::array* list = value.if_array()) {
    for (json::value& one : *list) is_changed = make_storable(one) || is_changed;
  } else if (json::object* object = value.if_object()) {
    std::vector<std::string> bad_keys;
    for (auto& member : *object) {
      is_changed = make_storable(member.value()) || is_changed;
      if (!unstorable_reason(view_of(member.key())).empty()) {
        bad_keys.emplace_back(view_of(member.key()));
      }
    }
    for (const std::string& key : bad_keys) {
      const auto found = object->find({key.data(), key.size()});
      json::value kept = std::move(found->value());
      object->erase(found);
      const std::string clean = storable(key);
      object->insert_or_assign({clean.data(), clean.size()}, std::move(kept));
    }
    is_changed = is_changed || !bad_keys.empty();
  }
  return is_changed;
}

}  // namespace dw
