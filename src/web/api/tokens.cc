// Tokens of the API and access keys of the SQS endpoint: for the command line alone.
#include "records/tokens.h"

#include "base/hash.h"
#include "base/random.h"
#include "base/text.h"
#include "records/audit.h"
#include "records/paging.h"
#include "web/api/operations.h"
#include "web/status_shapes.h"

namespace dw {
namespace {

constexpr size_t name_characters_max = 100;
constexpr size_t token_bytes = 32;
constexpr size_t sqs_secret_bytes = 30;
constexpr size_t sqs_key_bytes = 8;

std::string upper_hex(size_t bytes) {
  std::string out = to_hex(random_bytes(bytes));
  for (char& c : out) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

/// Gives the token its secret, and keeps of it what the store needs.
FreshToken with_secret(Token token, bool is_sqs) {
  FreshToken out{.token = std::move(token), .secret = {}};
  if (is_sqs) {
    out.token.role = name_of(Role::agent);
    out.token.sqs_key_id = "DWKI" + upper_hex(sqs_key_bytes);
    out.secret = to_base64(random_bytes(sqs_secret_bytes));
    out.token.sqs_secret = out.secret;
  } else {
    out.secret = "dw_" + to_hex(random_bytes(token_bytes));
    out.token.hash = to_hex(bytes_of(sha256(out.secret)));
  }
  return out;
}

}  // namespace

void Operations::add_tokens() {
  add_own("listTokens", &Operations::list_tokens);
  add_own("addToken", &Operations::add_token);
  add_own("revokeToken", &Operations::revoke_token);
}

Task<ApiAnswer> Operations::list_tokens(Call&) {
  Page<Token> page;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(page.items, tokens::list(db));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  co_return shape_of(page, parts_.shapes);
}

Task<ApiAnswer> Operations::add_token(Call& call) {
  DW_CO_TRY(const json::value body, call.body());
  std::vector<Problem> problems;
  const JsonView view(body, problems);
  Token token{.name = view["name"].required_text(),
              .role = view["role"].text().value_or(std::string(name_of(Role::viewer))),
              .created_at = parts_.clock.now()};
  token.scopes = join(view["scopes"].texts(), " ");
  // Under its name it is listed, audited and revoked.
  const bool has_name = !trim(token.name).empty() && !find_control_character(token.name) &&
                        token.name.find('\n') == std::string::npos &&
                        count_characters(token.name) <= name_characters_max;
  if (!has_name) problems.push_back({"name", "must be 1 to 100 characters of plain text"});
  if (!problems.empty()) {
    co_return Error{.kind = ErrorKind::invalid,
                    .where = "",
                    .what = "the token was not made",
                    .problems = std::move(problems)};
  }
  const bool is_wall = view["wall"].boolean().value_or(false);
  if (is_wall) token.role = name_of(Role::viewer);
  FreshToken fresh = with_secret(std::move(token), view["sqs"].boolean().value_or(false));
  // Behind the "#" it stays in the browser: no server, proxy or log ever sees it.
  if (is_wall) fresh.link = parts_.shapes.public_url + "/?tv=1#wall=" + fresh.secret;
  auto work = [&](Db& db) -> Result<void> {
    const Token& made = fresh.token;
    DW_CHECK(tokens::add(db, made));
    return audit::add(db, {made.created_at, call.caller.name, "token.add", made.name});
  };
  DW_CO_CHECK(co_await parts_.store.write(work));
  co_return shape_of(fresh);
}

Task<ApiAnswer> Operations::revoke_token(Call& call) {
  auto work = [&](Db& db) -> Result<void> {
    const TimePoint now = parts_.clock.now();
    DW_CHECK(tokens::revoke(db, call.name(), now));
    return audit::add(db, {now, call.caller.name, "token.revoke", call.name()});
  };
  DW_CO_CHECK(co_await parts_.store.write(work));
  co_return shape_of(RevokedToken{call.name()});
}

}  // namespace dw
