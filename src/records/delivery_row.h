// Rows of the delivery table as deliveries.
#pragma once
#include "domain/delivery.h"
#include "ports/db.h"

namespace dw {

/// Of the seventeen columns that every statement over deliveries selects in this order.
Delivery delivery_in(const Row& row);
/// "" or why the payload of the same row can't be read by this version.
std::string unreadable_in(const Row& row);

}  // namespace dw
