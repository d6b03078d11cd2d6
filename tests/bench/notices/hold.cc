// How long the store's only writer is held while notices for 100,000 customers are planned and
// applied: each write from its begin to the end of its commit, over SQLite and PostgreSQL.
//
//   bench_notice_hold [CUSTOMERS]     code 1 if a write took longer than the promise says
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "base/random.h"
#include "engine/inbox.h"
#include "jobs/notices/runs.h"
#include "net/loop_clock.h"
#include "net/task_group.h"
#include "store/open.h"
#include "support/postgres.h"
#include "support/wrapped_store.h"

namespace dw {
namespace {

using std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr double hold_max = 50;  // milliseconds

class Report : public ReportTable {
 public:
  explicit Report(int customers) : customers_(customers) {}
  const std::string& label() const override { return label_; }
  Task<Result<bool>> more(const TableSink& sink) override {
    const std::chrono::year_month_day yesterday(
        std::chrono::floor<std::chrono::days>(system_now()) - std::chrono::days(1));
    const std::string day = fmt::format("{:02}/{:02}/{}", unsigned(yesterday.day()),
                                        unsigned(yesterday.month()), int(yesterday.year()));
    for (int i = 0; i < customers_; ++i) {
      const std::string email = fmt::format("c{:06}@customer{}.example", i, i % 97);
      const std::string last = fmt::format("Last{}", i), ticket = fmt::format("T{}", i);
      const std::vector<Cell> cells = {{"Pat"}, {last}, {email}, {ticket}, {"closed"}, {day}};
      sink({i + 1, cells});
    }
    co_return false;
  }

 private:
  std::string label_ = "report.csv";
  int customers_;
};

Task<Result<std::unique_ptr<ReportTable>>> open_report(int customers) {
  co_return std::unique_ptr<ReportTable>(std::make_unique<Report>(customers));
}

Task<std::string> nobody() {
  co_return std::string();
}

/// Times what its writer does.
class TimedStore : public WrappedStore {
 public:
  explicit TimedStore(std::unique_ptr<Store> own) : WrappedStore(*own), own_(std::move(own)) {}
  Task<Result<void>> write(WriteWork work) override {
    const auto begun = steady_clock::now();
    auto worked = begun;
    const Result<void> done = inner_.write_now([&](Db& db) {
      Result<void> result = work(db);
      worked = steady_clock::now();
      return result;
    });
    const auto ended = steady_clock::now();
    held.push_back(Milliseconds(ended - begun).count());
    commits.push_back(Milliseconds(ended - worked).count());
    co_return done;
  }
  Task<Result<void>> read(ReadWork work) override { co_return inner_.read_now(work); }

  std::vector<double> held, commits;  ///< milliseconds; of them what came behind the work

 private:
  std::unique_ptr<Store> own_;
};

/// Prints a line. False: a write took too long.
bool print(const std::string& engine, const char* what, TimedStore& store) {
  std::vector<double>& held = store.held;
  std::sort(held.begin(), held.end());
  const auto at = [&](double part) {
    return held.at(static_cast<size_t>(part * static_cast<double>(held.size() - 1)));
  };
  const double commit = *std::max_element(store.commits.begin(), store.commits.end());
  fmt::print("| {} | {} | {} | {:.1f} | {:.1f} | {:.1f} | {:.1f} |\n", engine, what, held.size(),
             at(0.5), at(0.99), held.back(), commit);
  std::fflush(stdout);
  const bool is_good = held.back() <= hold_max;
  held.clear();
  store.commits.clear();
  return is_good;
}

struct Run {
  Loop loop;
  LoopClock clock{loop};
  NoticesSettings settings;
  MailSettings mail;
  TimedStore store;
  Metrics metrics;
  std::unique_ptr<NoticeComposer> composer;
  std::unique_ptr<NoticeJob> job;
  std::unique_ptr<Inbox> inbox;
  std::unique_ptr<NoticeRuns> notices;
  bool is_good = false;

  Run(const std::string& url, int customers)
      : store(std::move(*open_store(url, OpenMode::visit, nullptr))) {
    settings.file = "report.csv";
    settings.webhook_url = "http://hook.example";
    composer = std::make_unique<NoticeComposer>(settings, mail, "UTC");
    job = std::make_unique<NoticeJob>(*composer);
    inbox = std::make_unique<Inbox>(store, clock, metrics, std::vector<const Job*>{job.get()},
                                    std::vector<LocalTarget*>{});
    NoticeParts parts{
        .reading = {loop, store, clock, *composer,
                    [customers](const ReportVersion&) { return open_report(customers); }},
        .accept = [this](Event event) { return accept(std::move(event)); },
        .reader = [] { return nobody(); }};
    notices = std::make_unique<NoticeRuns>(std::move(parts));
  }
  Task<Result<json::value>> accept(Event event) {
    DW_CO_TRY(const Accepted accepted, co_await inbox->accept(std::move(event)));
    co_return accepted.reply;
  }
  Task<void> send(const std::string& engine) {
    const Result<NoticeRun> plan = co_await notices->plan(false, "bench");
    if (!plan.ok()) throw std::runtime_error(plan.error().text());
    is_good = print(engine, "plan", store);
    const Result<NoticeRun> run = co_await notices->apply(plan->id, true, "bench");
    if (!run.ok()) throw std::runtime_error(run.error().text());
    is_good = print(engine, "apply", store) && is_good;
  }
};

bool measure(const std::string& engine, const std::string& url, int customers) {
  Run run(url, customers);
  TaskGroup tasks(run.loop, run.clock);
  tasks.run("send", run.send(engine));
  run.loop.run();
  return run.is_good;
}

int bench(int customers) {
  const auto folder = std::filesystem::temp_directory_path() / ("deskwire-" + random_uuid());
  std::filesystem::create_directory(folder);
  fmt::print("| {} customers | | writes | p50 ms | p99 ms | longest ms | longest commit |\n",
             customers);
  fmt::print("|---|---|---|---|---|---|---|\n");
  bool is_good = measure("SQLite", "sqlite:" + (folder / "store.db").string(), customers);
  is_good = measure("PostgreSQL", fresh_postgres_url(), customers) && is_good;
  std::filesystem::remove_all(folder);
  return is_good ? 0 : 1;
}

}  // namespace
}  // namespace dw

int main(int count, char** words) {
  return dw::bench(count > 1 ? std::atoi(words[1]) : 100'000);
}
