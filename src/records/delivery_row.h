// Rows of the delivery table as deliveries.
#pragma once
#include "domain/delivery.h"
#include "ports/db.h"

namespace dw {

/// Of the seventeen columns that every statement over deliveries selects in this order.
Delivery delivery_in(const Row& row);

struct DeliveryRead {
  Delivery delivery;
  std::string unreadable;  ///< why this version can't read the payload; empty: it can
};
DeliveryRead read_delivery(const Row& row);

}  // namespace dw
