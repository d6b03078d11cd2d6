// How the fake Zendesk reads JSON and words its answers.
#pragma once
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/number.h"
#include "fakes/http_script.h"

namespace dw::fake_zendesk {

inline HttpStep success(int status, json::object body) {
  return HttpStep::answer(status, to_text(body));
}

inline HttpStep failure(int status, std::string_view error, std::string_view description) {
  return HttpStep::answer(status,
                          to_text(json::object{{"error", json::string(error)},
                                               {"description", json::string(description)}}));
}

/// 422 about one field.
inline HttpStep invalid_record(std::string_view field, std::string_view description) {
  const json::object one{{"description", json::string(description)}, {"error", "InvalidValue"}};
  return HttpStep::answer(
      422, to_text(json::object{{"error", "RecordInvalid"},
                                {"description", "Record validation errors"},
                                {"details", json::object{{field, json::array{one}}}}}));
}

inline std::string text_in(const json::value& from, std::string_view key) {
  if (!from.is_object()) return "";
  const json::value* found = from.get_object().if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : "";
}

inline int64_t number_in(const json::object& from, std::string_view key) {
  const json::value* found = from.if_contains(key);
  return found != nullptr && found->is_int64() ? found->get_int64() : 0;
}

inline int64_t number_of(std::string_view text) {
  return dw::number_in(text).value_or(0);
}

inline json::object object_in(const json::value& from, std::string_view key) {
  if (!from.is_object()) return {};
  const json::value* found = from.get_object().if_contains(key);
  return found != nullptr && found->is_object() ? found->get_object() : json::object();
}

}  // namespace dw::fake_zendesk
