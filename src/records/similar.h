// Which earlier tickets resemble a ticket: they share the words that few
// tickets have.
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

namespace tickets {

/// At most `limit`, solved ones with an answer first, then by rank.
/// cost    for each of at most two dozen words the newest two hundred tickets
/// that have it, by the
///         index of words; sixty tickets are read
Result<std::vector<SimilarTicket>> similar(ReadDb& db, const Ticket& about, size_t limit);

}  // namespace tickets

}  // namespace dw
