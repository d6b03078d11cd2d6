// Where the tree lies that the tests were built from: what they read of it.
#pragma once
#include <filesystem>

namespace dw {

/// Absolute. Only its one file knows the path, so that a second checkout is built from what a
/// cache of compiled files has of the first.
std::filesystem::path source_dir();

}  // namespace dw
