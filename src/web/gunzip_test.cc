#include "web/gunzip.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "base/assert.h"

namespace dw {
namespace {

std::string gzip(std::string text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(Gunzip, gives_back_what_was_compressed) {
  std::string large;
  for (int i = 0; i < 20'000; ++i) large += std::to_string(i * i) + " ";
  for (const std::string& text :
       {std::string(), std::string("a"), std::string(16'384, 'x'), large}) {
    EXPECT_EQ(gunzip(gzip(text)), text);
  }
}

TEST(Gunzip, what_is_cut_or_no_gzip_is_a_defect) {
  const std::string packed = gzip("some text");
  EXPECT_THROW(gunzip(packed.substr(0, packed.size() - 9)), Defect);
  EXPECT_THROW(gunzip("some text"), Defect);
}

}  // namespace
}  // namespace dw
