#include "fakes/sheets.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <optional>

#include "base/hash.h"
#include "base/number.h"
#include "base/text.h"
#include "base/unique_handle.h"
#include "net/url.h"

namespace dw {
namespace {

using Fields = std::map<std::string, std::string>;

HttpStep told(int status, json::object body) {
  return HttpStep::answer(status, to_text(body),
                          {{"Content-Type", "application/json; charset=UTF-8"}});
}

HttpStep failure(int code, const char* status, const std::string& message) {
  return told(code,
              {{"error", json::object{{"code", code}, {"message", message}, {"status", status}}}});
}

HttpStep bad_grant(const char* why) {
  return told(400, {{"error", "invalid_grant"}, {"error_description", why}});
}

Fields fields_of(std::string_view form) {
  Fields out;
  for (auto& [key, value] : decode_form(form)) out[key] = value;
  return out;
}

/// "'It''s'!B2:F" as the API reads it: rows and columns from 0, an absent end is the grid's.
struct Range {
  std::string tab;
  size_t first_row = 0, first_column = 0;
  std::optional<size_t> last_row, last_column;
};

bool read_corner(std::string_view written, std::optional<size_t>& column,
                 std::optional<size_t>& row) {
  const std::string text = replace_all(std::string(written), "$", "");
  size_t place = 0, letters = 0;
  for (; place < text.size() && text[place] >= 'A' && text[place] <= 'Z'; ++place) {
    letters = letters * 26 + static_cast<size_t>(text[place] - 'A' + 1);
  }
  if (letters > 0) column = letters - 1;
  if (place == text.size()) return letters > 0;
  const size_t number = number_in<size_t>(std::string_view(text).substr(place)).value_or(0);
  if (number == 0) return false;
  row = number - 1;
  return true;
}

std::optional<Range> read_range(std::string_view text) {
  Range out;
  std::string_view cells;
  if (text.starts_with('\'')) {
    size_t end = 1;
    for (; end < text.size(); ++end) {
      if (text[end] != '\'') continue;
      if (end + 1 >= text.size() || text[end + 1] != '\'') break;
      ++end;
    }
    if (end >= text.size()) return std::nullopt;
    out.tab = replace_all(std::string(text.substr(1, end - 1)), "''", "'");
    text.remove_prefix(end + 1);
    if (text.empty()) return out;
    if (!text.starts_with('!')) return std::nullopt;
    cells = text.substr(1);
  } else {
    const size_t mark = text.find('!');
    std::optional<size_t> column, row;
    const bool is_cell = mark == std::string_view::npos &&
                         read_corner(text.substr(0, text.find(':')), column, row) && row;
    if (mark == std::string_view::npos && !is_cell) {
      out.tab = std::string(text);
      return out;
    }
    if (!is_cell) out.tab = std::string(text.substr(0, mark));
    cells = is_cell ? text : text.substr(mark + 1);
  }
  const size_t colon = cells.find(':');
  std::optional<size_t> row, column;
  if (!read_corner(cells.substr(0, colon), column, row)) return std::nullopt;
  out.first_row = row.value_or(0);
  out.first_column = column.value_or(0);
  if (colon == std::string_view::npos) {
    out.last_row = row;
    out.last_column = column;
  } else if (!read_corner(cells.substr(colon + 1), out.last_column, out.last_row)) {
    return std::nullopt;
  }
  return out;
}

/// A cell as it is shown.
json::value formatted(const json::value& cell) {
  if (const json::object* date = cell.if_object()) return date->at("shown");
  if (cell.is_number()) return json::string(fmt::format("{}", cell.to_number<double>()));
  if (cell.is_bool()) return cell.get_bool() ? "TRUE" : "FALSE";
  return cell;
}

bool is_empty(const json::value& cell) {
  return cell.is_null() || (cell.is_string() && cell.get_string().empty());
}

/// What a request asks cells to be.
struct Rendering {
  bool is_formatted = true, has_serial_dates = true;

  json::value operator()(const json::value& cell) const {
    if (cell.is_null()) return "";
    const json::object* date = cell.if_object();
    if (is_formatted || (date != nullptr && !has_serial_dates)) return formatted(cell);
    return date != nullptr ? date->at("serial") : cell;
  }
};

/// Empty cells at the end of a row, and empty rows at the end, are left out.
json::array cut_out(const FakeSheets::Tab& tab, const Range& range, const Rendering& render) {
  json::array rows;
  const size_t end_row = std::min(range.last_row.value_or(tab.grid_rows - 1) + 1, tab.rows.size());
  for (size_t i = range.first_row; i < end_row; ++i) {
    const json::array* cells = tab.rows[i].if_array();
    json::array row;
    const size_t there = cells == nullptr ? 0 : cells->size();
    const size_t end = std::min(range.last_column.value_or(tab.grid_columns - 1) + 1, there);
    for (size_t k = range.first_column; k < end; ++k) {
      row.push_back(render((*cells)[k]));
    }
    while (!row.empty() && is_empty(row.back())) row.pop_back();
    rows.push_back(std::move(row));
  }
  while (!rows.empty() && rows.back().get_array().empty()) rows.pop_back();
  return rows;
}

std::string letters_of(size_t column) {
  std::string out;
  for (size_t left = column + 1; left > 0; left = (left - 1) / 26) {
    out.insert(out.begin(), static_cast<char>('A' + (left - 1) % 26));
  }
  return out;
}

HttpStep values(const std::vector<FakeSheets::Tab>& tabs,
                const std::map<std::string, std::string>& named_ranges, const std::string& text,
                const Fields& query) {
  const auto named = named_ranges.find(text);
  const auto range = read_range(named == named_ranges.end() ? text : named->second);
  const auto tab = std::find_if(tabs.begin(), tabs.end(), [&range](const FakeSheets::Tab& one) {
    return range &&
           (range->tab.empty() ? !one.is_hidden && !one.is_chart : one.title == range->tab);
  });
  if (tab == tabs.end() || tab->is_chart) {
    return failure(400, "INVALID_ARGUMENT", "Unable to parse range: " + text);
  }
  if (range->first_row >= tab->grid_rows || range->first_column >= tab->grid_columns) {
    return failure(400, "INVALID_ARGUMENT",
                   fmt::format("Range ({}) exceeds grid limits. Max rows: {}, max columns: {}",
                               text, tab->grid_rows, tab->grid_columns));
  }
  const auto option = query.find("valueRenderOption");
  const auto dates = query.find("dateTimeRenderOption");
  const Rendering render{
      .is_formatted = option == query.end() || option->second == "FORMATTED_VALUE",
      .has_serial_dates = dates == query.end() || dates->second == "SERIAL_NUMBER"};
  json::array rows = cut_out(*tab, *range, render);
  const size_t last_row = std::min(range->last_row.value_or(tab->grid_rows), tab->grid_rows - 1);
  const size_t last_column =
      std::min(range->last_column.value_or(tab->grid_columns), tab->grid_columns - 1);
  json::object body{{"range", fmt::format("'{}'!{}{}:{}{}", replace_all(tab->title, "'", "''"),
                                          letters_of(range->first_column), range->first_row + 1,
                                          letters_of(last_column), last_row + 1)},
                    {"majorDimension", "ROWS"}};
  if (!rows.empty()) body["values"] = std::move(rows);
  return told(200, std::move(body));
}

json::object about(const std::vector<FakeSheets::Tab>& tabs,
                   const std::map<std::string, std::string>& named_ranges) {
  json::array sheets, named;
  for (size_t i = 0; i < tabs.size(); ++i) {
    json::object properties{{"sheetId", i},
                            {"title", tabs[i].title},
                            {"index", i},
                            {"sheetType", tabs[i].is_chart ? "OBJECT" : "GRID"}};
    if (!tabs[i].is_chart) {
      properties["gridProperties"] =
          json::object{{"rowCount", tabs[i].grid_rows}, {"columnCount", tabs[i].grid_columns}};
    }
    if (tabs[i].is_hidden) properties["hidden"] = true;
    sheets.push_back(json::object{{"properties", std::move(properties)}});
  }
  for (const auto& [name, text] : named_ranges) {
    const auto range = read_range(text);
    if (!range) continue;
    json::object grid{{"startRowIndex", range->first_row},
                      {"startColumnIndex", range->first_column}};
    for (size_t i = 0; i < tabs.size(); ++i) {
      if (tabs[i].title == range->tab) grid["sheetId"] = i;
    }
    if (range->last_row) grid["endRowIndex"] = *range->last_row + 1;
    if (range->last_column) grid["endColumnIndex"] = *range->last_column + 1;
    named.push_back(json::object{{"name", name}, {"range", std::move(grid)}});
  }
  json::object out{{"sheets", std::move(sheets)}};
  if (!named.empty()) out["namedRanges"] = std::move(named);
  return out;
}

}  // namespace

HttpStep FakeSheets::answer(const HttpScript::Seen& request) {
  const size_t mark = request.path.find('?');
  const std::string path = request.path.substr(0, mark);
  const std::string query = mark == std::string::npos ? "" : request.path.substr(mark + 1);
  constexpr std::string_view orders = "/fake/", sheets = "/v4/spreadsheets/";
  if (path.starts_with(orders)) {
    const Result<json::value> details = parse_json(request.body.empty() ? "{}" : request.body);
    if (!details.ok()) return HttpStep::answer(400, "no JSON");
    return obey(path.substr(orders.size()), *details);
  }
  if (!faults_.empty()) {
    HttpStep step = std::move(faults_.front());
    faults_.pop_front();
    return step;
  }
  if (request.method == "POST" && path == "/token") return token(request.body);
  if (path == "/auth") return consent(query);
  constexpr std::string_view files = "/drive/v3/files/";
  if (!path.starts_with(sheets) && !path.starts_with(files)) {
    return HttpStep::answer(404, "<html>not here</html>");
  }
  reads_.push_back(path);
  const std::string_view bearer = request.header("authorization");
  constexpr std::string_view scheme = "Bearer ";
  if (bearer.starts_with(scheme)) {
    if (tokens_.count(std::string(bearer.substr(scheme.size()))) == 0) {
      return failure(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.");
    }
  } else {
    const Fields fields = fields_of(query);
    const auto key = fields.find("key");
    const std::string given =
        key == fields.end() ? std::string(request.header("x-goog-api-key")) : key->second;
    if (given != api_key) {
      return failure(403, "PERMISSION_DENIED", "The caller does not have permission");
    }
  }
  if (path.starts_with(files)) return drive(path.substr(files.size()));
  return sheet(path.substr(sheets.size()), query);
}

/// Of Drive's API v3, the version of a file.
HttpStep FakeSheets::drive(const std::string& id) const {
  const auto version = versions_.find(id);
  if (!has_drive_) {
    return failure(403, "PERMISSION_DENIED",
                   "Google Drive API has not been used in project 1 before or it is disabled.");
  }
  if (version == versions_.end()) return failure(404, "NOT_FOUND", "File not found: " + id + ".");
  return told(200, {{"version", std::to_string(version->second)}});
}

HttpStep FakeSheets::sheet(const std::string& path, const std::string& query) {
  const size_t slash = path.find('/');
  const auto found = spreadsheets.find(path.substr(0, slash));
  if (found == spreadsheets.end()) {
    return failure(404, "NOT_FOUND", "Requested entity was not found.");
  }
  if (slash == std::string::npos)
    return told(200, about(found->second, named_ranges[found->first]));
  constexpr std::string_view head = "values/";
  const std::string rest = path.substr(slash + 1);
  const bool is_one = rest.starts_with(head) && rest.find('/', head.size()) == std::string::npos;
  const auto range = is_one ? decode_url_part(rest.substr(head.size())) : std::nullopt;
  if (!range) return failure(404, "NOT_FOUND", "Requested entity was not found.");
  return values(found->second, named_ranges[found->first], *range, fields_of(query));
}

bool FakeSheets::is_assertion_good(const std::string& assertion) const {
  const std::vector<std::string_view> parts = split(assertion, '.');
  if (parts.size() != 3) return false;
  const Result<json::value> claims = parse_json(from_base64url(parts[1]).value_or(""));
  if (!claims.ok()) return false;
  const JsonView said(*claims);
  const int64_t seconds = said["exp"].integer().value_or(0) - said["iat"].integer().value_or(0);
  const bool fits = said["iss"].text() == account_email && seconds > 0 && seconds <= 3600 &&
                    said["aud"].text().value_or("") == url + "/token" &&
                    said["scope"].text().value_or("").find("spreadsheets") != std::string::npos;
  const UniqueHandle<BIO, BIO_free> bio(
      BIO_new_mem_buf(account_public_key.data(), static_cast<int>(account_public_key.size())));
  const UniqueHandle<EVP_PKEY, EVP_PKEY_free> key(
      PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  const UniqueHandle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  const std::string signature = from_base64url(parts[2]).value_or("");
  const std::string text = assertion.substr(0, parts[0].size() + 1 + parts[1].size());
  return fits && key != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                          text.size()) == 1;
}

HttpStep FakeSheets::grant(bool has_refresh) {
  const std::string fresh = fmt::format("ya29.fake-{}", ++last_);
  tokens_.insert(fresh);
  json::object body{{"access_token", fresh}, {"expires_in", 3599}, {"token_type", "Bearer"}};
  if (has_refresh) {
    const std::string refresh = fmt::format("1//fake-{}", ++last_);
    refresh_tokens_.insert(refresh);
    body["refresh_token"] = refresh;
  }
  return told(200, std::move(body));
}

HttpStep FakeSheets::token(const std::string& form) {
  Fields fields = fields_of(form);
  const std::string& kind = fields["grant_type"];
  if (kind == "urn:ietf:params:oauth:grant-type:jwt-bearer") {
    if (!is_assertion_good(fields["assertion"])) return bad_grant("Invalid JWT Signature.");
    return grant(false);
  }
  if (fields["client_id"] != client_id || fields["client_secret"] != client_secret) {
    return told(401, {{"error", "invalid_client"}, {"error_description", "Unauthorized"}});
  }
  if (kind == "refresh_token") {
    if (refresh_tokens_.count(fields["refresh_token"]) > 0) return grant(false);
    return bad_grant("Token has been expired or revoked.");
  }
  const auto code = challenges_.find(fields["code"]);
  if (kind != "authorization_code" || code == challenges_.end()) return bad_grant("Bad Request");
  const Sha256 hash = sha256(fields["code_verifier"]);
  const std::string proof = to_base64url(bytes_of(hash));
  const bool is_same = proof == code->second;
  challenges_.erase(code);
  return is_same ? grant(true) : bad_grant("Invalid code verifier.");
}

/// The person agrees at once.
HttpStep FakeSheets::consent(const std::string& query) {
  Fields fields = fields_of(query);
  const bool is_whole = fields["client_id"] == client_id && fields["response_type"] == "code" &&
                        fields["code_challenge_method"] == "S256" && !fields["state"].empty() &&
                        fields["redirect_uri"].starts_with("http://127.0.0.1:");
  if (!is_whole) return HttpStep::answer(400, "<html>Error 400: invalid_request</html>");
  const std::string code = fmt::format("4/0A{}", ++last_);
  challenges_[code] = fields["code_challenge"];
  return HttpStep::answer(
      302, "",
      {{"Location", fmt::format("{}?state={}&code={}", fields["redirect_uri"],
                                encode_url_part(fields["state"]), encode_url_part(code))}});
}

HttpStep FakeSheets::obey(std::string_view name, const json::value& details) {
  const JsonView order(details);
  const auto text = [&order](const char* key) { return order[key].text().value_or(""); };
  if (name == "tab") {
    Tab tab{.title = text("title"), .rows = {}};
    if (const json::value* rows = order["rows"].raw(); rows != nullptr && rows->is_array()) {
      tab.rows = rows->get_array();
    }
    tab.grid_rows = static_cast<size_t>(order["grid_rows"].integer().value_or(1000));
    tab.is_hidden = order["hidden"].boolean().value_or(false);
    tab.is_chart = order["chart"].boolean().value_or(false);
    std::vector<Tab>& tabs = spreadsheets[text("spreadsheet")];
    std::erase_if(tabs, [&tab](const Tab& one) { return one.title == tab.title; });
    tabs.push_back(std::move(tab));
    ++versions_[text("spreadsheet")];
  } else if (name == "drive") {
    has_drive_ = order["is_enabled"].boolean().value_or(true);
  } else if (name == "named_range") {
    named_ranges[text("spreadsheet")][text("name")] = text("range");
  } else if (name == "account") {
    account_email = text("email");
    account_public_key = text("public_key");
  } else if (name == "fault") {
    const auto status = static_cast<int>(order["status"].integer().value_or(503));
    HttpStep step =
        failure(status, status == 429 ? "RESOURCE_EXHAUSTED" : "UNAVAILABLE", "try again later");
    if (const std::string wait = text("retry_after"); !wait.empty()) {
      step.headers.emplace_back("Retry-After", wait);
    }
    faults_.push_back(std::move(step));
  } else if (name == "expire") {
    tokens_.clear();
    if (order["refresh"].boolean().value_or(false)) refresh_tokens_.clear();
  } else if (name == "reads") {
    json::array out;
    for (const std::string& one : reads_) out.push_back(json::string(one));
    return told(200, {{"reads", std::move(out)}});
  } else {
    return told(404, {{"error", "no such order"}});
  }
  return told(200, {});
}

}  // namespace dw
