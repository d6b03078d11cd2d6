#include "jobs/notices/columns.h"

#include <fmt/format.h>

#include <array>

#include "base/outside_text.h"
#include "base/storable.h"
#include "base/text.h"
#include "domain/day_order.h"
#include "domain/period.h"

namespace dw {
namespace {

/// Serial dates outside of 1954 to 2119 are numbers that mean something else.
constexpr int32_t serial_first = -5569;
constexpr int32_t serial_last = 54'431;

/// One thing that a row has, where the settings say it is, and how reports head it.
struct Wanted {
  std::string_view what;
  std::string NoticeColumns::*written;
  int ColumnPlaces::*place;
  std::vector<std::string_view> headings;  ///< without case, spaces and punctuation
};

const std::array<Wanted, 8>& all_wanted() {
  using C = NoticeColumns;
  using P = ColumnPlaces;
  static const std::array<Wanted, 8> all = {{
      {"first_name", &C::first_name, &P::first_name, {"firstname", "givenname", "forename"}},
      {"last_name", &C::last_name, &P::last_name, {"lastname", "surname", "familyname"}},
      {"name", &C::name, &P::name, {"name", "fullname", "customer", "customername"}},
      {"email", &C::email, &P::email, {"email", "emailaddress", "mail", "customeremail"}},
      {"ticket",
       &C::ticket,
       &P::ticket,
       {"ticket", "ticketid", "ticketno", "ticketnumber", "number", "case", "caseid"}},
      {"status", &C::status, &P::status, {"status", "state", "ticketstatus"}},
      {"date", &C::date, &P::date, {"date", "closed", "closedon", "closedat", "statusdate"}},
      {"subject", &C::subject, &P::subject, {"subject", "title", "summary"}},
  }};
  return all;
}

std::string plain(std::string_view heading) {
  std::string out;
  for (const char c : to_lower(heading)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

/// "C" is 2, "AA" 26; nothing for what is no letter.
std::optional<int> column_of_letters(std::string_view text) {
  if (text.empty() || text.size() > 2) return std::nullopt;
  int column = 0;
  for (const char c : text) {
    if (c < 'A' || c > 'Z') return std::nullopt;
    column = column * 26 + (c - 'A' + 1);
  }
  return column - 1;
}

std::string text_at(std::span<const Cell> row, int place) {
  const bool is_there = place >= 0 && static_cast<size_t>(place) < row.size();
  return is_there ? cleaned(row[static_cast<size_t>(place)].text, Cleaning::phrase) : std::string();
}

/// Where the settings name a column by its letters.
std::optional<int> lettered_place(const std::string& written, int first_column) {
  const auto letters = column_of_letters(written);
  if (!letters || *letters < first_column) return std::nullopt;
  return *letters - first_column;
}

std::string list_headings(std::span<const Cell> first, int first_column) {
  std::vector<std::string> out;
  for (size_t i = 0; i < first.size(); ++i) {
    const int column = first_column + static_cast<int>(i);
    out.push_back(fmt::format("{} \"{}\"", column_letters(column),
                              cut_characters(storable(text_at(first, static_cast<int>(i))), 40)));
  }
  return join(out, ", ");
}

Error wrong(std::string what) {
  return {ErrorKind::invalid, "notices.columns", std::move(what)};
}

std::optional<int> place_of_heading(std::span<const Cell> first, std::string_view heading) {
  for (size_t i = 0; i < first.size(); ++i) {
    const std::string text = text_at(first, static_cast<int>(i));
    if (equals_ignoring_case(text, cleaned(heading, Cleaning::phrase))) return static_cast<int>(i);
  }
  return std::nullopt;
}

/// Of two columns with one heading nobody can say which is meant.
Result<void> check_single(std::span<const Cell> first, const std::string& heading, int place,
                          int first_column) {
  const auto behind = first.subspan(static_cast<size_t>(place) + 1);
  const auto second = place_of_heading(behind, heading);
  if (!second) return {};
  return wrong(
      fmt::format("\"{}\" stands twice, in the columns {} and {}: give one of them another "
                  "heading, or set notices.columns to the letter",
                  heading, column_letters(first_column + place),
                  column_letters(first_column + place + 1 + *second)));
}

bool is_known(const Wanted& wanted, const std::string& heading) {
  const auto& all = wanted.headings;
  return std::find(all.begin(), all.end(), heading) != all.end();
}

/// A heading that is known for another thing than the settings take its column for.
Result<void> check_drift(const NoticesSettings& settings, const Layout& layout,
                         std::span<const Cell> first, int first_column) {
  for (const Wanted& wanted : all_wanted()) {
    const int place = layout.at.*wanted.place;
    const std::string heading = plain(text_at(first, place));
    if (heading.empty() || is_known(wanted, heading)) continue;
    for (const Wanted& other : all_wanted()) {
      const bool is_other = is_known(other, heading) && !(settings.columns.*other.written).empty();
      // A column that a person named by its heading is what they say.
      if (!is_other || place_of_heading(first, settings.columns.*wanted.written)) continue;
      return wrong(fmt::format(
          "column {} is headed \"{}\", but notices.columns takes it for the {}: the report has "
          "changed. Set notices.columns to what it has now: {}",
          column_letters(first_column + place), text_at(first, place), wanted.what,
          list_headings(first, first_column)));
    }
  }
  return {};
}

}  // namespace

std::string column_letters(int column) {
  std::string out(1, static_cast<char>('A' + column % 26));
  return column < 26 ? out : std::string(1, static_cast<char>('A' + column / 26 - 1)) + out;
}

std::optional<int32_t> day_in(const Cell& cell, const std::vector<std::string>& formats) {
  std::string kept;
  const std::string_view text = clean(cell.text, Cleaning::phrase, kept);
  for (const std::string& format : formats) {
    if (const auto day = parse_day(text, format)) return day;
  }
  // An ISO date, unless the settings have the year first and the month last.
  if (const auto day = parse_iso_day(text)) {
    const bool is_exchanged = std::any_of(formats.begin(), formats.end(), [](const auto& format) {
      const auto numeric = numeric_format(format);
      return numeric && numeric->is_year_first && numeric->order == DayOrder::day_first;
    });
    if (!is_exchanged) return day;
  }
  const bool is_date =
      cell.serial_day && *cell.serial_day >= serial_first && *cell.serial_day <= serial_last;
  return is_date ? cell.serial_day : std::nullopt;
}

size_t count_filled(std::span<const Cell> row) {
  size_t count = 0;
  for (size_t i = 0; i < row.size(); ++i)
    count += text_at(row, static_cast<int>(i)).empty() ? 0 : 1;
  return count;
}

bool is_heading_row(const NoticesSettings& settings, std::span<const Cell> row, int first_column) {
  size_t named = 0, found = 0, usual = 0;
  for (const Wanted& wanted : all_wanted()) {
    const std::string& written = settings.columns.*wanted.written;
    if (written.empty()) continue;
    const auto place = lettered_place(written, first_column);
    if (!place || written.size() > 1) {
      ++named;
      found += place_of_heading(row, written) ? 1 : 0;
    }
    usual += place && is_known(wanted, plain(text_at(row, *place))) ? 1 : 0;
  }
  const bool is_entry = is_entry_row(settings, row, first_column);
  // Half of them are enough: the one that is missing is then named.
  const bool is_named = named > 0 && found * 2 >= named && (found == named || found >= 2);
  return !is_entry && (is_named || usual >= 2);
}

bool is_entry_row(const NoticesSettings& settings, std::span<const Cell> row, int first_column) {
  const auto email = lettered_place(settings.columns.email, first_column);
  if (email && text_at(row, *email).find('@') != std::string::npos) return true;
  const auto date = lettered_place(settings.columns.date, first_column);
  const bool has_date_cell = date && static_cast<size_t>(*date) < row.size();
  return has_date_cell && day_in(row[static_cast<size_t>(*date)], settings.date_formats);
}

Result<Layout> find_layout(const NoticesSettings& settings, std::span<const Cell> first,
                           int first_column) {
  Layout layout;
  for (const Wanted& wanted : all_wanted()) {
    const std::string& written = settings.columns.*wanted.written;
    const bool is_half_name = wanted.what == "first_name" || wanted.what == "last_name";
    if (written.empty() || (is_half_name && !settings.columns.name.empty())) continue;
    const auto letters = column_of_letters(written);
    // "ID" is more likely a heading than the 238th column, where a heading says so.
    const auto headed =
        letters && written.size() == 1 ? std::nullopt : place_of_heading(first, written);
    if (headed) {
      DW_CHECK(check_single(first, written, *headed, first_column));
      layout.at.*wanted.place = *headed;
      layout.has_heading = true;
    } else if (letters && *letters >= first_column) {
      layout.at.*wanted.place = *letters - first_column;
    } else {
      return wrong(fmt::format("there is no column \"{}\" ({}); the report's first row has: {}",
                               written, wanted.what, list_headings(first, first_column)));
    }
  }
  if (!layout.has_heading) {
    const std::string email = text_at(first, layout.at.email);
    const auto date = static_cast<size_t>(layout.at.date);
    const bool has_date = date < first.size() && day_in(first[date], settings.date_formats);
    const bool is_word = !email.empty() || !text_at(first, layout.at.date).empty();
    bool is_closed = false;
    for (const std::string& word : settings.closed) {
      is_closed = is_closed || equals_ignoring_case(text_at(first, layout.at.status), word);
    }
    const bool has_address = email.find('@') != std::string::npos;
    layout.has_heading = is_word && !has_date && !has_address && !is_closed;
  }
  if (layout.has_heading) {
    layout.headings = list_headings(first, first_column);
    DW_CHECK(check_drift(settings, layout, first, first_column));
  }
  return layout;
}

}  // namespace dw
