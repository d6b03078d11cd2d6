#include "app/commands/operation_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/exit_code.h"
#include "app/print.h"
#include "base/number.h"

namespace dw {
namespace {

constexpr int limit_max = 500, defective = 500;

/// What lists the ids of this kind, for whoever gave one that is not there: `what` says which.
std::string next_step(std::string_view operation, std::string_view what) {
  const auto listed_by = [&](const char* list) {
    return fmt::format("; `deskwire {}` shows what there is", list);
  };
  const auto is_of = [&](const char* noun) {
    return operation.find(noun) != std::string_view::npos;
  };
  if (what.starts_with("there is no ticket ")) return listed_by("ticket list");
  if (is_of("Incident") && operation != "judgeIncident") return listed_by("incident list");
  if (operation == "addComment" || is_of("Ticket") || operation == "explain") {
    return listed_by("ticket list");
  }
  if (is_of("Deliver")) return listed_by("delivery list");
  if (is_of("Queue")) return listed_by("queue list");
  if (is_of("User")) return listed_by("user list");
  return is_of("Token") ? listed_by("token list") : "";
}

/// What the command line gave for one argument.
struct Value {
  std::string text;
  int64_t number = 0;
  std::vector<std::string> texts;
  bool is_set = false;
};

/// Lives as long as the command line.
struct Given {
  OperationCommand row;
  std::vector<Value> values;
  bool is_all = false;  ///< --all: every page
};

CommandOption add_value(Command command, const Argument& argument, Value& value) {
  switch (argument.kind) {
    case Argument::Kind::number:
      value.number = argument.number;
      return command.add_option(argument.name, value.number, argument.what);
    case Argument::Kind::texts:
    case Argument::Kind::numbers:
      return command.add_option(argument.name, value.texts, argument.what);
    case Argument::Kind::flag:
      return command.add_flag(argument.name, value.is_set, argument.what);
    case Argument::Kind::text:
      break;
  }
  value.text = argument.fallback;
  return command.add_option(argument.name, value.text, argument.what);
}

/// The operation refuses what is no number, by its name.
json::array numbers_in(const std::vector<std::string>& texts) {
  json::array out;
  for (const std::string& text : texts) {
    const std::optional<int64_t> number = number_in(text);
    if (number) {
      out.emplace_back(*number);
    } else {
      out.emplace_back(text);
    }
  }
  return out;
}

json::value json_of(const Argument& argument, const Value& value) {
  switch (argument.kind) {
    case Argument::Kind::number:
      return value.number;
    case Argument::Kind::texts:
      return json::array(value.texts.begin(), value.texts.end());
    case Argument::Kind::numbers:
      return numbers_in(value.texts);
    case Argument::Kind::flag:
      return value.is_set != argument.is_negated;
    case Argument::Kind::text:
      break;
  }
  return json::string(value.text);
}

void put(json::object& body, const std::string& member, json::value value) {
  const size_t dot = member.find('.');
  if (dot == std::string::npos) {
    body[member] = std::move(value);
    return;
  }
  json::value& outer = body[member.substr(0, dot)];
  if (!outer.is_object()) outer = json::object{};
  outer.get_object()[member.substr(dot + 1)] = std::move(value);
}

std::string text_of(const Argument& argument, const Value& value) {
  if (argument.kind == Argument::Kind::number) return std::to_string(value.number);
  const bool is_prefixed = value.text.starts_with(argument.prefix);
  return is_prefixed ? value.text : argument.prefix + value.text;
}

Asking asking_of(const Given& given) {
  Asking asking{.query = given.row.query, .body = given.row.body};
  for (size_t i = 0; i < given.values.size(); ++i) {
    const Argument& argument = given.row.arguments[i];
    const Value& value = given.values[i];
    const bool is_absent = argument.kind == Argument::Kind::text && value.text.empty();
    switch (argument.goes) {
      case Argument::Goes::path:
        asking.name = text_of(argument, value);
        break;
      case Argument::Goes::query:
        if (!is_absent) asking.query.emplace_back(argument.member, text_of(argument, value));
        break;
      case Argument::Goes::body:
        if (!is_absent || argument.is_required) {
          put(asking.body, argument.member, json_of(argument, value));
        }
        break;
    }
  }
  return asking;
}

std::string next_cursor(const json::object& answer) {
  const json::value* cursor = answer.if_contains("next_cursor");
  return cursor != nullptr && cursor->is_string() ? std::string(cursor->get_string()) : "";
}

/// --all: page by page, into the first. False: one failed, and that was told.
bool add_further_pages(Invocation& invocation, FrontDoor& door, const Given& given,
                       json::object& answer) {
  for (std::string cursor = next_cursor(answer); !cursor.empty();) {
    Asking asking = asking_of(given);
    asking.query.emplace_back("cursor", cursor);
    auto page = ask(invocation, door, given.row.operation, asking);
    if (!page) return false;
    for (json::value& item : page->at(given.row.items).as_array()) {
      answer.at(given.row.items).as_array().push_back(std::move(item));
    }
    cursor = next_cursor(*page);
  }
  answer["next_cursor"] = nullptr;
  return true;
}

/// A list that was cut says so, apart from its rows.
void tell_cut(const json::object& answer, const Given& given) {
  const std::string cursor = next_cursor(answer);
  if (cursor.empty()) return;
  print(stderr, "only the first {} are shown; the next: --cursor {}; all of them: --all\n",
        answer.at(given.row.items).as_array().size(), cursor);
}

void run(Invocation& invocation, const Given& given) {
  const std::unique_ptr<Core> core = open_core(invocation, given.row.store);
  if (!core) return;
  FrontDoor door(*core);
  if (given.row.before) given.row.before(door);
  auto answer = ask(invocation, door, given.row.operation, asking_of(given));
  if (!answer) return;
  if (given.is_all && !add_further_pages(invocation, door, given, *answer)) return;
  if (given.row.columns.empty()) {
    const bool is_for_people = given.row.readable && !invocation.is_json;
    print_one(invocation, is_for_people ? given.row.readable(*answer) : *answer);
  } else {
    print_items(invocation, answer->at(given.row.items).as_array(), given.row.columns);
    tell_cut(*answer, given);
  }
  if (given.row.after) given.row.after(invocation, *answer);
}

}  // namespace

Argument in_path(std::string name, std::string what) {
  return {.goes = Argument::Goes::path,
          .name = std::move(name),
          .what = std::move(what),
          .member = {},
          .is_required = true};
}

Argument in_query(std::string name, std::string what, std::string member) {
  return {.goes = Argument::Goes::query,
          .name = std::move(name),
          .what = std::move(what),
          .member = std::move(member)};
}

Argument in_body(std::string name, std::string what, std::string member) {
  return {.goes = Argument::Goes::body,
          .name = std::move(name),
          .what = std::move(what),
          .member = std::move(member)};
}

Argument limit(int64_t most) {
  Argument out = in_query("--limit", "how many at most", "limit");
  out.kind = Argument::Kind::number;
  out.number = most;
  out.within = {1, limit_max};
  return out;
}

void add_operation(Command group, Invocation& invocation, OperationCommand row) {
  auto given = std::make_shared<Given>();  // shared with a callback that runs later
  given->row = std::move(row);
  std::vector<Argument>& arguments = given->row.arguments;
  const auto is_limit = [](const Argument& one) { return one.name == "--limit"; };
  if (std::any_of(arguments.begin(), arguments.end(), is_limit)) {
    arguments.push_back(in_query("--cursor", "where the last list ended", "cursor"));
  }
  given->values.resize(given->row.arguments.size());  // options refer to them from here on
  Command command = add_command(group, invocation, given->row.name, given->row.what,
                                [&invocation, given] { run(invocation, *given); });
  for (size_t i = 0; i < given->values.size(); ++i) {
    const Argument& argument = given->row.arguments[i];
    CommandOption option = add_value(command, argument, given->values[i]);
    if (argument.is_required) option.required();
    if (!argument.words.empty()) option.one_of(argument.words);
    if (argument.within) option.within(argument.within->first, argument.within->second);
    if (argument.problem) option.check(argument.problem);
    if (argument.member == "cursor") {
      command.add_flag("--all", given->is_all, "every one, page by page");
    }
  }
}

std::optional<json::object> ask(Invocation& invocation, FrontDoor& door, std::string_view id,
                                const Asking& asking) {
  ApiAnswer answer = door.call(id, asking);
  if (!answer.error) return std::move(answer.body);
  std::string& what = answer.error->what;
  const bool is_said = what.find("` shows ") != std::string::npos;
  if (answer.error->kind == ErrorKind::missing && !is_said) what += next_step(id, what);
  fail(invocation, *answer.error);
  if (answer.status == defective) invocation.exit_code = exit_defect;
  return std::nullopt;
}

}  // namespace dw
