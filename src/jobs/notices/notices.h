// Notices as the commands, the API and the schedule ask for them: look, plan, apply.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "jobs/notices/records.h"
#include "net/task.h"
#include "ports/target.h"

namespace dw {

/// One mail as it goes out, or why it does not.
struct ShownNotice {
  std::string email, name, left_out;
  json::array tickets;  ///< [["1041","Printer","2026-11-16"]]
  std::string subject, text, html;
};

/// What the next run would send. Asked for by one page, or one customer.
struct NoticePreview {
  NoticeRun run;  ///< not kept: without a number
  bool needs_confirmation = false;
  std::vector<ShownNotice> notices;
  std::string next_cursor;
};

class Notices {
 public:
  virtual ~Notices() = default;

  /// errors  missing: no report is configured; else as the report's place and contents say
  virtual Task<Result<NoticePreview>> preview(std::string after_email, size_t limit) = 0;
  /// Makes a plan and keeps it; `is_test` one that is never sent. `who` asks, for the audit list;
  /// empty: the schedule.
  virtual Task<Result<NoticeRun>> plan(bool is_test, std::string who) = 0;
  /// Reserves the ledger and writes the deliveries, some hundreds a transaction, so that nobody
  /// waits behind them. `is_fresh`: the plan was made just now; else the report is read again and
  /// must say the same. A run that a crash left `applying` goes on where it stopped.
  /// errors  missing; conflict: the report or the ledger has changed since, or it is no plan;
  ///         full: it stays `applying`, and goes on with resume() or the next apply()
  virtual Task<Result<NoticeRun>> apply(int64_t run, bool is_fresh, std::string who) = 0;
  /// Goes on with a run that is `applying`, if there is one; whoever did so before may still live.
  virtual Task<Result<void>> resume() = 0;
  /// A letter of a run with its mail.
  virtual ShownNotice show(const StoredNotice& notice) const = 0;
  virtual Task<std::vector<Probe>> probe() = 0;
};

}  // namespace dw
