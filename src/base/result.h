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

/// DW_TRY(auto row, find(id)); declares `row`, or returns the error.
#define DW_TRY(declaration, expression)                               \
  auto DW_JOIN(result_, __LINE__) = (expression);                     \
  if (!DW_JOIN(result_, __LINE__).ok())                               \
    return std::move(DW_JOIN(result_, __LINE__).error());             \
  declaration = std::move(DW_JOIN(result_, __LINE__)).value()

/// DW_CHECK(step()); returns the error of a step that gives no value.
#define DW_CHECK(expression)                                            \
  do {                                                                  \
    auto result_of_check = (expression);                                \
    if (!result_of_check.ok()) return std::move(result_of_check.error()); \
  } while (false)

/// The same two inside a coroutine: DW_CO_TRY(auto answer, co_await send()).
#define DW_CO_TRY(declaration, expression)                            \
  auto DW_JOIN(result_, __LINE__) = (expression);                     \
  if (!DW_JOIN(result_, __LINE__).ok())                               \
    co_return std::move(DW_JOIN(result_, __LINE__).error());          \
  declaration = std::move(DW_JOIN(result_, __LINE__)).value()

#define DW_CO_CHECK(expression)                                            \
  do {                                                                     \
    auto result_of_check = (expression);                                   \
    if (!result_of_check.ok()) co_return std::move(result_of_check.error()); \
  } while (false)
