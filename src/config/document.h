// A configuration file as a tree with line numbers, its ${NAME}s filled in, and the list of
// everything that is wrong with it. TOML stays in the .cc.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "config/env.h"

namespace dw {

/// A value of the file and the line where it stands.
struct Node {
  using List = std::vector<Node>;
  using Table = std::map<std::string, Node>;
  int line = 0;
  std::variant<std::monostate, std::string, int64_t, double, bool, List, Table> value{};
  /// Its ${NAME} could not be filled in. That was reported: what reads it checks it no more.
  bool is_broken = false;

  const std::string* text() const { return std::get_if<std::string>(&value); }
  const List* list() const { return std::get_if<List>(&value); }
  const Table* table() const { return std::get_if<Table>(&value); }
  /// The value at `key`, if this is a table and has it.
  const Node* member(const std::string& key) const;
  /// "text", "a number", …, for "must be X, is Y".
  std::string_view kind() const;
};

/// A secret that the configuration names and that is not there.
struct MissingSecret {
  std::string key;   ///< "teams.it.secret"
  std::string text;  ///< the problem, with its line
};

/// Everything that is wrong with a file, gathered while it is read.
class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}

  /// `key` is dotted from the top: "server.listen". Line 0: no place in the file.
  void add(int line, const std::string& key, const std::string& what);
  /// The same of a value that nobody could read: what else is said about its key, or of its section
  /// as a whole, follows from that and is left out.
  void add_unreadable(int line, const std::string& key, const std::string& what);
  /// A secret that is not there: a command that does not use it runs without.
  void add_missing_secret(int line, const std::string& key, const std::string& what);
  /// What add_unreadable() said of this place is a missing secret.
  void mark_secret(int line, const std::string& key);
  bool is_empty() const { return found_.empty(); }
  /// Nothing but secrets is missing, and what follows from that.
  bool has_missing_secrets_only() const;
  std::vector<MissingSecret> missing_secrets() const;
  /// One line each, `FILE:LINE: key: what`, in the order of the file.
  Error error() const;

 private:
  struct Found {
    int line;
    std::string key, text;
    bool is_cause = false;
    bool is_secret = false;
    bool is_missing = false;
  };
  /// Key and line of each problem that others follow from.
  using Causes = std::set<std::pair<std::string, int>>;
  Causes find_causes() const;
  static bool is_consequence(const Found& one, const Causes& causes);
  /// A value that was refused is not there either, which nobody needs to hear. Lists of tables
  /// share their keys: up to the next one that is missing it is the same table's.
  static void leave_out_refused(std::vector<Found>& sorted);

  std::string file_;
  std::vector<Found> found_{};
};

/// Parses TOML and fills in every string. The root is always a table; what is wrong goes to
/// `problems`, without a word that could be part of a secret.
Node parse_document(std::string_view toml, const Environment& environment, Problems& problems);

}  // namespace dw
