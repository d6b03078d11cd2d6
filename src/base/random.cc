#include "base/random.h"

#include <openssl/rand.h>

#include "base/assert.h"
#include "base/hash.h"

namespace dw {

Random Random::from_system() {
  const std::string seed = random_bytes(8);
  uint64_t value = 0;
  for (const char c : seed) value = value << 8 | static_cast<unsigned char>(c);
  return Random(value);
}

std::string random_bytes(size_t count) {
  std::string out(count, '\0');
  const int done =
      RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count));
  DW_ASSERT(done == 1, "the operating system's random source works");
  return out;
}

std::string random_uuid() {
  std::string bytes = random_bytes(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
  std::string hex = to_hex(bytes);
  for (const size_t at : {8, 13, 18, 23}) hex.insert(at, 1, '-');
  return hex;
}

}  // namespace dw
