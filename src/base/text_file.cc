#include "base/text_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

namespace dw {

Result<std::string> read_whole(const std::string& file, size_t bytes_max) {
  std::ifstream stream(file, std::ios::binary);
  std::string text, piece(64 * 1024, '\0');
  do {
    // A folder opens well; only reading it fails.
    stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    text.append(piece, 0, static_cast<size_t>(stream.gcount()));
    if (text.size() > bytes_max) {
      return Error{ErrorKind::invalid, file, fmt::format("has more than {} bytes", bytes_max)};
    }
  } while (stream.good());
  if (!stream.eof()) return Error{ErrorKind::invalid, file, "cannot be read as a file"};
  return text;
}

Result<void> write_whole(const std::string& file, const std::string& text) {
  const std::string beside = fmt::format("{}.{}.new", file, ::getpid());
  {
    std::ofstream stream(beside, std::ios::binary | std::ios::trunc);
    stream << text;
    stream.flush();
    if (!stream.good()) {
      std::remove(beside.c_str());
      return Error{ErrorKind::full, beside, "can't be written"};
    }
  }
  if (std::rename(beside.c_str(), file.c_str()) == 0) return {};
  std::remove(beside.c_str());
  return Error{ErrorKind::full, file, "can't be replaced"};
}

}  // namespace dw
