// The world of one case: the real inbox and jobs over a store in memory, a clock that stands, and
// targets that are answered by the case itself. It takes a case's lines one by one and says what
// was planned because of each.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cases/case_line.h"
#include "engine/inbox.h"
#include "jobs/bridge/bridge.h"
#include "net/task_group.h"
#include "store/open.h"

namespace dw {

class CaseWorld {
 public:
  CaseWorld();
  ~CaseWorld();

  /// What the line made happen, one line each. Problems with the line itself start with "wrong".
  std::vector<std::string> take(const std::string& line);

 private:
  struct Settings;

  void build();
  void know(const CaseLine& line);
  void know_link(const CaseLine& line);
  void know_section(const CaseLine& line);
  void event(const CaseLine& line);
  json::object chat_body(const CaseLine& line) const;
  void accept(Event event);
  void answer(const CaseLine& line, bool is_done);
  void discard(const std::string& what);
  void send_all();
  bool answer_one(const std::string& what, const std::string& rest, const Outcome& outcome);
  void write(const WriteWork& work);
  std::vector<std::string> told();
  std::string show(const Delivery& delivery) const;
  std::string show(const Ticket& ticket, size_t comments) const;

  Loop loop_;
  ManualClock clock_;
  Metrics metrics_;
  TaskGroup tasks_{loop_, clock_};
  std::unique_ptr<Store> store_;
  std::unique_ptr<Settings> settings_;
  std::vector<std::unique_ptr<LocalTarget>> targets_;
  std::unique_ptr<TicketMatcher> matcher_;
  std::vector<std::unique_ptr<Job>> jobs_;
  std::unique_ptr<Inbox> inbox_;
  std::vector<std::string> extra_;
  std::map<int64_t, std::string> shown_deliveries_, shown_tickets_;
  int count_ = 0;
};

}  // namespace dw
