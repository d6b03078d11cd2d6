// One incident: what every store must do about its tickets and its answers.
#include "contract/store_world.h"
#include "jobs/storm/incident_rows.h"
#include "jobs/storm/live.h"
#include "records/changes.h"
#include "records/own_words.h"

namespace dw {
namespace {

constexpr Millis minute{60'000};

Result<TicketId> open_with(Db& db, const TicketPatch& patch, const std::string& shadow = "") {
  DW_TRY(const TicketId id, open_one(db, "vpn"));
  if (!patch.is_empty()) DW_CHECK(tickets::change(db, id, patch, t0));
  if (!shadow.empty()) {
    DW_CHECK(tickets::change(db, id, {.external = External{shadow, ""}}, t0));
  }
  return id;
}

Result<std::vector<int64_t>> ids_in(ReadDb& db, int64_t group, MemberState state) {
  DW_TRY(const auto members, storm::members_in(db, group, state, 100));
  std::vector<int64_t> out;
  for (const IncidentMember& one : members) out.push_back(one.ticket.id.value);
  return out;
}

struct World {
  int64_t group = 0;
  TicketId parent, first, second, solved, shadow, other;
};

/// A group of five, two of which can be joined, made one incident.
Result<World> open_world(Db& db) {
  World out;
  DW_TRY(out.first, open_with(db, {.type = TicketType::question}));
  DW_TRY(out.second, open_with(db, {}));
  DW_TRY(out.solved, open_with(db, {.status = Status::solved}));
  DW_TRY(out.shadow, open_with(db, {}, "shadow-4"));
  DW_TRY(out.parent, open_with(db, {.type = TicketType::problem}));
  DW_TRY(out.other, open_with(db, {.problem_id = out.parent}));
  SeenGroup group{.words = {}, .tickets = {}, .requesters = {}, .needed = 3, .since = t0};
  group.tickets = {out.first, out.second, out.solved, out.shadow, out.other};
  DW_TRY(out.group, storm::add_group(db, group, t0));
  DW_TRY(const bool is_outside, storm::is_mostly_outside(db, out.group));
  EXPECT_FALSE(is_outside);
  DW_CHECK(OpenIncident{out.group, out.parent, "ana", {}}.write(db, t0 + minute));
  return out;
}

TEST_P(StoreContract, an_incident_joins_the_tickets_that_can_be_joined) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const World w, open_world(db));
    DW_TRY(const auto joining, ids_in(db, w.group, MemberState::joining));
    EXPECT_EQ(joining, (std::vector<int64_t>{w.first.value, w.second.value}));
    DW_TRY(const auto incident, storm::find_by_parent(db, w.parent));
    EXPECT_TRUE(incident);
    if (!incident) return {};
    EXPECT_EQ(incident->group, w.group);
    EXPECT_EQ(incident->state, IncidentState::open);
    EXPECT_EQ(incident->joined, 2);
    EXPECT_EQ(incident->opened_at, t0 + minute);
    EXPECT_EQ(incident->opened_by, "ana");
    EXPECT_EQ(incident->number, std::to_string(w.parent.value));
    EXPECT_EQ(incident->tickets, 5);
    // Where something happens to each ticket, the others are not counted each time.
    DW_TRY(auto uncounted, storm::find_uncounted(db, w.group));
    EXPECT_TRUE(uncounted && uncounted->joined == 0 && uncounted->tickets == 0);
    EXPECT_TRUE(uncounted && uncounted->parent == w.parent && uncounted->opened_by == "ana");
    DW_TRY(const auto members, storm::members_in(db, w.group, MemberState::joining, 1));
    EXPECT_EQ(members.size(), 1U);
    EXPECT_EQ(members.at(0).type_before, TicketType::question);
    DW_TRY(const auto none, storm::find_by_parent(db, w.first));
    EXPECT_FALSE(none);
    return {};
  });
}

TEST_P(StoreContract, each_answer_is_owed_to_each_joined_ticket_once) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const World w, open_world(db));
    for (const TicketId id : {w.first, w.second}) {
      DW_CHECK(SetMember{id, MemberState::joined}.write(db, t0));
    }
    const IncidentAnswer said{
        .key = "api/1", .author = "ana", .author_email = "", .body = "back", .at = t0};
    DW_CHECK(AddAnswer{w.group, said}.write(db, t0 + minute));
    DW_CHECK(AddAnswer{w.group, said}.write(db, t0 + 2 * minute));
    DW_TRY(const auto answers, storm::answers_of(db, w.group, 10));
    EXPECT_EQ(answers.size(), 1U) << "the same key is the same answer";
    DW_TRY(auto owed, storm::unheard(db, w.group, 10));
    EXPECT_EQ(owed.size(), 2U);
    if (owed.size() != 2) return {};
    EXPECT_EQ(owed[0].answer.body, "back");
    EXPECT_EQ(owed[0].member.ticket.id, w.first);
    DW_CHECK(SetHeard{owed[0].answer.id, w.first, HeardState::pending}.write(db, t0));
    DW_CHECK(SetHeard{owed[0].answer.id, w.first, HeardState::heard}.write(db, t0));
    DW_TRY(owed, storm::unheard(db, w.group, 10));
    EXPECT_EQ(owed.size(), 1U);
    DW_TRY(const auto incident, storm::find(db, w.group));
    EXPECT_EQ(incident->first_answer_at, t0 + minute);
    // One that joins later hears the last answer alone.
    const IncidentAnswer last{
        .key = "api/2", .author = "ana", .author_email = "", .body = "really", .at = t0};
    DW_CHECK(AddAnswer{w.group, last}.write(db, t0 + minute));
    DW_CHECK(tickets::change(db, w.solved, {.status = Status::open}, t0));
    DW_CHECK(JoinMember{w.group, w.solved}.write(db, t0));
    DW_CHECK(SetMember{w.solved, MemberState::joined}.write(db, t0));
    DW_TRY(owed, storm::unheard(db, w.group, 10));
    std::vector<std::string> bodies;
    for (const Unheard& one : owed) {
      if (one.member.ticket.id == w.solved) bodies.push_back(one.answer.body);
    }
    EXPECT_EQ(bodies, std::vector<std::string>{"really"});
    DW_TRY(const auto shown, storm::joined_tickets(db, w.group, 10));
    EXPECT_EQ(shown.size(), 3U);
    EXPECT_EQ(shown.at(0).heard.size(), 1U);
    EXPECT_EQ(shown.at(0).heard.at(0).state, HeardState::heard);
    EXPECT_EQ(shown.at(2).how, JoinedHow::matched);
    DW_TRY(const auto first, tickets::find(db, w.first));
    EXPECT_EQ(shown.at(0).title, first->title);
    EXPECT_EQ(shown.at(0).requester, first->requester.name);
    DW_TRY(const auto all, storm::joined_tickets(db, w.group, 10, true));
    EXPECT_EQ(all.size(), 5U) << "with those that can't be joined";
    return {};
  });
}

TEST_P(StoreContract, a_heard_answer_shows_at_once_on_the_page_of_its_incident) {
  auto b = setup();
  World w;
  int64_t answer = 0;
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(w, open_world(db));
    const IncidentAnswer said{
        .key = "api/1", .author = "ana", .author_email = "", .body = "back", .at = t0};
    DW_CHECK(AddAnswer{w.group, said}.write(db, t0));
    DW_TRY(const auto answers, storm::answers_of(db, w.group, 1));
    answer = answers.at(0).id;
    return {};
  });
  std::string before;
  std::vector<ChangeNote> notes;
  b->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(before, changes::last(db));
    return {};
  });
  b->write([&](Db& db) { return SetHeard{answer, w.first, HeardState::heard}.write(db, t0); });
  b->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(notes, changes::after(db, before, 10));
    return {};
  });
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].topic, "incident");
  EXPECT_EQ(notes[0].id, w.group);
}

TEST_P(StoreContract, who_left_stays_away_until_a_person_adds_it) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const World w, open_world(db));
    DW_CHECK(RemoveMember{w.group, w.first}.write(db, t0));
    DW_TRY(const auto unseen, ids_in(db, w.group, MemberState::left));
    EXPECT_EQ(unseen, std::vector<int64_t>{w.first.value}) << "nobody was told of it yet";
    DW_CHECK(SetMember{w.second, MemberState::joined}.write(db, t0));
    DW_CHECK(RemoveMember{w.group, w.second}.write(db, t0));
    DW_TRY(const auto leaving, ids_in(db, w.group, MemberState::leaving));
    EXPECT_EQ(leaving, std::vector<int64_t>{w.second.value});
    DW_CHECK(JoinMember{w.group, w.first}.write(db, t0));
    DW_TRY(const auto none, ids_in(db, w.group, MemberState::joining));
    EXPECT_TRUE(none.empty());
    DW_CHECK((AddMember{w.group, w.first}.write(db, t0)));
    DW_TRY(const auto again, ids_in(db, w.group, MemberState::joining));
    EXPECT_EQ(again, std::vector<int64_t>{w.first.value});
    DW_CHECK(SetMember{w.first, MemberState::joined}.write(db, t0));
    DW_CHECK((EndIncident{w.group, IncidentState::dissolved, "bo"}.write(db, t0)));
    DW_TRY(const auto all, ids_in(db, w.group, MemberState::leaving));
    EXPECT_EQ(all, (std::vector<int64_t>{w.first.value, w.second.value}));
    return {};
  });
}

TEST_P(StoreContract, a_requester_has_replied_who_wrote_publicly_since_the_last_answer) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const World w, open_world(db));
    DW_TRY(const auto ticket, tickets::find(db, w.first));
    const Requester requester = ticket->requester;
    const auto write = [&](TicketId id, const std::string& name, const std::string& email,
                           bool is_public, TimePoint at) -> Result<void> {
      return AddComment{{.ticket = id,
                         .author_name = name,
                         .author_email = email,
                         .body = "still",
                         .is_public = is_public,
                         .at = at,
                         .source = "api"}}
          .write(db, at);
    };
    DW_CHECK(write(w.first, requester.name, requester.email, true, t0));
    DW_TRY(const auto early, storm::replied(db, w.group));
    EXPECT_TRUE(early.empty()) << "nobody has answered";
    DW_CHECK(
        AddAnswer{w.group, {.key = "1", .author = "a", .author_email = "", .body = "b", .at = t0}}
            .write(db, t0));
    DW_CHECK(write(w.first, "Agent", "", true, t0 + minute));
    DW_CHECK(write(w.second, requester.name, requester.email, false, t0 + minute));
    // Of whoever has the same name as the requester: two that came over the command line.
    DW_CHECK((AddComment{{.ticket = w.first,
                          .author_name = requester.name,
                          .author_email = requester.email,
                          .body = "b",
                          .is_public = true,
                          .at = t0 + minute,
                          .source = "incident"}}
                  .write(db, t0 + minute)));
    DW_TRY(const auto none, storm::replied(db, w.group));
    EXPECT_TRUE(none.empty());
    DW_CHECK(write(w.first, requester.name, requester.email, true, t0 + minute));
    DW_TRY(const auto one, storm::replied(db, w.group));
    EXPECT_EQ(one, std::vector<TicketId>{w.first});
    DW_TRY(auto incident, storm::find(db, w.group));
    DW_TRY(const auto whole, show_whole(db, std::move(*incident)));
    EXPECT_EQ(whole.shown.replied, 1);
    EXPECT_TRUE(whole.tickets.at(0).has_replied);
    EXPECT_EQ(whole.timeline.size(), 4U);
    return {};
  });
}

TEST_P(StoreContract, an_open_incident_does_not_grow_old_and_goes_whole) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const World w, open_world(db));
    DW_CHECK(
        AddAnswer{w.group, {.key = "1", .author = "a", .author_email = "", .body = "b", .at = t0}}
            .write(db, t0));
    DW_CHECK(SetHeard{1, w.first, HeardState::heard}.write(db, t0));
    DW_TRY(const int64_t open, storm::prune(db, t0 + 60 * minute, 10));
    EXPECT_EQ(open, 0);
    DW_CHECK((EndIncident{w.group, IncidentState::solved, "bo"}.write(db, t0)));
    DW_TRY(const int64_t ended, storm::prune(db, t0 + 60 * minute, 10));
    EXPECT_EQ(ended, 1);
    DW_TRY(const auto answers, storm::answers_of(db, w.group, 10));
    EXPECT_TRUE(answers.empty());
    return {};
  });
}

TEST_P(StoreContract, deskwires_own_words_are_no_first_reply_and_who_is_joined_waits_no_more) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const TicketId parent, open_with(db, {.type = TicketType::problem}));
    DW_TRY(const TicketId id, open_with(db, {}));
    DW_CHECK(AddComment{{.ticket = id,
                         .author_name = "Deskwire",
                         .author_email = "",
                         .body = "This is part of a known incident.",
                         .is_public = true,
                         .at = t0,
                         .source = std::string(deskwire_source)}}
                 .write(db, t0));
    DW_TRY(const auto ticket, tickets::find(db, id));
    EXPECT_FALSE(ticket->first_reply_at);
    DW_TRY(const bool waits, tickets::waits(db, id));
    EXPECT_TRUE(waits);
    DW_CHECK(tickets::change(db, id, {.problem_id = parent}, t0));
    DW_TRY(const bool joined_waits, tickets::waits(db, id));
    EXPECT_FALSE(joined_waits);
    DW_CHECK(tickets::change(db, id, {.problem_id = TicketId()}, t0));
    DW_TRY(const bool waits_again, tickets::waits(db, id));
    EXPECT_TRUE(waits_again);
    DW_TRY(const bool parent_waits, tickets::waits(db, parent));
    EXPECT_FALSE(parent_waits);
    return {};
  });
}

}  // namespace
}  // namespace dw
