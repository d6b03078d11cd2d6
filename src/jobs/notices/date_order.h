// Day and month in one report: their order is decided once, for all its rows. The settings say it,
// and the rows must not prove the other one; where the settings say nothing the rows decide.
// Pure: rows go in one by one, as they are read.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "config/notices_section.h"
#include "domain/day_order.h"
#include "ports/table.h"

namespace dw {

/// What a cell's text is as a date.
struct ReadDate {
  std::optional<int32_t> day;          ///< by the report's formats: day_in()
  std::optional<NumericDate> numeric;  ///< whatever they are
};

class ReportDates {
 public:
  /// `proven`: by an earlier reading of the report.
  explicit ReportDates(const NoticesSettings& settings, std::optional<DayOrder> proven = {});

  /// To read days by; none is another's with day and month exchanged.
  const std::vector<std::string>& formats() const { return formats_; }
  /// The cell as a date. Reports have few days and many rows of each: a text that was here lately
  /// is not read again.
  ReadDate read(const Cell& cell);
  /// One row; `at` is the date's place in it, `first_column` the column of its first cell, `date`
  /// what read() said.
  void note(const TableRow& row, int first_column, int at, const ReadDate& date);

  /// The order that the rows prove where they were read in the other one, and the settings leave it
  /// open: read the report again with it. After the rows.
  /// errors  invalid: rows prove what other rows or the settings deny; it names them
  Result<std::optional<DayOrder>> settle() const;

 private:
  /// The first date that proves an order, and how many do.
  struct Proof {
    int64_t row = 0;
    int column = 0;
    std::string text;
    int64_t dates = 0;
  };
  using Proofs = std::array<std::optional<Proof>, 2>;  ///< by DayOrder
  /// Dates whose year stands first have an order of their own.
  struct Kind {
    std::optional<DayOrder> assumed;  ///< none: the settings name both, each with its separator
    bool is_open = false;             ///< the rows may decide otherwise
    Proofs in_column, elsewhere;
  };

  /// A text and what it is; none is empty.
  struct Known {
    std::array<char, 23> text{};
    uint8_t bytes = 0;
    ReadDate is;
  };

  void note_cell(const TableRow& row, int first_column, size_t place, bool is_date,
                 const ReadDate& read);
  void choose_formats(const NoticesSettings& settings, std::optional<DayOrder> proven);
  static Result<std::optional<DayOrder>> proven_order(const Kind& kind);
  Result<void> check_typed() const;
  static std::string shown(const Proof& proof);

  std::vector<std::string> formats_;
  std::vector<Known> known_;
  std::array<Kind, 2> kinds_;  ///< the year last, the year first
  // Dates that a spreadsheet has as dates, beside texts that it could not read as one.
  int64_t typed_ = 0;
  bool has_typed_beyond_12_ = false, has_text_of_either_ = false;
};

}  // namespace dw
