#include "engine/rates.h"

#include "base/log.h"
#include "records/rate_rows.h"

namespace dw {
namespace {

/// While the store is away.
constexpr Millis store_pause{2000};

}  // namespace

Task<Result<Millis>> StoreRates::book(std::vector<RateRule> rules, Millis timeout) {
  RateSlot turn;
  auto work = [&](Db& db) -> Result<void> {
    DW_TRY(turn, rate_rows::reserve(db, rules, timeout));
    return {};
  };
  const Result<void> written = co_await store_.write_alone(work);
  // Nobody knows what the others do: nothing is sent unpaced.
  if (!written.ok()) {
    co_return Error{ErrorKind::busy, "rate", "can't be asked for: " + written.error().what,
                    store_pause};
  }
  if (!turn.is_booked) co_return too_late(rules, turn.wait);
  co_return turn.wait;
}

/// Where it can't be written down, the others hear it from the other side.
Task<void> StoreRates::pause(std::string name, Millis length) {
  auto work = [&](Db& db) { return rate_rows::pause(db, name, length); };
  const Result<void> written = co_await store_.write_alone(work);
  if (!written.ok()) log_warn("rates", "a pause is not shared: " + written.error().text());
}

}  // namespace dw
