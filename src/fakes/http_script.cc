#include "fakes/http_script.h"

#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <set>

#include "base/number.h"
#include "base/text.h"

namespace dw {
namespace {

using tcp = asio::ip::tcp;
constexpr std::string_view head_end = "\r\n\r\n";
constexpr size_t seen_max = 1000;

auto quietly(boost::system::error_code& failed) {
  return asio::redirect_error(asio::use_awaitable, failed);
}

HttpScript::Seen decode_head(std::string_view head) {
  HttpScript::Seen seen;
  bool is_first = true;
  for (const std::string_view whole : split(head, '\n')) {
    const std::string_view line = trim(whole);
    if (is_first) {
      const std::vector<std::string_view> parts = split(line, ' ');
      seen.method = parts.front();
      if (parts.size() > 1) seen.path = parts[1];
      is_first = false;
      continue;
    }
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    seen.headers.emplace_back(to_lower(line.substr(0, colon)),
                              std::string(trim(line.substr(colon + 1))));
  }
  return seen;
}

size_t length_of(const HttpScript::Seen& seen) {
  return number_in<size_t>(seen.header("content-length")).value_or(0);
}

std::string encode(const HttpStep& step) {
  if (step.kind == HttpStep::Kind::noise) return "\x16\x03\x01 what is this?\r\n\r\n";
  std::string out =
      fmt::format("HTTP/1.1 {} Scripted\r\nContent-Length: {}\r\n", step.status, step.body.size());
  for (const auto& [name, value] : step.headers) out += fmt::format("{}: {}\r\n", name, value);
  out += "\r\n";
  const bool is_half = step.kind == HttpStep::Kind::half || step.kind == HttpStep::Kind::stall;
  return out + step.body.substr(0, is_half ? step.body.size() / 2 : step.body.size());
}

}  // namespace

struct HttpScript::State {
  State(Loop& l, TaskGroup& t, unsigned short port)
      : tasks(t), acceptor(l, tcp::endpoint(asio::ip::address_v4::loopback(), port)) {
    url = fmt::format("http://127.0.0.1:{}", acceptor.local_endpoint().port());
  }

  TaskGroup& tasks;
  tcp::acceptor acceptor;
  std::string url;
  std::deque<HttpStep> steps;
  std::function<HttpStep(const Seen&)> otherwise;
  std::deque<Seen> seen;
  std::set<tcp::socket*> open;
  bool is_stopping = false;

  /// Shared by the server and its tasks: the last task may end after the server is gone.
  static Task<void> accept(std::shared_ptr<State> self);
  static Task<void> serve(std::shared_ptr<State> self, tcp::socket socket);
  Task<bool> serve_one(tcp::socket& socket, std::string& bytes);
};

Task<void> HttpScript::State::accept(std::shared_ptr<State> self) {  // shared: see above
  while (!self->is_stopping) {
    boost::system::error_code failed;
    tcp::socket socket(self->acceptor.get_executor());
    co_await self->acceptor.async_accept(socket, quietly(failed));
    if (failed) co_return;
    socket.set_option(asio::ip::tcp::no_delay(true), failed);
    self->tasks.run("script connection", serve(self, std::move(socket)));
  }
}

Task<void> HttpScript::State::serve(std::shared_ptr<State> self,  // shared: see above
                                    tcp::socket socket) {
  self->open.insert(&socket);
  std::string bytes;
  bool is_kept = true;
  while (is_kept && !self->is_stopping) is_kept = co_await self->serve_one(socket, bytes);
  self->open.erase(&socket);
}

Task<bool> HttpScript::State::serve_one(tcp::socket& socket, std::string& bytes) {
  boost::system::error_code failed;
  const size_t head_bytes = co_await asio::async_read_until(socket, asio::dynamic_buffer(bytes),
                                                            head_end, quietly(failed));
  if (failed) co_return false;
  Seen request = decode_head(std::string_view(bytes).substr(0, head_bytes));
  bytes.erase(0, head_bytes);
  const size_t length = length_of(request);
  if (request.header("expect") == "100-continue") {
    const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await asio::async_write(socket, asio::buffer(go_on), quietly(failed));
  }
  if (bytes.size() < length) {
    const auto rest = asio::transfer_exactly(length - bytes.size());
    co_await asio::async_read(socket, asio::dynamic_buffer(bytes), rest, quietly(failed));
    if (failed) co_return false;
  }
  request.body = bytes.substr(0, length);
  bytes.erase(0, length);
  seen.push_back(std::move(request));
  if (seen.size() > seen_max) seen.pop_front();
  HttpStep step = HttpStep::answer(500, "the script has no step for this request");
  if (!steps.empty()) {
    step = std::move(steps.front());
    steps.pop_front();
  } else if (otherwise) {
    step = otherwise(seen.back());
  }
  if (step.kind == HttpStep::Kind::hang_up) co_return false;
  if (step.kind != HttpStep::Kind::hang) {
    const std::string answer = encode(step);
    co_await asio::async_write(socket, asio::buffer(answer), quietly(failed));
  }
  if (step.kind == HttpStep::Kind::hang || step.kind == HttpStep::Kind::stall) {
    char more = 0;
    co_await asio::async_read(socket, asio::buffer(&more, 1), quietly(failed));
    co_return false;
  }
  co_return !failed && step.kind == HttpStep::Kind::answer;
}

std::string_view HttpScript::Seen::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

HttpScript::HttpScript(Loop& loop, TaskGroup& tasks, unsigned short port)
    : state_(std::make_shared<State>(loop, tasks, port)) {
  tasks.run("script accept", State::accept(state_));
}

HttpScript::~HttpScript() {
  stop();
}

const std::string& HttpScript::url() const {
  return state_->url;
}

void HttpScript::then(HttpStep step) {
  state_->steps.push_back(std::move(step));
}

void HttpScript::otherwise(std::function<HttpStep(const Seen&)> answer) {
  state_->otherwise = std::move(answer);
}

const std::deque<HttpScript::Seen>& HttpScript::seen() const {
  return state_->seen;
}

void HttpScript::stop() {
  state_->is_stopping = true;
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
  for (tcp::socket* socket : state_->open) socket->close(ignored);
}

}  // namespace dw
