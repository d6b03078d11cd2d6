#include "jobs/notices/newest_rows.h"

#include <algorithm>
#include <array>

#include "base/address.h"
#include "base/assert.h"
#include "base/text.h"

namespace dw {

std::string_view plain_ticket(std::string_view ticket) {
  size_t digits = 0;
  while (digits < ticket.size() && is_digit(ticket[digits])) ++digits;
  if (digits == 0 || digits == ticket.size() || ticket[digits] != '.') return ticket;
  const bool is_whole = ticket.size() > digits + 1 &&
                        ticket.find_first_not_of('0', digits + 1) == std::string_view::npos;
  return is_whole ? ticket.substr(0, digits) : ticket;
}

std::string Notice::name() const {
  std::string out(first_name);
  if (!out.empty() && !last_name.empty()) out += ' ';
  return out.append(last_name);
}

std::string_view name_of(LeftOut reason) {
  return reason == LeftOut::had ? "had" : "suppressed";
}

bool NewestRows::is_suppressed(std::string_view email) const {
  const std::string_view domain = email.substr(email.find('@'));
  return std::any_of(suppressed_.begin(), suppressed_.end(), [&](const std::string& one) {
    return equals_ignoring_case(one.starts_with('@') ? domain : email, one);
  });
}

/// Each step looks at what the step before has had fetched for all rows: what they need of the
/// memory is then on its way for all of them at once, and nobody waits for each.
void NewestRows::fetch_places(std::span<const GoodRow> rows, std::span<Place> places) {
  for (size_t i = 0; i < rows.size(); ++i) {
    Place& place = places[i];
    place = {};
    place.ticket_hash = hash_text(rows[i].ticket);
    ticket_index_.fetch_for(place.ticket_hash);
    if (!rows[i].is_closed) continue;
    place.customer_hash = hash_ignoring_case(rows[i].email);
    customer_index_.fetch_for(place.customer_hash);
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    Place& place = places[i];
    place.ticket = ticket_index_.likely(place.ticket_hash);
    if (place.ticket != NumberIndex::none) fetch(&tickets_[place.ticket]);
    if (rows[i].is_closed) place.customer = customer_index_.likely(place.customer_hash);
    if (place.customer != NumberIndex::none) fetch(&customers_[place.customer]);
  }
  for (const Place& place : places) {
    if (place.ticket != NumberIndex::none) fetch(tickets_[place.ticket].text);
    if (place.customer == NumberIndex::none) continue;
    const Customer& customer = customers_[place.customer];
    fetch(customer.email);
    fetch(customer.name);
    fetch(customer.name + customer.first_bytes);
  }
}

void NewestRows::take(std::span<const GoodRow> rows) {
  std::array<Place, rows_at_once> places;
  while (!rows.empty()) {
    const auto some = rows.first(std::min(rows.size(), rows_at_once));
    fetch_places(some, std::span(places).first(some.size()));
    for (size_t i = 0; i < some.size(); ++i) keep(some[i], places[i]);
    rows = rows.subspan(some.size());
  }
}

void NewestRows::keep(const GoodRow& row, const Place& place) {
  uint32_t customer = NumberIndex::none;
  if (row.is_closed) {
    customer = customer_of(row, place.customer_hash);
    if (customer == NumberIndex::none) {
      ++metrics_.bad;
      if (bad_rows_.size() < bad_rows_max) {
        bad_rows_.push_back({row.row, refusal_of_address(row.email)});
      }
      return;
    }
    ++metrics_.closed;
  }
  const auto fresh = static_cast<uint32_t>(tickets_.size());
  const uint32_t number = ticket_index_.find_or_put(
      place.ticket_hash, fresh, [&](uint32_t n) { return id_of(tickets_[n]) == row.ticket; });
  const bool is_new = number == fresh;
  if (is_new) {
    const char* text = texts_.keep(row.ticket).data();
    tickets_.push_back({.text = text,
                        .customer = NumberIndex::none,
                        .day = row.day,
                        .id_bytes = static_cast<uint16_t>(row.ticket.size()),
                        .subject_bytes = 0,
                        .is_closed = false,
                        .is_notified = false,
                        .was_closed = false});
  }
  TicketState& ticket = tickets_[number];
  ticket.was_closed = ticket.was_closed || row.is_closed;
  // The newest row is the latest day's, and of one day the last in the report.
  if (!is_new && row.day < ticket.day) return;
  ticket.day = row.day;
  ticket.is_closed = row.is_closed;
  ticket.customer = customer;
  const std::string_view known(ticket.text + ticket.id_bytes, ticket.subject_bytes);
  if (row.is_closed && row.subject != known) {
    std::string both(row.ticket);
    both.append(row.subject);
    ticket.text = texts_.keep(both).data();
    ticket.subject_bytes = static_cast<uint16_t>(row.subject.size());
  }
}

uint32_t NewestRows::customer_of(const GoodRow& row, uint64_t hash) {
  const auto fresh = static_cast<uint32_t>(customers_.size());
  const auto is_same = [&](uint32_t n) {
    return equals_ignoring_case(email_of(customers_[n]), row.email);
  };
  uint32_t number = customer_index_.find(hash, is_same);
  if (number == NumberIndex::none) {
    if (!refusal_of_address(row.email).empty()) return NumberIndex::none;
    number = customer_index_.find_or_put(hash, fresh, is_same);
    return add_customer(row);
  }
  Customer& one = customers_[number];
  if (row.day < one.name_day) return number;
  one.name_day = row.day;
  const std::string_view first(one.name, one.first_bytes);
  const std::string_view last(one.name + one.first_bytes, one.last_bytes);
  if (first == row.first_name && last == row.last_name) return number;
  std::string both(row.first_name);
  both.append(row.last_name);
  one.name = texts_.keep(both).data();
  one.first_bytes = static_cast<uint16_t>(row.first_name.size());
  one.last_bytes = static_cast<uint16_t>(row.last_name.size());
  return number;
}

uint32_t NewestRows::add_customer(const GoodRow& row) {
  DW_ASSERT(row.email.size() <= UINT8_MAX, "an address was refused if it is longer");
  std::string all(row.email);
  all.append(row.first_name).append(row.last_name);
  const char* text = texts_.keep(all).data();
  customers_.push_back({.email = text,
                        .name = text + row.email.size(),
                        .name_day = row.day,
                        .first_bytes = static_cast<uint16_t>(row.first_name.size()),
                        .last_bytes = static_cast<uint16_t>(row.last_name.size()),
                        .email_bytes = static_cast<uint8_t>(row.email.size()),
                        .has_had = false,
                        .is_suppressed = is_suppressed(row.email)});
  return static_cast<uint32_t>(customers_.size() - 1);
}

void NewestRows::note_notified(std::string_view ticket, int32_t day) {
  ticket = plain_ticket(ticket);
  const uint32_t number = ticket_index_.find(
      hash_text(ticket), [&](uint32_t n) { return id_of(tickets_[n]) == ticket; });
  if (number != NumberIndex::none && tickets_[number].day <= day)
    tickets_[number].is_notified = true;
}

void NewestRows::note_had(std::string_view email) {
  const uint32_t number = customer_index_.find(hash_ignoring_case(email), [&](uint32_t n) {
    return equals_ignoring_case(email_of(customers_[n]), email);
  });
  if (number != NumberIndex::none) customers_[number].has_had = true;
}

}  // namespace dw
