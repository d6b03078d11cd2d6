#include "net/sse.h"

#include "base/text.h"

namespace dw {

std::string format_sse(const SseEvent& event) {
  std::string out;
  out.reserve(event.data.size() + 64);
  if (!event.id.empty()) out.append("id: ").append(event.id).append("\n");
  if (!event.event.empty()) out.append("event: ").append(event.event).append("\n");
  if (event.event.empty() && event.data.empty()) return out += "\n";  // an id alone
  for (const std::string_view line : split(event.data, '\n')) {
    out.append("data: ").append(line).append("\n");
  }
  return out += "\n";
}

}  // namespace dw
