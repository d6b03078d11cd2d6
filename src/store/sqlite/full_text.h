// What FTS5 sees as the words of a text, for SQL: by its own tokenizer, so that a word that is
// looked for and a text that the index does not have yet are cut as the index cuts them.
#pragma once
#include "base/result.h"

struct sqlite3;

namespace dw {

/// For one connection:
///
/// - words_query(words, is_begun): an expression for MATCH that asks for each of the words, the
///   last one as the beginning of a word if `is_begun`; it matches nothing where there is no word.
///   The index keeps no places (`detail = none`), so a phrase would be an error.
/// - has_words(text, words): whether that expression, begun, would find the text.
///
/// errors  conflict: this SQLite was built without FTS5
Result<void> add_full_text(sqlite3* db);

}  // namespace dw
