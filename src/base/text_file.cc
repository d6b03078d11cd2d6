#include "base/text_file.h"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string_view>

#include "base/text.h"

namespace dw {
namespace {

/// Editors of Windows put it in front of a text.
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// What Windows calls Unicode, PowerShell's ">" among others: two bytes a unit, in the order that
/// the mark at the front says. Half of a character is U+FFFD.
std::string from_utf16(std::string_view bytes) {
  const bool is_big = bytes.front() == '\xFE';
  std::string out;
  unsigned high = 0;  // the first half of a pair
  for (size_t at = 2; at + 1 < bytes.size(); at += 2) {
    const auto first = static_cast<unsigned char>(bytes[at]);
    const auto second = static_cast<unsigned char>(bytes[at + 1]);
    const unsigned unit = is_big ? first * 256U + second : second * 256U + first;
    const bool is_low = unit >= 0xDC00 && unit <= 0xDFFF;
    if (high != 0) {
      append_utf8(out, is_low ? 0x10000 + ((high - 0xD800) << 10U) + (unit - 0xDC00) : 0xFFFD);
    }
    const bool is_used = high != 0 && is_low;
    high = unit >= 0xD800 && unit <= 0xDBFF ? unit : 0;
    if (!is_used && high == 0) append_utf8(out, is_low ? 0xFFFD : unit);
  }
  if (high != 0) append_utf8(out, 0xFFFD);
  return out;
}

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
  if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return from_utf16(text);
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
