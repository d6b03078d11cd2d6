#include "jobs/notices/date_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/outside_text.h"
#include "base/storable.h"
#include "base/text.h"
#include "domain/period.h"
#include "jobs/notices/columns.h"
#include "jobs/notices/texts.h"

namespace dw {
namespace {

/// So many dates of a spreadsheet, none beyond the 12th of its month, are no chance.
constexpr int64_t typed_dates_least = 3;
/// So many dates of one order to one of the other, and that one was mistyped.
constexpr int64_t dates_to_a_slip = 10;
constexpr size_t texts_known = 1024;

size_t place_of(DayOrder order) {
  return order == DayOrder::day_first ? 0 : 1;
}

DayOrder other_than(DayOrder order) {
  return order == DayOrder::day_first ? DayOrder::month_first : DayOrder::day_first;
}

std::string_view words_of(DayOrder order) {
  return order == DayOrder::day_first ? "the day first" : "the month first";
}

bool is_numeric_with(const std::string& format, DayOrder order) {
  const auto numeric = numeric_format(format);
  return numeric && !numeric->is_year_first && numeric->order == order;
}

bool has(const std::vector<std::string>& formats, const std::string& wanted) {
  return std::find(formats.begin(), formats.end(), wanted) != formats.end();
}

}  // namespace

ReportDates::ReportDates(const NoticesSettings& settings, std::optional<DayOrder> proven)
    : known_(texts_known) {
  choose_formats(settings, proven);
}

void ReportDates::choose_formats(const NoticesSettings& settings, std::optional<DayOrder> proven) {
  const std::vector<std::string>& given = settings.date_formats;
  Kind& usual = kinds_[0];
  usual.is_open = !settings.has_date_format;
  bool has_both = false, has_pair = false;
  for (const std::string& format : given) {
    const auto numeric = numeric_format(format);
    if (!numeric) continue;
    Kind& kind = kinds_.at(numeric->is_year_first ? 1 : 0);
    const bool is_usual = !numeric->is_year_first;
    has_both = has_both || (is_usual && kind.assumed && kind.assumed != numeric->order);
    if (!kind.assumed) kind.assumed = numeric->order;
    has_pair = has_pair || (is_usual && has(given, exchanged(format)));
  }
  usual.is_open = usual.is_open || has_pair;
  // "%d/%m/%Y" and "%m-%d-%Y": the separator tells which is meant.
  if (has_both && !has_pair) usual.assumed = std::nullopt;
  // ISO dates are always understood.
  if (!kinds_[1].assumed) kinds_[1].assumed = DayOrder::month_first;
  if (usual.assumed && usual.is_open && proven) usual.assumed = proven;
  for (const std::string& format : given) {
    const bool is_other =
        usual.assumed && usual.is_open && is_numeric_with(format, other_than(*usual.assumed));
    const std::string meant = is_other ? exchanged(format) : format;
    const bool is_fixed = has_pair && !has(given, exchanged(format));
    const std::string& chosen = is_fixed ? format : meant;
    if (!has(formats_, chosen)) formats_.push_back(chosen);
  }
}

ReadDate ReportDates::read(const Cell& cell) {
  const auto judge = [&] {
    std::string kept;
    return ReadDate{day_in(cell, formats_), numeric_date(clean(cell.text, Cleaning::phrase, kept))};
  };
  Known looked_for;
  const std::string_view text = cell.text;
  if (cell.serial_day || text.empty() || text.size() > looked_for.text.size()) return judge();
  std::memcpy(looked_for.text.data(), text.data(), text.size());
  Known& known = known_[hash_text(text) % known_.size()];
  if (known.bytes == text.size() && known.text == looked_for.text) return known.is;
  known = {.text = looked_for.text, .bytes = static_cast<uint8_t>(text.size()), .is = judge()};
  return known.is;
}

void ReportDates::note(const TableRow& row, int first_column, int at, const ReadDate& date) {
  const Proofs& proofs = kinds_[0].in_column;
  for (size_t i = 0; i < row.cells.size(); ++i) {
    const bool is_date = static_cast<int>(i) == at;
    const bool is_settled = proofs[0] || proofs[1];
    if (is_date || !is_settled) note_cell(row, first_column, i, is_date, date);
  }
}

void ReportDates::note_cell(const TableRow& row, int first_column, size_t place, bool is_date,
                            const ReadDate& read) {
  const Cell& cell = row.cells[place];
  std::string kept;
  const auto text = [&] { return clean(cell.text, Cleaning::phrase, kept); };
  const auto date = is_date ? read.numeric : numeric_date(text());
  if (!date) {
    if (is_date && read.day && cell.serial_day) {
      ++typed_;
      has_typed_beyond_12_ = has_typed_beyond_12_ || day_of_month(*cell.serial_day) > 12;
    }
    return;
  }
  if (!date->order) {
    has_text_of_either_ = has_text_of_either_ || is_date;
    return;
  }
  Kind& kind = kinds_.at(date->is_year_first ? 1 : 0);
  auto& proof = (is_date ? kind.in_column : kind.elsewhere).at(place_of(*date->order));
  if (!proof) {
    proof =
        Proof{row.number, first_column + static_cast<int>(place), storable(std::string(text()))};
  }
  ++proof->dates;
}

std::string ReportDates::shown(const Proof& proof) {
  return fmt::format("\"{}\" (row {}, column {})", cut_characters(proof.text, 40), proof.row,
                     column_letters(proof.column));
}

/// The date's own column decides; where it has no day beyond the 12th, the other columns do if they
/// agree. A date now and then that denies all others is a slip: its row alone is reported.
Result<std::optional<DayOrder>> ReportDates::proven_order(const Kind& kind) {
  const auto& [day_first, month_first] = kind.in_column;
  if (day_first && month_first) {
    const DayOrder assumed = kind.assumed.value_or(DayOrder::day_first);
    const int64_t usual = kind.in_column.at(place_of(assumed))->dates;
    const int64_t other = kind.in_column.at(place_of(other_than(assumed)))->dates;
    if (other <= std::max<int64_t>(1, usual / dates_to_a_slip)) return std::optional(assumed);
    if (usual <= other / dates_to_a_slip) return std::optional(other_than(assumed));
    return Error{ErrorKind::invalid, "notices.date_format",
                 fmt::format("the report has dates of two orders: {} has the day first, {} the "
                             "month first, and a date such as 05/11 may be either. Nothing was "
                             "sent; correct the report",
                             shown(*day_first), shown(*month_first))};
  }
  if (day_first || month_first) {
    return std::optional(day_first ? DayOrder::day_first : DayOrder::month_first);
  }
  const auto& [day_elsewhere, month_elsewhere] = kind.elsewhere;
  if (bool(day_elsewhere) == bool(month_elsewhere)) return std::optional<DayOrder>();
  return std::optional(day_elsewhere ? DayOrder::day_first : DayOrder::month_first);
}

/// A spreadsheet that opens dates of the other order exchanges day and month where it can, and
/// leaves a text where it can't.
Result<void> ReportDates::check_typed() const {
  const Proofs& proofs = kinds_[0].in_column;
  const auto& proof = proofs[0] ? proofs[0] : proofs[1];
  if (!proof || has_text_of_either_ || has_typed_beyond_12_ || typed_ < typed_dates_least) {
    return {};
  }
  return Error{
      ErrorKind::invalid, "notices.columns",
      fmt::format("{} is a text, and none of the column's {} other dates is after the 12th of its "
                  "month: a spreadsheet has exchanged day and month in those. Nothing was sent; "
                  "import the report into the spreadsheet again with the column as text, or with "
                  "the locale of its dates",
                  shown(*proof), typed_)};
}

Result<std::optional<DayOrder>> ReportDates::settle() const {
  std::optional<DayOrder> wanted;
  for (const Kind& kind : kinds_) {
    if (!kind.assumed) continue;
    DW_TRY(const std::optional<DayOrder> proven, proven_order(kind));
    if (!proven || proven == kind.assumed) continue;
    // Nobody writes %Y-%d-%m unless the settings say so: "2026-13-01" is a slip of its row.
    if (&kind == &kinds_[1] && kind.assumed == DayOrder::month_first) continue;
    if (kind.is_open) {
      wanted = proven;
      continue;
    }
    const size_t place = place_of(*proven);
    const auto& proof =
        kind.in_column.at(place) ? kind.in_column.at(place) : kind.elsewhere.at(place);
    const auto read_by = std::find_if(formats_.begin(), formats_.end(), [&](const auto& format) {
      const auto numeric = numeric_format(format);
      return numeric && numeric->is_year_first == (&kind == &kinds_[1]);
    });
    const std::string used = read_by == formats_.end() ? "%Y-%m-%d" : *read_by;
    return Error{ErrorKind::invalid, "notices.date_format",
                 fmt::format("{} has {}, but {} has {}. Nothing was sent; set notices.date_format "
                             "to \"{}\", or correct the report",
                             shown(*proof), words_of(*proven), used, words_of(*kind.assumed),
                             exchanged(used))};
  }
  DW_CHECK(check_typed());
  return wanted;
}

}  // namespace dw
