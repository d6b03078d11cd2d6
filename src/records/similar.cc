#include "records/similar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "base/json.h"
#include "base/text.h"
#include "domain/words.h"
#include "records/own_words.h"
#include "records/ticket_row.h"
#include "sql/similar.h"

namespace dw {
namespace {

constexpr size_t words_max = 24;
constexpr size_t tickets_a_word_max = 200;
/// Of the common words the rarest, each of them with each other one.
constexpr size_t paired_words_max = 4;
constexpr int64_t newest_read_max = 50;
constexpr size_t read_max = 60;
constexpr size_t why_max = 5;
constexpr double rank_min = 0.2;

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
  Likeness(ReadDb& db, const Ticket& about, SimilarBounds bounds)
      : db_(db), about_(about), bounds_(bounds), words_(words_in(text_of(about))) {
    if (words_.size() > words_max) words_.resize(words_max);
  }

  Result<std::vector<SimilarTicket>> find(size_t limit) {
    if (words_.empty()) return std::vector<SimilarTicket>{};
    DW_CHECK(weigh());
    DW_CHECK(add_pairs());
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
    DW_CHECK(db_.run(stmt::newest_ticket_id, {},
                     [&](const Row& row) { count_ = static_cast<double>(row.integer(0)); }));
    std::map<std::string, double> known_shares;
    double least_share = 1;  // of those that the engine knows to be frequent
    DW_CHECK(db_.run(stmt::common_words, {list_of(words_)}, [&](const Row& row) {
      const double share = static_cast<double>(row.integer(1)) / 1e6;
      if (!row.text(0).empty()) known_shares[std::string(row.text(0))] = share;
      least_share = std::min(least_share, share);
    }));
    if (known_shares.empty() && least_share == 1) least_share = 0;
    const auto most = static_cast<double>(frequent_from());
    for (size_t i = 0; i < words_.size(); ++i) {
      const auto known = known_shares.find(words_[i]);
      double tickets = known == known_shares.end() ? 0 : known->second * count_;
      std::vector<int64_t> ids;
      bool is_frequent = tickets > most;
      if (!is_frequent) {
        DW_TRY(ids, tickets_with({words_[i]}));
        is_frequent = !db_.is_sqlite() && ids.size() >= frequent_from();
        tickets = is_frequent ? std::max(most, least_share * count_ / 2) : how_many(ids);
      }
      weights_[words_[i]] = std::max(0.0, std::log((count_ + 1) / (tickets + 1)));
      if (is_frequent) {
        frequent_.push_back(i);
      } else {
        add(ids, {i});
      }
    }
    return {};
  }

  /// Those that have two common words are few enough to look at.
  Result<void> add_pairs() {
    std::stable_sort(frequent_.begin(), frequent_.end(), [this](size_t a, size_t b) {
      return weights_.at(words_[a]) > weights_.at(words_[b]);
    });
    if (frequent_.size() > paired_words_max) frequent_.resize(paired_words_max);
    for (size_t i = 0; i < frequent_.size(); ++i) {
      for (size_t k = i + 1; k < frequent_.size(); ++k) {
        DW_TRY(const auto ids, tickets_with({words_[frequent_[i]], words_[frequent_[k]]}));
        add(ids, {frequent_[i], frequent_[k]});
      }
    }
    return {};
  }

  size_t frequent_from() const {
    if (db_.is_sqlite()) return std::numeric_limits<size_t>::max();
    const bool is_small = count_ <= static_cast<double>(bounds_.small_desk);
    return is_small ? bounds_.small_desk + 1 : bounds_.frequent_from;
  }

  void add(const std::vector<int64_t>& ids, const std::vector<size_t>& words) {
    for (const int64_t id : ids) {
      for (const size_t word : words) candidates_[id].insert(word);
    }
  }

  /// Tickets that have all of these words. SQLite: the newest; PostgreSQL: the newest if these are
  /// all.
  Result<std::vector<int64_t>> tickets_with(const std::vector<std::string>& words) {
    const size_t most = db_.is_sqlite() ? tickets_a_word_max : frequent_from();
    std::vector<int64_t> ids;
    DW_CHECK(db_.run(stmt::tickets_with_words,
                     {join(words, " "), about_.id, static_cast<int64_t>(most)},
                     [&](const Row& row) { ids.push_back(row.integer(0)); }));
    return ids;
  }

  /// How many tickets have a word. Where only the newest were read it is estimated by how far back
  /// these reach.
  double how_many(const std::vector<int64_t>& ids) const {
    const auto found = static_cast<double>(ids.size());
    if (!db_.is_sqlite() || ids.size() < tickets_a_word_max) return found;
    const auto reach = static_cast<double>(about_.id.value - ids.back());
    return found * std::max(1.0, static_cast<double>(about_.id.value) / reach);
  }

  Result<std::vector<SimilarTicket>> read_best() {
    std::vector<std::pair<double, int64_t>> best;
    for (const auto& [id, words] : candidates_) {
      double weight = 0;
      for (const size_t word : words) weight += weights_.at(words_[word]);
      best.emplace_back(-weight, -id);
    }
    std::sort(best.begin(), best.end());
    if (best.size() > read_max) best.resize(read_max);
    json::array ids;
    for (const auto& [weight, id] : best) ids.emplace_back(-id);
    DW_CHECK(db_.run(stmt::newest_to_compare, {about_.id, newest_read_max},
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
      Comment comment = comment_in(row);
      const bool is_own = !comment.author_email.empty() && !requester.email.empty()
                              ? equals_ignoring_case(comment.author_email, requester.email)
                              : comment.author_name == requester.name;
      const bool is_line = comment.source == deskwire_source;
      if (!is_own && !is_line && !one.answer) one.answer = std::move(comment);
    }));
    return {};
  }

  ReadDb& db_;
  const Ticket& about_;
  const SimilarBounds bounds_;
  std::vector<std::string> words_;
  double count_ = 0;  ///< of tickets
  Weights weights_;
  std::vector<size_t> frequent_;                    ///< words that are looked up in pairs
  std::map<int64_t, std::set<size_t>> candidates_;  ///< with the words that they share, as found
};

}  // namespace

namespace tickets {

Result<std::vector<SimilarTicket>> similar(ReadDb& db, const Ticket& about, size_t limit,
                                           SimilarBounds bounds) {
  return Likeness(db, about, bounds).find(limit);
}

}  // namespace tickets
}  // namespace dw
