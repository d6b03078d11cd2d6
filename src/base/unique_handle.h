// What a C library hands out, freed by the function that the library has for it.
#pragma once
#include <memory>

namespace dw {

template <auto free_with>
struct FreeWith {
  template <class T>
  void operator()(T* owned) const {
    free_with(owned);
  }
};

/// UniqueHandle<BIO, BIO_free> bio(BIO_new_mem_buf(…)); what the function returns is ignored.
template <class T, auto free_with>
using UniqueHandle = std::unique_ptr<T, FreeWith<free_with>>;

}  // namespace dw
