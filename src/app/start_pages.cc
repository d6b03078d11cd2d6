#include "app/start_pages.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace dw {
namespace {

/// Of one library, or the program. A segment that may be written to is left alone, although it may
/// be read-only by now (RELRO): what the linker has put in there is nowhere else.
int give_back(dl_phdr_info* of, size_t, void*) {
  const auto page_bytes = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (int i = 0; i < of->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = of->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const uintptr_t begin = of->dlpi_addr + segment.p_vaddr;
    const uintptr_t first = begin & ~(page_bytes - 1);
    // Where the kernel does not want to, they stay: it is only memory.
    ::madvise(reinterpret_cast<void*>(first), begin + segment.p_memsz - first, MADV_DONTNEED);
  }
  return 0;
}

/// Relocations inside of what is else read-only: pages that the linker has written to.
int has_text_relocations(dl_phdr_info* of, size_t, void*) {
  for (int i = 0; i < of->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = of->dlpi_phdr[i];
    if (segment.p_type != PT_DYNAMIC) continue;
    const auto* entry = reinterpret_cast<const ElfW(Dyn)*>(of->dlpi_addr + segment.p_vaddr);
    for (; entry->d_tag != DT_NULL; ++entry) {
      if (entry->d_tag == DT_TEXTREL) return 1;
      if (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0) return 1;
    }
  }
  return 0;
}

}  // namespace

void give_back_start_pages() {
  if (::dl_iterate_phdr(has_text_relocations, nullptr) == 0) {
    ::dl_iterate_phdr(give_back, nullptr);
  }
}

}  // namespace dw
