#include "connectors/sheets/wire.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>

#include "base/hash.h"
#include "base/number.h"
#include "base/text.h"
#include "base/unique_handle.h"
#include "net/url.h"

namespace dw {
namespace {

constexpr int64_t assertion_seconds = 3600;
constexpr int last_column_usual = 25;
/// Nobody's report is wider, and an answer has a size.
constexpr int64_t columns_max = 702;

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains({key.data(), key.size()});
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

std::string letters_of(int column) {
  std::string out;
  for (int left = column + 1; left > 0; left = (left - 1) / 26) {
    out.insert(out.begin(), static_cast<char>('A' + (left - 1) % 26));
  }
  return out;
}

/// "B12" or "$B$12" into column and row; either may be absent.
bool parse_corner(std::string_view written, int& column, int64_t& row) {
  std::string text(written);
  if (text.starts_with('$')) text.erase(0, 1);
  const size_t dollar = text.find('$');
  if (dollar != std::string::npos && dollar > 0) text.erase(dollar, 1);
  size_t letters = 0;
  int value = 0;
  while (letters < text.size() && letters < 3) {
    const char c = static_cast<char>(text[letters] & ~0x20);
    if (c < 'A' || c > 'Z') break;
    value = value * 26 + (c - 'A' + 1);
    ++letters;
  }
  if (letters > 0) column = value - 1;
  const std::string_view digits = std::string_view(text).substr(letters);
  if (digits.empty()) return letters > 0;
  row = number_in(digits).value_or(0);
  return row > 0;
}

Result<std::string> sign_rs256(const Secret& pem, std::string_view text) {
  const UniqueHandle<BIO, BIO_free> bio(
      BIO_new_mem_buf(pem.reveal().data(), static_cast<int>(pem.reveal().size())));
  const UniqueHandle<EVP_PKEY, EVP_PKEY_free> key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  const UniqueHandle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  size_t size = 0;
  const bool is_ready =
      key != nullptr &&
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1;
  std::string out(size, '\0');
  if (!is_ready || EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()),
                                  &size, bytes, text.size()) != 1) {
    return Error{ErrorKind::invalid, "google.credentials",
                 "private_key is not an RSA key in PEM format"};
  }
  out.resize(size);
  return out;
}

}  // namespace

std::optional<SheetRange> parse_range(std::string_view text) {
  SheetRange out;
  text = trim(text);
  size_t bang = text.rfind('!');
  std::string_view cells = bang == std::string_view::npos ? text : text.substr(bang + 1);
  std::string_view tab = bang == std::string_view::npos ? std::string_view() : text.substr(0, bang);
  if (bang == std::string_view::npos && text.starts_with('\'')) {
    tab = text;
    cells = {};
  }
  if (tab.size() > 1 && tab.front() == '\'' && tab.back() == '\'') {
    out.tab = replace_all(tab.substr(1, tab.size() - 2), "''", "'");
  } else {
    out.tab = tab;
  }
  if (cells.empty()) return out.tab.empty() ? std::nullopt : std::optional(out);
  const size_t colon = cells.find(':');
  int first_column = -1;
  const bool is_good = parse_corner(cells.substr(0, colon), first_column, out.first_row);
  // "Data" is a name and no column; "A2" is a cell.
  const bool is_name = colon == std::string_view::npos &&
                       cells.find_first_of("0123456789") == std::string_view::npos;
  if ((!is_good || is_name) && bang == std::string_view::npos) {
    out = {};
    out.tab = text;  // "Report" alone is a tab, or a named range
    out.is_name_alone = true;
    return out;
  }
  out.first_column = std::max(first_column, 0);
  if (colon == std::string_view::npos) return out;
  if (!is_good || !parse_corner(cells.substr(colon + 1), out.last_column, out.last_row)) {
    return std::nullopt;
  }
  return out;
}

std::string range_text(const SheetRange& range) {
  const std::string tab = range.tab.empty() ? "" : "'" + replace_all(range.tab, "'", "''") + "'!";
  const int last = range.last_column < 0 ? last_column_usual : range.last_column;
  return fmt::format("{}{}{}:{}{}", tab, letters_of(range.first_column), range.first_row,
                     letters_of(last), range.last_row);
}

Spreadsheet spreadsheet_in(const json::value& answer) {
  Spreadsheet out;
  const JsonView view(answer);
  for (const JsonView& sheet : view["sheets"].elements()) {
    const JsonView about = sheet["properties"];
    out.tabs.push_back(
        {.id = about["sheetId"].integer().value_or(0),
         .title = about["title"].text().value_or(""),
         .rows = about["gridProperties"]["rowCount"].integer().value_or(0),
         .columns = about["gridProperties"]["columnCount"].integer().value_or(columns_max),
         .is_hidden = about["hidden"].boolean().value_or(false),
         .is_grid = about["sheetType"].text().value_or("GRID") == "GRID"});
  }
  for (const JsonView& named : view["namedRanges"].elements()) {
    const JsonView range = named["range"];
    // Ends are exclusive and from 0; what is absent is not bounded.
    SheetRange cells;
    cells.first_row = range["startRowIndex"].integer().value_or(0) + 1;
    cells.last_row = range["endRowIndex"].integer().value_or(-1);
    cells.first_column = static_cast<int>(range["startColumnIndex"].integer().value_or(0));
    cells.last_column = static_cast<int>(range["endColumnIndex"].integer().value_or(0)) - 1;
    out.named_ranges.push_back({named["name"].text().value_or(""),
                                range["sheetId"].integer().value_or(0), std::move(cells)});
  }
  return out;
}

namespace {

Error no_tab(const std::string& what, const Spreadsheet& about) {
  std::vector<std::string> names;
  for (const SheetTab& tab : about.tabs) {
    names.push_back("\"" + tab.title + "\"" +
                    (!tab.is_grid    ? " (a chart)"
                     : tab.is_hidden ? " (hidden)"
                                     : ""));
  }
  for (const NamedRange& one : about.named_ranges) {
    names.push_back("\"" + one.name + "\" (a named range)");
  }
  return {ErrorKind::invalid, "notices.range",
          fmt::format("{}; the spreadsheet has {}", what, join(names, ", "))};
}

const NamedRange* named_range(const Spreadsheet& about, const std::string& name) {
  for (const NamedRange& one : about.named_ranges) {
    if (equals_ignoring_case(one.name, name)) return &one;
  }
  return nullptr;
}

}  // namespace

Result<SheetRange> place_range(const SheetRange& range, bool is_default, const Spreadsheet& about) {
  SheetRange out = range;
  const NamedRange* named = range.is_name_alone ? named_range(about, range.tab) : nullptr;
  if (named != nullptr) out = named->cells;
  const SheetTab *found = nullptr, *first = nullptr;
  for (const SheetTab& tab : about.tabs) {
    const bool is_visible = tab.is_grid && !tab.is_hidden;
    if (first == nullptr && is_visible) first = &tab;
    const bool is_it =
        named != nullptr ? tab.id == named->tab_id : equals_ignoring_case(tab.title, range.tab);
    // Who did not choose the name does not mean one that can't be seen.
    if (is_it && found == nullptr && (is_visible || !is_default)) found = &tab;
  }
  const bool is_choice_free = named == nullptr && (is_default || range.tab.empty());
  if (found == nullptr && is_choice_free) found = first;
  if (found == nullptr) {
    return no_tab(
        is_choice_free ? "no tab with cells can be seen" : fmt::format("no tab \"{}\"", range.tab),
        about);
  }
  if (!found->is_grid) {
    return no_tab(fmt::format("the tab \"{}\" is a chart and has no cells", found->title), about);
  }
  if (out.first_column >= found->columns) {
    return no_tab(fmt::format("the tab \"{}\" ends before column {}", found->title,
                              letters_of(out.first_column)),
                  about);
  }
  out.tab = found->title;
  out.is_name_alone = false;
  out.last_row = out.last_row < 0 ? found->rows : std::min(out.last_row, found->rows);
  // A request beyond the grid is refused.
  const auto last = static_cast<int>(std::min(found->columns, columns_max)) - 1;
  out.last_column = out.last_column < 0 ? last : std::min(out.last_column, last);
  return out;
}

Result<GoogleCredentials> credentials_in(std::string_view text) {
  const Error wrong{ErrorKind::invalid, "google.credentials",
                    "must be a service account's key, or an OAuth client of the kind Desktop app"};
  const Result<json::value> parsed = parse_json(text);
  if (!parsed.ok() || !parsed->is_object()) return wrong;
  const json::object* object = &parsed->get_object();
  GoogleCredentials out;
  const std::string type = text_of(*object, "type");
  for (const char* kind : {"installed", "web"}) {
    const json::value* inside = object->if_contains(kind);
    if (inside == nullptr || !inside->is_object()) continue;
    object = &inside->get_object();
    out.kind = GoogleCredentials::Kind::client;
    break;
  }
  if (type == "service_account") out.kind = GoogleCredentials::Kind::account;
  if (type == "authorized_user") out.kind = GoogleCredentials::Kind::user;
  out.email = text_of(*object, "client_email");
  out.private_key = Secret(text_of(*object, "private_key"));
  out.client_id = text_of(*object, "client_id");
  out.client_secret = Secret(text_of(*object, "client_secret"));
  out.refresh_token = Secret(text_of(*object, "refresh_token"));
  out.auth_url = text_of(*object, "auth_uri");
  out.token_url = text_of(*object, "token_uri");
  const bool is_account = out.kind == GoogleCredentials::Kind::account;
  if (out.kind == GoogleCredentials::Kind::none) return wrong;
  if (is_account ? out.private_key.empty() || out.email.empty() : out.client_id.empty()) {
    return wrong;
  }
  return out;
}

Result<std::string> account_assertion(const GoogleCredentials& credentials,
                                      const std::string& audience, TimePoint now) {
  const int64_t seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const json::object claims{{"iss", credentials.email},
                            {"scope", fmt::format("{} {}", sheets_scope, drive_scope)},
                            {"aud", audience},
                            {"iat", seconds},
                            {"exp", seconds + assertion_seconds}};
  const std::string signed_part =
      to_base64url(R"({"alg":"RS256","typ":"JWT"})") + "." + to_base64url(to_text(claims));
  DW_TRY(const std::string signature, sign_rs256(credentials.private_key, signed_part));
  return signed_part + "." + to_base64url(signature);
}

std::string form_of(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    out += (out.empty() ? "" : "&") + name + "=" + encode_url_part(value);
  }
  return out;
}

std::string drive_url(const std::string& sheets_url) {
  return sheets_url.starts_with("https://sheets.googleapis.com") ? "https://www.googleapis.com"
                                                                 : sheets_url;
}

std::string drive_version_in(const json::value& answer) {
  return answer.is_object() ? text_of(answer.get_object(), "version") : "";
}

namespace {

/// "Google answered 403: The caller does not have permission"
std::string google_words(const HttpAnswer& answer) {
  std::string words = fmt::format("Google answered {}", answer.status);
  const Result<json::value> parsed = parse_json(answer.body);
  if (!parsed.ok() || !parsed->is_object()) return words;
  const json::value* error = parsed->get_object().if_contains("error");
  std::string text;
  if (error != nullptr && error->is_object()) text = text_of(error->get_object(), "message");
  if (error != nullptr && error->is_string()) {
    text = text_of(parsed->get_object(), "error") + " " +
           text_of(parsed->get_object(), "error_description");
  }
  if (!text.empty()) words += ": " + cut_characters(text, 300);
  return words;
}

/// `denied` is what to do about 401 and 403.
Error google_failure(const HttpAnswer& answer, std::string words, const std::string& denied,
                     TimePoint now) {
  ErrorKind kind = ErrorKind::invalid;
  if (answer.status == 401 || answer.status == 403) {
    kind = ErrorKind::denied;
    words += "; " + denied;
  } else if (answer.status == 404) {
    kind = ErrorKind::missing;
    words += " (notices.sheet_id)";
  } else if (answer.status == 429 || answer.status >= 500) {
    kind = ErrorKind::unreachable;
  } else if (words.find("parse range") != std::string::npos) {
    words += " (notices.range: check the tab's name)";
  }
  Error out{kind, "sheets", std::move(words)};
  if (kind == ErrorKind::unreachable) out.when = answer.retry_after(now);
  return out;
}

}  // namespace

Error sheets_failure(const HttpAnswer& answer, const std::string& who, TimePoint now) {
  const std::string share = who.empty() ? "the sheet must be shared with \"anyone with the link\""
                                        : "share the sheet with " + who;
  return google_failure(answer, google_words(answer), share, now);
}

Error drive_failure(const HttpAnswer& answer, GoogleCredentials::Kind who, TimePoint now) {
  std::string advice = "enable the Drive API in the project of google.api_key";
  if (who == GoogleCredentials::Kind::account) {
    advice = fmt::format("enable the Drive API in the service account's project (scope {})",
                         drive_scope);
  } else if (who != GoogleCredentials::Kind::none) {
    advice = fmt::format(
        "the sign-in of a person does not have the scope {}. Use a service account "
        "(google.credentials)",
        drive_scope);
  }
  Error out = google_failure(answer, google_words(answer), advice, now);
  out.where = "drive";
  return out;
}

}  // namespace dw
