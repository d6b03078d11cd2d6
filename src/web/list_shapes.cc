#include "web/list_shapes.h"

#include "web/ticket_events.h"

namespace dw {
namespace {

constexpr size_t ids_shown = 200, numbers_shown = 3;

std::string label_of(const DeliveryGroup& one, const ShapeContext& context) {
  const auto label = context.target_labels.find(one.target);
  return label == context.target_labels.end() ? one.target : label->second;
}

template <class Id>
std::vector<Id> first_of(const std::vector<Id>& ids) {
  return {ids.begin(), ids.begin() + static_cast<ptrdiff_t>(std::min(ids.size(), ids_shown))};
}

}  // namespace

Result<ShapeContext> with_numbers(ReadDb& db, ShapeContext context,
                                  const std::vector<Delivery>& deliveries,
                                  const std::vector<DeliveryGroup>& groups) {
  std::vector<TicketId> ids;
  for (const Delivery& one : deliveries) ids.push_back(one.ticket);
  for (const DeliveryGroup& one : groups) {
    const size_t count = std::min(one.tickets.size(), numbers_shown);
    ids.insert(ids.end(), one.tickets.begin(), one.tickets.begin() + static_cast<ptrdiff_t>(count));
  }
  DW_TRY(context.ticket_numbers, tickets::numbers_at_desk(db, ids));
  return context;
}

const Shape<TicketList, ShapeContext>& shape_for(const TicketList*) {
  static const auto shape =
      Shape<TicketList, ShapeContext>("TicketPage")
          .add("items", [](const TicketList& one) { return one.page.items; })
          .add("next_cursor",
               [](const TicketList& one) { return NullableText{one.page.next_cursor}; })
          .add("total", &TicketList::total, "of the whole list; null: more than 1,000")
          .add("as_of", &TicketList::as_of);
  return shape;
}

const Shape<ShownViews>& shape_for(const ShownViews*) {
  static const auto count = [](auto member) {
    return [member](const ShownViews& one) { return one.views.*member; };
  };
  static const auto shape = Shape<ShownViews>("TicketViews")
                                .add("unanswered", count(&TicketViews::unanswered))
                                .add("mine", count(&TicketViews::mine))
                                .add("unassigned", count(&TicketViews::unassigned))
                                .add("unsolved", count(&TicketViews::unsolved))
                                .add("pending", count(&TicketViews::pending))
                                .add("me", &ShownViews::me, "whose tickets are mine")
                                .add("queues", &ShownViews::queues)
                                .add("timezone", &ShownViews::timezone)
                                .add("as_of", &ShownViews::as_of);
  return shape;
}

const Shape<Person>& shape_for(const Person*) {
  static const auto shape = Shape<Person>("Person").add("name", &Person::name);
  return shape;
}

const Shape<DeliveryGroup, ShapeContext>& shape_for(const DeliveryGroup*) {
  static const auto title = [](const DeliveryGroup& one, const ShapeContext& context) {
    return delivery_title(one.operation, label_of(one, context));
  };
  static const auto hint = [](const DeliveryGroup& one, const ShapeContext& context) {
    return delivery_hint(label_of(one, context), one.reason, one.state);
  };
  static const auto ids = [](const DeliveryGroup& one) {
    std::vector<std::string> out;
    for (const DeliveryId id : first_of(one.deliveries)) out.push_back(to_text(id));
    return out;
  };
  static const auto tickets = [](const DeliveryGroup& one) {
    std::vector<int64_t> out;
    for (const TicketId id : first_of(one.tickets)) out.push_back(id.value);
    return out;
  };
  static const auto numbers = [](const DeliveryGroup& one, const ShapeContext& context) {
    std::vector<std::string> out;
    for (const TicketId id : one.tickets) {
      if (out.size() < numbers_shown) out.push_back(ticket_number(id, context));
    }
    return out;
  };
  static const auto shape =
      Shape<DeliveryGroup, ShapeContext>("DeliveryGroup")
          .add("id", &DeliveryGroup::id)
          .add("state", &DeliveryGroup::state)
          .add("target", label_of)
          .add("operation", &DeliveryGroup::operation)
          .add("title", title, "what it is, in words")
          .add("reason", or_null(&DeliveryGroup::reason))
          .add(
              "hint",
              [](const DeliveryGroup& one, const ShapeContext& context) {
                const std::string text = hint(one, context);
                return text.empty() ? std::optional<std::string>() : text;
              },
              "what to do about it")
          .add("count", &DeliveryGroup::count)
          .add("attempts", &DeliveryGroup::attempts)
          .add("first_at", &DeliveryGroup::first_at)
          .add("last_at", &DeliveryGroup::last_at)
          .add("deliveries", ids, "the newest, at most 200")
          .add("tickets", tickets, "the newest, at most 50")
          .add("ticket_numbers", numbers, "by which people know the first three of them");
  return shape;
}

const Shape<ShownDeliveryGroups, ShapeContext>& shape_for(const ShownDeliveryGroups*) {
  static const auto count = [](auto member) {
    return [member](const ShownDeliveryGroups& one) { return one.groups.*member; };
  };
  static const auto shape =
      Shape<ShownDeliveryGroups, ShapeContext>("DeliveryGroups")
          .add("items", [](const ShownDeliveryGroups& one) { return one.groups.items; })
          .add("pending", count(&DeliveryGroups::pending))
          .add("unsure", count(&DeliveryGroups::unsure))
          .add("dead", count(&DeliveryGroups::dead))
          .add("done_today", count(&DeliveryGroups::done_today))
          .add("discarded_today", count(&DeliveryGroups::discarded_today))
          .add("as_of", &ShownDeliveryGroups::as_of);
  return shape;
}

}  // namespace dw
