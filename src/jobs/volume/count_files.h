// Counts out of files: the older CSV (a row per UTC date, a column per hour) and `timestamp,count`.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "jobs/volume/records.h"

namespace dw {

/// Ascending hours, none twice. Blank cells and cells that say "nan" are unknown. A `timestamp`
/// file may be finer than hours: what lies in one hour is added up. Columns are parted by commas,
/// semicolons or tabs, as the first line or Excel's `sep=` says.
/// `now`: an hour that begins later is an error; none: all hours are taken.
/// errors  invalid: with the line, and where columns are too few or too many with what was found
///         and expected; also an older file of one row alone, which is no history (that tool wrote
///         over its own)
Result<std::vector<HourCount>> read_counts(std::string_view csv,
                                           std::optional<TimePoint> now = std::nullopt);

/// RFC 3339, "2026-11-21 15:00:00", "2026-11-21 15:00", "2026-11-21T15", or seconds since 1970.
/// A zone may follow: "Z", " UTC", "+00", "+0100", "+01:00"; UTC without.
std::optional<TimePoint> read_instant(std::string_view text);

}  // namespace dw
