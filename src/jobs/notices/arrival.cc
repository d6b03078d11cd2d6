#include "jobs/notices/arrival.h"

#include "base/json.h"

namespace dw {
namespace {

json::object to_json(const ReportVersion& one) {
  return {{"name", one.name}, {"version", one.version}};
}

ReportVersion version_in(const JsonView& view) {
  return {view["name"].text().value_or(""), view["version"].text().value_or("")};
}

}  // namespace

std::string Arrivals::text() const {
  return to_text(json::object{{"seen", to_json(seen)}, {"started", to_json(started)}});
}

Arrivals Arrivals::parse(const std::string& text) {
  const Result<json::value> parsed = parse_json(text);
  if (!parsed.ok()) return {};
  const JsonView view(*parsed);
  return {version_in(view["seen"]), version_in(view["started"])};
}

ArrivalStep look_at_arrival(const Arrivals& before, const ReportVersion& found, bool is_reading) {
  // What is still being written, or was only just found, has one more look to stand still.
  if (found != before.seen) return {{.seen = found, .started = before.started}};
  if (is_reading || found == before.started) return {before};
  return {{.seen = found, .started = found}, true};
}

}  // namespace dw
