#include "app/systemd.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "base/log.h"
#include "config/env.h"

namespace dw {

void notify_systemd(const std::string& state) {
  std::string path = process_environment()("NOTIFY_SOCKET").value_or("");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path)) return;
  if (path[0] == '@') path[0] = '\0';  // an abstract socket, which has no file
  std::memcpy(address.sun_path, path.data(), path.size());
  const auto bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const auto* to = reinterpret_cast<const sockaddr*>(&address);
  const bool is_sent = socket >= 0 && ::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL, to,
                                               bytes) == static_cast<ssize_t>(state.size());
  if (!is_sent) log_warn("serve", "could not notify systemd", {{"state", state}});
  if (socket >= 0) ::close(socket);
}

}  // namespace dw
