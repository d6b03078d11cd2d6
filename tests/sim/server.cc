#include "sim/server.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "base/unique_handle.h"
#include "net/async_event.h"
#include "sim/session_db.h"
#include "store/migrate.h"
#include "support/postgres.h"

namespace dw::sim {
namespace {

using Answer = UniqueHandle<PGresult, PQclear>;

constexpr double ghost_moves = 0.05;
constexpr double ghost_commits = 0.5;

/// "postgresql://deskwire@/d1?host=…" with another database.
std::string with_database(const std::string& url, const std::string& name) {
  const size_t from = url.find("@/") + 2;
  return url.substr(0, from) + name + url.substr(url.find('?'));
}

/// The cluster, and a database with our tables that all others are copies of.
class Cluster {
 public:
  Cluster() : template_url_(fresh_postgres_database_url()) {
    {
      const Result<std::unique_ptr<PostgresDb>> db =
          PostgresDb::open(template_url_, std::make_shared<Interrupt>());
      DW_ASSERT(db.ok() && migrate(**db, ManualClock().now()).ok(), "a new database takes tables");
    }
    const size_t from = template_url_.find("@/") + 2;
    template_ = template_url_.substr(from, template_url_.find('?') - from);
    admin_.reset(PQconnectdb(with_database(template_url_, "postgres").c_str()));
    // Who is ended by a deadlock and what is cleaned up when would depend on real time.
    run("ALTER SYSTEM SET deadlock_timeout = '1h'");
    run("ALTER SYSTEM SET autovacuum = off");
    run("SELECT pg_reload_conf()");
  }
  std::string fresh(const std::string& name) {
    run(fmt::format("CREATE DATABASE {} TEMPLATE {}", name, template_));
    return with_database(template_url_, name);
  }
  void drop(const std::string& name) { run(fmt::format("DROP DATABASE {} WITH (FORCE)", name)); }

 private:
  void run(const std::string& text) {
    const Answer answer(PQexec(admin_.get(), text.c_str()));
    const ExecStatusType status = PQresultStatus(answer.get());
    DW_ASSERT(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK,
              PQerrorMessage(admin_.get()));
  }

  std::string template_url_, template_;
  UniqueHandle<PGconn, PQfinish> admin_;
};

Cluster& cluster() {
  static Cluster one;
  return one;
}

}  // namespace

/// A connection on which the simulator looks at rows that no verb of the store shows, and at the
/// server's sessions.
class Server::Side {
 public:
  explicit Side(const std::string& url) : connection_(PQconnectdb(url.c_str())) {}

  /// From any thread: who has the turn asks, and who waits for its end asks about it.
  std::vector<std::string> rows(const std::string& query, const std::vector<std::string>& texts) {
    const std::lock_guard lock(mutex_);
    std::vector<const char*> values;
    for (const std::string& text : texts) values.push_back(text.c_str());
    const Answer answer(ask(query, values));
    DW_ASSERT(PQresultStatus(answer.get()) == PGRES_TUPLES_OK, PQerrorMessage(connection_.get()));
    std::vector<std::string> out;
    for (int row = 0; row < PQntuples(answer.get()); ++row) {
      out.emplace_back();
      for (int column = 0; column < PQnfields(answer.get()); ++column) {
        if (column > 0) out.back() += ' ';
        out.back() += PQgetvalue(answer.get(), row, column);
      }
    }
    return out;
  }

 private:
  PGresult* ask(const std::string& query, const std::vector<const char*>& values) {
    const auto [found, is_new] = names_.try_emplace(query, fmt::format("q{}", names_.size()));
    const char* name = found->second.c_str();
    if (is_new) PQclear(PQprepare(connection_.get(), name, query.c_str(), 0, nullptr));
    return PQexecPrepared(connection_.get(), name, static_cast<int>(values.size()), values.data(),
                          nullptr, nullptr, 0);
  }

  std::mutex mutex_;
  UniqueHandle<PGconn, PQfinish> connection_;
  std::map<std::string, std::string> names_;  // of prepared statements, by query
};

class Server::SideObserver : public Observer {
 public:
  explicit SideObserver(Side& side) : side_(side) {}

  std::map<int, std::vector<int>> blockers(const std::vector<int>& backends) override {
    std::string list;
    for (const int one : backends) list += fmt::format("{}{}", list.empty() ? "" : ",", one);
    std::map<int, std::vector<int>> out;
    const std::vector<std::string> rows = side_.rows(
        "SELECT p, b FROM unnest(CAST($1 AS int[])) AS p, unnest(pg_blocking_pids(p)) AS b",
        {"{" + list + "}"});
    for (const std::string& row : rows) {
      out[std::stoi(row)].push_back(std::stoi(row.substr(row.find(' '))));
    }
    return out;
  }
  void cancel(int backend) override {
    side_.rows("SELECT pg_cancel_backend($1)", {std::to_string(backend)});
  }
  void terminate(int backend) override {
    side_.rows("SELECT pg_terminate_backend($1)", {std::to_string(backend)});
  }
  void await_end(int backend) override {
    const std::vector<std::string> name = {std::to_string(backend)};
    while (!side_.rows("SELECT 1 FROM pg_stat_activity WHERE pid = $1", name).empty()) {
      side_.rows("SELECT pg_sleep(0.0002)", {});
    }
  }

 private:
  Side& side_;
};

/// One replica's store: what waits is written piece by piece on its session's thread.
class Server::ServerWriter : public Writer {
 public:
  ServerWriter(Server& server, const std::string& name, Loop& loop, Clock& clock)
      : server_(server),
        session_(&server.turns_->add(name)),
        loop_(loop),
        clock_(clock),
        store_(server.store_of(*session_)) {
    server_.sessions_.push_back(session_);
    store_->on_change([this](DirtyFlags touched) { touched_ = touched; });
  }
  ~ServerWriter() override { kill(); }

  Task<Result<void>> write(WriteWork work) override {
    const auto one = std::make_shared<Waiting>(loop_, clock_, std::move(work));
    waiting_.push_back(one);
    begin_next();
    while (!one->is_done) co_await one->wake.wait();
    co_return std::move(one->result);
  }

  void kill() override {
    if (session_ == nullptr) return;
    std::erase(server_.sessions_, session_);
    server_.turns_->remove(*session_);
    session_ = nullptr;
    store_.reset();
  }
  void set_paused(bool is_paused) override {
    if (session_ != nullptr) session_->set_paused(is_paused);
  }
  void cut() override {
    if (session_ != nullptr) server_.turns_->cut(*session_);
  }

 private:
  struct Waiting {
    Waiting(Loop& loop, Clock& clock, WriteWork given)
        : work(std::move(given)), wake(loop, clock) {}
    WriteWork work;
    AsyncEvent wake;
    Result<void> result{};
    bool is_done = false;
  };

  void begin_next() {
    if (session_ == nullptr || !session_->is_idle() || waiting_.empty()) return;
    running_ = std::move(waiting_.front());
    waiting_.pop_front();
    server_.turns_->start(
        *session_, [this] { running_->result = store_->write_now(running_->work); },
        [this] { end(); });
  }
  void end() {
    running_->is_done = true;
    running_->wake.notify();
    const DirtyFlags touched = std::exchange(touched_, {});
    const bool is_any = touched.lanes || touched.queues || touched.notes;
    if (is_any && server_.told_) server_.told_(touched, this);
    begin_next();
  }

  Server& server_;
  Session* session_;
  Loop& loop_;
  Clock& clock_;
  std::unique_ptr<SqlStore> store_;
  DirtyFlags touched_;
  std::deque<std::shared_ptr<Waiting>> waiting_;  // shared with the task that waits
  std::shared_ptr<Waiting> running_;
};

Server::Server(const Clock& clock, uint64_t seed, Turns::Told story)
    : random_(seed), story_(std::move(story)), clock_(clock) {}

Server::~Server() {
  close();
}

Result<void> Server::open(const Image*) {
  static int databases = 0;
  name_ = fmt::format("w{}", ++databases);
  url_ = cluster().fresh(name_);
  side_ = std::make_unique<Side>(url_);
  observer_ = std::make_unique<SideObserver>(*side_);
  turns_ = std::make_unique<Turns>(*observer_, random_, clock_);
  turns_->on_event(story_);
  const auto plain = [url = url_]() -> Result<std::unique_ptr<Connection>> {
    DW_TRY(std::unique_ptr<PostgresDb> db, PostgresDb::open(url, std::make_shared<Interrupt>()));
    return std::unique_ptr<Connection>(std::move(db));
  };
  DW_TRY(std::unique_ptr<Connection> db, plain());
  beside_ = std::make_unique<SqlStore>(nullptr, std::move(db), nullptr, plain);
  person_ = &turns_->add("a person");
  persons_store_ = store_of(*person_);
  persons_store_->on_change([this](DirtyFlags touched) { persons_touched_ = touched; });
  return {};
}

void Server::close() {
  if (turns_ == nullptr) return;
  for (Ghost& ghost : std::exchange(ghosts_, {})) bury(std::move(ghost));
  turns_->remove(*person_);
  persons_store_.reset();
  beside_.reset();
  turns_.reset();
  observer_.reset();
  side_.reset();
  cluster().drop(name_);
}

Result<std::unique_ptr<Connection>> Server::connect(Session& session) {
  if (session.is_here() && session.is_killed()) throw Killed();
  const std::string name = fmt::format("c{}", ++connections_);
  DW_TRY(std::unique_ptr<PostgresDb> db,
         PostgresDb::open(url_ + "&application_name=" + name, std::make_shared<Interrupt>()));
  const std::vector<std::string> backend =
      side_->rows("SELECT pid FROM pg_stat_activity WHERE application_name = $1", {name});
  DW_ASSERT(backend.size() == 1, "a connection has one backend");
  const auto next_break = [this, &session](const Statement& statement) {
    if (&session == person_) return Break::none;
    const double luck = random_.fraction();
    Break broken = Break::none;
    if (!is_commit(statement)) {
      if (luck < cuts_.statement) broken = random_.below(3) == 0 ? Break::late : Break::now;
    } else if (luck < cuts_.answer_lost) {
      broken = Break::answer_lost;
    } else if (luck < cuts_.answer_lost + cuts_.never_sent) {
      broken = Break::now;
    } else if (luck < cuts_.answer_lost + cuts_.never_sent + cuts_.late) {
      broken = Break::late;
    }
    static const char* const names[] = {"", "breaks", "breaks, and the answer is lost",
                                        "breaks, and the server does not know it yet"};
    if (broken != Break::none) {
      const std::string how = fmt::format("connection {}", names[static_cast<int>(broken)]);
      story_(how, fmt::format("{}: its {}, at {}", session.name(), how, statement.name));
    }
    return broken;
  };
  const auto leave = [this](std::unique_ptr<Connection> left, int pid, const Statement* commit) {
    const bool will_arrive = random_.fraction() < ghost_commits;
    const std::string ghost = left->session();
    ghosts_.push_back({std::move(left), pid, ghost, will_arrive ? commit : nullptr});
  };
  const auto await_end_of = [this](std::string_view ended) {
    for (Ghost& ghost : ghosts_) {
      if (ghost.session == ended) observer_->await_end(ghost.backend);
    }
  };
  return std::unique_ptr<Connection>(std::make_unique<SessionDb>(
      SessionDb::Parts{session, *observer_, std::move(db), std::stoi(backend.front()), next_break,
                       [this] { return random_.below(4) == 0; }, leave, await_end_of}));
}

std::unique_ptr<SqlStore> Server::store_of(Session& session) {
  const auto connect = [this, &session] { return this->connect(session); };
  Result<std::unique_ptr<Connection>> db = connect();
  DW_ASSERT(db.ok(), "the server takes connections");
  return std::make_unique<SqlStore>(nullptr, std::move(*db), nullptr, connect);
}

std::unique_ptr<Writer> Server::writer(const std::string& name, Loop& loop, Clock& clock) {
  return std::make_unique<ServerWriter>(*this, name, loop, clock);
}

Result<void> Server::write(const WriteWork& work) {
  Result<void> result;
  persons_touched_ = {};
  turns_->start(
      *person_, [&] { result = persons_store_->write_now(work); }, [] {});
  turns_->finish(*person_);
  if (told_) told_(persons_touched_, nullptr);
  return result;
}

/// The server hears at last of a client that has left, or gets what it had sent.
void Server::bury(Ghost ghost) {
  if (ghost.commit != nullptr) {
    const Result<int64_t> committed = ghost.db->run(*ghost.commit);
    story_("late commit", fmt::format("a late COMMIT arrives: {}",
                                      committed.ok() ? "it stands" : committed.error().what));
  } else {
    story_("late end", "the server notices that a client has left");
  }
  ghost.db.reset();
  observer_->await_end(ghost.backend);
}

void Server::move_ghosts() {
  if (ghosts_.empty() || random_.fraction() >= ghost_moves) return;
  Ghost one = std::move(ghosts_.front());
  ghosts_.erase(ghosts_.begin());
  bury(std::move(one));
}

bool Server::advance() {
  if (!is_open()) return false;
  move_ghosts();
  return turns_->advance();
}

void Server::restart() {
  for (Session* session : sessions_) turns_->cut(*session);
}

std::string Server::ask(const char* query, std::initializer_list<std::string> texts) {
  const std::vector<std::string> rows = side_->rows(query, texts);
  return rows.empty() ? "" : rows.front();
}

std::vector<std::string> Server::list(const char* query, std::initializer_list<std::string> texts) {
  return side_->rows(query, texts);
}

}  // namespace dw::sim
