// What is kept of notices: runs, letters and the ledger.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "jobs/notices/records.h"
#include "records/paging.h"

namespace dw {

namespace notices {

Result<NoticeHistory> marks(ReadDb& db);

/// The newest closing of each ticket that was told, of `since` and later days; in no order.
Result<void> closures(ReadDb& db, int32_t since, const TicketSink& sink);

/// The customers who have heard in a period; in no order.
Result<void> customers(ReadDb& db, const std::string& period, const TextSink& sink);

/// Of them those whose addresses stand between these two, which are among them.
Result<void> customers_between(ReadDb& db, const std::string& period, const std::string& first,
                               const std::string& last, const TextSink& sink);

Result<std::optional<NoticeRun>> run(ReadDb& db, int64_t id);

/// Its letters are still being written, and no later plan waits to be applied.
Result<bool> is_newest_plan(ReadDb& db, int64_t id);

/// Newest first.
Result<Page<NoticeRun>> runs(ReadDb& db, const PageRequest& page);

/// By address; those left out are among them.
Result<Page<StoredNotice>> notices(ReadDb& db, int64_t run, const PageRequest& page);

/// One customer's, newest first; `email` in lower case.
Result<std::vector<StoredNotice>> notices_of(ReadDb& db, const std::string& email);

/// What became of a run's deliveries.
Result<NoticeCounts> counts(ReadDb& db, int64_t run);

/// The run that is `applying`; one at most.
Result<std::optional<NoticeRun>> applying_run(ReadDb& db);

/// How many notices of all runs are still on their way.
Result<int64_t> open_count(ReadDb& db);

/// All but the ledger's version, which move_notice_ledger() alone moves.
Result<void> set_marks(Db& db, const NoticeHistory& marks);

/// False: the ledger is not of that version any more, another run came first.
Result<bool> move_ledger(Db& db, int64_t version);

Result<int64_t> add_run(Db& db, const NoticeRun& run);

Result<void> add_notice(Db& db, const StoredNotice& notice);

/// All letters of a run that is `writing` are there. A plan replaces those before it that were
/// not applied. False: a newer one came first.
Result<bool> finish_plan(Db& db, int64_t id, NoticeState state);

/// Removes at most so many letters of plans that were replaced; how many.
Result<int64_t> drop_replaced_notices(Db& db, size_t limit);

/// A plan becomes `applying`. False: it is no plan any more, or another run is applying.
Result<bool> begin_run(Db& db, int64_t id, TimePoint now);

/// Moves the place up to which letters are written. False: it is not at `from`, another process
/// came first; whatever else this transaction writes must not stand.
Result<bool> advance_run(Db& db, int64_t id, const std::string& from, const std::string& to);

/// `applying` becomes `applied`.
Result<bool> end_run(Db& db, int64_t id);

/// False: this customer has heard in this period.
Result<bool> reserve(Db& db, const std::string& period, const std::string& email, int64_t run);

Result<void> mark_closure(Db& db, const std::string& ticket, int32_t day, int64_t run);

/// Writes down a letter's number and delivery, or why it was left out after all.
Result<void> set_sent(Db& db, const StoredNotice& notice);

/// Runs and their letters. The ledger stays: it is what keeps a customer from hearing twice.
Result<int64_t> prune(Db& db, TimePoint before, int64_t limit);

}  // namespace notices

}  // namespace dw
