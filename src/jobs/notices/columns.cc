#include "jobs/notices/columns.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"
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

std::string letters_of(int column) {
  std::string out(1, static_cast<char>('A' + column % 26));
  return column < 26 ? out : std::string(1, static_cast<char>('A' + column / 26 - 1)) + out;
}

std::string_view text_at(std::span<const Cell> row, int place) {
  const bool is_there = place >= 0 && static_cast<size_t>(place) < row.size();
  return is_there ? trim(row[static_cast<size_t>(place)].text) : std::string_view();
}

std::string list_headings(std::span<const Cell> first, int first_column) {
  std::vector<std::string> out;
  for (size_t i = 0; i < first.size(); ++i) {
    const int column = first_column + static_cast<int>(i);
    out.push_back(
        fmt::format("{} \"{}\"", letters_of(column), cut_characters(trim(first[i].text), 40)));
  }
  return join(out, ", ");
}

std::optional<int> place_of_heading(std::span<const Cell> first, std::string_view heading) {
  for (size_t i = 0; i < first.size(); ++i) {
    if (equals_ignoring_case(trim(first[i].text), heading)) return static_cast<int>(i);
  }
  return std::nullopt;
}

Error wrong(std::string what) {
  return {ErrorKind::invalid, "notices.columns", std::move(what)};
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
          letters_of(first_column + place), text_at(first, place), wanted.what,
          list_headings(first, first_column)));
    }
  }
  return {};
}

}  // namespace

std::optional<int32_t> day_in(const Cell& cell, const std::vector<std::string>& formats) {
  const std::string_view text = trim(cell.text);
  for (const std::string& format : formats) {
    if (const auto day = parse_day(text, format)) return day;
  }
  const bool is_date =
      cell.serial_day && *cell.serial_day >= serial_first && *cell.serial_day <= serial_last;
  return is_date ? cell.serial_day : std::nullopt;
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
    const std::string_view email = text_at(first, layout.at.email);
    const auto date = static_cast<size_t>(layout.at.date);
    const bool has_date = date < first.size() && day_in(first[date], settings.date_formats);
    const bool is_word = !email.empty() || !text_at(first, layout.at.date).empty();
    bool is_closed = false;
    for (const std::string& word : settings.closed) {
      is_closed = is_closed || equals_ignoring_case(text_at(first, layout.at.status), word);
    }
    const bool has_address = email.find('@') != std::string_view::npos;
    layout.has_heading = is_word && !has_date && !has_address && !is_closed;
  }
  if (layout.has_heading) {
    layout.headings = list_headings(first, first_column);
    DW_CHECK(check_drift(settings, layout, first, first_column));
  }
  return layout;
}

}  // namespace dw
