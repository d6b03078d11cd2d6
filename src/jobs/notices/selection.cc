#include "jobs/notices/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "base/address.h"
#include "base/assert.h"
#include "base/plain_text.h"
#include "base/storable.h"
#include "base/text.h"

namespace dw {
namespace {

constexpr size_t bad_rows_max = 500;
constexpr size_t cell_bytes_max = 1000;
constexpr size_t ticket_bytes_max = 1000;
/// A line with this many separators beside an address is a row of the report.
constexpr ptrdiff_t separators_of_row = 2;
/// So many rows may stand above the headings, titles of so many cells.
constexpr size_t leading_rows_max = 10;
constexpr size_t title_cells_max = 2;
/// So many good dates say which form the column has.
constexpr size_t dates_looked_at_max = 200;
/// So many rows wait for each other, with texts of so many bytes.
constexpr size_t waiting_max = 64;
constexpr size_t waiting_bytes_max = 16 * 1024;

bool is_blank(const TableRow& row) {
  return count_filled(row.cells) == 0;
}

/// Spaces decide nothing: where a program put a no-break space, another has none.
bool is_same_status(std::string_view a, std::string_view b) {
  const auto without_spaces = [](std::string_view text) { return replace_all(text, " ", ""); };
  return equals_ignoring_case(without_spaces(a), without_spaces(b));
}

/// Which of the usual forms of a date fit.
uint32_t forms_of(std::string_view text) {
  uint32_t out = 0;
  const auto forms = usual_day_formats();
  for (size_t i = 0; i < forms.size(); ++i) {
    if (parse_day(text, forms[i])) out |= 1U << i;
  }
  return out;
}

/// "1041.0", as some programs write the number of a ticket.
std::string_view plain_ticket(std::string_view ticket) {
  size_t digits = 0;
  while (digits < ticket.size() && is_digit(ticket[digits])) ++digits;
  if (digits == 0 || digits == ticket.size() || ticket[digits] != '.') return ticket;
  const bool is_whole = ticket.size() > digits + 1 &&
                        ticket.find_first_not_of('0', digits + 1) == std::string_view::npos;
  return is_whole ? ticket.substr(0, digits) : ticket;
}

/// "1.23457E+11": the other digits are lost, and other tickets may look the same.
bool is_shortened_number(std::string_view text) {
  // What begins with something else is told apart at once.
  if (text.empty() || !is_digit(text.front())) return false;
  constexpr std::string_view digits = "0123456789";
  const size_t exponent = std::min(text.find('e'), text.find('E'));
  if (exponent == std::string_view::npos || text.substr(exponent + 1, 1) != "+") return false;
  const std::string_view power = text.substr(exponent + 2);
  const std::string_view number = text.substr(0, exponent);
  const size_t point = number.find_first_not_of(digits);
  const bool has_fraction = point != std::string_view::npos;
  if (has_fraction && number[point] != '.' && number[point] != ',') return false;
  const std::string_view fraction = has_fraction ? number.substr(point + 1) : std::string_view();
  return point != 0 && !number.empty() && power.size() >= 2 &&
         power.find_first_not_of(digits) == std::string_view::npos &&
         fraction.find_first_not_of(digits) == std::string_view::npos;
}

std::string refusal_of_ticket(std::string_view ticket) {
  if (ticket.empty()) return "there is no ticket";
  if (ticket.size() > ticket_bytes_max) {
    return fmt::format("the ticket is longer than {} bytes", ticket_bytes_max);
  }
  if (is_shortened_number(ticket)) {
    return fmt::format(
        "the ticket \"{}\" is a number that a spreadsheet has shortened: make the "
        "column text, and export it again",
        ticket);
  }
  const bool is_truth = ticket == "TRUE" || ticket == "FALSE";
  return is_truth ? fmt::format("the ticket is {}, which is no number or name", ticket) : "";
}

/// Rows behind a quote that was opened and not closed belong to other people.
bool has_row_inside(std::string_view text, ptrdiff_t separators_least) {
  if (text.find('\n') == std::string_view::npos) return false;
  for (const std::string_view line : split(text, '\n')) {
    if (line.find('@') == std::string_view::npos) continue;
    for (const char separator : {',', ';', '\t', '|'}) {
      if (std::count(line.begin(), line.end(), separator) >= separators_least) return true;
    }
  }
  return false;
}

std::string error_reason(std::string_view value) {
  if (value == uncalculated_value) {
    return "a formula has no value: open the report in a spreadsheet program and save it";
  }
  return fmt::format("a cell has the error {}", value);
}

}  // namespace

std::string Notice::name() const {
  std::string out(first_name);
  if (!out.empty() && !last_name.empty()) out += ' ';
  return out.append(last_name);
}

std::string_view name_of(LeftOut reason) {
  return reason == LeftOut::had ? "had" : "suppressed";
}

Selection::Selection(const NoticesSettings& settings, NoticeTimes times,
                     std::optional<DayOrder> proven)
    : settings_(settings), dates_(settings, proven), times_(times), newest_(times.from_day) {
  settings_.date_formats = dates_.formats();
  for (const std::string& one : settings.closed) {
    closed_.push_back(cleaned(one, Cleaning::phrase));
  }
  for (const std::string& one : settings.suppress) {
    suppressed_.push_back(cleaned_address(one));
  }
}

std::string_view Selection::text_at(const TableRow& row, int place) {
  const bool is_there = place >= 0 && static_cast<size_t>(place) < row.cells.size();
  return is_there ? row.cells[static_cast<size_t>(place)].text : std::string_view();
}

std::string_view Selection::cell(const TableRow& row, int place, Cleaning cleaning,
                                 std::string& kept) const {
  return cut_bytes(clean(text_at(row, place), cleaning, kept), cell_bytes_max);
}

/// Rows are reported in their order: those that wait come first.
void Selection::bad(int64_t row, std::string why) {
  use_waiting();
  ++metrics_.bad;
  if (bad_rows_.size() < bad_rows_max) bad_rows_.push_back({row, std::move(why)});
}

bool Selection::is_closed(std::string_view status) const {
  return std::any_of(closed_.begin(), closed_.end(),
                     [&](const std::string& word) { return is_same_status(status, word); });
}

bool Selection::is_suppressed(std::string_view email) const {
  const std::string_view domain = email.substr(email.find('@'));
  return std::any_of(suppressed_.begin(), suppressed_.end(), [&](const std::string& one) {
    return equals_ignoring_case(one.starts_with('@') ? domain : email, one);
  });
}

Result<void> Selection::take(const TableRow& row, int first_column) {
  if (has_layout_) {
    take_row(row);
    return {};
  }
  first_column_ = first_column;
  return is_blank(row) ? Result<void>() : take_leading(row);
}

/// Reports have titles above their headings: which row is what shows with the first one that is a
/// heading or has data.
Result<void> Selection::take_leading(const TableRow& row) {
  Leading one{.number = row.number};
  for (const Cell& cell : row.cells) one.texts.emplace_back(cell.text);
  for (size_t i = 0; i < row.cells.size(); ++i) {
    one.cells.push_back({{}, row.cells[i].serial_day});
  }
  leading_.push_back(std::move(one));
  Leading& kept = leading_.back();
  for (size_t i = 0; i < kept.texts.size(); ++i) kept.cells[i].text = kept.texts[i];
  const bool is_heading = is_heading_row(settings_, row.cells, first_column_);
  const bool is_entry = is_entry_row(settings_, row.cells, first_column_);
  if (!is_heading && !is_entry && leading_.size() < leading_rows_max) return {};
  return find_heading(is_heading, is_entry);
}

/// Rows above the headings are titles where they have no more than a cell or two; what has more is
/// a row that can't be read, and is reported.
Result<void> Selection::find_heading(bool is_last_heading, bool is_last_entry) {
  std::vector<Leading> rows = std::exchange(leading_, {});
  size_t head = 0;
  if (is_last_heading) {
    head = rows.size() - 1;
  } else if (is_last_entry && rows.size() > 1) {
    head = rows.size() - 2;
  } else if (!is_last_entry) {
    while (head + 1 < rows.size() && count_filled(rows[head].cells) <= title_cells_max) ++head;
  }
  DW_TRY(layout_, find_layout(settings_, rows[head].cells, first_column_));
  has_layout_ = true;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i == head && layout_.has_heading) continue;
    const bool is_above = i < head || (i == head && is_last_entry && rows.size() > 1);
    const bool is_title = is_above && count_filled(rows[i].cells) <= title_cells_max;
    if (!is_title && !(is_last_heading && i < head)) take_row({rows[i].number, rows[i].cells});
  }
  return {};
}

Result<std::optional<DayOrder>> Selection::finish() {
  if (!has_layout_ && !leading_.empty()) DW_CHECK(find_heading(false, false));
  use_waiting();
  if (metrics_.rows > 0) return dates_.settle();
  return Error{ErrorKind::invalid, "notices",
               has_layout_ ? "the report has one row and none below it: is it the right file and "
                             "tab, and do its rows end with LF, CRLF or CR?"
                           : "the report is empty: is it the right file and tab?"};
}

void Selection::take_row(const TableRow& row) {
  const ColumnPlaces& at = layout_.at;
  std::array<std::string, 7>& kept = cleaned_;
  Fields fields{.ticket = plain_ticket(clean(text_at(row, at.ticket), Cleaning::word, kept[0])),
                .status = cell(row, at.status, Cleaning::phrase, kept[1])};
  const bool has_date_cell = at.date >= 0 && static_cast<size_t>(at.date) < row.cells.size();
  const Cell date = has_date_cell ? row.cells[static_cast<size_t>(at.date)] : Cell{};
  if (fields.ticket.empty() && fields.status.empty() && is_blank(row)) return;
  const ReadDate read = dates_.read(date);
  const std::optional<int32_t>& day = read.day;
  // Reports that were put behind each other have their headings again.
  const bool may_be_heading = !day && layout_.has_heading;
  if (may_be_heading && is_heading_row(settings_, row.cells, first_column_)) return;
  ++metrics_.rows;
  dates_.note(row, first_column_, at.date, read);
  if (!day) return bad_date(row.number, clean(date.text, Cleaning::phrase, kept[2]));
  if (dates_looked_at_ < dates_looked_at_max) {
    ++dates_looked_at_;
    forms_of_all_ &= forms_of(clean(date.text, Cleaning::phrase, kept[2]));
  }
  if (*day < times_.from_day) {
    ++metrics_.old;
    return;
  }
  // The people's clocks and the report's may differ by a zone.
  if (*day > times_.today + 1) {
    return bad(row.number, fmt::format("{} is in the future", day_text(*day)));
  }
  fields.first_name = cell(row, at.name >= 0 ? at.name : at.first_name, Cleaning::prose, kept[3]);
  if (at.name < 0) fields.last_name = cell(row, at.last_name, Cleaning::prose, kept[4]);
  fields.email = clean_address(text_at(row, at.email), kept[5]);
  fields.subject = cell(row, at.subject, Cleaning::prose, kept[6]);
  for (const std::string_view text : {fields.ticket, fields.status, fields.email, fields.first_name,
                                      fields.last_name, fields.subject}) {
    if (text.starts_with('#') && is_error_value(text)) return bad(row.number, error_reason(text));
  }
  fields.is_plain = is_plain(fields.ticket) && is_plain(fields.first_name) &&
                    is_plain(fields.last_name) && is_plain(fields.subject);
  const auto has_rows = [&](std::string_view text, ptrdiff_t separators_least) {
    return !fields.is_plain && has_row_inside(text, separators_least);
  };
  if (has_rows(fields.first_name, 0) || has_rows(fields.last_name, 0)) {
    return bad_quote(row.number, "a name");
  }
  if (has_rows(fields.subject, separators_of_row)) return bad_quote(row.number, "the subject");
  use(row.number, fields, *day);
}

void Selection::bad_quote(int64_t row, std::string_view where) {
  bad(row, fmt::format("{} has an address and line ends in it: is a quote opened and not closed?",
                       where));
}

void Selection::bad_date(int64_t row, std::string_view text) {
  if (text.empty()) return bad(row, "there is no date");
  if (is_error_value(text)) return bad(row, error_reason(text));
  use_waiting();
  forms_of_bad_ &= forms_of(text);
  const std::string shown = is_utf8(text) ? storable(std::string(cut_bytes(text, 80))) : "…";
  if (bad_rows_.size() < bad_rows_max) bad_dates_.push_back(bad_rows_.size());
  bad(row, fmt::format("\"{}\" is no date of the form {} (notices.date_format)", shown,
                       join(settings_.date_formats, " or ")));
}

/// What the rows say: one form that fits those which were refused, and better the others, too.
void Selection::name_form_of_dates() {
  const uint32_t both = forms_of_bad_ & forms_of_all_;
  const uint32_t fit = both != 0 ? both : forms_of_bad_;
  if (bad_dates_.empty() || fit == 0) return;
  const auto form = usual_day_formats()[static_cast<size_t>(std::countr_zero(fit))];
  for (const size_t place : bad_dates_) {
    bad_rows_[place].why += fmt::format("; {} would fit", form);
  }
  bad_dates_.clear();
}

/// What the ledger can't keep as it is would not be known again in the next report.
std::string_view Selection::unstorable_part(const Fields& fields, bool is_now_closed) {
  if (fields.is_plain) return "";
  std::string_view unstorable = unstorable_reason(fields.ticket);
  if (!is_now_closed) return unstorable;
  for (const std::string_view text : {fields.subject, fields.first_name, fields.last_name}) {
    if (unstorable.empty()) unstorable = unstorable_reason(text);
  }
  return unstorable;
}

void Selection::use(int64_t row, const Fields& fields, int32_t day) {
  if (std::string why = refusal_of_ticket(fields.ticket); !why.empty()) {
    return bad(row, std::move(why));
  }
  if (fields.status.empty()) return bad(row, "there is no status");
  if (fields.status != last_status_) {
    last_status_ = fields.status;
    is_last_closed_ = is_closed(fields.status);
  }
  const bool is_now_closed = is_last_closed_;
  const std::string_view unstorable = unstorable_part(fields, is_now_closed);
  if (!unstorable.empty()) {
    return bad(row, fmt::format("it {}; check notices.encoding", unstorable));
  }
  wait(row, fields, day, is_now_closed);
}

void Selection::wait(int64_t row, const Fields& fields, int32_t day, bool is_now_closed) {
  Waiting one{.row = row, .fields = fields, .day = day, .is_closed = is_now_closed};
  one.ticket_hash = hash_text(fields.ticket);
  if (is_now_closed) one.customer_hash = hash_ignoring_case(fields.email);
  one.fields.status = {};
  const auto texts = {&one.fields.first_name, &one.fields.last_name, &one.fields.email,
                      &one.fields.ticket, &one.fields.subject};
  size_t bytes = 0;
  for (const std::string_view* text : texts) bytes += text->size();
  if (waiting_.size() == waiting_max || waiting_bytes_ + bytes > waiting_bytes_max) use_waiting();
  if (bytes > waiting_bytes_max) return keep(one);
  waiting_texts_.resize(waiting_bytes_max);
  for (std::string_view* text : texts) {
    char* at = waiting_texts_.data() + waiting_bytes_;
    if (!text->empty()) std::memcpy(at, text->data(), text->size());
    *text = {at, text->size()};
    waiting_bytes_ += text->size();
  }
  waiting_.push_back(one);
}

/// A row may be refused, and then asks for this again.
void Selection::use_waiting() {
  if (waiting_.empty()) return;
  std::vector<Waiting> rows = std::exchange(waiting_, {});
  fetch_waiting(rows);
  for (const Waiting& one : rows) keep(one);
  rows.clear();
  waiting_ = std::move(rows);
  waiting_bytes_ = 0;
}

/// Each step looks at what the step before has had fetched for all rows.
void Selection::fetch_waiting(std::span<Waiting> rows) {
  for (const Waiting& one : rows) {
    ticket_index_.fetch_for(one.ticket_hash);
    if (one.is_closed) customer_index_.fetch_for(one.customer_hash);
  }
  for (Waiting& one : rows) {
    one.ticket = ticket_index_.likely(one.ticket_hash);
    if (one.ticket != NumberIndex::none) fetch(&tickets_[one.ticket]);
    if (one.is_closed) one.customer = customer_index_.likely(one.customer_hash);
    if (one.customer != NumberIndex::none) fetch(&customers_[one.customer]);
  }
  for (const Waiting& one : rows) {
    if (one.ticket != NumberIndex::none) fetch(tickets_[one.ticket].text);
    if (one.customer == NumberIndex::none) continue;
    fetch(customers_[one.customer].email);
    fetch(customers_[one.customer].name);
    fetch(customers_[one.customer].name + customers_[one.customer].first_bytes);
  }
}

void Selection::keep(const Waiting& one) {
  const Fields& fields = one.fields;
  const int32_t day = one.day;
  const bool is_now_closed = one.is_closed;
  uint32_t customer = NumberIndex::none;
  if (is_now_closed) {
    customer = customer_of(fields, one.customer_hash, day);
    if (customer == NumberIndex::none) return bad(one.row, refusal_of_address(fields.email));
    ++metrics_.closed;
  }
  const auto fresh = static_cast<uint32_t>(tickets_.size());
  const uint32_t number = ticket_index_.find_or_put(
      one.ticket_hash, fresh, [&](uint32_t n) { return id_of(tickets_[n]) == fields.ticket; });
  const bool is_new = number == fresh;
  if (is_new) {
    const char* text = texts_.keep(fields.ticket).data();
    tickets_.push_back({.text = text,
                        .customer = NumberIndex::none,
                        .day = day,
                        .id_bytes = static_cast<uint16_t>(fields.ticket.size()),
                        .subject_bytes = 0,
                        .is_closed = false,
                        .is_notified = false,
                        .was_closed = false});
  }
  TicketState& ticket = tickets_[number];
  ticket.was_closed = ticket.was_closed || is_now_closed;
  // The newest row is the latest day's, and of one day the last in the report.
  if (!is_new && day < ticket.day) return;
  ticket.day = day;
  ticket.is_closed = is_now_closed;
  ticket.customer = customer;
  const std::string_view known(ticket.text + ticket.id_bytes, ticket.subject_bytes);
  if (is_now_closed && fields.subject != known) {
    std::string both(fields.ticket);
    both.append(fields.subject);
    ticket.text = texts_.keep(both).data();
    ticket.subject_bytes = static_cast<uint16_t>(fields.subject.size());
  }
}

uint32_t Selection::customer_of(const Fields& fields, uint64_t hash, int32_t day) {
  const auto fresh = static_cast<uint32_t>(customers_.size());
  const auto is_same = [&](uint32_t n) {
    return equals_ignoring_case(email_of(customers_[n]), fields.email);
  };
  uint32_t number = customer_index_.find(hash, is_same);
  if (number == NumberIndex::none) {
    if (!refusal_of_address(fields.email).empty()) return NumberIndex::none;
    number = customer_index_.find_or_put(hash, fresh, is_same);
    return add_customer(fields, day);
  }
  Customer& one = customers_[number];
  if (day < one.name_day) return number;
  one.name_day = day;
  const std::string_view first(one.name, one.first_bytes);
  const std::string_view last(one.name + one.first_bytes, one.last_bytes);
  if (first == fields.first_name && last == fields.last_name) return number;
  std::string both(fields.first_name);
  both.append(fields.last_name);
  one.name = texts_.keep(both).data();
  one.first_bytes = static_cast<uint16_t>(fields.first_name.size());
  one.last_bytes = static_cast<uint16_t>(fields.last_name.size());
  return number;
}

uint32_t Selection::add_customer(const Fields& fields, int32_t day) {
  DW_ASSERT(fields.email.size() <= UINT8_MAX, "an address was refused if it is longer");
  std::string all(fields.email);
  all.append(fields.first_name).append(fields.last_name);
  const char* text = texts_.keep(all).data();
  customers_.push_back({.email = text,
                        .name = text + fields.email.size(),
                        .name_day = day,
                        .first_bytes = static_cast<uint16_t>(fields.first_name.size()),
                        .last_bytes = static_cast<uint16_t>(fields.last_name.size()),
                        .email_bytes = static_cast<uint8_t>(fields.email.size()),
                        .has_had = false,
                        .is_suppressed = is_suppressed(fields.email)});
  return static_cast<uint32_t>(customers_.size() - 1);
}

void Selection::note_notified(std::string_view ticket, int32_t day) {
  use_waiting();
  ticket = plain_ticket(ticket);
  const uint32_t number = ticket_index_.find(
      hash_text(ticket), [&](uint32_t n) { return id_of(tickets_[n]) == ticket; });
  if (number != NumberIndex::none && tickets_[number].day <= day)
    tickets_[number].is_notified = true;
}

void Selection::note_had(std::string_view email) {
  use_waiting();
  const uint32_t number = customer_index_.find(hash_ignoring_case(email), [&](uint32_t n) {
    return equals_ignoring_case(email_of(customers_[n]), email);
  });
  if (number != NumberIndex::none) customers_[number].has_had = true;
}

}  // namespace dw
