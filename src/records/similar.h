// Which earlier tickets resemble a ticket: they share the words that few tickets have.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "domain/ticket.h"
#include "ports/db.h"

namespace dw {

struct SimilarTicket {
  Ticket ticket;
  double rank = 0;                ///< which share of the words' weight they have in common, 0 to 1
  std::vector<std::string> why;   ///< the heaviest words in common
  std::optional<Comment> answer;  ///< of a solved one: the last public comment of another person
};

/// How far PostgreSQL's index of words is followed, which knows no order: whoever wants the newest
/// ticket with a word reads all that have it.
struct SimilarBounds {
  size_t frequent_from = 500;  ///< so many tickets have a common word
  size_t small_desk = 2'000;   ///< with no more tickets than these no word is common
};

namespace tickets {

/// At most `limit`, solved ones with an answer first, then by rank.
/// cost    SQLite: for each of at most two dozen words the newest two hundred tickets that have it,
///         by the index of words. PostgreSQL: five hundred tickets for each, and for six pairs of
///         common words; the newest fifty. About a hundred tickets are read
Result<std::vector<SimilarTicket>> similar(ReadDb& db, const Ticket& about, size_t limit,
                                           SimilarBounds bounds = {});

}  // namespace tickets

}  // namespace dw
