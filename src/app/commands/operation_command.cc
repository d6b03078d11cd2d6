#include "app/commands/operation_command.h"

#include "app/exit_code.h"

namespace dw {
namespace {

constexpr int limit_max = 500, defective = 500;

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
};

CommandOption add_value(Command command, const Argument& argument, Value& value) {
  switch (argument.kind) {
    case Argument::Kind::number:
      value.number = argument.number;
      return command.add_option(argument.name, value.number, argument.what);
    case Argument::Kind::texts:
      return command.add_option(argument.name, value.texts, argument.what);
    case Argument::Kind::flag:
      return command.add_flag(argument.name, value.is_set, argument.what);
    case Argument::Kind::text:
      break;
  }
  value.text = argument.fallback;
  return command.add_option(argument.name, value.text, argument.what);
}

json::value json_of(const Argument& argument, const Value& value) {
  switch (argument.kind) {
    case Argument::Kind::number:
      return value.number;
    case Argument::Kind::texts:
      return json::array(value.texts.begin(), value.texts.end());
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
  Asking asking{.body = given.row.body};
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

void run(Invocation& invocation, const Given& given) {
  const std::unique_ptr<Core> core = open_core(invocation);
  if (!core) return;
  FrontDoor door(*core);
  if (given.row.before) given.row.before(door);
  const auto answer = ask(invocation, door, given.row.operation, asking_of(given));
  if (!answer) return;
  if (given.row.columns.empty()) {
    const bool is_for_people = given.row.readable && !invocation.is_json;
    print_one(invocation, is_for_people ? given.row.readable(*answer) : *answer);
  } else {
    print_items(invocation, answer->at(given.row.items).as_array(), given.row.columns);
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
  }
}

std::optional<json::object> ask(Invocation& invocation, FrontDoor& door, std::string_view id,
                                const Asking& asking) {
  ApiAnswer answer = door.call(id, asking);
  if (!answer.error) return std::move(answer.body);
  fail(invocation, *answer.error);
  if (answer.status == defective) invocation.exit_code = exit_defect;
  return std::nullopt;
}

}  // namespace dw
