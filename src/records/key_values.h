// Short texts with a version, under a name.
#pragma once
#include <string>

#include "ports/db.h"
#include "ports/key_value_store.h"

namespace dw {

namespace key_values {

/// What a connector keeps under this name; version 0 if nothing.
Result<StoredValue> get(ReadDb& db, const std::string& name);

/// Replaces what is kept in `version`. errors  conflict: there is another version by now
Result<void> set(Db& db, const std::string& name, const std::string& text, int64_t version);

}  // namespace key_values

}  // namespace dw
