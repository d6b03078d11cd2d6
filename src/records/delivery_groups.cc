#include "records/delivery_groups.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "sql/delivery_groups.h"

namespace dw {
namespace {

constexpr int64_t rows_of_state_max = 5000;

/// FNV-1a: the id names a group for a while and protects nothing.
std::string id_of(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  return fmt::format("g-{:016x}", hash);
}

}  // namespace

std::string without_numbers(std::string_view reason) {
  std::string out;
  bool is_number = false;
  for (const char c : reason) {
    if (is_digit(c) && is_number) continue;
    out += is_digit(c) ? '#' : c;
    is_number = is_digit(c);
  }
  return out;
}

namespace deliveries {

Result<DeliveryGroups> groups(ReadDb& db, TimePoint today) {
  DeliveryGroups out;
  std::map<std::string, size_t> places;
  for (const DeliveryState state :
       {DeliveryState::unsure, DeliveryState::dead, DeliveryState::pending}) {
    const auto add = [&](const Row& row) {
      namespace col = columns::grouped_delivery;
      const std::string_view reason = row.text(col::reason);
      const std::string id =
          id_of(fmt::format("{}\n{}\n{}\n{}", static_cast<int>(state), row.text(col::target),
                            row.text(col::operation), without_numbers(reason)));
      const auto [place, is_new] = places.emplace(id, out.items.size());
      if (is_new) {
        DeliveryGroup fresh;
        fresh.id = id;
        fresh.state = state;
        fresh.target = row.text(col::target);
        fresh.operation = row.text(col::operation);
        fresh.reason = reason;
        fresh.last_at = row.time(col::created_at);
        out.items.push_back(std::move(fresh));
      }
      DeliveryGroup& group = out.items[place->second];
      ++group.count;
      group.attempts = std::max(group.attempts, static_cast<int>(row.integer(col::attempts)));
      group.first_at = row.time(col::created_at);
      group.deliveries.push_back({row.integer(col::id)});
      const TicketId ticket{row.integer(col::ticket)};
      const bool is_known =
          std::find(group.tickets.begin(), group.tickets.end(), ticket) != group.tickets.end();
      constexpr size_t tickets_max = 50;
      if (ticket && !is_known && group.tickets.size() < tickets_max) {
        group.tickets.push_back(ticket);
      }
    };
    DW_CHECK(db.run(stmt::open_of_state, {static_cast<int>(state), rows_of_state_max}, add));
  }
  const auto count = [&](const Row& row) {
    switch (static_cast<DeliveryState>(row.integer(0))) {
      case DeliveryState::pending:
        out.pending = row.integer(1);
        break;
      case DeliveryState::unsure:
        out.unsure = row.integer(1);
        break;
      case DeliveryState::dead:
        out.dead = row.integer(1);
        break;
      case DeliveryState::done:
        out.done_today = row.integer(1);
        break;
      case DeliveryState::discarded:
        out.discarded_today = row.integer(1);
        break;
    }
  };
  DW_CHECK(db.run(stmt::count_by_state, {}, count));
  DW_CHECK(db.run(stmt::count_over_since, {today}, count));
  std::stable_sort(out.items.begin(), out.items.end(),
                   [](const DeliveryGroup& a, const DeliveryGroup& b) {
                     const bool is_a_open = a.state == DeliveryState::pending;
                     const bool is_b_open = b.state == DeliveryState::pending;
                     return is_a_open != is_b_open ? is_b_open : a.count > b.count;
                   });
  return out;
}

Result<std::map<std::string, int64_t>> pending_by_target(ReadDb& db, int64_t most) {
  std::map<std::string, int64_t> out;
  DW_CHECK(db.run(stmt::count_pending_targets, {most},
                  [&](const Row& row) { out[std::string(row.text(0))] = row.integer(1); }));
  return out;
}

}  // namespace deliveries

}  // namespace dw
