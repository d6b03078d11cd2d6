// What chat channels are called: people know "#ticket-updates", tables hold its id.
#pragma once
#include <map>
#include <string>

#include "ports/db.h"

namespace dw::channel_names {

using Names = std::map<std::string, std::string>;  ///< "C0987654321" to "ticket-updates"

/// As the daemon last saw them.
Result<Names> get(ReadDb& db);

/// Adds these to what is known; writes nothing where nothing is new.
Result<void> add(Db& db, const Names& seen);

}  // namespace dw::channel_names
