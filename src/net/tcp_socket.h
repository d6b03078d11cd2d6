// The name of a socket, without what Asio includes to define it.
#pragma once
#include "net/task.h"

namespace boost::asio {
template <typename Protocol, typename Executor>
class basic_stream_socket;
namespace ip {
class tcp;
}
}  // namespace boost::asio

namespace dw {

using TcpSocket = asio::basic_stream_socket<asio::ip::tcp, asio::any_io_executor>;

}  // namespace dw
