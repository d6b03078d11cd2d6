#include "jobs/notices/texts.h"

#include <bit>
#include <cstring>

#include "base/assert.h"

namespace dw {
namespace {

constexpr uint64_t mix(uint64_t hash) {
  hash ^= hash >> 32;
  hash *= 0xD6E8FEB86659FD93;
  hash ^= hash >> 32;
  return hash;
}

/// Eight bytes at a time. `fold` is what makes letters of both cases equal: 0x20 in each byte also
/// makes some punctuation equal, which costs a comparison and nothing else.
uint64_t hash_folded(std::string_view text, uint64_t fold) {
  uint64_t hash = 0x9E3779B97F4A7C15 + text.size();
  const auto add = [&](uint64_t piece) {
    hash = (std::rotl(hash, 23) ^ (piece | fold)) * 0xFF51AFD7ED558CCD;
  };
  uint64_t piece = 0;
  size_t at = 0;
  for (; at + sizeof piece <= text.size(); at += sizeof piece) {
    std::memcpy(&piece, text.data() + at, sizeof piece);
    add(piece);
  }
  if (at < text.size()) {
    piece = 0;
    std::memcpy(&piece, text.data() + at, text.size() - at);
    add(piece);
  }
  return mix(mix(hash));
}

}  // namespace

std::string_view TextBlocks::keep(std::string_view text) {
  DW_ASSERT(text.size() <= block_bytes, "a kept text is a cell, and those are short");
  if (used_ + text.size() > block_bytes) {
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block_bytes));
    used_ = 0;
  }
  char* at = blocks_.back().get() + used_;
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  used_ += text.size();
  return {at, text.size()};
}

void NumberIndex::grow() {
  std::vector<Slot> before(slots_.size() * 2);
  before.swap(slots_);
  --shift_;
  for (const Slot& slot : before) {
    if (slot.number == none) continue;
    size_t at = place(slot.tag);
    while (slots_[at].number != none) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
}

uint64_t hash_text(std::string_view text) {
  return hash_folded(text, 0);
}

uint64_t hash_ignoring_case(std::string_view text) {
  return hash_folded(text, 0x2020202020202020);
}

}  // namespace dw
