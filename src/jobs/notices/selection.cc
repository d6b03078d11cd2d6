#include "jobs/notices/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <iterator>
#include <utility>

#include "base/address.h"
#include "base/assert.h"
#include "base/plain_text.h"
#include "base/storable.h"
#include "base/text.h"

namespace dw {
namespace {

constexpr size_t cell_bytes_max = 1000;
constexpr size_t ticket_bytes_max = 1000;
/// A line with this many separators beside an address is a row of the report.
constexpr ptrdiff_t separators_of_row = 2;
/// So many rows may stand above the headings, titles of so many cells.
constexpr size_t leading_rows_max = 10;
constexpr size_t title_cells_max = 2;
/// So many good dates say which form the column has.
constexpr size_t dates_looked_at_max = 200;

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

std::vector<std::string> suppressed_in(const NoticesSettings& settings) {
  std::vector<std::string> out;
  for (const std::string& one : settings.suppress) out.push_back(cleaned_address(one));
  return out;
}

}  // namespace

Selection::Selection(const NoticesSettings& settings, NoticeTimes times,
                     std::optional<DayOrder> proven)
    : settings_(settings),
      dates_(settings, proven),
      times_(times),
      newest_(suppressed_in(settings)),
      handover_([this](std::span<const GoodRow> rows) { newest_.take(rows); }) {
  settings_.date_formats = dates_.formats();
  for (const std::string& one : settings.closed) {
    closed_.push_back(cleaned(one, Cleaning::phrase));
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

void Selection::bad(int64_t row, std::string why) {
  ++bad_;
  if (bad_rows_.size() < bad_rows_max) bad_rows_.push_back({row, std::move(why)});
}

bool Selection::is_closed(std::string_view status) const {
  return std::any_of(closed_.begin(), closed_.end(),
                     [&](const std::string& word) { return is_same_status(status, word); });
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
  end_rows();
  if (rows_ > 0) return dates_.settle();
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
  ++rows_;
  dates_.note(row, first_column_, at.date, read);
  if (!day) return bad_date(row.number, clean(date.text, Cleaning::phrase, kept[2]));
  if (dates_looked_at_ < dates_looked_at_max) {
    ++dates_looked_at_;
    forms_of_all_ &= forms_of(clean(date.text, Cleaning::phrase, kept[2]));
  }
  if (*day < times_.from_day) {
    ++old_;
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
  GoodRow good{.row = row, .ticket = fields.ticket, .day = day, .is_closed = is_now_closed};
  if (is_now_closed) {  // of an open ticket nothing else is ever told
    good.first_name = fields.first_name;
    good.last_name = fields.last_name;
    good.email = fields.email;
    good.subject = fields.subject;
  }
  handover_.give(good);
}

void Selection::end_rows() {
  is_finished_ = true;
  handover_.finish();
  name_form_of_dates();
  // Each kept its first ones: the first of both are the first of all.
  std::vector<BadRow> all;
  all.reserve(bad_rows_.size() + newest_.bad_rows().size());
  std::merge(bad_rows_.begin(), bad_rows_.end(), newest_.bad_rows().begin(),
             newest_.bad_rows().end(), std::back_inserter(all),
             [](const BadRow& a, const BadRow& b) { return a.row < b.row; });
  if (all.size() > bad_rows_max) all.resize(bad_rows_max);
  bad_rows_ = std::move(all);
}

void Selection::note_notified(std::string_view ticket, int32_t day) {
  newest_.note_notified(ticket, day);
}

void Selection::note_had(std::string_view email) {
  newest_.note_had(email);
}

void Selection::settle() {
  DW_ASSERT(is_finished_, "finish() comes first");
  newest_.settle();
}

NoticeMetrics Selection::metrics() const {
  NoticeMetrics out{newest_.metrics(), rows_, old_};
  out.bad += bad_;
  return out;
}

}  // namespace dw
