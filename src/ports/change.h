// A change: something that a job decided to write down, in the same commit as its event. A value of
// the job's own, with
//   Result<void> write(Db& db, TimePoint now) const;
//   static constexpr const char* counted = "deskwire_…_total";   // optional: a metric that it adds
//   to
#pragma once
#include <memory>
#include <utility>

#include "ports/db.h"

namespace dw {

class Change {
 public:
  template <class T>
  Change(T value) : held_(std::make_unique<Holder<T>>(std::move(value))) {}  // NOLINT: any change

  /// errors  of the store; `invalid` and `conflict` refuse or park the event
  Result<void> write(Db& db, TimePoint now) const { return held_->write(db, now); }
  /// The metric that it adds 1 to when the commit stands; null: none.
  const char* counted() const { return held_->counted(); }
  /// The value, if it is one of that type.
  template <class T>
  const T* get_if() const {
    const auto* holder = dynamic_cast<const Holder<T>*>(held_.get());
    return holder == nullptr ? nullptr : &holder->value;
  }

 private:
  struct Held {
    virtual ~Held() = default;
    virtual Result<void> write(Db& db, TimePoint now) const = 0;
    virtual const char* counted() const = 0;
  };

  template <class T>
  struct Holder final : Held {
    explicit Holder(T given) : value(std::move(given)) {}
    Result<void> write(Db& db, TimePoint now) const override { return value.write(db, now); }
    const char* counted() const override {
      if constexpr (requires { T::counted; }) return T::counted;
      return nullptr;
    }
    T value;
  };

  std::unique_ptr<const Held> held_;
};

}  // namespace dw
