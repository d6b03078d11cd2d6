#include "jobs/notices/last_run_date.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "base/text_file.h"
#include "domain/period.h"

namespace dw {
namespace {

constexpr size_t bytes_max = 4096;

}  // namespace

Result<int32_t> read_last_run_date(const std::string& file) {
  if (::access(file.c_str(), F_OK) != 0) {
    return Error{ErrorKind::missing, file, "there is no such file"};
  }
  const Error wrong{ErrorKind::invalid, file,
                    "must be {\"last_run_date\": \"DD/MM/YYYY\"}; fix or remove the file: with a "
                    "wrong date customers are mailed twice, or never"};
  const Result<std::string> text = read_whole(file, bytes_max);
  if (!text.ok()) return wrong;
  const Result<json::value> parsed = parse_json(*text);
  if (!parsed.ok() || !parsed->is_object()) return wrong;
  const json::value* date = parsed->get_object().if_contains("last_run_date");
  if (date == nullptr || !date->is_string()) return wrong;
  const std::string_view written(date->get_string());
  const auto day = written.size() == 10 ? parse_day(written, "%d/%m/%Y") : std::nullopt;
  if (!day) return wrong;
  return *day;
}

Result<void> write_last_run_date(const std::string& file, int32_t day) {
  const std::string iso = day_text(day);
  return write_whole(file, fmt::format("{{\"last_run_date\": \"{}/{}/{}\"}}\n", iso.substr(8),
                                       iso.substr(5, 2), iso.substr(0, 4)));
}

void keep_last_run_date(int32_t day) {
  const Result<int32_t> older = read_last_run_date(last_run_file);
  if (!older.ok() || day <= *older) return;
  const Result<void> written = write_last_run_date(last_run_file, day);
  if (!written.ok()) log_warn("notices", written.error().text());
}

}  // namespace dw
