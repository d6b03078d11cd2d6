// One server-sent event as bytes (WHATWG HTML, "Server-sent events").
#pragma once
#include <string>
#include <string_view>

namespace dw {

struct SseEvent {
  std::string_view id;  ///< empty: the reader keeps its last
  std::string_view event;
  std::string_view data;  ///< line ends become several data lines
};

std::string format_sse(const SseEvent& event);

}  // namespace dw
