#include "support/source_dir.h"

namespace dw {

std::filesystem::path source_dir() {
  return DW_SOURCE_DIR;
}

}  // namespace dw
