// What the API does, operation by operation (web/api/contract.h), a file per noun: a call comes
// in, an answer or an error goes out. Who asked is known already, and HTTP's statuses are nobody's
// matter here: the HTTP face (web/api/api.h) and the command line call the same functions.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/sections.h"
#include "engine/inbox.h"
#include "jobs/bridge/bridge.h"
#include "jobs/notices/notices.h"
#include "jobs/tally/records.h"
#include "jobs/volume/replay.h"
#include "net/http_server.h"
#include "ports/store.h"
#include "web/access.h"
#include "web/api/contract.h"
#include "web/list_shapes.h"
#include "web/queue_depths.h"
#include "web/queue_shapes.h"
#include "web/shapes.h"

namespace dw {

/// A request to one operation, of somebody who may. It lives until its handler's task has ended.
struct Call {
  const Operation& operation;
  const Request& request;
  Caller caller;

  /// What stands for {id} or {name} in the path.
  const std::string& name() const { return request.path_parameters.at(0); }
  /// The same as a number; 0: it is none.
  int64_t number() const;
  /// The body as a JSON object. errors  invalid: `where` is "415" when the content type is not
  ///         JSON, "json" when it is no JSON object; else with every text that no store can keep
  Result<json::value> body() const;
};

struct ApiAnswer {
  ApiAnswer() = default;
  ApiAnswer(json::object json) : body(std::move(json)) {}
  ApiAnswer(Error failure) : error(std::move(failure)) {}

  json::object body;
  std::optional<Error> error;
  int status = 0;  ///< 0: the operation's, or as the error's kind says
  std::vector<std::pair<std::string, std::string>> headers;
  std::function<Task<void>(ByteStream&)> stream;  ///< of a stream, instead of a body
};

struct OperationsParts {
  Store& store;
  Inbox& inbox;
  Clock& clock;
  Notices& notices;
  ShapeContext shapes;
  std::vector<QueueName> queues;
  const QueueDepths& outside_queues;
  std::vector<RouteSettings> routes{};  ///< to say which rule a ticket took
  DetectorConfig volume{};              ///< how hours are judged, as configured
  BridgeParts bridge{};                 ///< what the daily report and waiting times count by
  /// Who brings the events that become of changes: "api", "command".
  std::string source = "api";
  bool is_notice_test = false;  ///< plans of notices are never sent
  /// Something needs the outbox: a delivery was retried.
  std::function<void()> lanes_changed;
};

class Operations {
 public:
  using Handler = std::function<Task<ApiAnswer>(Call&)>;

  explicit Operations(OperationsParts parts);
  Operations(const Operations&) = delete;

  /// For operations that need more than the parts: whoever has it adds them.
  void add(std::string_view id, Handler handler);
  /// Null: nobody here performs it.
  const Handler* find(std::string_view id) const;

 private:
  using Method = Task<ApiAnswer> (Operations::*)(Call&);
  void add_own(std::string_view id, Method method);

  // tickets.cc
  void add_tickets();
  Result<void> read_list(ReadDb& db, TicketFilter filter, bool is_by_waiting, TicketList& out);
  Task<ApiAnswer> list_tickets(Call& call);
  Task<ApiAnswer> ticket_views(Call& call);
  Task<ApiAnswer> people(Call& call);
  Task<ApiAnswer> show_ticket(Call& call);
  Task<ApiAnswer> similar_tickets(Call& call);
  Task<ApiAnswer> new_ticket(Call& call);
  Task<ApiAnswer> new_comment(Call& call);
  Task<ApiAnswer> change_ticket(Call& call);
  Task<ApiAnswer> ticket_metrics(Call& call);
  struct Taken {
    std::string kind;
    json::value body;
    std::string what, detail;
  };
  Task<ApiAnswer> take(Call& call, Taken taken);
  Task<std::optional<ApiAnswer>> accept_asked(Call& call, Taken taken, json::object& reply);
  Task<Result<TicketId>> ticket_of(Call& call);

  // queues.cc
  void add_queues();
  Task<ApiAnswer> list_queues(Call& call);
  Task<ApiAnswer> peek_queue(Call& call);
  Task<ApiAnswer> redrive_queue(Call& call);
  bool is_queue(std::string_view name) const;

  // deliveries.cc
  void add_deliveries();
  Task<ApiAnswer> list_deliveries(Call& call);
  Task<ApiAnswer> show_delivery(Call& call);
  Task<ApiAnswer> retry_delivery(Call& call);
  Task<ApiAnswer> discard_delivery(Call& call);
  Task<ApiAnswer> retry_deliveries(Call& call);
  Task<ApiAnswer> discard_deliveries(Call& call);
  Task<ApiAnswer> group_deliveries(Call& call);
  Task<ApiAnswer> retry_group(Call& call);
  Task<ApiAnswer> discard_group(Call& call);
  struct Decision;
  struct Decided;
  Task<ApiAnswer> decide_group(Call& call, Decision decision);
  Task<ApiAnswer> decide_one(Call& call, Decision decision, std::string what);
  Task<Result<Decided>> decide(Call& call, Decision decision);

  // tally.cc
  void add_tally();
  Task<ApiAnswer> tally(Call& call);
  Task<ApiAnswer> tally_updates(Call& call);
  Task<ApiAnswer> import_tally(Call& call);
  TallyQuery tally_query(const Request& request, std::vector<Problem>& problems) const;

  // notices.cc
  void add_notices();
  Task<ApiAnswer> preview_notices(Call& call);
  Task<ApiAnswer> list_notice_runs(Call& call);
  Task<ApiAnswer> list_notices(Call& call);
  Task<ApiAnswer> plan_notices(Call& call);
  Task<ApiAnswer> apply_notices(Call& call);
  Task<ApiAnswer> apply_fresh_notices(Call& call);
  Task<ApiAnswer> apply_plan(Call& call, bool is_fresh);
  Task<ApiAnswer> why_notices(Call& call);
  Task<ApiAnswer> show_notice_run(Call& call);
  Task<ApiAnswer> show_notice_marks(Call& call);
  Task<ApiAnswer> import_notices(Call& call);

  // volume.cc
  void add_volume();
  Task<ApiAnswer> show_volume(Call& call);
  Task<ApiAnswer> score_alert(Call& call);
  Task<ApiAnswer> import_volume(Call& call);

  // incidents.cc
  void add_incidents();
  Task<ApiAnswer> list_incidents(Call& call);
  Task<ApiAnswer> show_incident(Call& call);
  Task<ApiAnswer> dismiss_incident(Call& call);
  Task<ApiAnswer> open_incident(Call& call);
  Task<ApiAnswer> answer_incident(Call& call);
  Task<ApiAnswer> change_incident_tickets(Call& call);
  Task<ApiAnswer> close_incident(Call& call);
  Task<ApiAnswer> dissolve_incident(Call& call);
  Task<ApiAnswer> change_incident(Call& call, std::string_view kind, std::string_view what);
  Task<ApiAnswer> ask_incident(Call& call, std::string_view kind, json::object body,
                               std::string_view what);

  // audit.cc
  Task<ApiAnswer> audit(Call& call);

  // tokens.cc
  void add_tokens();
  Task<ApiAnswer> list_tokens(Call& call);
  Task<ApiAnswer> add_token(Call& call);
  Task<ApiAnswer> revoke_token(Call& call);

  // users.cc
  void add_users();
  Task<ApiAnswer> list_users(Call& call);
  Task<ApiAnswer> show_user(Call& call);
  Task<ApiAnswer> add_user(Call& call);
  Task<ApiAnswer> change_user(Call& call);
  Task<ApiAnswer> remove_user(Call& call);

  // story.cc
  void add_stories();
  Task<ApiAnswer> explain(Call& call);
  Task<ApiAnswer> summary(Call& call);

  OperationsParts parts_;
  std::map<std::string, Handler, std::less<>> handlers_;
};

/// An error about parameters of the query or the path, with all of `problems`, unless there are
/// none.
Result<void> check_parameters(std::vector<Problem> problems);

/// A key that the store can keep: errors  invalid: longer than 255 bytes, or no text
Result<void> check_idempotency_key(std::string_view key);
/// Parameters of path and query that no store can keep exactly, or that can't be read.
std::vector<Problem> unstorable_parameters(const Request& request);
/// limit and cursor of a list. Problems are added where a value is out of bounds.
PageRequest page_parameters(const Request& request, std::vector<Problem>& problems);
std::optional<TimePoint> time_parameter(const Request& request, std::string_view name,
                                        std::vector<Problem>& problems);
/// A positive number.
std::optional<int64_t> number_of(std::string_view text);

}  // namespace dw
