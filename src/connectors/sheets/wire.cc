#include "connectors/sheets/wire.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <charconv>

#include "base/hash.h"
#include "base/text.h"
#include "base/unique_handle.h"
#include "net/url.h"

namespace dw {
namespace {

constexpr int64_t assertion_seconds = 3600;

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

/// "B12" into column and row; either may be absent.
bool parse_corner(std::string_view text, int& column, int64_t& row) {
  size_t letters = 0;
  int value = 0;
  while (letters < text.size() && letters < 4) {
    const char c = static_cast<char>(text[letters] & ~0x20);
    if (c < 'A' || c > 'Z') break;
    value = value * 26 + (c - 'A' + 1);
    ++letters;
  }
  if (letters > 0) column = value - 1;
  const std::string_view digits = text.substr(letters);
  if (digits.empty()) return letters > 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), row);
  return failed == std::errc{} && end == digits.data() + digits.size() && row > 0;
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
  if (!is_good && bang == std::string_view::npos) {
    out = {};
    out.tab = text;  // "Report" alone is a tab
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
  const int last = range.last_column < 0 ? 25 : range.last_column;
  return fmt::format("{}{}{}:{}{}", tab, letters_of(range.first_column), range.first_row,
                     letters_of(last), range.last_row);
}

std::vector<SheetTab> tabs_in(const json::value& spreadsheet) {
  std::vector<SheetTab> out;
  std::vector<Problem> ignored;
  const JsonView view(spreadsheet, ignored);
  for (const JsonView& sheet : view["sheets"].elements()) {
    const JsonView about = sheet["properties"];
    if (about["hidden"].boolean().value_or(false)) continue;
    out.push_back({about["title"].text().value_or(""),
                   about["gridProperties"]["rowCount"].integer().value_or(0)});
  }
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
                            {"scope", sheets_scope},
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

Error sheets_failure(const HttpAnswer& answer, const std::string& who) {
  std::string said = fmt::format("Google answered {}", answer.status);
  const Result<json::value> parsed = parse_json(answer.body);
  if (parsed.ok() && parsed->is_object()) {
    const json::value* error = parsed->get_object().if_contains("error");
    std::string text;
    if (error != nullptr && error->is_object()) text = text_of(error->get_object(), "message");
    if (error != nullptr && error->is_string()) {
      text = text_of(parsed->get_object(), "error") + " " +
             text_of(parsed->get_object(), "error_description");
    }
    if (!text.empty()) said += ": " + cut_characters(text, 300);
  }
  ErrorKind kind = ErrorKind::invalid;
  if (answer.status == 401 || answer.status == 403) {
    kind = ErrorKind::denied;
    said += who.empty() ? "; the sheet must be shared with \"anyone with the link\""
                        : "; share the sheet with " + who;
  } else if (answer.status == 404) {
    kind = ErrorKind::missing;
    said += " (notices.sheet_id)";
  } else if (answer.status == 429 || answer.status >= 500) {
    kind = ErrorKind::unreachable;
  } else if (said.find("parse range") != std::string::npos) {
    said += " (notices.range: check the tab's name)";
  }
  return {kind, "sheets", std::move(said)};
}

}  // namespace dw
