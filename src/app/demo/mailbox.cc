#include "app/demo/mailbox.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <map>
#include <set>

#include "base/hash.h"
#include "base/text.h"

namespace dw::demo {
namespace {

using tcp = asio::ip::tcp;
constexpr size_t mails_max = 300, mail_bytes_max = 4 * 1024 * 1024;
constexpr int parts_depth_max = 4;

auto quietly(boost::system::error_code& failed) {
  return asio::redirect_error(asio::use_awaitable, failed);
}

using Headers = std::map<std::string, std::string>;

/// "=?UTF-8?B?…?=" words to text; a fold between two of them is nothing.
std::string decode_header(std::string_view text) {
  constexpr std::string_view begin = "=?UTF-8?B?", end = "?=";
  std::string out;
  while (!text.empty()) {
    const size_t from = text.find(begin);
    const size_t until =
        from == std::string_view::npos ? from : text.find(end, from + begin.size());
    if (until == std::string_view::npos) return out + std::string(text);
    const bool is_fold = trim(text.substr(0, from)).empty() && !out.empty();
    if (!is_fold) out += text.substr(0, from);
    const size_t at = from + begin.size();
    out += from_base64(text.substr(at, until - at)).value_or("");
    text.remove_prefix(until + end.size());
  }
  return out;
}

/// Takes the head off `raw`; a line that begins with white space goes on with the one before.
Headers take_head(std::string_view& raw) {
  Headers out;
  std::string last;
  while (!raw.empty()) {
    const size_t end = std::min(raw.find('\n'), raw.size() - 1);
    const std::string_view line = raw.substr(0, end);
    raw.remove_prefix(end + 1);
    const std::string_view said = trim(line);
    if (said.empty()) break;
    const bool is_folded = line.front() == ' ' || line.front() == '\t';
    const size_t colon = said.find(':');
    if (is_folded) {
      out[last] += " " + std::string(said);
    } else if (colon != std::string_view::npos) {
      last = to_lower(said.substr(0, colon));
      out[last] = trim(said.substr(colon + 1));
    }
  }
  return out;
}

std::string boundary_in(const std::string& type) {
  constexpr std::string_view key = "boundary=\"";
  const size_t at = type.find(key);
  if (at == std::string::npos) return "";
  const size_t from = at + key.size();
  return "--" + type.substr(from, type.find('"', from) - from);
}

void take_part(Mail& mail, const Headers& head, std::string_view body, int depth) {
  const auto found = head.find("content-type");
  const std::string type = found == head.end() ? "text/plain" : found->second;
  const std::string boundary = boundary_in(type);
  if (type.starts_with("multipart/") && !boundary.empty() && depth < parts_depth_max) {
    size_t at = body.find(boundary);
    while (at != std::string_view::npos) {
      const size_t from = at + boundary.size();
      at = body.find(boundary, from);
      std::string_view part = body.substr(from, at == std::string_view::npos ? at : at - from);
      if (part.starts_with("--")) return;
      part.remove_prefix(std::min(part.find('\n') + 1, part.size()));
      const Headers own = take_head(part);
      take_part(mail, own, part, depth + 1);
    }
    return;
  }
  const auto coding = head.find("content-transfer-encoding");
  std::string bytes(body);
  if (coding != head.end() && coding->second == "base64") {
    const std::string lines = replace_all(replace_all(body, "\r", ""), "\n", "");
    bytes = from_base64(lines).value_or("");
  }
  if (type.starts_with("image/")) {
    mail.pictures.push_back({type.substr(0, type.find(';')), std::move(bytes)});
  } else if (type.starts_with("text/plain") && mail.text.empty()) {
    mail.text = std::move(bytes);
  }
}

std::string text_at(const Headers& head, const char* name) {
  const auto found = head.find(name);
  return found == head.end() ? std::string() : decode_header(found->second);
}

}  // namespace

Mail read_mail(std::string_view raw) {
  Mail out;
  const Headers head = take_head(raw);
  out.from = text_at(head, "from");
  out.to = text_at(head, "to");
  out.subject = text_at(head, "subject");
  take_part(out, head, raw, 0);
  return out;
}

struct Mailbox::State {
  State(Loop& l, Clock& c, TaskGroup& t)
      : clock(c), tasks(t), acceptor(l, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}

  Clock& clock;
  TaskGroup& tasks;
  tcp::acceptor acceptor;
  std::deque<Mail> mails;
  std::set<tcp::socket*> open;
  int64_t last_id = 0;
  bool is_stopping = false;

  /// Shared by the mailbox and its tasks.
  static Task<void> accept(std::shared_ptr<State> self);
  static Task<void> serve(std::shared_ptr<State> self, tcp::socket socket);
  void keep(std::string_view raw);
};

void Mailbox::State::keep(std::string_view raw) {
  Mail mail = read_mail(raw);
  mail.id = ++last_id;
  mail.at = clock.now();
  mails.push_back(std::move(mail));
  if (mails.size() > mails_max) mails.pop_front();
}

Task<void> Mailbox::State::accept(std::shared_ptr<State> self) {  // shared: see above
  while (!self->is_stopping) {
    boost::system::error_code failed;
    tcp::socket socket(self->acceptor.get_executor());
    co_await self->acceptor.async_accept(socket, quietly(failed));
    if (failed) co_return;
    self->tasks.run("demo mail", serve(self, std::move(socket)));
  }
}

Task<void> Mailbox::State::serve(std::shared_ptr<State> self,  // shared: see above
                                 tcp::socket socket) {
  self->open.insert(&socket);
  boost::system::error_code failed;
  std::string bytes, answer = "220 mail.example ready\r\n";
  bool is_letter = false;
  while (!failed && !self->is_stopping) {
    co_await asio::async_write(socket, asio::buffer(answer), quietly(failed));
    if (failed || answer.starts_with("221")) break;
    const std::string end = is_letter ? "\r\n.\r\n" : "\r\n";
    auto buffer = asio::dynamic_buffer(bytes, mail_bytes_max);
    const size_t size = co_await asio::async_read_until(socket, buffer, end, quietly(failed));
    if (failed) break;
    const std::string said = bytes.substr(0, size - end.size());
    bytes.erase(0, size);
    if (is_letter) {
      self->keep(replace_all(said, "\r\n..", "\r\n."));
      is_letter = false;
      answer = "250 kept\r\n";
      continue;
    }
    const std::string word = to_lower(said.substr(0, 4));
    is_letter = word == "data";
    answer = is_letter ? "354 go on\r\n" : word == "quit" ? "221 bye\r\n" : "250 ok\r\n";
  }
  self->open.erase(&socket);
  socket.close(failed);
}

Mailbox::Mailbox(Loop& loop, Clock& clock, TaskGroup& tasks)
    : state_(std::make_shared<State>(loop, clock, tasks)) {
  tasks.run("demo mail", State::accept(state_));
}

Mailbox::~Mailbox() {
  stop();
}

int Mailbox::port() const {
  return state_->acceptor.local_endpoint().port();
}

const std::deque<Mail>& Mailbox::mails() const {
  return state_->mails;
}

void Mailbox::stop() {
  boost::system::error_code ignored;
  state_->is_stopping = true;
  state_->acceptor.close(ignored);
  for (tcp::socket* one : state_->open) one->close(ignored);
}

}  // namespace dw::demo
