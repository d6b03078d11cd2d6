// The world as JSON, for its page.
#pragma once
#include "app/demo/world.h"
#include "base/json.h"

namespace dw::demo {

/// The newest threads, tickets, talks and mails, the day's clock, what is switched on, and the
/// proof. Texts are as their system holds them; pictures of a mail are named by their number.
json::object view_of(World& world);

}  // namespace dw::demo
