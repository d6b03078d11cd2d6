// A command as a row: its words, the operation of the API that it asks, and the columns in which
// the answer is printed.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/commands/commands.h"
#include "app/commands/front_door.h"

namespace dw {

/// An option ("--status") or a positional argument ("id"), and where its value goes.
struct Argument {
  enum class Goes { path, query, body };
  enum class Kind { text, number, texts, flag, numbers };

  Goes goes = Goes::query;
  std::string name, what;
  std::string member;  ///< of the query or the body: "requester.name" is one inside another
  Kind kind = Kind::text;
  bool is_required = false;
  bool is_negated = false;           ///< of a flag: true unless it is given
  std::string fallback{};            ///< of a text that was not given; empty: it is left out
  std::vector<std::string> words{};  ///< these alone
  std::optional<std::pair<int, int>> within{};
  int64_t number = 0;                                        ///< of a number that was not given
  std::function<std::string(const std::string&)> problem{};  ///< with a value, or nothing
  std::string prefix{};  ///< of a text that does not begin with it
};

Argument in_path(std::string name, std::string what);
Argument in_query(std::string name, std::string what, std::string member);
Argument in_body(std::string name, std::string what, std::string member);
/// --limit of a list.
Argument limit(int64_t most);

struct OperationCommand {
  std::string name, what, operation;
  OpenMode store = OpenMode::look;  ///< visit: it begins something
  std::vector<Argument> arguments{};
  std::vector<TableColumn> columns{};                        ///< of a list; none: one thing
  std::string items = "items";                               ///< the list's member
  json::object body{};                                       ///< what every request holds
  std::vector<std::pair<std::string, std::string>> query{};  ///< the same, of the query
  /// Of one thing: how a person reads it; none: as it is.
  std::function<json::object(const json::object&)> readable{};
  /// Before the operation is asked.
  std::function<void(FrontDoor&)> before{};
  /// Once the answer has been printed: an exit code, a word on stderr.
  std::function<void(Invocation&, const json::object&)> after{};
};

/// Adds a command to a group, with --json.
void add_operation(Command group, Invocation& invocation, OperationCommand row);

/// Performs an operation; what it refuses is printed and sets the exit code.
std::optional<json::object> ask(Invocation& invocation, FrontDoor& door, std::string_view id,
                                const Asking& asking = {});

}  // namespace dw
