// A queue that takes every message at once and keeps none: what the rivals send to. Speaks the two
// protocols of SQS, AWS JSON 1.0 and the older query form with XML, as far as SendMessage needs,
// with the MD5 that the SDKs compare. No signature is checked and nothing is stored: a real queue
// costs a rival more than this.
//
//   stub_queue PORT     port 0 picks one; prints "ready PORT"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "http_text.h"

namespace bench {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return (c | 0x20) - 'a' + 10;
}

std::string md5(std::string_view text) {
  std::array<unsigned char, 16> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr);
  std::string out;
  for (const unsigned char byte : digest) {
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

/// The value of MessageBody in `a=b&c=d`.
std::string from_form(std::string_view form) {
  const size_t at = form.find("MessageBody=");
  if (at == std::string_view::npos) return {};
  std::string_view text = form.substr(at + 12);
  text = text.substr(0, text.find('&'));
  std::string out;
  for (size_t n = 0; n < text.size(); ++n) {
    if (text[n] == '+') {
      out += ' ';
    } else if (text[n] == '%' && n + 2 < text.size()) {
      out += static_cast<char>(hex_digit(text[n + 1]) * 16 + hex_digit(text[n + 2]));
      n += 2;
    } else {
      out += text[n];
    }
  }
  return out;
}

/// The text of "MessageBody" in a JSON object; the benchmark's tickets are ASCII.
std::string from_json(std::string_view json) {
  const size_t at = json.find("\"MessageBody\":\"");
  if (at == std::string_view::npos) return {};
  std::string out;
  for (size_t n = at + 15; n < json.size() && json[n] != '"'; ++n) {
    if (json[n] != '\\') {
      out += json[n];
      continue;
    }
    const char c = json[++n];
    out += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
  }
  return out;
}

std::string answer(const Message& request) {
  const bool is_json = !header(request.head, "X-Amz-Target").empty();
  const std::string sum = md5(is_json ? from_json(request.body) : from_form(request.body));
  const std::string id = "5fea7756-0ea4-451a-a703-a558b933e274";
  const std::string body =
      is_json ? R"({"MessageId":")" + id + R"(","MD5OfMessageBody":")" + sum + "\"}"
              : "<?xml version=\"1.0\"?><SendMessageResponse "
                "xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><SendMessageResult>"
                "<MessageId>" +
                    id + "</MessageId><MD5OfMessageBody>" + sum +
                    "</MD5OfMessageBody></SendMessageResult><ResponseMetadata><RequestId>" + id +
                    "</RequestId></ResponseMetadata></SendMessageResponse>";
  return std::string("HTTP/1.1 200 OK\r\nContent-Type: ") +
         (is_json ? "application/x-amz-json-1.0" : "text/xml") +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

int listen_on(uint16_t& port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_port = htons(port);
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof here;
  if (::bind(socket, reinterpret_cast<sockaddr*>(&here), size) != 0 ||
      ::listen(socket, 1024) != 0 ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&here), &size) != 0) {
    std::perror("stub_queue");
    std::exit(1);
  }
  port = ntohs(here.sin_port);
  return socket;
}

void watch(int loop, int socket) {
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  wanted.data.fd = socket;
  epoll_ctl(loop, EPOLL_CTL_ADD, socket, &wanted);
}

void serve(int listener) {
  const int loop = epoll_create1(EPOLL_CLOEXEC);
  watch(loop, listener);
  std::unordered_map<int, std::string> buffers;
  std::array<epoll_event, 256> events{};
  std::array<char, 65536> chunk;
  while (true) {
    const int ready = epoll_wait(loop, events.data(), int(events.size()), -1);
    for (int n = 0; n < ready; ++n) {
      const int socket = events[size_t(n)].data.fd;
      if (socket == listener) {
        const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        const int yes = 1;
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        watch(loop, client);
        continue;
      }
      const ssize_t got = ::recv(socket, chunk.data(), chunk.size(), 0);
      if (got <= 0) {
        buffers.erase(socket);
        ::close(socket);
        continue;
      }
      std::string& buffer = buffers[socket];
      buffer.append(chunk.data(), size_t(got));
      while (const size_t size = first_message(buffer).size) {
        const std::string reply = answer(first_message(buffer));
        if (::send(socket, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) break;
        buffer.erase(0, size);
      }
    }
  }
}

}  // namespace bench

int main(int count, char** arguments) {
  auto port = uint16_t(count > 1 ? std::atoi(arguments[1]) : 0);
  const int listener = bench::listen_on(port);
  std::printf("ready %u\n", unsigned(port));
  std::fflush(stdout);
  bench::serve(listener);
}
