#include "jobs/volume/records.h"

namespace dw {
namespace {

json::value encode_time(const std::optional<TimePoint>& at) {
  if (!at) return nullptr;
  return at->time_since_epoch().count();
}

const json::value* member(const json::object& object, std::string_view key) {
  return object.if_contains({key.data(), key.size()});
}

int64_t whole(const json::object& object, std::string_view key) {
  const json::value* value = member(object, key);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

double real(const json::object& object, std::string_view key, double absent) {
  const json::value* value = member(object, key);
  if (value == nullptr || !value->is_number()) return absent;
  return value->is_double() ? value->get_double()
                            : static_cast<double>(value->to_number<int64_t>());
}

std::optional<TimePoint> time_or_none(const json::object& object, std::string_view key) {
  const json::value* value = member(object, key);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return TimePoint(Millis(value->get_int64()));
}

}  // namespace

std::string_view name_of(AlertKind kind) {
  return kind == AlertKind::spike ? "spike" : "drop";
}

std::string_view name_of(AlertEnd end) {
  switch (end) {
    case AlertEnd::open:
      return "open";
    case AlertEnd::calm:
      return "calm";
    case AlertEnd::new_level:
      return "new_level";
  }
  return "open";
}

json::value encode(const VolumeAlert& one) {
  return json::object{{"kind", static_cast<int64_t>(one.kind)},
                      {"from", encode_time(one.from)},
                      {"to", encode_time(one.to)},
                      {"peak", encode_time(one.peak)},
                      {"peak_count", one.peak_count},
                      {"peak_expected", one.peak_expected},
                      {"probability", one.probability},
                      {"total", one.total},
                      {"total_expected", one.total_expected},
                      {"end", static_cast<int64_t>(one.end)},
                      {"tags", one.tags},
                      {"told_count", one.notified_count},
                      {"told_at", encode_time(one.notified_at)},
                      {"told_end_at", encode_time(one.notified_end_at)}};
}

VolumeAlert decode_incident(const json::value& body) {
  VolumeAlert one;
  const json::object* object = body.if_object();
  if (object == nullptr) return one;
  one.kind = whole(*object, "kind") == 1 ? AlertKind::drop : AlertKind::spike;
  one.from = time_or_none(*object, "from").value_or(TimePoint{});
  one.to = time_or_none(*object, "to").value_or(one.from);
  one.peak = time_or_none(*object, "peak").value_or(one.from);
  one.peak_count = whole(*object, "peak_count");
  one.peak_expected = real(*object, "peak_expected", 0);
  one.probability = real(*object, "probability", 1);
  one.total = whole(*object, "total");
  one.total_expected = real(*object, "total_expected", 0);
  const int64_t end = whole(*object, "end");
  one.end = end == 1 ? AlertEnd::calm : end == 2 ? AlertEnd::new_level : AlertEnd::open;
  if (const json::value* tags = member(*object, "tags")) one.tags = *tags;
  one.notified_count = whole(*object, "told_count");
  one.notified_at = time_or_none(*object, "told_at");
  one.notified_end_at = time_or_none(*object, "told_end_at");
  return one;
}

}  // namespace dw
