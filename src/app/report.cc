#include "app/report.h"

#include "app/core.h"
#include "base/text.h"
#include "connectors/tables/csv.h"

namespace dw {

Task<Result<std::unique_ptr<Table>>> open_report(Core& core) {
  const NoticesSettings& settings = core.settings.notices;
  DW_CO_TRY(std::unique_ptr<ByteSource> bytes, open_file(settings.file));
  co_return std::unique_ptr<Table>(
      std::make_unique<CsvTable>(std::move(bytes), settings.file, settings.encoding));
}

Task<std::string> reader_of_report(Core&) {
  co_return std::string();
}

}  // namespace dw
