// Which letters come of the rows, and in which order; newest_rows.cc takes the rows.
#include <algorithm>

#include "jobs/notices/newest_rows.h"

namespace dw {
namespace {

unsigned lower_byte(char c) {
  return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/// By ASCII letters in one case, so that an address is one customer; as std::string compares.
bool is_before(std::string_view a, std::string_view b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](char x, char y) { return lower_byte(x) < lower_byte(y); });
}

/// The first eight bytes as is_before() compares them: most addresses need no look at the others,
/// which lie all over the memory.
uint64_t first_bytes(std::string_view email) {
  uint64_t out = 0;
  for (size_t i = 0; i < sizeof out; ++i) {
    out = out << 8U | (i < email.size() ? lower_byte(email[i]) : 0U);
  }
  return out;
}

}  // namespace

std::optional<LeftOut> NewestRows::reason_of(const Customer& customer) {
  if (customer.is_suppressed) return LeftOut::suppressed;
  if (customer.has_had) return LeftOut::had;
  return std::nullopt;
}

void NewestRows::settle() {
  struct Addressed {
    uint64_t first_bytes;
    uint32_t customer;
  };
  std::vector<Addressed> by_address;
  by_address.reserve(customers_.size());
  for (uint32_t i = 0; i < customers_.size(); ++i) {
    by_address.push_back({first_bytes(email_of(customers_[i])), i});
  }
  std::sort(by_address.begin(), by_address.end(), [this](const Addressed& a, const Addressed& b) {
    if (a.first_bytes != b.first_bytes) return a.first_bytes < b.first_bytes;
    return is_before(email_of(customers_[a.customer]), email_of(customers_[b.customer]));
  });
  // Where each customer's tickets go: counted first, so that only few are ever sorted together.
  std::vector<uint32_t> places(customers_.size(), 0);
  size_t due = 0;
  for (const TicketState& ticket : tickets_) {
    metrics_.reopened += !ticket.is_closed && ticket.was_closed ? 1 : 0;
    metrics_.told += ticket.is_closed && ticket.is_notified ? 1 : 0;
    if (!ticket.is_closed || ticket.is_notified) continue;
    ++places[ticket.customer];
    ++due;
  }
  uint32_t next = 0;
  for (const auto& [bytes, customer] : by_address) {
    const uint32_t count = places[customer];
    places[customer] = next;
    next += count;
  }
  order_.resize(due);
  for (uint32_t i = 0; i < tickets_.size(); ++i) {
    const TicketState& ticket = tickets_[i];
    if (ticket.is_closed && !ticket.is_notified)
      order_[places[ticket.customer]++] = {i, ticket.day};
  }
  const auto is_older = [](const Due& x, const Due& y) {
    return x.day != y.day ? x.day < y.day : x.ticket < y.ticket;
  };
  // `places` is where each customer's tickets end now.
  size_t begin = 0;
  for (const auto& [bytes, customer] : by_address) {
    const size_t end = places[customer];
    if (begin == end) continue;
    std::sort(order_.begin() + static_cast<std::ptrdiff_t>(begin),
              order_.begin() + static_cast<std::ptrdiff_t>(end), is_older);
    const auto reason = reason_of(customers_[customer]);
    if (reason) {
      ++(*reason == LeftOut::had ? metrics_.had : metrics_.suppressed);
    } else {
      ++metrics_.customers;
      metrics_.tickets += static_cast<int64_t>(end - begin);
      newest_ = std::max(newest_.value_or(order_[end - 1].day), order_[end - 1].day);
    }
    begin = end;
  }
}

/// Tickets lie in the order of the report, and are told in that of customers: what the ones behind
/// `at` need of the memory is on its way before it is their turn.
void NewestRows::fetch_due(size_t at) const {
  constexpr size_t ticket_ahead = 32, others_ahead = 16, address_ahead = 8;
  const size_t count = order_.size();
  if (at + ticket_ahead < count) fetch(&tickets_[order_[at + ticket_ahead].ticket]);
  if (at + others_ahead < count) {
    const TicketState& ticket = tickets_[order_[at + others_ahead].ticket];
    fetch(ticket.text);
    fetch(&customers_[ticket.customer]);
  }
  if (at + address_ahead >= count) return;
  const Customer& customer = customers_[tickets_[order_[at + address_ahead].ticket].customer];
  fetch(customer.email);
  fetch(customer.name);
}

std::optional<CandidateNotice> NewestRows::next(size_t& place) const {
  if (place >= order_.size()) return std::nullopt;
  CandidateNotice out{{}, reason_at(place)};
  place = next_notice(place, out.notice);
  return out;
}

size_t NewestRows::next_customer(size_t at) const {
  const uint32_t number = tickets_[order_[at].ticket].customer;
  for (; at < order_.size() && tickets_[order_[at].ticket].customer == number; ++at) fetch_due(at);
  return at;
}

size_t NewestRows::next_notice(size_t at, Notice& notice) const {
  const uint32_t number = tickets_[order_[at].ticket].customer;
  const Customer& customer = customers_[number];
  notice.email = email_of(customer);
  notice.first_name = {customer.name, customer.first_bytes};
  notice.last_name = {customer.name + customer.first_bytes, customer.last_bytes};
  notice.tickets.clear();
  for (; at < order_.size(); ++at) {
    const TicketState& ticket = tickets_[order_[at].ticket];
    if (ticket.customer != number) break;
    fetch_due(at);
    notice.tickets.push_back(
        {id_of(ticket), {ticket.text + ticket.id_bytes, ticket.subject_bytes}, ticket.day});
  }
  return at;
}

}  // namespace dw
