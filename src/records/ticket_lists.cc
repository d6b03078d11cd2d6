#include "records/ticket_lists.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "base/json.h"
#include "base/number.h"
#include "base/text.h"
#include "records/stored_json.h"
#include "records/ticket_row.h"
#include "sql/similar.h"
#include "sql/ticket_lists.h"

namespace dw::tickets {
namespace {

/// More changes than anybody reads.
constexpr int64_t changes_max = 500;
/// So many times of first replies stand for an hour.
constexpr size_t replies_per_hour = 200;
constexpr Millis hour_length{3'600'000};

/// So many that wait are put in order at a time.
constexpr size_t ordered_at_once = 1000;

/// Where a page of the longest waiting goes on: among those that wait, or behind them.
struct WaitingCursor {
  bool is_behind = false;
  int64_t id = from_the_top;  ///< of the others: below this one
  Waiter block;               ///< behind it begins what is put in order together
  TimePoint at{};             ///< when they were put in order
  Millis waited = Millis::max();
  TicketId last;
};

/// "n17" or "w" and five numbers.
Result<WaitingCursor> waiting_cursor(const std::string& text, TimePoint now) {
  WaitingCursor out;
  out.at = now;
  out.block.opened_at = TimePoint(Millis(-1));
  if (text.empty()) return out;
  if (text.starts_with("n")) {
    out.is_behind = true;
    DW_TRY(out.id, id_in(text.substr(1)));
    return out;
  }
  std::vector<int64_t> numbers;
  if (text.starts_with("w")) {
    for (const std::string_view part : split(std::string_view(text).substr(1), '.')) {
      const auto number = number_in(part);
      if (!number || (*number < 0 && !numbers.empty())) return bad_cursor();
      numbers.push_back(*number);
    }
  }
  constexpr size_t numbers_needed = 5;
  if (numbers.size() != numbers_needed) return bad_cursor();
  out.block = {{numbers[1]}, TimePoint(Millis(numbers[0])), ""};
  out.at = TimePoint(Millis(numbers[2]));
  out.waited = Millis(numbers[3]);
  out.last = {numbers[4]};
  return out;
}

std::string text_of(const WaitingCursor& cursor) {
  return fmt::format("w{}.{}.{}.{}.{}", cursor.block.opened_at.time_since_epoch().count(),
                     cursor.block.id.value, cursor.at.time_since_epoch().count(),
                     cursor.waited.count(), cursor.last.value);
}

int assigned_number(const TicketFilter& filter) {
  switch (filter.assigned) {
    case TicketFilter::Assigned::any:
      return -1;
    case TicketFilter::Assigned::nobody:
      return 0;
    case TicketFilter::Assigned::anybody:
      return 1;
    case TicketFilter::Assigned::to:
      return 2;
  }
  return -1;
}

/// What somebody types into a search box: letters, digits and whatever is not ASCII, nothing that a
/// query language would read as more.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    const bool is_letter = is_letter_or_digit(c) || static_cast<unsigned char>(c) >= 0x80;
    if (is_letter) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

/// "#3455" and "3455" name a ticket by either number.
std::string digits_in(std::string_view text) {
  text = trim(text);
  if (text.starts_with('#')) text.remove_prefix(1);
  const bool is_number =
      !text.empty() && text.size() <= 18 && text.find_first_not_of("0123456789") == text.npos;
  return is_number ? std::string(text) : "";
}

/// The values of a filter as the statements take them.
struct Bound {
  explicit Bound(const TicketFilter& filter)
      : status(filter.plain.status ? static_cast<int>(*filter.plain.status) : -1),
        priority(filter.plain.priority ? static_cast<int>(*filter.plain.priority) : -1),
        waiting(filter.is_waiting ? int{*filter.is_waiting} : -1),
        since(filter.plain.since.value_or(TimePoint{})),
        assigned(assigned_number(filter)),
        tag(filter.tag.empty() ? "" : to_text(json::value(json::string(filter.tag)))) {}

  int status, priority, waiting;
  TimePoint since;
  int assigned;
  std::string tag;  ///< as a list of tags has it: in quotation marks
};

bool asks_for_unsolved(const TicketFilter& filter) {
  return filter.is_unsolved || filter.is_waiting.value_or(false) ||
         (filter.plain.status && *filter.plain.status != Status::solved);
}

bool is_of_unsolved(const TicketFilter& filter) {
  return asks_for_unsolved(filter) || filter.is_waiting.has_value();
}

/// By words, or by a tag, whose words are in the same index.
/// A tag of unsolved tickets is looked for among them: there are few.
bool is_by_words(const TicketFilter& filter) {
  if (!trim(filter.plain.text).empty()) return true;
  return !words_of(filter.tag).empty() && !is_of_unsolved(filter);
}

using TicketIds = std::vector<TicketId>;

/// The newest of both, each once, as many as one of them may have.
TicketIds newest_of(TicketIds ids, const TicketIds& more, size_t limit) {
  ids.insert(ids.end(), more.begin(), more.end());
  std::sort(ids.begin(), ids.end(), [](TicketId a, TicketId b) { return b < a; });
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (ids.size() > limit) ids.resize(limit);
  return ids;
}

Result<TicketIds> ids_by_text(ReadDb& db, const TicketFilter& filter, int64_t below, size_t limit) {
  const Bound bound(filter);
  std::vector<std::string> words = words_of(filter.tag);
  for (std::string& word : words_of(filter.plain.text)) words.push_back(std::move(word));
  const bool is_punctuation =
      !trim(filter.plain.text).empty() && words_of(filter.plain.text).empty();
  if (words.empty() || is_punctuation) return TicketIds();  // nothing matches
  const std::string number = digits_in(filter.plain.text);
  const int64_t id = number_in(number).value_or(0);
  const std::string text = join(words, " ");
  const auto most = static_cast<int64_t>(limit);
  TicketIds found, beside;
  DW_CHECK(db.run(
      stmt::tickets_by_text,
      {below, bound.status, bound.priority, bound.since, most, bound.assigned, filter.assignee,
       filter.queue, filter.source, bound.tag, bound.waiting, text, asks_for_unsolved(filter)},
      [&](const Row& row) { found.push_back({row.integer(0)}); }));
  DW_CHECK(db.run(stmt::tickets_beside_text,
                  {below, bound.status, bound.priority, bound.since, most, bound.assigned,
                   filter.assignee, filter.queue, filter.source, bound.tag, bound.waiting, text,
                   asks_for_unsolved(filter), number, id},
                  [&](const Row& row) { beside.push_back({row.integer(0)}); }));
  return newest_of(std::move(found), beside, limit);
}

/// The newest first, below an id.
Result<TicketIds> ids_of(ReadDb& db, const TicketFilter& filter, int64_t below, size_t limit) {
  if (is_by_words(filter)) return ids_by_text(db, filter, below, limit);
  const Bound bound(filter);
  const auto most = static_cast<int64_t>(limit);
  TicketIds out;
  const auto collect = [&](const Row& row) { out.push_back({row.integer(0)}); };
  if (is_of_unsolved(filter)) {
    DW_CHECK(db.run(stmt::unsolved_tickets,
                    {below, bound.status, bound.priority, bound.since, most, bound.assigned,
                     filter.assignee, filter.queue, filter.source, bound.tag, bound.waiting},
                    collect));
  } else {
    const bool is_of_one = filter.assigned == TicketFilter::Assigned::to;
    DW_CHECK(db.run(is_of_one ? stmt::tickets_of_assignee : stmt::all_tickets,
                    {below, bound.status, bound.priority, bound.since, most, bound.assigned,
                     filter.assignee, filter.queue, filter.source, bound.tag},
                    collect));
  }
  return out;
}

/// How many tickets a first page tells of.
std::optional<int64_t> total_of(const TicketIds& ids) {
  if (ids.size() > static_cast<size_t>(counted_max)) return std::nullopt;
  return static_cast<int64_t>(ids.size());
}

/// Those that wait, behind a cursor, as many as a page takes and one more: each with its place.
Result<std::vector<WaitingCursor>> ordered_waiters(ReadDb& db, const TicketFilter& filter,
                                                   const WaitedOf& waited, WaitingCursor from) {
  std::vector<WaitingCursor> out;
  const size_t wanted = filter.plain.page.limit + 1;
  while (out.size() < wanted) {
    DW_TRY(const std::vector<Waiter> block, waiters(db, filter, from.block, ordered_at_once));
    DW_TRY(const std::vector<Millis> times, waited(block, from.at));
    std::vector<WaitingCursor> places;
    for (size_t i = 0; i < block.size(); ++i) {
      WaitingCursor place = from;
      place.waited = times[i];
      place.last = block[i].id;
      const bool is_behind =
          place.waited != from.waited ? place.waited < from.waited : place.last > from.last;
      if (is_behind) places.push_back(std::move(place));
    }
    std::sort(places.begin(), places.end(), [](const auto& a, const auto& b) {
      return a.waited != b.waited ? a.waited > b.waited : a.last < b.last;
    });
    if (places.size() > wanted - out.size()) places.resize(wanted - out.size());
    std::move(places.begin(), places.end(), std::back_inserter(out));
    if (block.size() < ordered_at_once) break;
    from.block = block.back();
    from.waited = Millis::max();
  }
  return out;
}

}  // namespace

Result<std::vector<Waiter>> waiters(ReadDb& db, const TicketFilter& filter, const Waiter& after,
                                    size_t limit) {
  const Bound bound(filter);
  std::vector<Waiter> out;
  DW_CHECK(db.run(
      stmt::waiting_tickets,
      {after.id, bound.status, bound.priority, bound.since, static_cast<int64_t>(limit),
       bound.assigned, filter.assignee, filter.queue, filter.source, bound.tag, after.opened_at},
      [&](const Row& row) {
        out.push_back({{row.integer(0)}, row.time(1), std::string(row.text(2))});
      }));
  return out;
}

Result<std::vector<Waiter>> waiters_among(ReadDb& db, const std::vector<TicketId>& ids) {
  std::vector<Waiter> out;
  if (ids.empty()) return out;
  DW_CHECK(db.run(stmt::waiting_among, {ids_text(ids)}, [&](const Row& row) {
    out.push_back({{row.integer(0)}, row.time(1), std::string(row.text(2))});
  }));
  return out;
}

Result<std::vector<Ticket>> by_ids(ReadDb& db, const std::vector<TicketId>& ids) {
  std::map<TicketId, Ticket> found;
  if (ids.empty()) return std::vector<Ticket>{};
  DW_CHECK(db.run(stmt::tickets_by_ids, {ids_text(ids)}, [&](const Row& row) {
    Ticket ticket = ticket_in(row);
    found.emplace(ticket.id, std::move(ticket));
  }));
  std::vector<Ticket> out;
  for (const TicketId id : ids) {
    if (const auto one = found.find(id); one != found.end()) out.push_back(std::move(one->second));
  }
  return out;
}

Result<CountedTickets> longest_waiting(ReadDb& db, TicketFilter filter, const WaitedOf& waited,
                                       TimePoint now) {
  if (is_by_words(filter)) return filtered(db, filter);
  const size_t limit = filter.plain.page.limit;
  CountedTickets page;
  if (filter.plain.page.cursor.empty()) {
    DW_TRY(const TicketIds all, ids_of(db, filter, from_the_top, counted_max + 1));
    page.total = total_of(all);
  }
  DW_TRY(const WaitingCursor from, waiting_cursor(filter.plain.page.cursor, now));
  if (!from.is_behind) {
    DW_TRY(auto places, ordered_waiters(db, filter, waited, from));
    const bool has_more = places.size() > limit;
    if (has_more) places.resize(limit);
    std::vector<TicketId> ids;
    for (const WaitingCursor& one : places) ids.push_back(one.last);
    DW_TRY(page.items, by_ids(db, ids));
    if (has_more) page.next_cursor = text_of(places.back());
    if (has_more || filter.is_waiting.value_or(false)) return page;
  }
  const size_t waiting = page.items.size();
  filter.is_waiting = false;
  filter.is_unsolved = true;
  DW_TRY(const TicketIds others, ids_of(db, filter, from.id, limit - waiting + 1));
  DW_TRY(std::vector<Ticket> behind, by_ids(db, others));
  std::move(behind.begin(), behind.end(), std::back_inserter(page.items));
  if (page.items.size() > limit) {
    page.items.resize(limit);
    // None of the second kind may be on this page yet: then they begin from the top.
    const bool has_others = limit > waiting;
    page.next_cursor = fmt::format("n{}", has_others ? page.items.back().id.value : from_the_top);
  }
  return page;
}

Result<CountedTickets> filtered(ReadDb& db, const TicketFilter& filter) {
  CountedTickets page;
  const size_t limit = filter.plain.page.limit;
  DW_TRY(const int64_t below, id_in(filter.plain.page.cursor));
  const bool is_first = filter.plain.page.cursor.empty();
  // With a small limit PostgreSQL would go down the ids for a rare word, too.
  const bool is_counted = is_first || is_by_words(filter);
  const size_t most = is_counted ? std::max<size_t>(limit, counted_max) : limit;
  DW_TRY(TicketIds ids, ids_of(db, filter, below, most + 1));
  if (is_first) page.total = total_of(ids);
  if (ids.size() > limit + 1) ids.resize(limit + 1);
  DW_TRY(page.items, by_ids(db, ids));
  page.next_cursor = next_cursor(page.items, limit, [](const Ticket& one) { return one.id.value; });
  return page;
}

Result<Page<Ticket>> list(ReadDb& db, const TicketQuery& query) {
  DW_TRY(CountedTickets found, filtered(db, {.plain = query}));
  return Page<Ticket>{std::move(found.items), std::move(found.next_cursor)};
}

Result<TicketViews> views(ReadDb& db, const std::string& me) {
  TicketViews out;
  DW_CHECK(db.run(stmt::count_views, {me}, [&](const Row& row) {
    out = {row.integer(0), row.integer(1), row.integer(2), row.integer(3), row.integer(4)};
  }));
  return out;
}

Result<Unsolved> unsolved(ReadDb& db) {
  Unsolved out;
  DW_CHECK(db.run(stmt::unsolved_by_reply, {}, [&](const Row& row) {
    out = {row.integer(0), row.integer(1), row.integer(2)};
  }));
  return out;
}

Result<int64_t> waiting_since(ReadDb& db, TimePoint before) {
  int64_t out = 0;
  DW_CHECK(db.run(stmt::count_waiting, {before}, [&](const Row& row) { out = row.integer(0); }));
  return out;
}

Result<std::vector<std::string>> assignees(ReadDb& db, size_t limit) {
  std::vector<std::string> out;
  DW_CHECK(db.run(stmt::known_assignees, {static_cast<int64_t>(limit)},
                  [&](const Row& row) { out.emplace_back(row.text(0)); }));
  return out;
}

Result<std::map<int64_t, std::string>> numbers_at_desk(ReadDb& db,
                                                       const std::vector<TicketId>& ids) {
  std::map<int64_t, std::string> out;
  for (const TicketId id : ids) {
    if (!id || out.contains(id.value)) continue;
    DW_CHECK(db.run(stmt::number_at_desk, {id},
                    [&](const Row& row) { out[id.value] = std::string(row.text(0)); }));
  }
  return out;
}

Result<std::vector<TicketChange>> changes_of(ReadDb& db, TicketId id) {
  std::vector<TicketChange> out;
  DW_CHECK(db.run(stmt::changes_of_ticket, {id, changes_max}, [&](const Row& row) {
    namespace col = columns::ticket_change;
    out.push_back({row.time(col::at), std::string(row.text(col::field)),
                   std::string(row.text(col::old_value)), std::string(row.text(col::new_value))});
  }));
  return out;
}

Result<DeskHours> hours(ReadDb& db, TimePoint from, TimePoint until, const OfficeTime& office) {
  DeskHours out;
  out.from = std::chrono::floor<std::chrono::hours>(from);
  if (until <= out.from) return out;
  out.hours.resize(static_cast<size_t>((until - out.from + hour_length - Millis(1)) / hour_length));
  const auto hour_at = [&](TimePoint at) -> DeskHour& {
    return out.hours[static_cast<size_t>((at - out.from) / hour_length)];
  };
  DW_CHECK(db.run(stmt::hours_opened, {out.from, until},
                  [&](const Row& row) { hour_at(row.time(0)).opened = row.integer(1); }));
  DW_CHECK(db.run(stmt::hours_solved, {out.from, until}, [&](const Row& row) {
    DeskHour& hour = hour_at(row.time(0));
    hour.solved = row.integer(1);
    hour.answered += row.integer(2);
  }));
  DW_CHECK(db.run(stmt::first_replies, {out.from, until}, [&](const Row& row) {
    DeskHour& hour = hour_at(row.time(0));
    hour.answered += row.integer(2);
    if (hour.reply_seconds.size() < replies_per_hour) {
      const Millis after(std::max<int64_t>(0, row.integer(1)));
      hour.reply_seconds.push_back(after / std::chrono::seconds(1));
      hour.office_seconds.push_back(office(row.time(0) - after, row.time(0)) /
                                    std::chrono::seconds(1));
    }
  }));
  return out;
}

Result<std::optional<TimePoint>> oldest(ReadDb& db) {
  std::optional<TimePoint> out;
  DW_CHECK(db.run(stmt::oldest_ticket, {}, [&](const Row& row) { out = row.time_or_none(0); }));
  return out;
}

}  // namespace dw::tickets
