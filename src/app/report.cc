#include "app/report.h"

#include "app/core.h"
#include "base/text.h"
#include "connectors/sheets/sheets.h"
#include "connectors/tables/csv.h"
#include "connectors/tables/xlsx.h"

namespace dw {
namespace {

/// The sheet that a range names; the range's default names one that few workbooks have.
std::string sheet_of(const std::string& range) {
  if (range == NoticesSettings{}.range) return "";
  const auto parsed = parse_range(range);
  return parsed ? parsed->tab : "";
}

}  // namespace

Task<Result<std::unique_ptr<Table>>> open_report(Core& core) {
  const NoticesSettings& settings = core.settings.notices;
  if (!settings.sheet_id.empty()) {
    co_return SheetsTable::open(core.http, *core.google, core.settings.google, settings.sheet_id,
                                settings.range);
  }
  if (to_lower(settings.file).ends_with(".xlsx")) {
    co_return XlsxTable::open(settings.file, settings.file, sheet_of(settings.range));
  }
  DW_CO_TRY(std::unique_ptr<ByteSource> bytes, open_file(settings.file));
  co_return std::unique_ptr<Table>(
      std::make_unique<CsvTable>(std::move(bytes), settings.file, settings.encoding));
}

Task<std::string> reader_of_report(Core& core) {
  if (core.settings.notices.sheet_id.empty()) co_return std::string();
  const std::string who = core.google->who();
  co_return who.empty() ? std::string(", as who signed in") : ", as " + who;
}

}  // namespace dw
