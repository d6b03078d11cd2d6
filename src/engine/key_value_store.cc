#include "engine/key_value_store.h"

#include "records/key_values.h"
#include "records/leases.h"

namespace dw {

Task<Result<StoredValue>> StoredKeyValues::read(std::string name) {
  StoredValue kept;
  // The work runs on the store's thread while this frame waits: what it refers to stays.
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(kept, key_values::get(db, name));
    return {};
  };
  DW_CO_CHECK(co_await store_.read(work));
  co_return kept;
}

Task<Result<void>> StoredKeyValues::write(std::string name, std::string text, int64_t version) {
  auto work = [&](Db& db) { return key_values::set(db, name, text, version); };
  co_return co_await store_.write(work);
}

Task<Result<bool>> StoredKeyValues::acquire_lease(std::string name, Millis length) {
  bool is_ours = false;
  auto work = [&](Db& db) -> Result<void> {
    const TimePoint now = clock_.now();
    DW_TRY(is_ours, leases::hold(db, name, holder_, now, now + length));
    return {};
  };
  DW_CO_CHECK(co_await store_.write(work));
  co_return is_ours;
}

Task<Result<void>> StoredKeyValues::release_lease(std::string name) {
  auto work = [&](Db& db) { return leases::drop(db, name, holder_); };
  co_return co_await store_.write(work);
}

}  // namespace dw
