#include "app/report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "app/core.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "connectors/sheets/sheets.h"
#include "connectors/sqs/credentials.h"
#include "connectors/tables/csv.h"
#include "connectors/tables/s3.h"
#include "connectors/tables/wire.h"
#include "connectors/tables/xlsx.h"
#include "net/async_event.h"

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

bool is_in_s3(const NoticesSettings& settings) {
  return settings.file.starts_with("s3://");
}

S3Store s3_of(Core& core) {
  const Environment environment = process_environment();
  const std::string region = region_of(core.settings.notices, environment);
  // Shared with the signer, which a source of bytes keeps.
  auto chain = std::make_shared<AwsCredentialChain>(core.http, core.clock, environment);
  return {core.http, region, core.settings.notices.endpoint,
          [chain, region] { return sign_for_s3(chain, region); }};
}

Result<S3Place> place_in_s3(const NoticesSettings& settings) {
  const auto place = parse_s3(settings.file);
  if (place) return *place;
  return Error{ErrorKind::invalid, "notices.file", "must be s3://BUCKET/KEY or s3://BUCKET/PREFIX"};
}

/// Without a look into the bucket: who may only get the file is not asked for more.
bool is_one_file(const NoticesSettings& settings) {
  if (is_in_s3(settings)) return is_report_name(settings.file);
  std::error_code failed;
  return !std::filesystem::is_directory(settings.file, failed);
}

/// One request, or one pass over a folder.
Task<Result<std::optional<FoundReport>>> find_newest(Core& core) {
  const NoticesSettings& settings = core.settings.notices;
  if (!is_in_s3(settings)) co_return find_newest_file(settings.file);
  DW_CO_TRY(S3Place place, place_in_s3(settings));
  const S3Store s3 = s3_of(core);
  co_return co_await find_newest_object(s3, std::move(place));
}

constexpr Millis quiet_for{1000};
constexpr int quiet_looks_max = 10;

/// The newest report of several. One that is being written to is waited for, some seconds.
Task<Result<FoundReport>> find_quiet(Core& core) {
  const std::string& file = core.settings.notices.file;
  for (int looks = 0; looks < quiet_looks_max; ++looks) {
    DW_CO_TRY(std::optional<FoundReport> found, co_await find_newest(core));
    if (!found) {
      co_return Error{ErrorKind::missing, file, "there is no .csv or .xlsx file (notices.file)"};
    }
    if (is_in_s3(core.settings.notices)) co_return std::move(*found);
    if (found->changed_at + quiet_for <= core.clock.now()) co_return std::move(*found);
    AsyncEvent pause(core.loop, core.clock);
    co_await pause.wait(core.clock.monotonic() + quiet_for);
  }
  co_return Error{ErrorKind::busy, file, "its newest file is still being written to: run again"};
}

/// What to open; nothing: the version that was wanted is gone.
Task<Result<std::optional<FoundReport>>> choose_report(Core& core, const ReportVersion& wanted) {
  const NoticesSettings& settings = core.settings.notices;
  if (wanted.name.empty() && is_one_file(settings)) {
    FoundReport found{{settings.file, ""}, {}, ""};
    if (is_in_s3(settings)) {
      DW_CO_TRY(const S3Place place, place_in_s3(settings));
      found.is.name = place.key;
    }
    co_return found;
  }
  if (wanted.name.empty()) {
    DW_CO_TRY(FoundReport found, co_await find_quiet(core));
    co_return std::move(found);
  }
  std::optional<FoundReport> found;
  if (is_in_s3(settings)) {
    DW_CO_TRY(const S3Place place, place_in_s3(settings));
    const S3Store s3 = s3_of(core);
    S3Place object{place.bucket, wanted.name};
    DW_CO_TRY(found, co_await find_newest_object(s3, std::move(object)));
  } else {
    DW_CO_TRY(found, find_newest_file(wanted.name));
  }
  if (found && found->is != wanted) found.reset();
  co_return found;
}

/// "s3://desk/reports/a.csv"
std::string label_of(const NoticesSettings& settings, const FoundReport& report) {
  const auto place = is_in_s3(settings) ? parse_s3(settings.file) : std::nullopt;
  return place ? "s3://" + place->bucket + "/" + report.is.name : report.is.name;
}

Result<std::unique_ptr<ByteSource>> open_bytes(Core& core, const FoundReport& report) {
  const NoticesSettings& settings = core.settings.notices;
  if (!is_in_s3(settings)) return open_file(report.is.name);
  DW_TRY(const S3Place place, place_in_s3(settings));
  const S3Store s3 = s3_of(core);
  return std::unique_ptr<ByteSource>(std::make_unique<S3Bytes>(
      core.http, s3_address({place.bucket, report.is.name}, s3.region, s3.endpoint), s3.signer,
      report.tag));
}

/// A workbook is read from its end first: what lies elsewhere is copied to a file that has no name
/// any more once it is open.
Task<Result<std::unique_ptr<ReportTable>>> open_workbook(Core& core, FoundReport report) {
  const NoticesSettings& settings = core.settings.notices;
  // Few workbooks have the sheet that the range's default names.
  const bool is_default = settings.range == NoticesSettings{}.range;
  const std::string label = label_of(settings, report);
  if (!is_in_s3(settings)) {
    co_return XlsxTable::open(report.is.name, label, sheet_of(settings.range), is_default);
  }
  DW_CO_TRY(const std::unique_ptr<ByteSource> bytes, open_bytes(core, report));
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
      XlsxTable::open(path, label, sheet_of(settings.range), is_default);
  ::unlink(path.c_str());
  if (!copied.ok()) co_return copied.error();
  co_return table;
}

Task<Result<std::unique_ptr<ReportTable>>> open_sheet(Core& core) {
  const NoticesSettings& settings = core.settings.notices;
  co_return SheetsTable::open(core.http, *core.google, core.settings.google, settings.sheet_id,
                              settings.range, settings.range == NoticesSettings{}.range);
}

constexpr std::chrono::hours read_anew_after{1};
constexpr std::string_view whole_sheet_each_look =
    "each look of notices.watch reads the whole sheet, because Drive does not tell its version";

Task<Result<std::string>> drive_version(Core& core) {
  return sheet_version(core.http, *core.google, core.settings.google,
                       core.settings.notices.sheet_id);
}

/// Whether Drive tells this key or account the version, if not now (429, 5xx).
bool is_told(const Result<std::string>& version) {
  return version.ok() || version.error().kind == ErrorKind::unreachable;
}

/// Drive's version of the file; empty: Drive tells this key or account nothing.
Task<Result<std::string>> ask_drive(Core& core, SheetLooks& looks) {
  const Monotonic now = core.clock.monotonic();
  if (now < looks.ask_drive_from) co_return std::string();
  Result<std::string> version = co_await drive_version(core);
  // Whoever asks too much is not answered by asking for all of it.
  if (is_told(version)) co_return version;
  if (looks.ask_drive_from == Monotonic{}) {
    log_info("notices", std::string(whole_sheet_each_look), {{"why", version.error().text()}});
  }
  looks.ask_drive_from = now + read_anew_after;
  co_return std::string();
}

/// Two sheets are the same where their cells are; Drive's version tells that they can't have
/// changed.
Task<Result<std::optional<FoundReport>>> find_sheet(Core& core, SheetLooks& looks) {
  const NoticesSettings& settings = core.settings.notices;
  const std::string name = settings.sheet_id + "/" + settings.range;
  DW_CO_TRY(std::string version, co_await ask_drive(core, looks));
  const Monotonic now = core.clock.monotonic();
  const bool is_known = !version.empty() && version == looks.version;
  if (is_known && now < looks.read_at + read_anew_after) {
    co_return FoundReport{{name, looks.cells}, {}, ""};
  }
  DW_CO_TRY(std::unique_ptr<ReportTable> table, co_await open_sheet(core));
  std::string text;
  const TableSink sink = [&text](const TableRow& row) {
    text += fmt::format("{}\n", row.number);
    for (const Cell& cell : row.cells) {
      text += fmt::format("{}:{}{} ", cell.text.size(), cell.text, cell.serial_day.value_or(0));
    }
    if (text.size() > 64 * 1024) text = bytes_of(sha256(text));
  };
  for (;;) {
    DW_CO_TRY(const bool has_more, co_await table->more(sink));
    if (!has_more) break;
  }
  // The version was asked for before: a change since then is another one.
  looks.version = std::move(version);
  looks.cells = to_hex(bytes_of(sha256(text)));
  looks.read_at = now;
  co_return FoundReport{{name, looks.cells}, {}, ""};
}

}  // namespace

Task<Result<std::optional<FoundReport>>> find_report(Core& core, SheetLooks& looks) {
  if (!core.settings.notices.sheet_id.empty()) co_return co_await find_sheet(core, looks);
  co_return co_await find_newest(core);
}

Task<Result<std::unique_ptr<ReportTable>>> open_report(Core& core, ReportVersion wanted) {
  if (!core.settings.notices.sheet_id.empty()) co_return co_await open_sheet(core);
  DW_CO_TRY(std::optional<FoundReport> report, co_await choose_report(core, wanted));
  if (!report) co_return std::unique_ptr<ReportTable>();
  const std::string name = to_lower(report->is.name);
  if (name.ends_with(".xlsx") || name.ends_with(".xlsm")) {
    co_return co_await open_workbook(core, std::move(*report));
  }
  DW_CO_TRY(std::unique_ptr<ByteSource> bytes, open_bytes(core, *report));
  co_return std::unique_ptr<ReportTable>(std::make_unique<CsvTable>(
      std::move(bytes), label_of(core.settings.notices, *report), core.settings.notices.encoding));
}

Task<std::string> reader_of_report(Core& core) {
  if (core.settings.notices.sheet_id.empty()) co_return std::string();
  std::string out = ", with google.api_key";
  const std::string who = core.google->who();
  if (!who.empty()) {
    out = ", as " + who;
  } else if (core.google->kind() != GoogleCredentials::Kind::none) {
    out = ", as who signed in";
  }
  co_return out;
}

Task<std::string> cost_of_watch(Core& core) {
  const NoticesSettings& settings = core.settings.notices;
  if (settings.sheet_id.empty() || settings.watch.count() == 0) co_return std::string();
  const Result<std::string> version = co_await drive_version(core);
  if (is_told(version)) co_return std::string();
  co_return fmt::format("{} ({})", whole_sheet_each_look, version.error().text());
}

}  // namespace dw
