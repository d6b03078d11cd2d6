// `deskwire token`: API tokens and SQS access keys.
#include <fmt/format.h>

#include <set>

#include "app/commands/operation_command.h"
#include "app/print.h"
#include "base/text.h"

namespace dw {
namespace {

using Kind = Argument::Kind;

std::string check_scope(const std::string& text) {
  static const std::set<std::string> nouns = {"tickets", "tally",   "queues",  "deliveries",
                                              "volume",  "notices", "metrics", "status",
                                              "live",    "audit"};
  const size_t colon = text.find(':');
  const bool is_good = nouns.count(text.substr(0, colon)) > 0 &&
                       (colon == std::string::npos || text.substr(colon) == ":read");
  if (is_good) return "";
  return fmt::format("invalid scope \"{}\" (one of {}, each also as NOUN:read)", text,
                     join(std::vector<std::string>(nouns.begin(), nouns.end()), ", "));
}

Argument name() {
  Argument out = in_body("name", "what it is for", "name");
  out.is_required = true;
  return out;
}

Argument role() {
  Argument out = in_body("--role", "viewer, agent or admin", "role");
  out.words = {"viewer", "agent", "admin"};
  return out;
}

Argument scopes() {
  Argument out = in_body(
      "--scope",
      "what it may use: tickets, tally, queues, deliveries, volume, notices, metrics, "
      "status, live, audit; \"tally:read\" to read only. Repeat for several; default: everything",
      "scopes");
  out.kind = Kind::texts;
  out.problem = check_scope;
  return out;
}

Argument flag(std::string name, std::string what, std::string member) {
  Argument out = in_body(std::move(name), std::move(what), std::move(member));
  out.kind = Kind::flag;
  return out;
}

void warn(Invocation& invocation, const json::object&) {
  if (!invocation.is_json) print(stderr, "Save it now; it is not shown again.\n");
}

}  // namespace

void add_token(Command app, Invocation& invocation) {
  Command token = app.add_group("token", "API tokens and SQS access keys");
  add_operation(
      token, invocation,
      {.name = "add",
       .what = "Create a token; it is shown once",
       .operation = "addToken",
       .store = OpenMode::visit,
       .arguments = {name(), role(), scopes(),
                     flag("--wall",
                          "read-only, and print a link that opens the board on a wall screen",
                          "wall"),
                     flag("--sqs", "an access key for /sqs instead", "sqs")},
       .after = warn});
  add_operation(token, invocation,
                {.name = "list",
                 .what = "List tokens, without their secrets",
                 .operation = "listTokens",
                 .columns = {{"NAME", "name"},
                             {"KIND", "kind"},
                             {"ROLE", "role"},
                             {"KEY", "key_id"},
                             {"CREATED", "created_at"},
                             {"REVOKED", "revoked_at"}}});
  add_operation(token, invocation,
                {.name = "revoke",
                 .what = "Revoke a token; takes effect within two seconds",
                 .operation = "revokeToken",
                 .arguments = {in_path("name", "its name")}});
}

}  // namespace dw
