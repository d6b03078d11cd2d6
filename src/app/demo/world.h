// The demo's world: fakes of all outside systems on loopback ports, the real daemon as a child with
// a configuration written for it, and what visitors and the day do to both.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "app/demo/child.h"
#include "app/demo/mailbox.h"
#include "app/demo/player.h"
#include "app/demo/reconciliation.h"
#include "fakes/oncall.h"
#include "fakes/slack.h"
#include "net/http_client.h"
#include "net/loop_clock.h"

namespace dw::demo {

inline constexpr const char* support_channel = "C1SUPPORT";
inline constexpr const char* updates_channel = "C2UPDATES";
inline constexpr const char* visitor = "U0VISITOR";
/// A secret of this world alone: it signs what the Teams box sends.
inline constexpr std::string_view teams_key = "a demo's outgoing webhook";

/// What visitors switch on and off.
struct Troubles {
  bool is_desk_down = false;      ///< Zendesk answers 503
  bool is_slack_twice = false;    ///< each event comes a second time
  bool has_lost_answers = false;  ///< each third change takes effect and its answer is lost
  bool is_crashing = false;       ///< the daemon is killed every few seconds
};

struct TeamsTalk {
  std::string who, asked, answer;
  bool is_refused = false;  ///< nobody answered, or not with 200
  TimePoint at{};
};

class World {
 public:
  /// `folder` exists and is this world's own; `page_url` is where visitors are.
  World(Loop& loop, std::string folder, std::string page_url);
  ~World();

  /// Everything up to a daemon that takes requests.
  /// errors  unreachable: a command or the daemon did not start; its log is in the folder
  Task<Result<void>> open();
  /// The day goes on, and a daemon that ended starts again, until close().
  Task<void> live();
  Task<void> close();

  /// What a visitor does. Texts are as typed.
  std::string say(const std::string& text, const std::string& thread);
  /// False: there is no such ticket.
  bool answer(int64_t ticket, const std::string& text, bool is_public);
  bool change_status(int64_t ticket, const std::string& status);
  Task<void> ask_by_teams(std::string who, std::string text);
  /// Runs the weekly notices; what came of it, in words.
  Task<std::string> send_notices();
  /// The outage of eleven o'clock comes now. False: it came already.
  bool start_outage();
  bool has_outage() const;
  void trouble(Troubles wanted);
  /// SIGKILL; it starts again by itself.
  void kill_daemon();

  Player& player() { return player_; }
  const Troubles& troubles() const { return troubles_; }
  const std::string& board_url() const { return board_url_; }
  bool is_daemon_ready() const { return is_ready_; }
  int kills() const { return kills_; }
  const FakeSlackWorkspace& slack() const { return slack_.workspace(); }
  const FakeZendesk& desk() const { return *desk_; }
  /// The first ticket that is no history.
  int64_t first_ticket() const { return first_ticket_; }
  const std::deque<TeamsTalk>& teams() const { return teams_; }
  const std::deque<Mail>& mails() const { return mailbox_.mails(); }
  /// The board's number of a Zendesk ticket; 0: not known yet.
  int64_t board_ticket(int64_t ticket) const;
  Reconciliation books() const;

 private:
  void people();
  void history();
  std::string settings(const std::string& webhook_secret) const;
  Result<void> write_settings();
  HttpStep desk_answer(const HttpScript::Seen& seen);
  HttpStep sheet_answer(const HttpScript::Seen& seen) const;
  /// What the desk's triggers have to say by now.
  void call_webhooks();
  Task<void> invoke(FakeInvocation invocation);
  Task<Result<void>> run_command(std::vector<std::string> words);
  Task<Result<void>> start_daemon();
  Task<void> watch_daemon();
  Task<void> learn_board_tickets();
  Task<Result<json::value>> board(std::string method, std::string path);
  void play(Millis passed);
  bool perform(const Happening& one);
  void at_desk(const Happening& one, int64_t ticket);
  int64_t ticket_of(const Happening& one) const;
  int64_t agent(const Person& person);
  std::string member(const Person& person);
  Task<void> pause(Millis length);

  Loop& loop_;
  LoopClock clock_;
  TaskGroup tasks_;
  HttpClient http_;
  std::string folder_, page_url_, board_url_;
  Millis back_{0};  // how far the desk's clock is turned back, while its history is written
  FakeSlack slack_;
  HttpScript desk_script_, oncall_script_, sheet_script_;
  std::unique_ptr<FakeZendesk> desk_;
  FakePagerduty oncall_;
  Mailbox mailbox_;
  Child daemon_;
  Player player_;
  Troubles troubles_;
  std::deque<TeamsTalk> teams_;
  std::deque<Happening> late_;  // what could not happen yet
  std::vector<std::vector<std::string>> report_;
  std::map<std::string, std::string> threads_;  // incident to its root's timestamp
  std::map<std::string, int64_t> mailed_;       // incident to its ticket
  std::map<int64_t, int64_t> agents_, board_tickets_;
  std::set<int64_t> members_;
  int64_t first_ticket_ = 0, last_activity_ = 0;
  int changes_ = 0, kills_ = 0;
  Monotonic killed_at_{};
  bool is_ready_ = false, is_closing_ = false, is_outage_early_ = false;
};

}  // namespace dw::demo
