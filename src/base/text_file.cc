#include "base/text_file.h"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

namespace dw {
namespace {

/// Why a file cannot be read, and what to do.
std::string unreadable_reason(const std::string& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) {
    return fmt::format("cannot be read: {}", std::strerror(errno));
  }
  if (!S_ISREG(found.st_mode) || ::access(file.c_str(), R_OK) == 0) {
    return "cannot be read as a file";
  }
  const auto name_of_user = [](uid_t id) {
    const passwd* user = ::getpwuid(id);
    return user != nullptr ? std::string(user->pw_name) : std::to_string(id);
  };
  const std::string name = name_of_user(found.st_uid), me = name_of_user(::geteuid());
  return fmt::format(
      "cannot be read: permission denied for user {}; it belongs to {}, mode {:04o}. Run as {} "
      "(sudo -u {} deskwire …), or change its owner or mode",
      me, name, found.st_mode & 07777u, name, name);
}

}  // namespace

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
  if (!stream.eof()) return Error{ErrorKind::invalid, file, unreadable_reason(file)};
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
