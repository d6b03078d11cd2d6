#include "app/notice_runs.h"

#include <fmt/format.h>

#include <boost/asio/post.hpp>

#include "app/last_run_date.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "base/text_file.h"
#include "domain/event.h"
#include "jobs/notices/rows.h"
#include "records/audit.h"
#include "records/deliveries.h"
#include "records/events.h"
#include "records/paging.h"

namespace dw {
namespace {

/// A piece ends when the only writer has been held for this long: who comes meanwhile waits 50 ms
/// at most, however slow the store is. What is left is for the commit.
constexpr Millis piece_time_max{10};
/// Each time another process has written a piece.
constexpr int refused_max = 1000;
constexpr size_t template_bytes_max = 1 << 20;
constexpr int64_t day_milliseconds = 86'400'000;

json::array bad_rows_of(const Selection& selection) {
  json::array out;
  for (const BadRow& one : selection.bad_rows()) {
    out.push_back(json::object{{"row", one.row}, {"why", one.why}});
  }
  return out;
}

json::object figures_of(const Selection& selection) {
  const NoticeFigures& is = selection.figures();
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

NoticeContents contents_of(const Letter& letter) {
  NoticeContents out{
      std::string(letter.email), std::string(letter.first_name), std::string(letter.last_name), {}};
  for (const LetterTicket& one : letter.tickets) {
    out.tickets.push_back({std::string(one.id), std::string(one.subject), one.day});
  }
  return out;
}

NoticeContents contents_of(const NoticeLetter& letter) {
  return {letter.written_email, letter.first_name, letter.last_name,
          tickets_in_json(letter.tickets)};
}

/// [["1041","Printer","2026-11-16"]] without a tree in between: there are a hundred thousand.
void append_tickets(std::string& out, const std::vector<LetterTicket>& tickets) {
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
    out += '"' + day_text(tickets[i].day) + "\"]";
  }
  out += ']';
}

/// All that makes a plan what it is: another report, other words, another plan.
class PlanHash {
 public:
  explicit PlanHash(const NoticesSettings& settings, const std::string& period) {
    waiting_ = fmt::format("{}\n{}\n{}\n{}\n", period, static_cast<int>(settings.via),
                           static_cast<int>(settings.payload), settings.subject);
  }
  void add(const Letter& letter, const std::string& tickets) {
    waiting_.append(letter.email).append("\n").append(letter.first_name).append("\n");
    waiting_.append(letter.last_name).append("\n").append(tickets).append("\n");
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

std::string hash_of(const Selection& selection, const NoticesSettings& settings,
                    const std::string& period) {
  PlanHash hash(settings, period);
  std::string tickets;
  selection.each_letter([&](const Letter& letter) {
    tickets.clear();
    append_tickets(tickets, letter.tickets);
    hash.add(letter, tickets);
  });
  return hash.finish();
}

Error changed(int64_t run, std::string_view what) {
  return {
      ErrorKind::conflict, "notices",
      fmt::format("plan {} is not sent: {}; make a new one (`deskwire notices plan`)", run, what)};
}

/// Asio's way to let others run: to the end of the line.
Task<void> let_others_run(Loop& loop) {
  co_await asio::post(loop, asio::use_awaitable);
}

std::string run_text(int64_t run) {
  return fmt::format("run {}", run);
}

/// What the schedule does is nobody's.
Result<void> note_asked(Db& db, const AuditEntry& entry) {
  return entry.who.empty() ? Result<void>() : audit::add(db, entry);
}

}  // namespace

NoticeRuns::NoticeRuns(NoticeParts parts) : parts_(std::move(parts)) {
  const std::string& file = parts_.settings.template_file;
  std::string letter;
  if (!file.empty()) {
    Result<std::string> read = read_whole(file, template_bytes_max);
    if (!read.ok()) {
      template_problem_ = read.error().text();
    } else if (read->empty() || !is_utf8(*read)) {
      template_problem_ = file + " is no template: it is empty or not UTF-8";
    } else {
      letter = std::move(*read);
    }
  }
  writer_ = std::make_unique<NoticeWriter>(parts_.settings, letter);
  if (template_problem_.empty()) template_problem_ = writer_->problem();
}

Result<void> NoticeRuns::check_settings() const {
  const NoticesSettings& settings = parts_.settings;
  if (!settings.has_report()) {
    return Error{ErrorKind::missing, "notices",
                 "there is no report: set notices.sheet_id or notices.file, or give --sheet-id"};
  }
  if (!template_problem_.empty()) {
    return Error{ErrorKind::invalid, "notices.template", template_problem_};
  }
  return {};
}

Task<Result<void>> NoticeRuns::read_report(Selection& selection) {
  DW_CO_TRY(std::unique_ptr<ReportTable> table, co_await parts_.open());
  Result<void> taken;
  const int first_column = table->first_column();
  const TableSink sink = [&](const TableRow& row) {
    if (taken.ok()) taken = selection.take(row, first_column);
  };
  for (;;) {
    const Result<bool> has_more = co_await table->more(sink);
    if (!has_more.ok()) co_return has_more.error();
    if (!taken.ok()) co_return taken.error();
    if (!*has_more) co_return Result<void>();
    co_await let_others_run(parts_.loop);
  }
}

Task<Result<std::unique_ptr<NoticeRuns::Picked>>> NoticeRuns::pick() {
  DW_CO_CHECK(check_settings());
  auto picked = std::make_unique<Picked>();
  NoticeRun& run = picked->run;
  NoticeMarks& marks = picked->marks;
  auto ask = [&](ReadDb& db) -> Result<void> {
    DW_TRY(marks, notices::marks(db));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(ask));
  const int32_t today = local_day(parts_.clock.now(), parts_.timezone);
  if (!marks.from_day) {
    const Result<int32_t> imported = read_last_run_date(last_run_file);
    const bool is_there = imported.ok() || imported.error().kind != ErrorKind::missing;
    if (is_there && !imported.ok()) co_return imported.error();
    if (imported.ok()) {
      marks.from_day = marks.watermark = *imported;
      marks.is_asking = true;
    }
  }
  const auto lookback =
      static_cast<int32_t>(parts_.settings.first_lookback.count() / day_milliseconds);
  run.made_at = parts_.clock.now();
  run.from_day = marks.from_day.value_or(today - lookback);
  run.period = period_of(static_cast<Every>(parts_.settings.every), today);
  run.ledger = marks.ledger;
  picked->selection =
      std::make_unique<Selection>(parts_.settings, NoticeTimes{run.from_day, today});
  DW_CO_CHECK(co_await read_report(*picked->selection));
  Selection& selection = *picked->selection;
  auto look = [&](ReadDb& db) -> Result<void> {
    DW_TRY(const NoticeMarks now, notices::marks(db));
    // The ledger moved while the report was read: what it has now is what counts.
    run.ledger = now.ledger;
    const auto told = [&](std::string_view ticket, int32_t day) {
      selection.note_told(ticket, day);
    };
    DW_CHECK(notices::closures(db, run.from_day, told));
    return notices::customers(db, run.period,
                              [&](std::string_view one) { selection.note_had(one); });
  };
  DW_CO_CHECK(co_await parts_.store.read(look));
  selection.settle();
  run.newest_day = selection.newest_day();
  run.figures = figures_of(selection);
  co_return picked;
}

ShownNotice NoticeRuns::rendered(const NoticeContents& contents) const {
  ShownNotice out{.email = contents.email, .name = contents.name()};
  out.tickets = tickets_as_json(contents.tickets);
  WrittenNotice written = writer_->write(contents);
  out.subject = std::move(written.subject);
  out.text = std::move(written.text);
  out.html = std::move(written.html);
  return out;
}

ShownNotice NoticeRuns::show(const Letter& letter) const {
  return rendered(contents_of(letter));
}

ShownNotice NoticeRuns::show(const NoticeLetter& letter) const {
  ShownNotice out = rendered(contents_of(letter));
  out.left_out = letter.left_out;
  return out;
}

Task<Result<NoticePreview>> NoticeRuns::preview(std::string after_email, size_t limit) {
  DW_CO_TRY(const std::unique_ptr<Picked> picked, co_await pick());
  NoticePreview out{.run = picked->run, .is_asking = picked->marks.is_asking};
  const Selection& selection = *picked->selection;
  out.run.hash = hash_of(selection, parts_.settings, out.run.period);
  const auto add = [&](const Letter& letter, std::string_view left_out) {
    if (to_lower(letter.email) <= after_email) return;
    if (out.letters.size() >= limit) {
      out.next_cursor = to_lower(out.letters.back().email);
      return;
    }
    out.letters.push_back(show(letter));
    out.letters.back().left_out = left_out;
  };
  selection.each_letter([&](const Letter& letter) { add(letter, ""); });
  // Those left out follow on the last page.
  if (out.next_cursor.empty()) {
    size_t left = limit;
    selection.each_left_out([&](const Letter& letter, LeftOut why) {
      if (left-- == 0 || left > limit) return;
      out.letters.push_back(show(letter));
      out.letters.back().left_out = name_of(why);
    });
  }
  co_return out;
}

/// Some hundreds of letters a commit. They belong to nobody until finish_notice_plan().
Task<Result<void>> NoticeRuns::write_letters(const Picked& picked, int64_t run) {
  std::vector<NoticeLetter> piece;
  auto work = [&](Db& db) -> Result<void> {
    for (const NoticeLetter& one : piece) DW_CHECK(notices::add_letter(db, one));
    return {};
  };
  const Selection& selection = *picked.selection;
  size_t place = 0;
  for (;;) {
    piece.clear();
    while (piece.size() < parts_.letters_per_commit) {
      const std::optional<PickedLetter> next = selection.next(place);
      if (!next) break;
      const Letter& letter = next->letter;
      NoticeLetter row{.run = run,
                       .email = to_lower(letter.email),
                       .written_email = std::string(letter.email),
                       .first_name = std::string(letter.first_name),
                       .last_name = std::string(letter.last_name)};
      if (next->left_out) row.left_out = name_of(*next->left_out);
      append_tickets(row.tickets, letter.tickets);
      piece.push_back(std::move(row));
    }
    if (piece.empty()) co_return Result<void>();
    DW_CO_CHECK(co_await parts_.store.write(work));
  }
}

/// What a crash leaves of it is dropped after the next plan.
Task<void> NoticeRuns::drop_replaced() {
  int64_t dropped = 0;
  auto work = [&](Db& db) -> Result<void> {
    DW_TRY(dropped, notices::drop_replaced_letters(db, parts_.letters_per_commit));
    return {};
  };
  do {
    const Result<void> written = co_await parts_.store.write(work);
    if (!written.ok()) co_return;
  } while (dropped > 0);
}

Task<Result<NoticeRun>> NoticeRuns::plan(bool is_test, std::string who) {
  DW_CO_TRY(const std::unique_ptr<Picked> picked, co_await pick());
  NoticeRun run = picked->run;
  run.state = NoticeState::writing;
  run.hash = hash_of(*picked->selection, parts_.settings, run.period);
  auto start = [&](Db& db) -> Result<void> {
    DW_TRY(run.id, notices::add_run(db, run));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.write(start));
  DW_CO_CHECK(co_await write_letters(*picked, run.id));
  run.state = is_test ? NoticeState::tested : NoticeState::planned;
  const NoticeMarks marks = picked->marks;
  auto work = [&](Db& db) -> Result<void> {
    DW_TRY(const bool is_newest, notices::finish_plan(db, run.id, run.state));
    if (!is_newest) return changed(run.id, "a newer plan came first");
    DW_CHECK(note_asked(db, {parts_.clock.now(), who, "notices.plan", run_text(run.id)}));
    // What the older tool's file said is kept from here on, with the question that it raises.
    DW_TRY(const NoticeMarks now, notices::marks(db));
    const bool is_imported = marks.is_asking && !now.from_day && !is_test;
    return is_imported ? notices::set_marks(db, marks) : Result<void>();
  };
  DW_CO_CHECK(co_await parts_.store.write(work));
  co_await drop_replaced();
  log_info("notices", is_test ? "tested" : "planned",
           {{"run", run.id},
            {"rows", picked->selection->figures().rows},
            {"customers", picked->selection->figures().customers},
            {"bad", picked->selection->figures().bad}});
  co_return run;
}

Result<void> NoticeRuns::check_way_out() const {
  const bool is_smtp = parts_.settings.via == NoticeVia::smtp;
  if (is_smtp ? !parts_.mail.url.empty() : !parts_.settings.webhook_url.empty()) return {};
  return Error{ErrorKind::missing, is_smtp ? "mail.url" : "notices.webhook_url",
               "is not set: nothing can be sent (--test-mode does all but the sending)"};
}

Task<Result<void>> NoticeRuns::check_unchanged(const NoticeRun& run) {
  DW_CO_TRY(const std::unique_ptr<Picked> picked, co_await pick());
  const std::string hash = hash_of(*picked->selection, parts_.settings, run.period);
  if (picked->run.period != run.period) {
    co_return changed(run.id, fmt::format("it was made for {}", run.period));
  }
  if (picked->run.ledger != run.ledger) co_return changed(run.id, "another run came first");
  if (hash != run.hash) co_return changed(run.id, "the report has changed since");
  co_return Result<void>();
}

Task<Result<NoticeRun>> NoticeRuns::apply(int64_t id, bool is_fresh, std::string who) {
  DW_CO_CHECK(check_settings());
  DW_CO_CHECK(check_way_out());
  std::optional<NoticeRun> found;
  auto look = [&](ReadDb& db) -> Result<void> {
    DW_TRY(found, notices::run(db, id));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(look));
  if (!found) {
    co_return Error{ErrorKind::missing, "notices", fmt::format("there is no plan {}", id)};
  }
  if (found->state == NoticeState::applying) co_return co_await go_on(*found);
  if (found->state != NoticeState::planned) {
    co_return changed(id, fmt::format("it is {} already", name_of(found->state)));
  }
  DW_CO_CHECK(co_await resume());
  if (!is_fresh) DW_CO_CHECK(co_await check_unchanged(*found));
  NoticeRun run = *found;
  auto work = [&](Db& db) -> Result<void> {
    run = *found;
    DW_CHECK(note_asked(db, {parts_.clock.now(), who, "notices.apply", run_text(id)}));
    return begin(db, run);
  };
  DW_CO_CHECK(co_await parts_.store.write(work));
  co_return co_await go_on(std::move(run));
}

Task<Result<void>> NoticeRuns::resume() {
  std::optional<NoticeRun> found;
  auto look = [&](ReadDb& db) -> Result<void> {
    DW_TRY(found, notices::applying_run(db));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(look));
  if (!found) co_return Result<void>();
  DW_CO_CHECK(check_settings());
  DW_CO_CHECK(check_way_out());
  const Result<NoticeRun> ended = co_await go_on(std::move(*found));
  if (!ended.ok()) co_return ended.error();
  co_return Result<void>();
}

/// Several processes may be at one run, when one takes over and the other was only slow: of each
/// piece one of them is refused, looks again, and tries the next.
Task<Result<NoticeRun>> NoticeRuns::go_on(NoticeRun run) {
  size_t letters = parts_.letters_per_commit;
  auto work = [&](Db& db) -> Result<void> { return write_piece(db, run, letters); };
  int refused = 0;
  while (run.state == NoticeState::applying) {
    const Result<void> written = co_await parts_.store.write(work);
    if (written.ok()) {
      refused = 0;
      continue;
    }
    if (written.error().kind != ErrorKind::conflict || ++refused > refused_max) {
      co_return written.error();
    }
  }
  const Result<int32_t> older = read_last_run_date(last_run_file);
  if (older.ok() && run.newest_day > *older) {
    const Result<void> written = write_last_run_date(last_run_file, run.newest_day);
    if (!written.ok()) log_warn("notices", written.error().text());
  }
  log_info("notices", "applied", {{"run", run.id}});
  co_return run;
}

/// A small run begins and ends in one commit.
Result<void> NoticeRuns::begin(Db& db, NoticeRun& run) const {
  const TimePoint now = parts_.clock.now();
  DW_TRY(const bool is_first, notices::move_ledger(db, run.ledger));
  if (!is_first) return changed(run.id, "another run came first");
  DW_TRY(const bool is_planned, notices::begin_run(db, run.id, now));
  if (!is_planned) return changed(run.id, "it is sent or replaced already");
  size_t letters = parts_.letters_per_commit;
  return write_piece(db, run, letters);
}

/// The next letters, and what the run is after them. All that is written here stands only where
/// the run is still at the place that was read. `letters_max` becomes what the next piece may read.
Result<void> NoticeRuns::write_piece(Db& db, NoticeRun& run, size_t& letters_max) const {
  const Monotonic begun = parts_.clock.monotonic();
  DW_TRY(const std::optional<NoticeRun> found, notices::run(db, run.id));
  if (!found) return Error{ErrorKind::missing, "notices", fmt::format("run {} is gone", run.id)};
  run = *found;
  if (run.state != NoticeState::applying) return {};
  const std::string from = run.applied_to;
  // Locks the run: nobody else is at the same letters until the commit.
  DW_TRY(const bool is_ours, notices::advance_run(db, run.id, from, from));
  if (!is_ours) return changed(run.id, "another process was at the same letters");
  DW_TRY(Page<NoticeLetter> letters, notices::letters(db, run.id, {letters_max, from}));
  const Event event{.source = "notices",
                    .key = fmt::format("run/{}/{}", run.id, run.hash),
                    .kind = "notices.apply",
                    .at = *run.applied_at,
                    .body = json::object{{"run", run.id}, {"period", run.period}}};
  DW_TRY(const Recorded recorded, events::record(db, event));
  DW_TRY(NoticeMarks marks, notices::marks(db));
  size_t written = 0;
  for (NoticeLetter& letter : letters.items) {
    if (written > 0 && parts_.clock.monotonic() - begun > piece_time_max) break;
    ++written;
    run.applied_to = letter.email;
    if (!letter.left_out.empty()) continue;
    letter.number = marks.letters + 1;
    DW_TRY(const bool is_sent, write_delivery(db, run, recorded.id, std::move(letter)));
    if (is_sent) ++marks.letters;
  }
  letters_max = std::clamp<size_t>(2 * written, 1, parts_.letters_per_commit);
  DW_TRY(const bool is_advanced, notices::advance_run(db, run.id, from, run.applied_to));
  if (!is_advanced) return changed(run.id, "another process was at the same letters");
  const bool is_last = written == letters.items.size() && letters.next_cursor.empty();
  return is_last ? end(db, run, recorded.id, marks) : notices::set_marks(db, marks);
}

Result<void> NoticeRuns::end(Db& db, NoticeRun& run, EventId event, NoticeMarks marks) const {
  // Plans that were made meanwhile knew half of the ledger.
  DW_TRY(const bool is_moved, notices::move_ledger(db, marks.ledger));
  DW_TRY(const bool is_ended, notices::end_run(db, run.id));
  if (!is_moved || !is_ended) return changed(run.id, "another process has ended it");
  if (!marks.from_day) marks.from_day = run.from_day;
  marks.watermark = std::max(marks.watermark.value_or(run.newest_day), run.newest_day);
  marks.is_asking = false;
  DW_CHECK(notices::set_marks(db, marks));
  DW_CHECK(events::set_state(db, event, EventState::done, "", nullptr));
  run.state = NoticeState::applied;
  return {};
}

/// False: this customer has had theirs in this period after all.
Result<bool> NoticeRuns::write_delivery(Db& db, const NoticeRun& run, EventId event,
                                        NoticeLetter letter) const {
  DW_TRY(const bool is_first, notices::reserve(db, run.period, letter.email, run.id));
  if (!is_first) {
    letter.number = 0;
    letter.left_out = name_of(LeftOut::had);
    DW_CHECK(notices::set_sent(db, letter));
    return false;
  }
  const NoticeContents contents = contents_of(letter);
  const std::string number = notice_number(letter.number);
  const WrittenNotice written = writer_->write(contents);
  Delivery delivery{.event = event, .lane = "notice:" + number, .holds_lane = false};
  delivery.created_at = *run.applied_at;
  delivery.next_attempt_at = *run.applied_at;
  if (parts_.settings.via == NoticeVia::smtp) {
    delivery.target = "mail";
    delivery.payload = MailSend{.to = {contents.email},
                                .subject = written.subject,
                                .text = written.text,
                                .html = written.html,
                                .images = {},
                                .unsubscribe = parts_.settings.unsubscribe,
                                .is_once = true,
                                .is_bulk = true};
  } else {
    const bool is_report = parts_.settings.payload == NoticePayload::report;
    const std::string day = day_text(local_day(*run.applied_at, parts_.timezone));
    WebhookPost post;
    post.body = is_report ? to_text(report_body(contents))
                          : to_text(notice_body(contents, written, day, number));
    // The same letter has the same key, whatever becomes of this store.
    const Sha256 digest =
        sha256(fmt::format("{}\n{}\n{}", run.period, letter.email, letter.tickets));
    post.idempotency_key = "notice-" + to_hex(bytes_of(digest)).substr(0, 32);
    delivery.target = "notices:webhook";
    delivery.payload = std::move(post);
  }
  DW_TRY(letter.delivery, deliveries::add(db, delivery));
  DW_CHECK(notices::set_sent(db, letter));
  for (const NoticeTicket& ticket : contents.tickets) {
    DW_CHECK(notices::mark_closure(db, ticket.id, ticket.day, run.id));
  }
  return true;
}

Task<std::vector<Probe>> NoticeRuns::probe() {
  Probe probe{.name = "notices report"};
  const Result<void> good = check_settings();
  if (!good.ok()) {
    probe.detail = good.error().text();
    co_return std::vector<Probe>{std::move(probe)};
  }
  Selection selection(parts_.settings, {0, local_day(parts_.clock.now(), parts_.timezone)});
  Result<std::unique_ptr<ReportTable>> table = co_await parts_.open();
  Result<void> taken;
  std::string label;
  if (table.ok()) {
    label = (*table)->label();
    const int first_column = (*table)->first_column();
    const TableSink sink = [&](const TableRow& row) {
      if (taken.ok()) taken = selection.take(row, first_column);
    };
    const Result<bool> read = co_await (*table)->more(sink);
    if (!read.ok()) taken = read.error();
  } else {
    taken = table.error();
  }
  const std::string reader = co_await parts_.reader();
  probe.is_ok = taken.ok();
  probe.detail =
      taken.ok() ? fmt::format("{} is readable{}", label, reader) : taken.error().text() + reader;
  co_return std::vector<Probe>{std::move(probe)};
}

}  // namespace dw
