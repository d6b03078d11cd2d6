// Tells systemd that the daemon is ready, or stopping: Type=notify, without its library.
// Protocol: sd_notify(3), a datagram to the socket that NOTIFY_SOCKET names.
#pragma once
#include <string>

namespace dw {

/// `state`: "READY=1", "STOPPING=1". Nothing happens where nobody asked for it; a message that
/// can't be sent is logged and forgotten.
void notify_systemd(const std::string& state);

}  // namespace dw
