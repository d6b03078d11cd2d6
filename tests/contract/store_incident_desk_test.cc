// An incident at an outside desk: what every store must do about its parent's updates, and about
// what the desk links, solves and copies.
#include "contract/store_world.h"
#include "jobs/storm/incident_rows.h"
#include "jobs/storm/live.h"
#include "jobs/storm/parent_rows.h"

namespace dw {
namespace {

constexpr Millis minute{60'000};

Result<TicketId> open_at(Db& db, const std::string& external_id, const TicketPatch& patch = {}) {
  DW_TRY(const TicketId id, tickets::reserve_id(db));
  DW_CHECK(tickets::open(db, {.id = id,
                              .title = "vpn",
                              .description = "",
                              .requester = {"Ana", "ana@x.example", ""},
                              .tags = {},
                              .source = "api",
                              .desk = external_id.empty() ? "embedded" : "zendesk",
                              .external = {external_id, ""},
                              .opened_at = t0,
                              .updated_at = t0}));
  if (!patch.is_empty()) DW_CHECK(tickets::change(db, id, patch, t0));
  return id;
}

struct AtDesk {
  int64_t group = 0;
  TicketId parent, first, second, here;
};

/// Two tickets of the parent's desk and one of the embedded one, all joined.
Result<AtDesk> open_world(Db& db) {
  AtDesk out;
  DW_TRY(out.first, open_at(db, "41", {.type = TicketType::question}));
  DW_TRY(out.second, open_at(db, "42"));
  DW_TRY(out.here, open_at(db, ""));
  DW_TRY(out.parent, open_at(db, "3465", {.type = TicketType::problem}));
  SeenGroup group{.words = {}, .tickets = {}, .requesters = {}, .needed = 3, .since = t0};
  group.tickets = {out.first, out.second, out.here};
  DW_TRY(out.group, storm::add_group(db, group, t0));
  DW_CHECK(OpenIncident{out.group, out.parent, "ana", {}}.write(db, t0));
  for (const TicketId id : group.tickets) {
    DW_CHECK(SetMember{id, MemberState::joined}.write(db, t0));
  }
  return out;
}

Result<std::vector<int64_t>> ids_in(ReadDb& db, int64_t group, MemberState state) {
  DW_TRY(const auto members, storm::members_in(db, group, state, 100));
  std::vector<int64_t> out;
  for (const IncidentMember& one : members) out.push_back(one.ticket.id.value);
  return out;
}

IncidentAnswer said(const std::string& key, const std::string& digest) {
  return {.key = key,
          .author = "Ida",
          .author_email = "",
          .body = "It was the gateway.",
          .at = t0,
          .digest = digest};
}

TEST_P(StoreContract,
       the_answer_that_solved_the_parent_is_owed_to_those_alone_whom_the_desk_skips) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const AtDesk w, open_world(db));
    DW_CHECK((SetMemberLink{w.group, w.first, MemberLink::linked}.write(db, t0)));
    DW_CHECK((SetMemberLink{w.group + 1, w.second, MemberLink::refused}.write(db, t0)));
    DW_CHECK((SetMemberLink{w.group, w.second, MemberLink::refused}.write(db, t0)));
    DW_CHECK((AddAnswer{w.group, said("zendesk/3465/8", "d8")}.write(db, t0)));
    DW_CHECK((AddAnswer{w.group, said("zendesk/3465/9", "d9")}.write(db, t0)));
    DW_CHECK((EndIncident{w.group, IncidentState::solved, "Ida"}.write(db, t0 + minute)));
    DW_CHECK((SolveAtDesk{w.group, "2", t0, "zendesk/3465/9"}.write(db, t0 + minute)));
    DW_TRY(const auto solving, ids_in(db, w.group, MemberState::solving));
    EXPECT_EQ(solving, std::vector<int64_t>{w.first.value});
    DW_TRY(const ParentAtDesk parent, storm::parent_at_desk(db, w.group));
    EXPECT_EQ(parent.solver, "2");
    EXPECT_EQ(parent.solver_at, t0);
    EXPECT_TRUE(parent.has_answer);
    DW_TRY(const auto answers, storm::answers_of(db, w.group, 10));
    EXPECT_EQ(answers.size(), 2U);
    EXPECT_EQ(answers.at(1).digest, "d9");
    EXPECT_EQ(parent.answer, answers.at(1).id);
    std::vector<std::pair<int64_t, int64_t>> owed;
    DW_TRY(const auto unheard, storm::unheard(db, w.group, 10));
    for (const Unheard& one : unheard) {
      owed.emplace_back(one.answer.id - answers.at(0).id, one.member.ticket.id.value);
    }
    EXPECT_EQ(owed, (std::vector<std::pair<int64_t, int64_t>>{{0, w.first.value},
                                                              {0, w.second.value},
                                                              {0, w.here.value},
                                                              {1, w.second.value},
                                                              {1, w.here.value}}))
        << "the earlier answer is copied to nobody";
    DW_TRY(const auto incident, storm::find(db, w.group));
    EXPECT_EQ(incident->joined, 3) << "who is being solved is part of it";
    // Who has no copy is joined as before, and hears it.
    DW_CHECK((SetMember{w.first, MemberState::watched}.write(db, t0)));
    DW_CHECK((SetMember{w.first, MemberState::joined}.write(db, t0)));
    DW_TRY(const auto all, storm::unheard(db, w.group, 10));
    EXPECT_EQ(all.size(), 6U);
    DW_CHECK((ReopenIncident{w.group}.write(db, t0)));
    DW_CHECK((EndIncident{w.group, IncidentState::solved, "ana"}.write(db, t0)));
    DW_TRY(const ParentAtDesk ended, storm::parent_at_desk(db, w.group));
    EXPECT_EQ(ended.solver, "") << "Deskwire ends it: it solves the parent itself";
    return {};
  });
}

TEST_P(StoreContract, a_late_copy_of_an_answer_counts_once_and_its_files_are_kept) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const AtDesk w, open_world(db));
    IncidentAnswer answer = said("zendesk/3465/9", "d9");
    answer.files = {{"a b.png", "https://x/1", "image/png", 7}, {"log", "slack:F2", "", 0}};
    DW_CHECK((AddAnswer{w.group, answer}.write(db, t0)));
    DW_TRY(const auto nobody, storm::copied_answer(db, w.first));
    EXPECT_FALSE(nobody) << "the parent is open";
    DW_CHECK((EndIncident{w.group, IncidentState::solved, "Ida"}.write(db, t0 + minute)));
    DW_CHECK((SolveAtDesk{w.group, "2", t0, "zendesk/3465/9"}.write(db, t0 + minute)));
    DW_TRY(const auto before, storm::copied_answer(db, w.first));
    EXPECT_TRUE(before && !before->heard && before->solver == "2" && before->solver_at == t0);
    const auto state = [&]() -> Result<HeardState> {
      DW_TRY(const auto now, storm::copied_answer(db, w.first));
      return now && now->heard ? *now->heard : HeardState::refused;
    };
    const int64_t id = before->id;
    DW_CHECK((SetHeard{id, w.first, HeardState::pending}.write(db, t0)));
    DW_CHECK((SetHeard{id, w.first, HeardState::copied}.write(db, t0)));
    DW_CHECK((SetHeard{id, w.first, HeardState::heard}.write(db, t0)));
    DW_TRY(const HeardState copied, state());
    EXPECT_EQ(copied, HeardState::copied) << "its own post arrived, too";
    EXPECT_EQ(name_of(copied), "heard");
    for (const TicketId one : {w.first, w.second}) {
      DW_CHECK((SetMember{one, MemberState::left}.write(db, t0)));
    }
    DW_TRY(const auto left, storm::copied_answer(db, w.first));
    EXPECT_TRUE(left && left->heard) << "the desk may be late with its copy";
    DW_TRY(const auto deaf, storm::copied_answer(db, w.second));
    EXPECT_FALSE(deaf) << "who left without it has no part in it";
    DW_CHECK((SetHeard{id, w.first, HeardState::refused}.write(db, t0)));
    DW_TRY(const HeardState refused, state());
    EXPECT_EQ(refused, HeardState::refused) << "its thread has nothing";
    DW_TRY(const auto other, storm::copied_answer(db, w.parent));
    EXPECT_FALSE(other);

    DW_TRY(const auto answers, storm::answers_of(db, w.group, 10));
    EXPECT_EQ(answers.at(0).files.size(), 2U);
    EXPECT_EQ(answers.at(0).files.at(0).name, "a b.png");
    EXPECT_EQ(answers.at(0).files.at(1).url, "slack:F2");
    DW_TRY(const auto owed, storm::unheard(db, w.group, 10));
    EXPECT_EQ(owed.at(0).answer.files.at(0).bytes, 7);
    return {};
  });
}

TEST_P(StoreContract, what_an_agent_links_at_the_desk_joins_and_keeps_its_type_of_before) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const AtDesk w, open_world(db));
    DW_TRY(const TicketId task, open_at(db, "43", {.type = TicketType::task}));
    DW_TRY(const TicketId known, open_at(db, "44", {.type = TicketType::incident}));
    DW_TRY(const auto nowhere, storm::member_of(db, task));
    EXPECT_FALSE(nowhere);
    for (const TicketId id : {task, known}) {
      DW_CHECK((JoinAtDesk{w.group, id}.write(db, t0)));
      DW_CHECK((JoinAtDesk{w.group, id}.write(db, t0)));
    }
    DW_TRY(const auto row, storm::member_of(db, task));
    EXPECT_TRUE(row && row->group == w.group && row->state == MemberState::joining);
    EXPECT_TRUE(row && row->link == MemberLink::linked && row->type_before == TicketType::task);
    DW_TRY(const auto other, storm::member_of(db, known));
    EXPECT_TRUE(other && other->type_before == TicketType::none);
    DW_TRY(const auto joining, storm::members_in(db, w.group, MemberState::joining, 10));
    EXPECT_EQ(joining.size(), 2U);
    EXPECT_EQ(joining.at(0).desk_link, MemberLink::linked);
    DW_TRY(auto incident, storm::find(db, w.group));
    DW_TRY(const auto whole, show_whole(db, std::move(*incident)));
    EXPECT_EQ(whole.tickets.back().how, JoinedHow::desk);
    DW_CHECK((AddMember{w.group, task}.write(db, t0)));
    DW_TRY(const auto again, storm::member_of(db, task));
    EXPECT_TRUE(again && again->link == MemberLink::unknown) << "Deskwire links it now";
    return {};
  });
}

TEST_P(StoreContract, who_replied_at_the_desk_alone_has_replied) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const AtDesk w, open_world(db));
    DW_CHECK((AddAnswer{w.group, said("api/1", "")}.write(db, t0)));
    DW_CHECK((SetReplied{w.group, w.first, t0 - minute}.write(db, t0)));
    DW_TRY(const auto before, storm::replied(db, w.group));
    EXPECT_TRUE(before.empty()) << "that was before the answer";
    DW_CHECK((SetReplied{w.group, w.first, t0 + minute}.write(db, t0)));
    DW_CHECK((SetReplied{w.group, w.first, t0}.write(db, t0)));
    DW_TRY(const auto replied, storm::replied(db, w.group));
    EXPECT_EQ(replied, std::vector<TicketId>{w.first});
    return {};
  });
}

TEST_P(StoreContract, how_far_a_parents_updates_were_read_is_remembered) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const AtDesk w, open_world(db));
    DW_TRY(const ParentAtDesk before, storm::parent_at_desk(db, w.group));
    EXPECT_EQ(before.updates_until, "");
    DW_CHECK((SetUpdatesUntil{w.group, "33144692244499"}.write(db, t0)));
    DW_TRY(const ParentAtDesk after, storm::parent_at_desk(db, w.group));
    EXPECT_EQ(after.updates_until, "33144692244499");
    EXPECT_FALSE(after.has_answer);
    return {};
  });
}

}  // namespace
}  // namespace dw
