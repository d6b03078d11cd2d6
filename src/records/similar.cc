#include "records/similar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/json.h"
#include "base/text.h"
#include "domain/words.h"
#include "records/ticket_row.h"
#include "sql/similar.h"

namespace dw {
namespace {

constexpr size_t words_max = 24;
constexpr int64_t tickets_a_word_max = 200;
constexpr int64_t not_indexed_max = 50;
constexpr size_t read_max = 60;
constexpr size_t why_max = 5;
constexpr double rank_min = 0.2;
/// A word that more tickets have than this share says little, and is not looked
/// up.
constexpr double share_max = 0.02;
/// On a small desk every word is looked up.
constexpr double share_matters_from = 2000;

using Weights = std::map<std::string, double>;

std::string text_of(const Ticket& ticket) {
  return ticket.title + "\n" + ticket.description;
}

std::string list_of(const std::vector<std::string>& texts) {
  return to_text(json::array(texts.begin(), texts.end()));
}

/// The words of one ticket, and the tickets that share them.
class Likeness {
 public:
  Likeness(ReadDb& db, const Ticket& about)
      : db_(db), about_(about), words_(words_in(text_of(about))) {
    if (words_.size() > words_max) words_.resize(words_max);
  }

  Result<std::vector<SimilarTicket>> find(size_t limit) {
    if (words_.empty()) return std::vector<SimilarTicket>{};
    DW_CHECK(weigh());
    DW_TRY(std::vector<SimilarTicket> all, read_best());
    std::stable_sort(all.begin(), all.end(), [](const SimilarTicket& a, const SimilarTicket& b) {
      return a.rank > b.rank;
    });
    if (all.size() > limit) all.resize(limit);
    for (SimilarTicket& one : all) {
      if (one.ticket.status != Status::solved) continue;
      DW_CHECK(read_answer(one));
    }
    std::stable_partition(all.begin(), all.end(),
                          [](const SimilarTicket& one) { return one.answer.has_value(); });
    return all;
  }

 private:
  /// How rare each word is, and who has it.
  Result<void> weigh() {
    double count = 0;
    DW_CHECK(db_.run(stmt::newest_ticket_id, {},
                     [&](const Row& row) { count = static_cast<double>(row.integer(0)); }));
    std::map<std::string, double> frequent;
    const std::string list = list_of(words_);
    DW_CHECK(db_.run(stmt::common_words, {list}, [&](const Row& row) {
      frequent[std::string(row.text(0))] = static_cast<double>(row.integer(1)) / 1e6;
    }));
    for (const std::string& word : words_) {
      const auto known = frequent.find(word);
      const bool is_frequent =
          known != frequent.end() && known->second > share_max && count > share_matters_from;
      double tickets = is_frequent ? known->second * count : 0;
      if (!is_frequent) {
        DW_TRY(tickets, look_up(word, count));
      }
      weights_[word] = std::max(0.0, std::log((count + 1) / (tickets + 1)));
    }
    return {};
  }

  /// The newest tickets that have it. How many there are in all is estimated by
  /// how far back these reach.
  Result<double> look_up(const std::string& word, double count) {
    const std::string expression =
        db_.is_sqlite() ? "{title description} : \"" + word + "\"" : "'" + word + "'";
    std::vector<int64_t> ids;
    DW_CHECK(db_.run(stmt::tickets_with_word, {expression, about_.id, tickets_a_word_max},
                     [&](const Row& row) { ids.push_back(row.integer(0)); }));
    const auto found = static_cast<double>(ids.size());
    double tickets = found;
    if (static_cast<int64_t>(ids.size()) == tickets_a_word_max) {
      const auto reach = static_cast<double>(about_.id.value - ids.back());
      tickets = found * std::max(1.0, static_cast<double>(about_.id.value) / reach);
    }
    const double weight = std::max(0.0, std::log((count + 1) / (tickets + 1)));
    for (const int64_t id : ids) candidates_[id] += weight;
    return tickets;
  }

  Result<std::vector<SimilarTicket>> read_best() {
    std::vector<std::pair<double, int64_t>> best;
    for (const auto& [id, weight] : candidates_) best.emplace_back(-weight, -id);
    std::sort(best.begin(), best.end());
    if (best.size() > read_max) best.resize(read_max);
    json::array ids;
    for (const auto& [weight, id] : best) ids.emplace_back(-id);
    DW_CHECK(db_.run(stmt::tickets_not_indexed, {about_.id, not_indexed_max},
                     [&](const Row& row) { ids.emplace_back(row.integer(0)); }));
    std::vector<SimilarTicket> out;
    DW_CHECK(db_.run(stmt::tickets_by_ids, {to_text(ids)}, [&](const Row& row) {
      SimilarTicket one = rank(ticket_in(row));
      if (one.rank >= rank_min) out.push_back(std::move(one));
    }));
    return out;
  }

  SimilarTicket rank(Ticket ticket) const {
    SimilarTicket out{.ticket = std::move(ticket), .rank = 0, .why = {}, .answer = {}};
    std::vector<std::string> theirs = words_in(text_of(out.ticket));
    std::sort(theirs.begin(), theirs.end());
    double all = 0, shared = 0;
    for (const std::string& word : words_) {
      const double weight = weights_.at(word);
      all += weight;
      if (!std::binary_search(theirs.begin(), theirs.end(), word)) continue;
      shared += weight;
      if (weight > 0) out.why.push_back(word);
    }
    std::stable_sort(out.why.begin(), out.why.end(),
                     [&](const auto& a, const auto& b) { return weights_.at(a) > weights_.at(b); });
    if (out.why.size() > why_max) out.why.resize(why_max);
    out.rank = all > 0 ? std::round(shared / all * 100) / 100 : 0;
    return out;
  }

  Result<void> read_answer(SimilarTicket& one) {
    const Requester& requester = one.ticket.requester;
    DW_CHECK(db_.run(stmt::last_public_comments, {one.ticket.id}, [&](const Row& row) {
      Comment comment{.id = {row.integer(0)},
                      .ticket = one.ticket.id,
                      .author_name = std::string(row.text(1)),
                      .author_email = std::string(row.text(2)),
                      .body = std::string(row.text(3)),
                      .is_public = true,
                      .at = row.time(4),
                      .source = std::string(row.text(5))};
      const bool is_own = !comment.author_email.empty() && !requester.email.empty()
                              ? equals_ignoring_case(comment.author_email, requester.email)
                              : comment.author_name == requester.name;
      if (!is_own && !one.answer) one.answer = std::move(comment);
    }));
    return {};
  }

  ReadDb& db_;
  const Ticket& about_;
  std::vector<std::string> words_;
  Weights weights_;
  std::map<int64_t, double> candidates_;
};

}  // namespace

namespace tickets {

Result<std::vector<SimilarTicket>> similar(ReadDb& db, const Ticket& about, size_t limit) {
  return Likeness(db, about).find(limit);
}

}  // namespace tickets
}  // namespace dw
