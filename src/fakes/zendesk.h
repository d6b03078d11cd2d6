// A small Zendesk: sign-in, users, tickets with comments and audits, uploads, search, exports,
// webhooks and triggers, limits, and faults on demand. It is written from the protocol page and
// not from our connector; tests/e2e/zendesk_fake.test.mjs drives it with a client that this
// project did not write.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "fakes/http_script.h"

namespace dw {

/// One thing that goes wrong with the next request that fits.
struct FakeFault {
  std::string method, path;  ///< "PUT", "/api/v2/tickets": the beginning of the path
  HttpStep step;             ///< what the caller gets
  bool is_after = false;     ///< the request takes effect first: its answer is what is lost
};

/// A call of a webhook, signed, that Zendesk would make now.
struct FakeInvocation {
  std::string url, body;
  std::vector<std::pair<std::string, std::string>> headers;
};

class FakeZendesk {
 public:
  struct Options {
    std::string api_token = "api-token";  ///< of bot@acme.example, an admin
    std::string bearer = "ready-token";   ///< never ends
    std::string client_id = "deskwire", client_secret = "client-secret";
    Millis access_lifetime{3'600'000};
    int per_minute_max = 700;
    Millis export_lag{0};  ///< the real one leaves out the last minute
    size_t export_page_max = 1000;
    int exports_per_minute_max = 10;
    bool is_assignee_needed_to_solve = false;
    bool is_type_field_active = true;  ///< false: types and problems are dropped
    Millis solve_lag{0};     ///< a solved problem solves its incidents this long after the answer
    bool is_telling = true;  ///< webhooks are called; false: their calls are lost
  };
  /// `url`: "http://127.0.0.1:4000", for addresses inside answers.
  FakeZendesk(std::function<TimePoint()> now, std::string url);
  /// The agent who is there from the start.
  static constexpr int64_t ida = 2;

  HttpStep answer(const HttpScript::Seen& request);
  void fail_next(FakeFault fault) { faults_.push_back(std::move(fault)); }
  std::vector<FakeInvocation> take_invocations();

  /// As people at Zendesk would do it; ids come back.
  int64_t mail_in(const std::string& subject, const std::string& text, const std::string& email);
  int64_t say(int64_t ticket, const std::string& html, bool is_public, int64_t agent = ida,
              const std::vector<std::string>& uploads = {});
  /// A file for say(); its upload token.
  std::string add_file(const std::string& name, const std::string& content_type,
                       const std::string& bytes);
  void change(int64_t ticket, const json::object& fields, int64_t agent = ida);
  /// Does what Zendesk does behind requests, as far as it is due; the next request and
  /// take_invocations() do it too.
  void run_jobs();
  /// A ticket from a form on the web: "subject", "comment", "requester", "tags", "priority".
  int64_t form_in(const json::object& fields);
  int64_t add_agent(const std::string& name, const std::string& email);

  /// Ids are given without a gap; 0: there is none.
  int64_t first_ticket() const { return tickets_.empty() ? 0 : tickets_.begin()->first; }
  int64_t last_ticket() const { return tickets_.empty() ? 0 : tickets_.rbegin()->first; }
  /// Empty for a stranger.
  std::string name_of(int64_t user) const;
  const json::object& ticket(int64_t id) const { return tickets_.at(id).fields; }
  size_t ticket_count() const { return tickets_.size(); }
  int64_t comment_count() const { return comment_count_; }
  const std::vector<json::object>& comments(int64_t id) const { return tickets_.at(id).comments; }
  /// {"tickets":[{"id","status","external_id","assignee_id","comments":[…]}]}, oldest first.
  json::object dump() const;
  const std::map<int64_t, json::object>& webhooks() const { return webhooks_; }
  const std::map<int64_t, json::object>& triggers() const { return triggers_; }
  /// An authorization code, as a browser brings it back.
  std::string authorize();
  /// Ends all access tokens at once.
  void expire_tokens();

  Options options;

 private:
  using Query = std::map<std::string, std::string>;
  struct Call {
    const HttpScript::Seen* request = nullptr;
    std::string path;                ///< "/tickets/42", without ".json"
    std::vector<std::string> parts;  ///< "tickets", "42"
    Query query;
    json::value body{};
    int64_t user = 0;

    bool is(std::string_view method, size_t count, std::string_view first) const;
  };
  struct Ticket {
    json::object fields;
    std::vector<json::object> comments, audits;
    int64_t change = 0;  ///< its place in the order of all changes
    TimePoint changed_at{};
  };
  /// A problem was solved: its incidents follow.
  struct SolveJob {
    int64_t problem = 0, user = 0;
    json::object comment;  ///< of that very update; empty: it had none
    TimePoint due{};
  };
  struct File {
    std::string content_type, bytes;
  };
  struct Remembered {
    std::string body, answer;
    TimePoint at{};
  };

  HttpStep perform(const HttpScript::Seen& request);
  HttpStep too_many() const;
  HttpStep route(const Call& call);
  bool sign_in(Call& call, HttpStep& refusal);
  HttpStep token(const json::value& body);
  json::object new_tokens(bool has_refresh);
  HttpStep upload(const Call& call);
  HttpStep file(const HttpScript::Seen& request);
  HttpStep users(const Call& call);
  HttpStep tickets(const Call& call);
  HttpStep open_ticket(const Call& call);
  HttpStep put_ticket(const Call& call);
  HttpStep make_private(int64_t ticket, int64_t comment);
  HttpStep import_ticket(const Call& call);
  HttpStep list(const std::vector<json::object>& items, const char* name, const Call& call);
  HttpStep search(const Call& call);
  HttpStep export_tickets(const Call& call);
  HttpStep problems(const Call& call);
  HttpStep ticket_fields(const Call& call);
  HttpStep webhooks(const Call& call);
  HttpStep triggers(const Call& call);

  int64_t add_ticket(const json::object& fields, int64_t user, const char* channel);
  json::object apply(int64_t id, const json::object& given, int64_t user, const char* channel);
  json::object linked(const json::object& before, json::object given) const;
  bool is_linkable(const json::object& given) const;
  void count_incidents(int64_t problem);
  void solve_incidents(const SolveJob& job);
  int64_t requester_of(const json::object& given, int64_t user);
  void add_comment(Ticket& ticket, const json::object& given, int64_t user, const char* channel,
                   json::object& audit);
  void touch(Ticket& ticket);
  void invoke(int64_t ticket);
  std::vector<const Ticket*> found(const std::string& query) const;
  json::array users_of(const std::vector<json::object>& items, const char* member) const;
  std::string now_text() const;

  std::function<TimePoint()> now_;
  std::string url_;
  int64_t last_id_ = 1000, last_ticket_ = 40, last_change_ = 0, comment_count_ = 0;
  std::map<int64_t, json::object> users_;
  std::map<int64_t, Ticket> tickets_;
  std::map<std::string, json::array> uploads_;
  std::map<int64_t, File> files_;
  std::vector<SolveJob> jobs_;
  std::map<std::string, Remembered> keys_;
  std::map<std::string, TimePoint> access_;
  std::map<std::string, std::string> refresh_;  // to its access token
  std::vector<std::string> codes_;
  std::map<int64_t, json::object> webhooks_, triggers_;
  std::vector<FakeInvocation> invocations_;
  std::vector<FakeFault> faults_;
  TimePoint minute_{};
  int in_minute_ = 0, exports_in_minute_ = 0;
};

}  // namespace dw
