#include "support/postgres.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace dw {
namespace {

constexpr const char* programs = "/usr/lib/postgresql/15/bin";

void must(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

class Cluster {
 public:
  Cluster() {
    folder_ = "/tmp/deskwire-postgres-" + std::string(6, 'X');  // mkdtemp fills them in
    if (mkdtemp(folder_.data()) == nullptr) throw std::runtime_error("no temporary folder");
    // PostgreSQL refuses to run as root.
    as_ = geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : "";
    if (geteuid() == 0) must("chown postgres:postgres " + folder_);
    // In the order of a language, as most servers are: a text has other neighbours there than by
    // its bytes.
    must(
        fmt::format("cd {0} && {1}{2}/initdb --locale-provider=icu --icu-locale=en-US "
                    "--locale=C.UTF-8 -E UTF8 -D {0}/data -A trust -U deskwire >/dev/null 2>&1",
                    folder_, as_, programs));
    must(
        fmt::format("cd {0} && {1}{2}/pg_ctl -w -D {0}/data -l {0}/server.log "
                    "-o \"-k {0} -c listen_addresses='' -c fsync=off "
                    "-c deadlock_timeout=20ms\" start >/dev/null",
                    folder_, as_, programs));
  }
  ~Cluster() {
    const std::string stop = fmt::format(
        "cd {0} && {1}{2}/pg_ctl -D {0}/data -m immediate stop "
        ">/dev/null 2>&1; rm -rf {0}",
        folder_, as_, programs);
    if (std::system(stop.c_str()) != 0) std::fputs("the test cluster did not stop\n", stderr);
  }
  std::string database() {
    const std::string name = fmt::format("d{}", ++count_);
    must(fmt::format("{}/createdb -h {} -U deskwire {}", programs, folder_, name));
    return fmt::format("postgresql://deskwire@/{}?host={}", name, folder_);
  }
  /// A fifth of the time that a database takes.
  std::string schema() {
    const std::string name = fmt::format("s{}", ++count_);
    must(fmt::format("{}/psql -X -q -h {} -U deskwire -c 'CREATE SCHEMA {}' postgres", programs,
                     folder_, name));
    return fmt::format("postgresql://deskwire@/postgres?options=-csearch_path%3D{}&host={}", name,
                       folder_);
  }

 private:
  std::string folder_, as_;
  int count_ = 0;
};

Cluster& cluster() {
  static Cluster one;
  return one;
}

}  // namespace

std::string fresh_postgres_url() {
  return cluster().schema();
}

std::string fresh_postgres_database_url() {
  return cluster().database();
}

std::string ask_postgres(const std::string& url, const std::string& query) {
  const std::string command =
      fmt::format("{}/psql -X -A -t -q -c \"{}\" \"{}\"", programs, query, url);
  FILE* psql = ::popen(command.c_str(), "r");
  if (psql == nullptr) throw std::runtime_error("psql can't be started");
  std::string answer;
  std::array<char, 512> piece{};
  while (const size_t bytes = std::fread(piece.data(), 1, piece.size(), psql)) {
    answer.append(piece.data(), bytes);
  }
  if (::pclose(psql) != 0) throw std::runtime_error("psql failed: " + query);
  while (answer.ends_with('\n')) answer.pop_back();
  return answer;
}

}  // namespace dw
