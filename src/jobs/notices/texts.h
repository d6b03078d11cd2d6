// Memory for millions of short texts: pieces of large blocks, and an index that finds a text's
// number by its hash. A report of a million rows must fit into some tens of megabytes.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace dw {

/// Has the memory at `at` on its way to the processor. The empty statement is an effect: without
/// one GCC takes a function that only fetches for one that does nothing, and leaves its calls out.
inline void fetch(const void* at) {
  asm volatile("" : : "r"(at));
  __builtin_prefetch(at);
}

/// Texts that stay where they are until the end.
class TextBlocks {
 public:
  /// A copy; `text` is shorter than a block (64 KiB).
  std::string_view keep(std::string_view text);

 private:
  static constexpr size_t block_bytes = 64 * 1024;
  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t used_ = block_bytes;
};

/// Numbers by hash, open addressing. Who asks compares the texts.
class NumberIndex {
 public:
  NumberIndex() : slots_(1024) {}

  /// The number under `hash` for which `is_same(number)`; else `fresh` is put there and returned.
  template <class IsSame>
  uint32_t find_or_put(uint64_t hash, uint32_t fresh, const IsSame& is_same) {
    if ((count_ + 1) * 4 > slots_.size() * 3) grow();
    const uint32_t tag = tag_of(hash);
    for (size_t at = place(tag);; at = (at + 1) & (slots_.size() - 1)) {
      Slot& slot = slots_[at];
      if (slot.number == none) {
        slot = {tag, fresh};
        ++count_;
        return fresh;
      }
      if (slot.tag == tag && is_same(slot.number)) return slot.number;
    }
  }
  /// As above, `none` if it is not there.
  template <class IsSame>
  uint32_t find(uint64_t hash, const IsSame& is_same) const {
    const uint32_t tag = tag_of(hash);
    for (size_t at = place(tag);; at = (at + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[at];
      if (slot.number == none) return none;
      if (slot.tag == tag && is_same(slot.number)) return slot.number;
    }
  }

  /// Has the memory on its way that a search for `hash` will look at.
  void fetch_for(uint64_t hash) const { fetch(&slots_[place(tag_of(hash))]); }
  /// The number under a hash like this one, which is nearly always the one that is meant.
  uint32_t likely(uint64_t hash) const {
    return find(hash, [](uint32_t) { return true; });
  }

  static constexpr uint32_t none = UINT32_MAX;

 private:
  struct Slot {
    uint32_t tag = 0;
    uint32_t number = none;
  };
  static uint32_t tag_of(uint64_t hash) { return static_cast<uint32_t>(hash >> 32); }
  /// From the tag alone, so that growing needs no text; the highest bits, so that what lies in
  /// order stays in order when there are twice as many places.
  size_t place(uint32_t tag) const { return tag * uint64_t{0x9E3779B97F4A7C15} >> shift_; }
  void grow();

  std::vector<Slot> slots_;
  size_t count_ = 0;
  int shift_ = 64 - 10;  ///< of 64 bits, all but those that number a place
};

/// Of a text as it is, and of one in which the case of ASCII letters means nothing.
uint64_t hash_text(std::string_view text);
uint64_t hash_ignoring_case(std::string_view text);

}  // namespace dw
