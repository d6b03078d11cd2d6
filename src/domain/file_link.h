// The files that hang on a message, a comment or a delivery, and their JSON. Pure.
#pragma once
#include <string>
#include <vector>

#include "base/json.h"

namespace dw {

/// A file where it lies; it is copied by streaming, never kept here.
struct FileLink {
  std::string name;  ///< "screen.png"
  std::string url;   ///< at the system that it was attached in
  std::string content_type;
  int64_t bytes = 0;  ///< 0: not known
};

/// `files` of a message, a comment or a delivery: [{"name","url","content_type","bytes"}].
std::vector<FileLink> files_in(const json::value& holder);

/// The same, to be kept.
json::array encode_files(const std::vector<FileLink>& files);

/// "Attached: a.png, b.txt": says what has no words; empty without files.
std::string attached(const std::vector<FileLink>& files);

}  // namespace dw
