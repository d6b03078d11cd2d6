// Tickets that resemble a ticket: what every store must do.
#include "contract/store_world.h"
#include "records/own_words.h"
#include "records/similar.h"
#include "records/tickets.h"

namespace dw {
namespace {

struct Written {
  const char* title;
  const char* description;
  bool is_solved = false;
};

Result<std::vector<TicketId>> open_all(Db& db, const std::vector<Written>& all) {
  std::vector<TicketId> out;
  for (const Written& one : all) {
    DW_TRY(const TicketId id, tickets::reserve_id(db));
    Ticket ticket = ticket_with(id, one.title);
    ticket.description = one.description;
    ticket.requester = {"Ana", "ana@x.example", ""};
    if (one.is_solved) ticket.status = Status::solved;
    DW_CHECK(tickets::open(db, ticket));
    out.push_back(id);
  }
  return out;
}

std::string text_of(const std::vector<SimilarTicket>& all, bool has_why) {
  std::string out;
  for (const SimilarTicket& one : all) {
    out += one.ticket.title;
    for (const std::string& word : has_why ? one.why : std::vector<std::string>{}) {
      out += " " + word;
    }
    out += one.answer ? " -> " + one.answer->body + "\n" : "\n";
  }
  return out;
}

/// `indexed`: how many of the tickets the index of words has; the others are found all the same.
void finds_those_that_share_rare_words(Bundle& b, size_t indexed) {
  std::vector<TicketId> ids;
  b.write([&](Db& db) -> Result<void> {
    std::vector<Written> all;
    for (int i = 0; i < 40; ++i) all.push_back({"Printer jams", "The printer on the floor jams."});
    all.push_back({"VPN error 619", "Since the update the VPN says error 619.", true});
    all.push_back({"Die VPN geht nicht", "VPN meldet Fehler 619."});
    all.push_back({"Printer and VPN", "Both were slow."});
    all.push_back({"VPN drops", "Error 619 again, please help"});
    all.push_back({"VPN error 619", "A later one is no earlier one."});
    DW_TRY(ids, open_all(db, all));
    for (const auto& [author, is_public] :
         {std::pair("Bo", true), std::pair("Cy", false), std::pair("Ana", true)}) {
      Comment comment{.ticket = ids[40], .author_name = author, .is_public = is_public, .at = t0};
      comment.body = std::string("Install the patch, says ") + author;
      DW_TRY(const CommentId added, tickets::add_comment(db, comment));
      EXPECT_TRUE(added);
    }
    // What Deskwire says of an incident is no answer to offer.
    DW_TRY(const CommentId line,
           tickets::add_comment(db, {.ticket = ids[40],
                                     .author_name = "Deskwire",
                                     .body = "This is part of a known incident, #9.",
                                     .at = t0,
                                     .source = std::string(deskwire_source)}));
    EXPECT_TRUE(line);
    DW_TRY(const int64_t count, tickets::index_words(db, indexed));
    EXPECT_GE(count, 0);
    return {};
  });
  b.write([&](Db& db) -> Result<void> {
    DW_TRY(const auto about, tickets::find(db, ids[43]));
    DW_TRY(const auto found, tickets::similar(db, *about, 3));
    EXPECT_EQ(text_of(found, false),
              "VPN error 619 -> Install the patch, says Bo\nDie VPN geht nicht\nPrinter and VPN\n");
    // How rare a word is, the index knows alone.
    if (indexed > ids.size()) {
      EXPECT_EQ(text_of(found, true),
                "VPN error 619 error 619 vpn -> Install the patch, says Bo\n"
                "Die VPN geht nicht 619 vpn\n"
                "Printer and VPN vpn\n");
    }
    if (!found.empty()) {
      EXPECT_GT(found[0].rank, found.back().rank);
      EXPECT_LE(found[0].rank, 1);
    }
    Ticket without = *about;
    without.title = without.description = "the";
    DW_TRY(const auto none, tickets::similar(db, without, 5));
    EXPECT_TRUE(none.empty());
    return {};
  });
}

TEST_P(StoreContract,
       tickets_that_share_rare_words_are_similar_solved_ones_with_their_answer_first) {
  auto b = setup();
  finds_those_that_share_rare_words(*b, 1000);
}

TEST_P(StoreContract, similar_tickets_are_found_before_the_index_of_words_has_them) {
  auto b = setup();
  finds_those_that_share_rare_words(*b, 20);
}

TEST_P(StoreContract, tickets_that_share_two_common_words_are_similar) {
  auto b = setup();
  std::vector<TicketId> ids;
  b->write([&](Db& db) -> Result<void> {
    std::vector<Written> all = {{"VPN down", "It shows timeout.", true}};
    // Behind what is read of one common word, and behind the newest.
    for (int i = 0; i < 60; ++i) all.push_back({"VPN slow", "The VPN is slow."});
    for (int i = 0; i < 60; ++i) all.push_back({"Mail down", "Mail shows nothing."});
    for (int i = 0; i < 60; ++i) all.push_back({"Printer jams", "The floor printer jams."});
    all.push_back({"VPN down", "Down."});
    DW_TRY(ids, open_all(db, all));
    DW_TRY(const int64_t count, tickets::index_words(db, 1000));
    EXPECT_GE(count, 0);
    return {};
  });
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const auto about, tickets::find(db, ids.back()));
    const SimilarBounds bounds{.frequent_from = 10, .small_desk = 20};
    DW_TRY(const auto found, tickets::similar(db, *about, 1, bounds));
    EXPECT_EQ(text_of(found, false), "VPN down\n");
    return {};
  });
}

}  // namespace
}  // namespace dw
