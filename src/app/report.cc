#include "app/report.h"

#include <unistd.h>

#include <filesystem>

#include "app/core.h"
#include "base/text.h"
#include "connectors/sheets/sheets.h"
#include "connectors/sqs/credentials.h"
#include "connectors/tables/csv.h"
#include "connectors/tables/s3.h"
#include "connectors/tables/wire.h"
#include "connectors/tables/xlsx.h"

namespace dw {
namespace {

/// The sheet that a range names.
std::string sheet_of(const std::string& range) {
  const auto parsed = parse_range(range);
  return parsed ? parsed->tab : "";
}

std::string region_of(const NoticesSettings& settings, const Environment& environment) {
  if (!settings.region.empty()) return settings.region;
  const auto given = environment("AWS_REGION");
  return given ? *given : environment("AWS_DEFAULT_REGION").value_or("us-east-1");
}

/// The chain is shared with the signer that a source of bytes keeps, beyond this call.
Task<Result<AwsSigning>> sign_for_s3(std::shared_ptr<AwsCredentialChain> chain,
                                     std::string region) {
  DW_CO_TRY(const AwsCredentials found, co_await chain->get());
  co_return AwsSigning{std::move(region), "s3", found.key_id, found.secret, found.session_token};
}

Result<std::unique_ptr<ByteSource>> open_bytes(Core& core) {
  const NoticesSettings& settings = core.settings.notices;
  if (!settings.file.starts_with("s3://")) return open_file(settings.file);
  const auto place = parse_s3(settings.file);
  if (!place) {
    return Error{ErrorKind::invalid, "notices.file", "must be s3://BUCKET/KEY"};
  }
  const Environment environment = process_environment();
  const std::string region = region_of(settings, environment);
  // Shared with the signer, which the source keeps.
  auto chain = std::make_shared<AwsCredentialChain>(core.http, core.clock, environment);
  const AwsSigner signer = [chain, region] { return sign_for_s3(chain, region); };
  return std::unique_ptr<ByteSource>(
      std::make_unique<S3Bytes>(core.http, s3_address(*place, region, settings.endpoint), signer));
}

/// A workbook is read from its end first: what lies elsewhere is copied to a file that has no name
/// any more once it is open.
Task<Result<std::unique_ptr<ReportTable>>> open_workbook(Core& core) {
  const NoticesSettings& settings = core.settings.notices;
  // Few workbooks have the sheet that the range's default names.
  const bool is_default = settings.range == NoticesSettings{}.range;
  if (!settings.file.starts_with("s3://")) {
    co_return XlsxTable::open(settings.file, settings.file, sheet_of(settings.range), is_default);
  }
  DW_CO_TRY(const std::unique_ptr<ByteSource> bytes, open_bytes(core));
  // mkstemp fills in the letters.
  std::string path = std::filesystem::temp_directory_path() / ("deskwire-" + std::string(6, 'X'));
  const int fd = ::mkstemp(path.data());
  if (fd < 0) co_return Error{ErrorKind::full, path, "can't be written"};
  std::vector<char> piece(256 * 1024);
  Result<void> copied;
  for (;;) {
    const Result<size_t> read = co_await bytes->read(piece);
    if (!read.ok()) copied = read.error();
    if (!read.ok() || *read == 0) break;
    if (::write(fd, piece.data(), *read) != static_cast<ssize_t>(*read)) {
      copied = Error{ErrorKind::full, path, "can't be written"};
      break;
    }
  }
  ::close(fd);
  Result<std::unique_ptr<ReportTable>> table =
      XlsxTable::open(path, settings.file, sheet_of(settings.range), is_default);
  ::unlink(path.c_str());
  if (!copied.ok()) co_return copied.error();
  co_return table;
}

}  // namespace

Task<Result<std::unique_ptr<ReportTable>>> open_report(Core& core) {
  const NoticesSettings& settings = core.settings.notices;
  if (!settings.sheet_id.empty()) {
    co_return SheetsTable::open(core.http, *core.google, core.settings.google, settings.sheet_id,
                                settings.range, settings.range == NoticesSettings{}.range);
  }
  const std::string name = to_lower(settings.file);
  if (name.ends_with(".xlsx") || name.ends_with(".xlsm")) co_return co_await open_workbook(core);
  DW_CO_TRY(std::unique_ptr<ByteSource> bytes, open_bytes(core));
  co_return std::unique_ptr<ReportTable>(
      std::make_unique<CsvTable>(std::move(bytes), settings.file, settings.encoding));
}

Task<std::string> reader_of_report(Core& core) {
  if (core.settings.notices.sheet_id.empty()) co_return std::string();
  const std::string who = core.google->who();
  co_return who.empty() ? std::string(", as who signed in") : ", as " + who;
}

}  // namespace dw
