#include "web/api/contract.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "jobs/storm/live.h"
#include "web/list_shapes.h"
#include "web/notice_shapes.h"
#include "web/now_shapes.h"
#include "web/shapes.h"
#include "web/status_shapes.h"
#include "web/story.h"
#include "web/tally_shapes.h"
#include "web/volume_shapes.h"

namespace dw {
namespace {

constexpr int created = 201, no_content = 204;

/// A row of the table, said in words.
class Row {
 public:
  Row(std::string method, std::string path, std::string id, std::string summary) {
    row_.method = std::move(method);
    row_.path = std::move(path);
    row_.id = std::move(id);
    row_.summary = std::move(summary);
  }
  Row& by(std::optional<Role> role) {
    row_.role = role;
    return *this;
  }
  Row& query(std::vector<std::string> names) {
    row_.query = std::move(names);
    return *this;
  }
  Row& takes(const PlainShape& body) {
    row_.body = body.type();
    return *this;
  }
  /// A body that is an object without members of its own.
  Row& takes_nothing() {
    row_.body = JsonType{};
    return *this;
  }
  Row& takes_key() {
    row_.is_idempotent = true;
    return *this;
  }
  template <class V>
  Row& answers(int status = 200) {
    row_.answer = json_type<V>();
    row_.status = status;
    return *this;
  }
  Row& answers_nothing() {
    row_.status = no_content;
    return *this;
  }
  Row& streams() {
    row_.is_stream = true;
    return *this;
  }
  /// For the command line alone, in its own process.
  Row& local() {
    row_.is_local = true;
    row_.role = Role::admin;
    return *this;
  }
  operator Operation() const { return row_; }

 private:
  Operation row_;
};

Row get(std::string path, std::string id, std::string summary) {
  return {"GET", std::move(path), std::move(id), std::move(summary)};
}
Row post(std::string path, std::string id, std::string summary) {
  return {"POST", std::move(path), std::move(id), std::move(summary)};
}

using Rows = std::vector<Operation>;
using Texts = std::vector<std::string>;

void add_tickets(Rows& out) {
  const JsonType asker =
      PlainShape().has<std::string>("name").may_have<std::optional<std::string>>("email").type();
  const PlainShape new_ticket = PlainShape("NewTicket")
                                    .has<std::string>("title")
                                    .has<std::string>("priority")
                                    .has<std::string>("description")
                                    .add("requester", asker)
                                    .may_have<Texts>("tags")
                                    .may_have<std::string>("source");
  const PlainShape change = PlainShape("TicketChange")
                                .may_have<Status>("status")
                                .may_have<Priority>("priority")
                                .may_have<std::optional<std::string>>("assignee")
                                .may_have<Texts>("tags");
  const PlainShape comment =
      PlainShape("NewComment").has<std::string>("body").may_have<bool>("public");
  out.push_back(get("/v1/tickets", "listTickets",
                    "Tickets, newest first, or sort=waiting: who waits longest first")
                    .query({"status", "priority", "q", "since", "assignee", "tag", "queue",
                            "source", "waiting", "sort", "limit", "cursor"})
                    .answers<TicketList>());
  out.push_back(
      get("/v1/tickets/views", "countTicketViews", "How many tickets each view of the list has")
          .answers<ShownViews>());
  out.push_back(get("/v1/people", "listPeople", "Everybody to whom a ticket can be assigned")
                    .answers<Page<Person>>());
  out.push_back(post("/v1/tickets", "openTicket", "Opens a ticket")
                    .by(Role::agent)
                    .takes(new_ticket)
                    .takes_key()
                    .answers<Ticket>(created));
  out.push_back(
      get("/v1/tickets/{id}", "getTicket", "One ticket with its comments, links and deliveries")
          .answers<WholeTicket>());
  out.push_back(get("/v1/tickets/{id}/similar", "getSimilarTickets",
                    "Earlier tickets that resemble one; for agents alone, as they show other "
                    "people's words")
                    .by(Role::agent)
                    .answers<SimilarTickets>());
  out.push_back(Row("PATCH", "/v1/tickets/{id}", "updateTicket", "Changes a ticket at its desk")
                    .by(Role::agent)
                    .takes(change)
                    .takes_key()
                    .answers<Ticket>());
  out.push_back(post("/v1/tickets/{id}/comments", "addComment", "Comments on a ticket at its desk")
                    .by(Role::agent)
                    .takes(comment)
                    .takes_key()
                    .answers<Ticket>(created));
  out.push_back(
      get("/v1/metrics/tickets", "getTicketMetrics", "Open now; opened, solved and times since")
          .query({"since"})
          .answers<TicketMetrics>());
}

void add_incidents(Rows& out) {
  out.push_back(
      get("/v1/incidents", "listIncidents",
          "Incidents, and groups of tickets about one thing that nobody decided on (state "
          "seen), newest first; or those in one state: seen, open, solved, dissolved, "
          "dismissed, which are listed only when asked for")
          .query({"state", "limit", "cursor"})
          .answers<Page<ShownIncident>>());
  out.push_back(post("/v1/incidents/dismiss", "dismissIncident",
                     "Dismisses a group: it is no incident, until it has twice as many tickets")
                    .by(Role::agent)
                    .takes(PlainShape("Dismissal").has<std::string>("group", "g-000003"))
                    .takes_key()
                    .answers<ShownIncident>());
  out.push_back(get("/v1/incidents/{id}", "showIncident",
                    "One incident with its tickets, answers and what happened; the id is that of "
                    "its parent ticket, or a group (g-000003)")
                    .answers<WholeIncident>());
  out.push_back(post("/v1/incidents", "openIncident",
                     "Makes a group, or tickets that you name, one incident with a parent ticket")
                    .by(Role::agent)
                    .takes(PlainShape("NewIncident")
                               .may_have<std::string>("group", "g-000003")
                               .may_have<std::vector<int64_t>>("tickets", "ids")
                               .may_have<std::string>("title"))
                    .takes_key()
                    .answers<ShownIncident>(created));
  out.push_back(post("/v1/incidents/{id}/answers", "answerIncident",
                     "Answers all tickets of an incident at once: each hears it once")
                    .by(Role::agent)
                    .takes(PlainShape("NewStormAnswer").has<std::string>("body"))
                    .takes_key()
                    .answers<ShownIncident>());
  out.push_back(post("/v1/incidents/{id}/tickets", "changeIncidentTickets",
                     "Adds tickets to an incident and removes tickets from it")
                    .by(Role::agent)
                    .takes(PlainShape("StormTickets")
                               .may_have<std::vector<int64_t>>("add", "ids")
                               .may_have<std::vector<int64_t>>("remove", "ids"))
                    .takes_key()
                    .answers<ShownIncident>());
  out.push_back(post("/v1/incidents/{id}/close", "closeIncident",
                     "Ends an incident: its tickets hear the answer, if there is one, and are "
                     "solved, except those whose requester has replied since the last answer")
                    .by(Role::agent)
                    .takes(PlainShape("StormEnd").may_have<std::string>("answer"))
                    .takes_key()
                    .answers<ShownIncident>());
  out.push_back(post("/v1/incidents/{id}/dissolve", "dissolveIncident",
                     "It was no incident: all tickets leave it and none is solved")
                    .by(Role::agent)
                    .takes_nothing()
                    .takes_key()
                    .answers<ShownIncident>());
}

void add_queues(Rows& out) {
  out.push_back(get("/v1/queues", "listQueues", "Every queue").answers<Page<ShownQueue>>());
  out.push_back(
      get("/v1/queues/depths", "listQueueDepths",
          "Depth of every queue minute by minute, oldest first; of a day at most, while this runs")
          .answers<Page<ShownQueueDepths>>());
  out.push_back(get("/v1/queues/{name}/messages", "listQueueMessages",
                    "Messages of an embedded queue, oldest first; receives none")
                    .query({"limit", "cursor"})
                    .answers<Page<ShownQueueMessage>>());
  out.push_back(
      post("/v1/queues/{name}/redrive", "redriveQueue", "Moves the messages of NAME-dead back")
          .by(Role::admin)
          .takes_nothing()
          .answers<Redriven>());
}

void add_deliveries(Rows& out) {
  out.push_back(get("/v1/deliveries", "listDeliveries",
                    "Deliveries, newest first; several states with commas")
                    .query({"state", "lane", "limit", "cursor"})
                    .answers<Page<Delivery>>());
  out.push_back(post("/v1/deliveries/{id}/retry", "retryDelivery", "Retries a delivery now")
                    .by(Role::agent)
                    .takes_nothing()
                    .answers<Delivery>());
  out.push_back(get("/v1/deliveries/groups", "groupDeliveries",
                    "Open deliveries by target, operation and reason, and how many there are")
                    .answers<ShownDeliveryGroups>());
  out.push_back(post("/v1/deliveries/groups/{id}/retry", "retryDeliveryGroup",
                     "Retries every delivery of a group now")
                    .by(Role::agent)
                    .takes_nothing()
                    .answers<Redriven>());
  out.push_back(post("/v1/deliveries/groups/{id}/discard", "discardDeliveryGroup",
                     "Discards every delivery of a group, with a reason")
                    .by(Role::admin)
                    .takes(PlainShape("Discard").has<std::string>("why"))
                    .answers<Redriven>());
  out.push_back(
      post("/v1/deliveries/{id}/discard", "discardDelivery", "Discards a delivery, with a reason")
          .by(Role::admin)
          .takes(PlainShape("Discard").has<std::string>("why"))
          .answers<Delivery>());
}

/// What the command line does besides: several deliveries at once, and one with its payload.
void add_local_deliveries(Rows& out) {
  out.push_back(get("/v1/deliveries/{id}", "getDelivery", "One delivery, with its payload")
                    .local()
                    .answers<WholeDelivery>());
  out.push_back(post("/v1/deliveries/retry", "retryDeliveries",
                     "Tries deliveries again now, or every dead delivery")
                    .local()
                    .takes(PlainShape("Retries").may_have<Texts>("ids").may_have<bool>("all_dead"))
                    .answers<Page<Delivery>>());
  out.push_back(
      post("/v1/deliveries/discard", "discardDeliveries", "Discards deliveries, with a reason")
          .local()
          .takes(PlainShape("Discards").has<Texts>("ids").has<std::string>("why"))
          .answers<Page<Delivery>>());
}

/// What `notices run` and `notices import` do besides.
void add_local_notices(Rows& out) {
  out.push_back(get("/v1/notices/runs/{id}", "getNoticeRun", "One run and its results")
                    .local()
                    .answers<ShownNoticeRun>());
  out.push_back(post("/v1/notices/runs/{id}/apply-fresh", "applyFreshNotices",
                     "Sends a plan that was just made, without reading the report again")
                    .local()
                    .takes_nothing()
                    .answers<ShownNoticeRun>());
  out.push_back(get("/v1/notices/marks", "getNoticeMarks", "Whether the next run asks first")
                    .local()
                    .answers<ShownNoticeMarks>());
  out.push_back(
      post("/v1/notices/marks", "importNotices", "Imports the last run date of an older tool")
          .local()
          .takes(PlainShape("NoticeImport").has<int64_t>("day").has<std::string>("file"))
          .answers<ShownNoticeMarks>());
}

/// What other tools left.
void add_imports(Rows& out) {
  const auto list_of = [](const PlainShape& item) {
    return JsonType{.kind = JsonType::Kind::list, .item = {item.type()}};
  };
  const PlainShape agent =
      PlainShape().has<std::string>("username").has<std::string>("name").has<int64_t>("updates");
  const PlainShape hour = PlainShape().has<TimePoint>("hour").has<int64_t>("count");
  out.push_back(
      post("/v1/tally/balances", "importTally", "Imports the counts of an older bot")
          .local()
          .takes(PlainShape("TallyImport").has<std::string>("file").add("agents", list_of(agent)))
          .answers<ImportedTally>());
  out.push_back(
      post("/v1/volume/hours", "importVolume", "Imports hourly counts from a file")
          .local()
          .takes(PlainShape("VolumeImport").has<std::string>("file").add("hours", list_of(hour)))
          .answers<ImportedVolume>());
}

/// Who may come in: nobody makes tokens or accounts from afar.
void add_tokens_and_users(Rows& out) {
  const PlainShape new_token = PlainShape("NewToken")
                                   .has<std::string>("name")
                                   .may_have<Role>("role")
                                   .may_have<Texts>("scopes")
                                   .may_have<bool>("sqs")
                                   .may_have<bool>("wall");
  const PlainShape new_user = PlainShape("NewUser")
                                  .has<std::string>("name")
                                  .has<std::string>("password")
                                  .may_have<Role>("role");
  const PlainShape change =
      PlainShape("UserChange").may_have<std::string>("password").may_have<Role>("role");
  out.push_back(get("/v1/tokens", "listTokens", "Tokens, without their secrets")
                    .local()
                    .answers<Page<Token>>());
  out.push_back(post("/v1/tokens", "addToken", "Creates a token; it is shown once")
                    .local()
                    .takes(new_token)
                    .answers<FreshToken>(created));
  out.push_back(post("/v1/tokens/{name}/revoke", "revokeToken", "Revokes a token")
                    .local()
                    .takes_nothing()
                    .answers<RevokedToken>());
  out.push_back(get("/v1/users", "listUsers", "Accounts").local().answers<Page<Account>>());
  out.push_back(get("/v1/users/{name}", "getUser", "One account").local().answers<Account>());
  out.push_back(post("/v1/users", "addUser", "Creates an account with a password")
                    .local()
                    .takes(new_user)
                    .answers<Account>(created));
  out.push_back(Row("PATCH", "/v1/users/{name}", "updateUser",
                    "Sets a new password or role; ends the account's sessions")
                    .local()
                    .takes(change)
                    .answers<Account>());
  out.push_back(
      Row("DELETE", "/v1/users/{name}", "removeUser", "Removes an account, and ends its sessions")
          .local()
          .takes_nothing()
          .answers<RemovedUser>());
}

void add_stories(Rows& out) {
  out.push_back(get("/v1/why/{id}", "explain", "The whole story of one event, ticket or delivery")
                    .local()
                    .query({"targets"})
                    .answers<Story>());
  out.push_back(get("/v1/summary", "getSummary", "The daily summary as it would be sent now")
                    .local()
                    .answers<Summary>());
}

void add_volume(Rows& out) {
  JsonType verdict = json_type<std::optional<std::string>>();
  verdict.words = {"real", "false_alarm"};
  out.push_back(get("/v1/volume", "getVolume",
                    "Hours with their expected range, and alerts; parameters try another rule "
                    "without saving it")
                    .query({"since", "until", "sensitivity", "threshold", "method"})
                    .answers<ShownVolume>());
  out.push_back(post("/v1/volume/incidents/{id}/feedback", "judgeIncident",
                     "Records whether an alert was real")
                    .by(Role::agent)
                    .takes(PlainShape("Verdict").add("verdict", verdict))
                    .answers<VolumeAlert>());
}

void add_notices(Rows& out) {
  out.push_back(
      get("/v1/notices/preview", "previewNotices", "What the next run of notices would send")
          .query({"limit", "cursor"})
          .answers<NoticePreview>());
  out.push_back(get("/v1/notices/runs", "listNoticeRuns", "Plans and runs, newest first")
                    .query({"limit", "cursor"})
                    .answers<Page<ShownNoticeRun>>());
  out.push_back(
      get("/v1/notices/runs/{id}/letters", "listNoticeLetters", "Recipients of a run, by address")
          .query({"limit", "cursor"})
          .answers<Page<SentNotice>>());
  out.push_back(get("/v1/notices/why", "explainNotices", "What one customer was sent, or why not")
                    .query({"email"})
                    .answers<Page<SentNotice>>());
  out.push_back(post("/v1/notices/plan", "planNotices", "Plans the next run")
                    .by(Role::agent)
                    .takes_nothing()
                    .answers<ShownNoticeRun>(created));
  out.push_back(post("/v1/notices/runs/{id}/apply", "applyNotices",
                     "Sends exactly that plan; 409 if the report has changed")
                    .by(Role::agent)
                    .takes_nothing()
                    .answers<ShownNoticeRun>());
}

void add_tally(Rows& out) {
  out.push_back(get("/v1/tally", "getTally",
                    "Updates per agent; since and until: a time, a day, \"today\" or \"7d\"")
                    .query({"since", "until", "channel"})
                    .answers<ShownTally>());
  out.push_back(
      get("/v1/tally/updates", "listTallyUpdates", "The lines behind a number, newest first")
          .query({"username", "since", "until", "channel", "limit", "cursor"})
          .answers<Page<TallyRow>>());
}

void add_access(Rows& out) {
  out.push_back(get("/v1/now", "getNow",
                    "Whether the desk is well, and the numbers of today beside what is usual")
                    .answers<ShownNow>());
  out.push_back(
      get("/v1/status", "getStatus", "Version, connectors, jobs, store").answers<ShownStatus>());
  out.push_back(get("/v1/audit", "listAudit", "Who changed what, newest first")
                    .by(Role::admin)
                    .query({"limit", "cursor"})
                    .answers<Page<AuditEntry>>());
  out.push_back(get("/v1/session", "getSession", "Who is signed in")
                    .by(std::nullopt)
                    .answers<ShownSession>());
  out.push_back(
      post("/v1/session", "signIn", "Signs in with a password")
          .by(std::nullopt)
          .takes(PlainShape("NewSession").has<std::string>("name").has<std::string>("password"))
          .answers<ShownSession>(created));
  out.push_back(Row("DELETE", "/v1/session", "signOut", "Signs out").answers_nothing());
  out.push_back(get("/v1/live", "followChanges",
                    "Server-sent events ticket, delivery, queue, incident, tally, volume, status, "
                    "resync, renew; Last-Event-ID resumes")
                    .streams());
}

Rows table() {
  Rows out;
  add_tickets(out);
  add_incidents(out);
  add_queues(out);
  add_deliveries(out);
  add_volume(out);
  add_notices(out);
  add_tally(out);
  add_access(out);
  add_local_deliveries(out);
  add_local_notices(out);
  add_imports(out);
  add_tokens_and_users(out);
  add_stories(out);
  return out;
}

}  // namespace

const std::vector<Operation>& operations() {
  static const Rows all = table();
  return all;
}

const Operation& operation(std::string_view id) {
  const auto& all = operations();
  const auto found =
      std::find_if(all.begin(), all.end(), [id](const Operation& one) { return one.id == id; });
  DW_ASSERT(found != all.end(), "an operation stands in the table before it has a handler");
  return *found;
}

std::string pattern_of(const Operation& operation) {
  std::string out;
  bool is_name = false;
  for (const char c : operation.path) {
    if (c == '}') is_name = false;
    if (!is_name) out += c;
    if (c == '{') is_name = true;
  }
  return out;
}

StreamEvents stream_events(const std::vector<LiveTopic>& of_jobs) {
  StreamEvents out = {{"ticket", json_type<LiveTicket>()},
                      {"delivery", json_type<Delivery>()},
                      {"queue", json_type<ShownQueue>()}};
  for (const LiveTopic& topic : of_jobs) out.emplace_back(topic.name, topic.type);
  out.emplace_back("status", json_type<LiveConnector>());
  return out;
}

}  // namespace dw
