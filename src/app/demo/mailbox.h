// The demo's mail: an SMTP server on this machine that takes everything, and what a mail says.
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/task_group.h"

namespace dw::demo {

struct Picture {
  std::string content_type, bytes;
};

struct Mail {
  int64_t id = 0;
  TimePoint at{};
  std::string from, to, subject, text;
  std::vector<Picture> pictures;
};

/// What a mail client shows: subject, plain text and pictures, of parts in base64 or as they are.
Mail read_mail(std::string_view raw);

class Mailbox {
 public:
  /// On a free port of this machine. Throws if there is none.
  Mailbox(Loop& loop, Clock& clock, TaskGroup& tasks);
  ~Mailbox();

  int port() const;
  /// The last few hundred, oldest first.
  const std::deque<Mail>& mails() const;
  void stop();

  struct State;

 private:
  // Shared with the tasks that serve: the last may end after this object.
  std::shared_ptr<State> state_;
};

}  // namespace dw::demo
