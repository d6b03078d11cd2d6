#include "jobs/notices/reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "base/hash.h"
#include "base/log.h"
#include "jobs/notices/last_run_date.h"
#include "jobs/notices/rows.h"

namespace dw {
namespace {

constexpr int64_t day_milliseconds = 86'400'000;

json::array bad_rows_of(const Selection& selection) {
  json::array out;
  for (const BadRow& one : selection.bad_rows()) {
    out.push_back(json::object{{"row", one.row}, {"why", one.why}});
  }
  return out;
}

json::object metrics_of(const Selection& selection) {
  const NoticeMetrics& is = selection.metrics();
  return {{"rows", is.rows},
          {"older", is.old},
          {"closed", is.closed},
          {"told_before", is.told},
          {"reopened", is.reopened},
          {"customers", is.customers},
          {"tickets", is.tickets},
          {"left_out", json::object{{"had", is.had}, {"suppressed", is.suppressed}}},
          {"bad", is.bad},
          {"bad_rows", bad_rows_of(selection)},
          {"headings", selection.layout().headings}};
}

/// All that makes a plan what it is: another report, other words, another plan.
class PlanHash {
 public:
  explicit PlanHash(const NoticesSettings& settings, const std::string& period) {
    waiting_ = fmt::format("{}\n{}\n{}\n{}\n", period, static_cast<int>(settings.via),
                           static_cast<int>(settings.payload), settings.subject);
  }
  void add(const Notice& notice, const std::string& tickets) {
    waiting_.append(notice.email).append("\n").append(notice.first_name).append("\n");
    waiting_.append(notice.last_name).append("\n").append(tickets).append("\n");
    if (waiting_.size() > 64 * 1024) fold();
  }
  std::string finish() {
    fold();
    return to_hex(state_).substr(0, 32);
  }

 private:
  void fold() {
    waiting_.insert(0, state_);
    const Sha256 digest = sha256(waiting_);
    state_ = bytes_of(digest);
    waiting_.clear();
  }
  std::string state_, waiting_;
};

/// Asio's way to let others run: to the end of the line.
Task<void> let_others_run(Loop& loop) {
  co_await asio::post(loop, asio::use_awaitable);
}

/// Null: the version that was wanted is gone.
Task<Result<std::unique_ptr<Selection>>> read_once(const ReadingParts& parts,
                                                   const ReportVersion& wanted, NoticeTimes times,
                                                   std::optional<DayOrder>& order) {
  DW_CO_TRY(std::unique_ptr<ReportTable> table, co_await parts.open(wanted));
  std::unique_ptr<Selection> out;
  if (table == nullptr) co_return out;
  out = std::make_unique<Selection>(parts.composer.settings(), times, order);
  Selection& selection = *out;
  Result<void> taken;
  const TableSink sink = [&](const TableRow& row) {
    if (taken.ok()) taken = selection.take(row, table->first_column());
  };
  for (;;) {
    const Result<bool> has_more = co_await table->more(sink);
    if (!has_more.ok()) co_return has_more.error();
    if (!taken.ok()) co_return taken.error();
    if (!*has_more) break;
    co_await let_others_run(parts.loop);
  }
  DW_CO_TRY(order, selection.finish());
  co_return out;
}

/// Twice, where the rows prove an order of day and month that the first reading did not have.
Task<Result<std::unique_ptr<Selection>>> read_report(const ReadingParts& parts,
                                                     const ReportVersion& wanted,
                                                     NoticeTimes times) {
  std::optional<DayOrder> order;
  for (int reading = 0; reading < 2; ++reading) {
    DW_CO_TRY(std::unique_ptr<Selection> selection,
              co_await read_once(parts, wanted, times, order));
    if (!order) co_return selection;
    log_info("notices", "the report's dates prove their order; reading it again",
             {{"order", *order == DayOrder::month_first ? "month first" : "day first"}});
  }
  co_return Error{ErrorKind::busy, "notices", "the report changed while it was read; run it again"};
}

}  // namespace

/// Without a tree in between: there are a hundred thousand.
void append_tickets(std::string& out, const std::vector<SelectedTicket>& tickets) {
  out += '[';
  for (size_t i = 0; i < tickets.size(); ++i) {
    if (i > 0) out += ',';
    out += '[';
    for (const std::string_view text : {tickets[i].id, tickets[i].subject}) {
      const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
      });
      if (is_plain) {
        out.append("\"").append(text).append("\"");
      } else {
        out += to_text(json::string(text));
      }
      out += ',';
    }
    out += '"';
    append_day(out, tickets[i].day);
    out += "\"]";
  }
  out += ']';
}

std::string plan_hash(const Selection& selection, const NoticesSettings& settings,
                      const std::string& period) {
  PlanHash hash(settings, period);
  std::string tickets;
  selection.each_notice([&](const Notice& notice) {
    tickets.clear();
    append_tickets(tickets, notice.tickets);
    hash.add(notice, tickets);
  });
  return hash.finish();
}

Task<Result<std::unique_ptr<PickedNotices>>> pick_notices(const ReadingParts& parts,
                                                          const ReportVersion& wanted) {
  DW_CO_CHECK(parts.composer.check());
  const NoticesSettings& settings = parts.composer.settings();
  auto picked = std::make_unique<PickedNotices>();
  NoticeRun& run = picked->run;
  NoticeHistory& marks = picked->marks;
  auto ask = [&](ReadDb& db) -> Result<void> {
    DW_TRY(marks, notices::marks(db));
    return {};
  };
  DW_CO_CHECK(co_await parts.store.read(ask));
  const int32_t today = local_day(parts.clock.now(), parts.composer.timezone());
  if (!marks.from_day) {
    const Result<int32_t> imported = read_last_run_date(last_run_file);
    const bool is_there = imported.ok() || imported.error().kind != ErrorKind::missing;
    if (is_there && !imported.ok()) co_return imported.error();
    if (imported.ok()) {
      marks.from_day = marks.watermark = *imported;
      marks.needs_confirmation = true;
      picked->imported_day = *imported;
    }
  }
  const auto lookback = static_cast<int32_t>(settings.first_lookback.count() / day_milliseconds);
  run.made_at = parts.clock.now();
  run.from_day = marks.from_day.value_or(today - lookback);
  run.period = period_of(static_cast<Every>(settings.every), today);
  run.ledger = marks.ledger;
  const NoticeTimes times{run.from_day, today};
  DW_CO_TRY(picked->selection, co_await read_report(parts, wanted, times));
  picked->is_replaced = picked->selection == nullptr;
  if (picked->is_replaced) co_return picked;
  Selection& selection = *picked->selection;
  auto look = [&](ReadDb& db) -> Result<void> {
    DW_TRY(const NoticeHistory now, notices::marks(db));
    // The ledger moved while the report was read: what it has now is what counts.
    run.ledger = now.ledger;
    const auto told = [&](std::string_view ticket, int32_t day) {
      selection.note_notified(ticket, day);
    };
    DW_CHECK(notices::closures(db, run.from_day, told));
    return notices::customers(db, run.period,
                              [&](std::string_view one) { selection.note_had(one); });
  };
  DW_CO_CHECK(co_await parts.store.read(look));
  selection.settle();
  run.newest_day = selection.newest_day();
  run.metrics = metrics_of(selection);
  co_return picked;
}

}  // namespace dw
