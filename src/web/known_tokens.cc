#include "web/known_tokens.h"

#include "records/tokens.h"

namespace dw {

Task<Result<void>> KnownTokens::refresh() {
  std::vector<Token> tokens;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(tokens, tokens::list(db));
    return {};
  };
  DW_CO_CHECK(co_await store_.read(work));
  tokens_ = std::move(tokens);
  read_at_ = clock_.monotonic();
  co_return Result<void>();
}

}  // namespace dw
