// The demo's files: its day of incidents and its page; built into the binary from
// src/app/demo/files.
#pragma once
#include <span>
#include <string_view>

#include "base/embedded.h"

namespace dw {

/// Written by tools/embed.py.
std::span<const EmbeddedFile> demo_files();

namespace demo {

/// Null if there is none.
inline const EmbeddedFile* file_named(std::string_view path) {
  for (const EmbeddedFile& file : demo_files()) {
    if (file.path == path) return &file;
  }
  return nullptr;
}

}  // namespace demo
}  // namespace dw
