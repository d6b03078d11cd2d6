#include "jobs/notices/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/storable.h"
#include "base/text.h"

namespace dw {
namespace {

constexpr size_t bad_rows_max = 500;
constexpr size_t cell_bytes_max = 1000;
constexpr size_t address_bytes_max = 254;

std::string_view cell(const TableRow& row, int place) {
  const bool is_there = place >= 0 && static_cast<size_t>(place) < row.cells.size();
  if (!is_there) return {};
  return cut_bytes(trim(row.cells[static_cast<size_t>(place)].text), cell_bytes_max);
}

bool is_blank(const TableRow& row) {
  for (const Cell& one : row.cells) {
    if (!trim(one.text).empty()) return false;
  }
  return true;
}

/// By ASCII letters in one case, so that an address is one customer.
bool is_before(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [&](char x, char y) { return lower(x) < lower(y); });
}

}  // namespace

std::string Letter::name() const {
  std::string out(first_name);
  if (!out.empty() && !last_name.empty()) out += ' ';
  return out.append(last_name);
}

std::string_view name_of(LeftOut reason) {
  return reason == LeftOut::had ? "had" : "suppressed";
}

std::string refusal_of_address(std::string_view email) {
  if (email.empty()) return "there is no email";
  const size_t at = email.find('@');
  bool is_good = at != std::string_view::npos && at > 0 && at + 1 < email.size() &&
                 email.size() <= address_bytes_max &&
                 email.find('@', at + 1) == std::string_view::npos &&
                 email.find("..") == std::string_view::npos && email.back() != '.' &&
                 email[at + 1] != '.' && email.front() != '.' && is_utf8(email);
  for (const char c : email) {
    const bool is_control = static_cast<unsigned char>(c) <= 0x20 || c == 0x7F;
    if (is_control || std::string_view("<>()[],;:\\\"").find(c) != std::string_view::npos) {
      is_good = false;
    }
  }
  if (is_good) return "";
  std::string shown(email);
  std::erase_if(shown, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  return fmt::format("\"{}\" is no address", is_utf8(shown) ? cut_characters(shown, 80) : "…");
}

Selection::Selection(const NoticesSettings& settings, NoticeTimes times)
    : settings_(settings), times_(times), newest_(times.from_day) {}

void Selection::bad(int64_t row, std::string why) {
  ++figures_.bad;
  if (bad_rows_.size() < bad_rows_max) bad_rows_.push_back({row, std::move(why)});
}

bool Selection::is_closed(std::string_view status) const {
  return std::any_of(settings_.closed.begin(), settings_.closed.end(),
                     [&](const std::string& word) { return equals_ignoring_case(status, word); });
}

bool Selection::is_suppressed(std::string_view email) const {
  const std::string_view domain = email.substr(email.find('@'));
  return std::any_of(settings_.suppress.begin(), settings_.suppress.end(),
                     [&](const std::string& one) {
                       return equals_ignoring_case(one.starts_with('@') ? domain : email, one);
                     });
}

Result<void> Selection::take(const TableRow& row, int first_column) {
  if (!has_layout_) {
    if (is_blank(row)) return {};
    DW_TRY(layout_, find_layout(settings_, row.cells, first_column));
    has_layout_ = true;
    if (layout_.has_heading) return {};
  }
  const ColumnPlaces& at = layout_.at;
  Fields fields{.ticket = cell(row, at.ticket), .status = cell(row, at.status)};
  const bool has_date_cell = at.date >= 0 && static_cast<size_t>(at.date) < row.cells.size();
  const Cell date = has_date_cell ? row.cells[static_cast<size_t>(at.date)] : Cell{};
  if (fields.ticket.empty() && fields.status.empty() && is_blank(row)) return {};
  ++figures_.rows;
  const auto day = day_in(date, settings_.date_formats);
  if (!day) {
    const std::string_view text = cut_bytes(trim(date.text), 80);
    bad(row.number,
        text.empty() ? "there is no date"
                     : fmt::format("\"{}\" is no date of the form {}", is_utf8(text) ? text : "…",
                                   join(settings_.date_formats, " or ")));
    return {};
  }
  if (*day < times_.from_day) {
    ++figures_.old;
    return {};
  }
  // The people's clocks and the report's may differ by a zone.
  if (*day > times_.today + 1) {
    bad(row.number, fmt::format("{} is in the future", day_text(*day)));
    return {};
  }
  fields.first_name = cell(row, at.name >= 0 ? at.name : at.first_name);
  fields.last_name = at.name >= 0 ? std::string_view() : cell(row, at.last_name);
  fields.email = cell(row, at.email);
  fields.subject = cell(row, at.subject);
  use(row, fields, *day);
  return {};
}

void Selection::use(const TableRow& row, const Fields& fields, int32_t day) {
  if (fields.ticket.empty()) return bad(row.number, "there is no ticket");
  if (fields.status.empty()) return bad(row.number, "there is no status");
  if (fields.status != last_status_) {
    last_status_ = fields.status;
    is_last_closed_ = is_closed(fields.status);
  }
  const bool is_now_closed = is_last_closed_;
  uint32_t customer = NumberIndex::none;
  // What the ledger can't keep as it is would not be known again in the next report.
  std::string_view unstorable = unstorable_reason(fields.ticket);
  if (is_now_closed) {
    for (const std::string_view text : {fields.subject, fields.first_name, fields.last_name}) {
      if (unstorable.empty()) unstorable = unstorable_reason(text);
    }
  }
  if (!unstorable.empty()) {
    return bad(row.number, fmt::format("it {}; check notices.encoding", unstorable));
  }
  if (is_now_closed) {
    customer = customer_of(fields, day);
    if (customer == NumberIndex::none) {
      return bad(row.number, refusal_of_address(fields.email));
    }
    ++figures_.closed;
  }
  const auto fresh = static_cast<uint32_t>(tickets_.size());
  const uint32_t number =
      ticket_index_.find_or_put(hash_text(fields.ticket), fresh,
                                [&](uint32_t n) { return id_of(tickets_[n]) == fields.ticket; });
  const bool is_new = number == fresh;
  if (is_new) {
    const char* text = texts_.keep(fields.ticket).data();
    tickets_.push_back({.text = text,
                        .customer = NumberIndex::none,
                        .day = day,
                        .id_bytes = static_cast<uint16_t>(fields.ticket.size()),
                        .subject_bytes = 0,
                        .is_closed = false,
                        .is_told = false,
                        .was_closed = false});
  }
  TicketState& ticket = tickets_[number];
  ticket.was_closed = ticket.was_closed || is_now_closed;
  // The newest row is the latest day's, and of one day the last in the report.
  if (!is_new && day < ticket.day) return;
  ticket.day = day;
  ticket.is_closed = is_now_closed;
  ticket.customer = customer;
  const std::string_view known(ticket.text + ticket.id_bytes, ticket.subject_bytes);
  if (is_now_closed && fields.subject != known) {
    std::string both(fields.ticket);
    both.append(fields.subject);
    ticket.text = texts_.keep(both).data();
    ticket.subject_bytes = static_cast<uint16_t>(fields.subject.size());
  }
}

uint32_t Selection::customer_of(const Fields& fields, int32_t day) {
  const auto fresh = static_cast<uint32_t>(customers_.size());
  const uint64_t hash = hash_ignoring_case(fields.email);
  const auto is_same = [&](uint32_t n) {
    return equals_ignoring_case(email_of(customers_[n]), fields.email);
  };
  uint32_t number = customer_index_.find(hash, is_same);
  if (number == NumberIndex::none) {
    if (!refusal_of_address(fields.email).empty()) return NumberIndex::none;
    number = customer_index_.find_or_put(hash, fresh, is_same);
    return add_customer(fields, day);
  }
  Customer& one = customers_[number];
  if (day < one.name_day) return number;
  one.name_day = day;
  const std::string_view first(one.name, one.first_bytes);
  const std::string_view last(one.name + one.first_bytes, one.last_bytes);
  if (first == fields.first_name && last == fields.last_name) return number;
  std::string both(fields.first_name);
  both.append(fields.last_name);
  one.name = texts_.keep(both).data();
  one.first_bytes = static_cast<uint16_t>(fields.first_name.size());
  one.last_bytes = static_cast<uint16_t>(fields.last_name.size());
  return number;
}

uint32_t Selection::add_customer(const Fields& fields, int32_t day) {
  std::string all(fields.email);
  all.append(fields.first_name).append(fields.last_name);
  const char* text = texts_.keep(all).data();
  customers_.push_back({.email = text,
                        .name = text + fields.email.size(),
                        .name_day = day,
                        .email_bytes = static_cast<uint16_t>(fields.email.size()),
                        .first_bytes = static_cast<uint16_t>(fields.first_name.size()),
                        .last_bytes = static_cast<uint16_t>(fields.last_name.size()),
                        .has_had = false,
                        .is_suppressed = is_suppressed(fields.email)});
  return static_cast<uint32_t>(customers_.size() - 1);
}

void Selection::note_told(std::string_view ticket, int32_t day) {
  const uint32_t number = ticket_index_.find(
      hash_text(ticket), [&](uint32_t n) { return id_of(tickets_[n]) == ticket; });
  if (number != NumberIndex::none && tickets_[number].day <= day) tickets_[number].is_told = true;
}

void Selection::note_had(std::string_view email) {
  const uint32_t number = customer_index_.find(hash_ignoring_case(email), [&](uint32_t n) {
    return equals_ignoring_case(email_of(customers_[n]), email);
  });
  if (number != NumberIndex::none) customers_[number].has_had = true;
}

std::optional<LeftOut> Selection::reason_of(uint32_t ticket) const {
  const Customer& customer = customers_[tickets_[ticket].customer];
  if (customer.is_suppressed) return LeftOut::suppressed;
  if (customer.has_had) return LeftOut::had;
  return std::nullopt;
}

void Selection::settle() {
  std::vector<uint32_t> by_address(customers_.size());
  std::iota(by_address.begin(), by_address.end(), 0U);
  std::sort(by_address.begin(), by_address.end(), [this](uint32_t a, uint32_t b) {
    return is_before(email_of(customers_[a]), email_of(customers_[b]));
  });
  // Where each customer's tickets go: counted first, so that only few are ever sorted together.
  std::vector<uint32_t> places(customers_.size(), 0);
  size_t due = 0;
  for (const TicketState& ticket : tickets_) {
    figures_.reopened += !ticket.is_closed && ticket.was_closed ? 1 : 0;
    figures_.told += ticket.is_closed && ticket.is_told ? 1 : 0;
    if (!ticket.is_closed || ticket.is_told) continue;
    ++places[ticket.customer];
    ++due;
  }
  uint32_t next = 0;
  for (const uint32_t customer : by_address) {
    const uint32_t count = places[customer];
    places[customer] = next;
    next += count;
  }
  order_.resize(due);
  for (uint32_t i = 0; i < tickets_.size(); ++i) {
    const TicketState& ticket = tickets_[i];
    if (ticket.is_closed && !ticket.is_told) order_[places[ticket.customer]++] = {i, ticket.day};
  }
  const auto is_older = [](const Due& x, const Due& y) {
    return x.day != y.day ? x.day < y.day : x.ticket < y.ticket;
  };
  // `places` is where each customer's tickets end now.
  for (size_t i = 0; i < order_.size();) {
    const size_t begin = i;
    const auto reason = reason_of(order_[begin].ticket);
    i = places[tickets_[order_[begin].ticket].customer];
    std::sort(order_.begin() + static_cast<std::ptrdiff_t>(begin),
              order_.begin() + static_cast<std::ptrdiff_t>(i), is_older);
    if (reason) {
      ++(*reason == LeftOut::had ? figures_.had : figures_.suppressed);
      continue;
    }
    ++figures_.customers;
    figures_.tickets += static_cast<int64_t>(i - begin);
    newest_ = std::max(newest_, order_[i - 1].day);
  }
}

std::optional<PickedLetter> Selection::next(size_t& place) const {
  if (place >= order_.size()) return std::nullopt;
  PickedLetter out{{}, reason_of(order_[place].ticket)};
  place = next_letter(place, out.letter);
  return out;
}

size_t Selection::next_customer(size_t at) const {
  const uint32_t number = tickets_[order_[at].ticket].customer;
  while (at < order_.size() && tickets_[order_[at].ticket].customer == number) ++at;
  return at;
}

size_t Selection::next_letter(size_t at, Letter& letter) const {
  const uint32_t number = tickets_[order_[at].ticket].customer;
  const Customer& customer = customers_[number];
  letter.email = email_of(customer);
  letter.first_name = {customer.name, customer.first_bytes};
  letter.last_name = {customer.name + customer.first_bytes, customer.last_bytes};
  for (; at < order_.size(); ++at) {
    const TicketState& ticket = tickets_[order_[at].ticket];
    if (ticket.customer != number) break;
    letter.tickets.push_back(
        {id_of(ticket), {ticket.text + ticket.id_bytes, ticket.subject_bytes}, ticket.day});
  }
  return at;
}

}  // namespace dw
