// What Status and the lists learn from the store: when sources and targets last worked, what chat
// channels are called, which numbers tickets have at their desk.
#include "contract/store_world.h"
#include "records/activity.h"
#include "records/channel_names.h"
#include "records/deliveries.h"
#include "records/events.h"
#include "records/ticket_lists.h"

namespace dw {
namespace {

Delivery over_at(const std::string& target, DeliveryState state, TimePoint at) {
  Delivery out = pending_in("lane");
  out.target = target;
  out.state = state;
  out.done_at = at;
  return out;
}

TEST_P(StoreContract, the_last_success_of_each_source_and_target_is_known) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(events::record(db, event_with("first")));
    Event later = event_with("later");
    later.at = t0 + Millis(60'000);
    DW_CHECK(events::record(db, later));
    DW_CHECK(deliveries::add(db, over_at("slack", DeliveryState::done, t0)));
    DW_CHECK(deliveries::add(db, over_at("slack", DeliveryState::done, t0 + Millis(5))));
    DW_CHECK(deliveries::add(db, over_at("slack", DeliveryState::discarded, t0 + Millis(9))));
    DW_CHECK(deliveries::add(db, over_at("mail", DeliveryState::discarded, t0)));
    return {};
  });
  b->read([](ReadDb& db) -> Result<void> {
    DW_TRY(const activity::LastTimes sources, activity::of_sources(db));
    EXPECT_EQ(sources.size(), 1U);
    EXPECT_EQ(sources.begin()->second, t0 + Millis(60'000));
    DW_TRY(const activity::LastTimes targets, activity::of_targets(db));
    EXPECT_EQ(targets, (activity::LastTimes{{"slack", t0 + Millis(5)}}))
        << "what was discarded is no success";
    return {};
  });
}

TEST_P(StoreContract, names_of_channels_are_added_to_what_is_known) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(channel_names::add(db, {{"C1", "support"}, {"C2", "updates"}}));
    DW_CHECK(channel_names::add(db, {{"C2", "ticket-updates"}}));
    DW_CHECK(channel_names::add(db, {{"C2", "ticket-updates"}}));
    return {};
  });
  b->read([](ReadDb& db) -> Result<void> {
    DW_TRY(const channel_names::Names names, channel_names::get(db));
    EXPECT_EQ(names, (channel_names::Names{{"C1", "support"}, {"C2", "ticket-updates"}}));
    return {};
  });
}

TEST_P(StoreContract, a_ticket_has_its_desks_number_where_it_has_one) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    for (const char* number : {"3455", ""}) {
      DW_TRY(const TicketId id, tickets::reserve_id(db));
      Ticket ticket = ticket_with(id, "VPN");
      ticket.external.id = number;
      DW_CHECK(tickets::open(db, ticket));
    }
    return {};
  });
  b->read([](ReadDb& db) -> Result<void> {
    const std::vector<TicketId> ids = {TicketId{1}, TicketId{2}, TicketId{1}, TicketId{}};
    DW_TRY(const auto numbers, tickets::numbers_at_desk(db, ids));
    EXPECT_EQ(numbers, (std::map<int64_t, std::string>{{1, "3455"}}));
    return {};
  });
}

}  // namespace
}  // namespace dw
