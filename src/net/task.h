// Task<T>: a coroutine on the one event loop. Rules (net/README.md): parameters by value, no
// lambda with captures, every task belongs to a TaskGroup, every wait has a deadline.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/clock.h"
#include "base/result.h"

namespace dw {

namespace asio = boost::asio;

template <class T = void>
using Task = asio::awaitable<T>;

/// The loop and its executor; one thread runs it.
using Loop = asio::io_context;

}  // namespace dw
