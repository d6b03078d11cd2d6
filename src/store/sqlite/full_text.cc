#include "store/sqlite/full_text.h"

#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dw {
namespace {

constexpr const char* tokenizer_name = "unicode61";  // as the table of words is made with

/// FTS5's functions, which a connection hands out through a pointer; null where it has none.
/// https://www.sqlite.org/fts5.html#extending_fts5
fts5_api* fts5_of(sqlite3* db) {
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &statement, nullptr) != SQLITE_OK) return api;
  sqlite3_bind_pointer(statement, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
  sqlite3_step(statement);
  sqlite3_finalize(statement);
  return api;
}

class Tokenizer {
 public:
  /// Nothing where this SQLite has no such tokenizer.
  static std::unique_ptr<Tokenizer> made(fts5_api* api) {
    auto out = std::make_unique<Tokenizer>();
    void* its_own = nullptr;
    const bool is_made =
        api->xFindTokenizer(api, tokenizer_name, &its_own, &out->functions_) == SQLITE_OK &&
        out->functions_.xCreate(its_own, nullptr, 0, &out->made_) == SQLITE_OK;
    if (!is_made) return nullptr;
    return out;
  }
  Tokenizer() = default;
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;
  ~Tokenizer() {
    if (made_ != nullptr) functions_.xDelete(made_);
  }

  std::vector<std::string> words(std::string_view text) const {
    std::vector<std::string> out;
    const auto take = [](void* list, int, const char* word, int size, int, int) {
      static_cast<std::vector<std::string>*>(list)->emplace_back(word, static_cast<size_t>(size));
      return SQLITE_OK;
    };
    functions_.xTokenize(made_, static_cast<void*>(&out), FTS5_TOKENIZE_DOCUMENT, text.data(),
                         static_cast<int>(text.size()), take);
    return out;
  }

 private:
  fts5_tokenizer functions_{};
  Fts5Tokenizer* made_ = nullptr;
};

std::string_view text_of(sqlite3_value* value) {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_value_text(value));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<size_t>(sqlite3_value_bytes(value))};
}

const Tokenizer& tokenizer_of(sqlite3_context* context) {
  return *static_cast<const Tokenizer*>(sqlite3_user_data(context));
}

void words_query(sqlite3_context* context, int, sqlite3_value** values) {
  const std::vector<std::string> words = tokenizer_of(context).words(text_of(values[0]));
  std::string out = words.empty() ? R"("")" : "";
  // A word of letters and digits has no quotation mark in it.
  for (const std::string& word : words) out += (out.empty() ? "\"" : " \"") + word + "\"";
  if (sqlite3_value_int(values[1]) != 0 && !words.empty()) out += "*";
  sqlite3_result_text64(context, out.data(), out.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void has_words(sqlite3_context* context, int, sqlite3_value** values) {
  const Tokenizer& tokenizer = tokenizer_of(context);
  const std::vector<std::string> wanted = tokenizer.words(text_of(values[1]));
  const std::vector<std::string> there = tokenizer.words(text_of(values[0]));
  const auto is_there = [&](const std::string& word) {
    const bool is_last = &word == &wanted.back();
    return std::any_of(there.begin(), there.end(), [&](const std::string& one) {
      return is_last ? one.starts_with(word) : one == word;
    });
  };
  const bool has_all = !wanted.empty() && std::all_of(wanted.begin(), wanted.end(), is_there);
  sqlite3_result_int(context, has_all ? 1 : 0);
}

/// The function keeps a tokenizer of its own for as long as the connection knows the function.
bool add(sqlite3* db, fts5_api* api, const char* name,
         void (*function)(sqlite3_context*, int, sqlite3_value**)) {
  std::unique_ptr<Tokenizer> tokenizer = Tokenizer::made(api);
  if (tokenizer == nullptr) return false;
  const auto forget = [](void* one) { delete static_cast<Tokenizer*>(one); };
  constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
  return sqlite3_create_function_v2(db, name, 2, flags, tokenizer.release(), function, nullptr,
                                    nullptr, forget) == SQLITE_OK;
}

}  // namespace

Result<void> add_full_text(sqlite3* db) {
  fts5_api* api = fts5_of(db);
  const bool is_added = api != nullptr && add(db, api, "words_query", words_query) &&
                        add(db, api, "has_words", has_words);
  if (is_added) return {};
  return Error{ErrorKind::conflict, "store",
               "this SQLite has no FTS5; install one that has (Debian's libsqlite3-0)"};
}

}  // namespace dw
