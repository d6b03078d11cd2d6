// A private PostgreSQL cluster for tests: made in a temporary folder, reachable by a Unix socket
// there, run as an unprivileged user, gone with the process.
#pragma once
#include <string>

namespace dw {

/// The URL of an empty schema of its own; the cluster is started at the first call.
std::string fresh_postgres_url();
/// The same of a whole database: where others in one database would be seen, or for copies of it.
std::string fresh_postgres_database_url();
/// What psql answers to one query: bare values, no headings.
std::string ask_postgres(const std::string& url, const std::string& query);

}  // namespace dw
