#include "jobs/storm/looking.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/words.h"
#include "jobs/storm/pace.h"
#include "records/links.h"

namespace dw {
namespace {

constexpr Millis usual_length{28LL * 86'400'000};
constexpr size_t usual_max = 20'000;
constexpr size_t window_max = 5'000;
constexpr size_t usual_page = 500;
constexpr size_t words_max = 100;
constexpr size_t names_max = 50'000;

/// Whatever identifies the person.
std::string requester_key(const Ticket& ticket) {
  for (const std::string* one :
       {&ticket.requester.id, &ticket.requester.email, &ticket.requester.name}) {
    if (!one->empty()) return *one;
  }
  return fmt::format("ticket {}", ticket.id.value);
}

/// A follow-up of a closed ticket is opened in the thread of the first one.
Result<bool> is_follow_up(ReadDb& db, const Ticket& ticket) {
  DW_TRY(const auto link, links::of_ticket(db, ticket.id));
  return link && link->opened_at < ticket.opened_at;
}

}  // namespace

std::vector<std::string> storm_words(const Ticket& ticket, const std::set<std::string>& left_out) {
  std::vector<std::string> out = words_in(ticket.title + "\n" + ticket.description);
  if (out.size() > words_max) out.resize(words_max);
  std::copy_if(ticket.tags.begin(), ticket.tags.end(), std::back_inserter(out),
               [&left_out](const std::string& tag) { return left_out.count(tag) == 0; });
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void StormLooking::add_names(const Ticket& ticket) {
  for (const std::string* name : {&ticket.requester.name, &ticket.assignee}) {
    for (std::string& word : words_in(*name)) {
      if (names_.size() >= names_max) return;
      names_.insert(std::move(word));
    }
  }
}

Result<bool> StormLooking::read_usual(ReadDb& db, TimePoint now) {
  if (!next_) next_ = tickets::OlderThan{now - settings_.window, {0}};
  DW_TRY(const std::vector<Ticket> page,
         tickets::older(db, *next_, now - usual_length, usual_page));
  for (const Ticket& ticket : page) {
    add_names(ticket);
    if (ticket.type == TicketType::problem) continue;
    page_.push_back({ticket.opened_at, storm_words(ticket, own_tags_)});
  }
  if (!page.empty()) next_ = tickets::OlderThan{page.back().opened_at, page.back().id};
  if (page.size() == usual_page && page_.size() < usual_max) return true;
  for (auto one = page_.rbegin(); one != page_.rend(); ++one) {
    usual_.add(one->at, one->words);
    older_at_.push_back(one->at);
    older_.push_back(std::move(*one));
  }
  page_ = {};
  return false;
}

Result<void> StormLooking::read_new(ReadDb& db, TimePoint now) {
  move_window(now);
  DW_TRY(const std::vector<TicketId> ids,
         tickets::opened_after(db, now - settings_.window, window_max));
  for (const TicketId id : ids) {
    if (window_.count(id.value) > 0 || uncounted_.count(id.value) > 0) continue;
    DW_TRY(const auto ticket, tickets::find(db, id));
    if (!ticket) continue;
    add_names(*ticket);
    DW_TRY(const bool is_later, is_follow_up(db, *ticket));
    // The parent of an incident has its words.
    if (is_later || ticket->type == TicketType::problem) {
      uncounted_.insert(id.value);
      continue;
    }
    window_[id.value] = {id.value, requester_key(*ticket), ticket->opened_at,
                         storm_words(*ticket, own_tags_)};
    has_news_ = true;
  }
  return {};
}

/// What the window leaves behind is usual from then on.
void StormLooking::move_window(TimePoint now) {
  const TimePoint from = now - settings_.window;
  std::vector<Older> left;
  for (auto one = window_.begin(); one != window_.end();) {
    if (one->second.at > from) {
      ++one;
      continue;
    }
    left.push_back({one->second.at, std::move(one->second.words)});
    one = window_.erase(one);
  }
  std::stable_sort(left.begin(), left.end(),
                   [](const Older& a, const Older& b) { return a.at < b.at; });
  for (Older& one : left) {
    usual_.add(one.at, one.words);
    older_at_.push_back(one.at);
    older_.push_back(std::move(one));
  }
  // Tickets have ascending ids, nearly in the order in which they were written.
  while (uncounted_.size() > window_max) uncounted_.erase(uncounted_.begin());
  limit_usual(now);
}

void StormLooking::limit_usual(TimePoint now) {
  while (!older_.empty() && (older_.size() > usual_max || older_.front().at < now - usual_length)) {
    usual_.remove(older_.front().at, older_.front().words);
    older_.pop_front();
    older_at_.pop_front();
  }
}

/// A tag may be made of a name: "ana_lopez".
bool StormLooking::is_name(const std::string& word, const std::set<std::string>& more) const {
  const auto is_one = [&](const std::string& one) {
    return names_.count(one) > 0 || more.count(one) > 0;
  };
  const std::vector<std::string> parts = words_in(word);
  return is_one(word) || std::any_of(parts.begin(), parts.end(), is_one);
}

std::vector<SeenGroup> StormLooking::groups(TimePoint now, const std::set<std::string>& names) {
  has_news_ = false;
  std::vector<StormTicket> window;
  std::map<std::string, int64_t> requesters;
  for (const auto& [id, ticket] : window_) {
    window.push_back(ticket);
    requesters.emplace(ticket.requester, static_cast<int64_t>(requesters.size()));
  }
  const bool is_spike =
      is_pace_spike(older_at_, now, settings_.window, static_cast<int64_t>(window.size()));
  const StormRules rules{settings_.min_tickets, is_spike};
  std::vector<SeenGroup> out;
  for (const StormGroup& group : find_groups(window, usual_, rules)) {
    SeenGroup seen{.words = {},
                   .tickets = {},
                   .requesters = {},
                   .needed = rules.needed(),
                   .since = group.since};
    for (const StormWord& word : group.words) {
      seen.words.push_back({word, is_name(word.word, names)});
    }
    for (const int64_t id : group.tickets) {
      seen.tickets.push_back({id});
      seen.requesters.push_back(requesters.at(window_.at(id).requester));
      seen.written.push_back(window_.at(id).at);
    }
    out.push_back(std::move(seen));
  }
  return out;
}

}  // namespace dw
