// Result<T>: a value or an Error. Expected failures are values; nothing throws across a folder.
#pragma once
#include <utility>
#include <variant>

#include "base/assert.h"
#include "base/error.h"

namespace dw {

template <class T = void>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    DW_ASSERT(ok(), "the caller checks ok() before it takes the value");
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    DW_ASSERT(ok(), "the caller checks ok() before it takes the value");
    return *std::get_if<0>(&state_);
  }
  T&& value() && { return std::move(value()); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  Error& error() {
    DW_ASSERT(!ok(), "an error is asked for only where there is one");
    return *std::get_if<1>(&state_);
  }
  const Error& error() const {
    DW_ASSERT(!ok(), "an error is asked for only where there is one");
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}

  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }

  Error& error() {
    DW_ASSERT(!ok_, "an error is asked for only where there is one");
    return error_;
  }
  const Error& error() const {
    DW_ASSERT(!ok_, "an error is asked for only where there is one");
    return error_;
  }

 private:
  Error error_{};
  bool ok_ = true;
};

}  // namespace dw

#define DW_JOIN_(a, b) a##b
#define DW_JOIN(a, b) DW_JOIN_(a, b)
#define DW_TRY_(result, give_back, declaration, ...)     \
  auto result = (__VA_ARGS__);                           \
  if (!result.ok()) give_back std::move(result.error()); \
  declaration = std::move(result).value()
#define DW_CHECK_(give_back, ...)                                            \
  do {                                                                       \
    auto result_of_check = (__VA_ARGS__);                                    \
    if (!result_of_check.ok()) give_back std::move(result_of_check.error()); \
  } while (false)

/// DW_TRY(auto row, find(id)); declares `row`, or returns the error. Several statements: inside
/// an `if` it needs braces.
#define DW_TRY(declaration, ...) \
  DW_TRY_(DW_JOIN(result_, __LINE__), return, declaration, __VA_ARGS__)
/// DW_CHECK(step()); returns the error of a step whose value nobody needs.
#define DW_CHECK(...) DW_CHECK_(return, __VA_ARGS__)

/// The same two inside a coroutine: DW_CO_TRY(auto answer, co_await send()).
#define DW_CO_TRY(declaration, ...) \
  DW_TRY_(DW_JOIN(result_, __LINE__), co_return, declaration, __VA_ARGS__)
#define DW_CO_CHECK(...) DW_CHECK_(co_return, __VA_ARGS__)
