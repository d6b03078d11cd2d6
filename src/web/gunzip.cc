#include "web/gunzip.h"

#include <zlib.h>

#include <array>

#include "base/assert.h"

namespace dw {

std::string gunzip(std::string_view packed) {
  constexpr int gzip_of_any_window = 15 + 16;  // as zlib.h counts: 16 more asks for a gzip header
  z_stream stream{};
  DW_ASSERT(inflateInit2(&stream, gzip_of_any_window) == Z_OK, "zlib has memory for its window");
  // zlib reads through a pointer that is not const, for C of before 1989; it writes nothing there.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  std::array<char, 16'384> piece;
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    state = inflate(&stream, Z_NO_FLUSH);
    out.append(piece.data(), piece.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  DW_ASSERT(state == Z_STREAM_END, "what is unpacked is whole and of gzip");
  return out;
}

}  // namespace dw
