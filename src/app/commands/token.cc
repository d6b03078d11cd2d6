#include <fmt/format.h>

#include <set>

#include "app/commands/commands.h"
#include "base/hash.h"
#include "base/text.h"
#include "web/status_shapes.h"

namespace dw {
namespace {

constexpr size_t token_bytes = 32;
constexpr size_t sqs_secret_bytes = 30;
constexpr size_t sqs_key_bytes = 8;

struct TokenArguments {
  std::string name, role = "viewer";
  std::vector<std::string> scopes;
  bool is_sqs = false;
  bool is_wall = false;
};

std::string check_scope(const std::string& text) {
  static const std::set<std::string> nouns = {"tickets", "tally",   "queues",  "deliveries",
                                              "volume",  "notices", "metrics", "status",
                                              "live",    "audit"};
  const size_t colon = text.find(':');
  const bool is_good = nouns.count(text.substr(0, colon)) > 0 &&
                       (colon == std::string::npos || text.substr(colon) == ":read");
  return is_good ? "" : "is no scope";
}

std::string upper_hex(size_t bytes) {
  std::string out = to_hex(random_bytes(bytes));
  for (char& c : out) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

void add(Invocation& invocation, const TokenArguments& given) {
  const std::unique_ptr<Core> core = open_core(invocation);
  if (!core) return;
  Token token{.name = given.name, .role = given.role, .created_at = core->clock.now()};
  token.scopes = join(given.scopes, " ");
  if (given.is_wall) token.role = "viewer";
  json::object shown{{"name", given.name}};
  if (given.is_sqs) {
    token.role = "agent";
    token.sqs_key_id = "DWKI" + upper_hex(sqs_key_bytes);
    token.sqs_secret = to_base64(random_bytes(sqs_secret_bytes));
    shown["aws_access_key_id"] = token.sqs_key_id;
    shown["aws_secret_access_key"] = token.sqs_secret;
  } else {
    const std::string secret = "dw_" + to_hex(random_bytes(token_bytes));
    token.hash = to_hex(bytes_of(sha256(secret)));
    shown["role"] = token.role;
    shown["token"] = secret;
    if (!token.scopes.empty()) shown["scopes"] = token.scopes;
    // Behind the "#" it stays in the browser: no server, proxy or log ever sees it.
    if (given.is_wall) shown["link"] = core->public_url + "/?tv=1#wall=" + secret;
  }
  auto work = [&](Journal& journal) -> Result<void> {
    DW_CHECK(journal.add_token(token));
    return journal.add_audit({token.created_at, "command line", "token.add", given.name});
  };
  const Result<void> written = core->store->write_now(work);
  if (!written.ok()) return fail(invocation, written.error());
  print_one(invocation, shown);
  if (!invocation.is_json) fmt::print(stderr, "Keep it now: it is not shown again.\n");
}

void list(Invocation& invocation) {
  const std::unique_ptr<Core> core = open_core(invocation);
  if (!core) return;
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(const std::vector<Token> tokens, reader.tokens());
    json::array items;
    for (const Token& token : tokens) items.push_back(shape_of(token));
    print_items(invocation, items,
                {{"NAME", "name"},
                 {"KIND", "kind"},
                 {"ROLE", "role"},
                 {"KEY", "key_id"},
                 {"CREATED", "created_at"},
                 {"REVOKED", "revoked_at"}});
    return {};
  };
  const Result<void> read = core->store->read_now(work);
  if (!read.ok()) fail(invocation, read.error());
}

void revoke(Invocation& invocation, const TokenArguments& given) {
  const std::unique_ptr<Core> core = open_core(invocation);
  if (!core) return;
  auto work = [&](Journal& journal) -> Result<void> {
    const TimePoint now = core->clock.now();
    DW_CHECK(journal.revoke_token(given.name, now));
    return journal.add_audit({now, "command line", "token.revoke", given.name});
  };
  const Result<void> written = core->store->write_now(work);
  if (!written.ok()) return fail(invocation, written.error());
  print_one(invocation, {{"revoked", given.name}});
}

}  // namespace

void add_token(Command app, Invocation& invocation) {
  auto given = std::make_shared<TokenArguments>();  // shared with callbacks that run later
  Command token = app.add_group("token", "API tokens and SQS access keys");
  Command fresh = add_command(token, invocation, "add", "Make one; it is shown once",
                              [&invocation, given] { add(invocation, *given); });
  fresh.add_option("name", given->name, "what it is for").required();
  fresh.add_option("--role", given->role, "viewer, agent or admin")
      .one_of({"viewer", "agent", "admin"});
  fresh
      .add_option("--scope", given->scopes,
                  "what it opens: tickets, tally, queues, deliveries, volume, notices, metrics, "
                  "status, live, audit; \"tally:read\" to look alone. Several may be given; "
                  "without one, all")
      .check(check_scope);
  fresh.add_flag("--wall", given->is_wall,
                 "read-only, and print a link that opens the board on a wall screen");
  fresh.add_flag("--sqs", given->is_sqs, "an access key for /sqs instead");
  add_command(token, invocation, "list", "All of them, without their secrets",
              [&invocation] { list(invocation); });
  Command gone = add_command(token, invocation, "revoke", "End one, within two seconds",
                             [&invocation, given] { revoke(invocation, *given); });
  gone.add_option("name", given->name, "its name").required();
}

}  // namespace dw
