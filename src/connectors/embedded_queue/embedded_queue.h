// A queue in our own store: sends are applied in the transaction that plans them.
#pragma once
#include <string>

#include "ports/store.h"
#include "ports/target.h"

namespace dw {

class EmbeddedQueue : public LocalTarget {
 public:
  explicit EmbeddedQueue(const std::string& queue)
      : name_("queue:" + queue), label_("embedded:" + queue) {}

  const std::string& name() const override { return name_; }
  const std::string& label() const override { return label_; }
  Result<Outcome> apply(Db& db, const Delivery& delivery, TimePoint now) override;

 private:
  std::string name_, label_;
};

}  // namespace dw
