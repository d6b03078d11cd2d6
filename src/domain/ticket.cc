#include "domain/ticket.h"

#include <array>

namespace dw {
namespace {

constexpr std::array<std::string_view, 3> priorities = {"high", "medium", "low"};
constexpr std::array<std::string_view, 3> statuses = {"open", "pending", "solved"};
constexpr std::array<std::string_view, 5> types = {"", "question", "incident", "problem", "task"};

template <class T, size_t N>
std::optional<T> named(const std::array<std::string_view, N>& names, std::string_view name) {
  for (size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<T>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(Priority priority) {
  return priorities.at(static_cast<size_t>(priority));
}
std::string_view name_of(Status status) {
  return statuses.at(static_cast<size_t>(status));
}
std::string_view name_of(TicketType type) {
  return types.at(static_cast<size_t>(type));
}

std::optional<Priority> priority_named(std::string_view name) {
  return named<Priority>(priorities, name);
}

std::optional<Status> status_named(std::string_view name) {
  return named<Status>(statuses, name);
}

std::optional<TicketType> ticket_type_named(std::string_view name) {
  return named<TicketType>(types, name);
}

}  // namespace dw
