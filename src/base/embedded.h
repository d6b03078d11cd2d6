// Files that were built into the binary.
#pragma once
#include <span>
#include <string_view>

namespace dw {

struct EmbeddedFile {
  std::string_view path;  ///< "app-3f2a.js"
  std::string_view bytes;
};

}  // namespace dw
