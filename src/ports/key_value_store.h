// What a connector has to remember over restarts and shares with its replicas: short texts under
// a name (a cursor, a pair of tokens), and turns, so that one of them acts at a time. It is kept in
// the store, which a connector does not know.
#pragma once
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "net/task.h"

namespace dw {

struct StoredValue {
  std::string text;
  int64_t version = 0;  ///< 0: nothing was ever written
};

class KeyValueStore {
 public:
  virtual ~KeyValueStore() = default;

  virtual Task<Result<StoredValue>> read(std::string name) = 0;
  /// On disk when it returns. `version` is that of the text that is replaced.
  /// errors  conflict: another has written meanwhile; full
  virtual Task<Result<void>> write(std::string name, std::string text, int64_t version) = 0;
  /// Takes or extends a turn for `length`; false while another has it.
  virtual Task<Result<bool>> acquire_lease(std::string name, Millis length) = 0;
  virtual Task<Result<void>> release_lease(std::string name) = 0;
};

}  // namespace dw
