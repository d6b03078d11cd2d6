// What pages ask about tickets and deliveries, on each store: filters, sorts, counts, hours of the
// past, groups.
#include "contract/store_world.h"
#include "records/deliveries.h"
#include "records/delivery_groups.h"
#include "records/ticket_lists.h"

namespace dw {
namespace {

struct Wanted {
  std::string title, assignee, tag, queue = "high", number = "";
  Millis after{};
};

Result<void> open_as(Db& db, const Wanted& wanted) {
  DW_TRY(const TicketId id, tickets::reserve_id(db));
  Ticket ticket = ticket_with(id, wanted.title);
  ticket.assignee = wanted.assignee;
  if (!wanted.tag.empty()) ticket.tags = {"other", wanted.tag};
  ticket.queue = wanted.queue;
  ticket.source = "slack:C1";
  ticket.desk = "zendesk";
  ticket.requester = {"Vera Lindqvist", "vera.lindqvist@acme.example", ""};
  ticket.external.id = wanted.number;
  ticket.opened_at = ticket.updated_at = t0 + wanted.after;
  return tickets::open(db, ticket);
}

Result<void> reply_to(Db& db, TicketId id, Millis after) {
  Comment comment{.id = {},
                  .ticket = id,
                  .author_name = "Greta",
                  .author_email = "greta@desk.example",
                  .body = "Hello",
                  .is_public = true,
                  .at = t0 + after,
                  .source = "board"};
  DW_TRY(const CommentId made, tickets::add_comment(db, comment));
  return made ? Result<void>() : Error{ErrorKind::missing, "", "no comment"};
}

constexpr Millis minute{60'000}, hour{3'600'000};

/// 1 waits longest and is Greta's, 2 is answered, 3 waits, 4 is solved.
void fill(Bundle& b) {
  b.write([](Db& db) -> Result<void> {
    DW_CHECK(open_as(db, {.title = "one", .assignee = "Greta", .tag = "vpn", .number = "3451"}));
    DW_CHECK(open_as(db, {.title = "two", .tag = "vp", .queue = "low", .after = minute}));
    DW_CHECK(open_as(db, {.title = "three", .number = "3453", .after = 2 * minute}));
    DW_CHECK(open_as(db, {.title = "four", .assignee = "Hugo", .after = 3 * minute}));
    DW_CHECK(reply_to(db, {2}, 5 * minute));
    return tickets::change(db, {4}, {.status = Status::solved}, t0 + 61 * minute);
  });
}

std::string titles(Bundle& b, const TicketFilter& filter) {
  std::string out;
  b.read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const CountedTickets page, tickets::filtered(db, filter));
    for (const Ticket& one : page.items) out += one.title + " ";
    return {};
  });
  return out;
}

std::string found_by(Bundle& b, const std::string& text) {
  TicketFilter filter;
  filter.plain.text = text;
  return titles(b, filter);
}

void index_all(Bundle& b) {
  b.write([](Db& db) -> Result<void> {
    DW_CHECK(tickets::index_words(db, 100));
    return {};
  });
}

/// Where every hour counts.
Result<std::vector<Millis>> all_hours(const std::vector<Waiter>& waiters, TimePoint at) {
  std::vector<Millis> out;
  for (const Waiter& one : waiters) out.push_back(at - one.opened_at);
  return out;
}

/// All pages of the list that begins with who waits longest.
std::string longest_first(Bundle& b, TicketFilter filter, const WaitedOf& waited = all_hours) {
  std::string seen;
  b.read([&](ReadDb& db) -> Result<void> {
    do {
      DW_TRY(const CountedTickets page, tickets::longest_waiting(db, filter, waited, t0 + hour));
      for (const Ticket& one : page.items) seen += one.title + " ";
      filter.plain.page.cursor = page.next_cursor;
    } while (!filter.plain.page.cursor.empty());
    return {};
  });
  return seen;
}

TEST_P(StoreContract, a_list_is_filtered_by_whatever_a_ticket_has) {
  auto b = setup();
  fill(*b);
  using Assigned = TicketFilter::Assigned;
  EXPECT_EQ(titles(*b, {}), "four three two one ");
  TicketFilter filter;
  filter.is_unsolved = true;
  EXPECT_EQ(titles(*b, filter), "three two one ");
  filter.assigned = Assigned::nobody;
  EXPECT_EQ(titles(*b, filter), "three two ");
  filter = {};
  filter.assigned = Assigned::to;
  filter.assignee = "Hugo";
  EXPECT_EQ(titles(*b, filter), "four ");
  filter.is_unsolved = true;
  EXPECT_EQ(titles(*b, filter), "");
  filter = {};
  filter.tag = "vpn";
  EXPECT_EQ(titles(*b, filter), "one ") << "a tag is no beginning of another";
  filter = {};
  filter.queue = "low";
  EXPECT_EQ(titles(*b, filter), "two ");
  filter = {};
  filter.source = "slack";
  EXPECT_EQ(titles(*b, filter), "four three two one ");
  filter.is_waiting = true;
  EXPECT_EQ(titles(*b, filter), "three one ");
}

TEST_P(StoreContract, a_ticket_that_is_opened_again_waits_for_no_first_reply) {
  auto b = setup();
  fill(*b);
  b->write([](Db& db) -> Result<void> {
    return tickets::change(db, {4}, {.status = Status::open}, t0 + 62 * minute);
  });
  TicketFilter filter;
  filter.is_waiting = true;
  EXPECT_EQ(titles(*b, filter), "three one ");
  EXPECT_EQ(longest_first(*b, {}), "one three four two ");
}

TEST_P(StoreContract, who_waits_longest_stands_first_on_pages_of_any_size) {
  auto b = setup();
  fill(*b);
  for (const size_t limit : {1, 2, 3, 4}) {
    TicketFilter filter;
    filter.plain.page.limit = limit;
    EXPECT_EQ(longest_first(*b, filter), "one three two ") << limit;
  }
}

TEST_P(StoreContract, who_waits_longest_is_said_by_the_clock_that_counts) {
  auto b = setup();
  fill(*b);
  // The clock of every fourth stands still.
  const WaitedOf waited = [](const std::vector<Waiter>& waiters, TimePoint at) {
    std::vector<Millis> out;
    for (const Waiter& one : waiters) {
      EXPECT_EQ(at, t0 + hour) << "the order stays as it was when the first page was read";
      EXPECT_EQ(one.source, "slack:C1");
      out.push_back(one.id.value % 4 == 1 ? Millis(0) : at - one.opened_at);
    }
    return Result<std::vector<Millis>>(std::move(out));
  };
  b->write([](Db& db) -> Result<void> {
    for (int i = 5; i <= 12; ++i) {
      DW_CHECK(open_as(db, {.title = fmt::format("{}", i), .after = i * minute}));
    }
    return {};
  });
  for (const size_t limit : {1, 2, 3, 5, 20}) {
    TicketFilter filter;
    filter.plain.page.limit = limit;
    filter.is_waiting = true;
    EXPECT_EQ(longest_first(*b, filter, waited), "three 6 7 8 10 11 12 one 5 9 ") << limit;
  }
}

TEST_P(StoreContract, who_is_part_of_an_incident_is_left_out_of_who_waits) {
  auto b = setup();
  fill(*b);
  b->write([](Db& db) -> Result<void> {
    return tickets::change(db, {1}, {.problem_id = TicketId{2}}, t0 + 6 * minute);
  });
  TicketFilter filter;
  filter.is_waiting = true;
  EXPECT_EQ(titles(*b, filter), "three ");
  EXPECT_EQ(longest_first(*b, filter), "three ");
  EXPECT_EQ(longest_first(*b, {}), "three two one ");
  filter.plain.text = "vera";
  EXPECT_EQ(titles(*b, filter), "three ");
  filter = {};
  filter.is_waiting = false;
  filter.is_unsolved = true;
  EXPECT_EQ(titles(*b, filter), "two one ");
  b->read([](ReadDb& db) -> Result<void> {
    DW_TRY(const TicketViews views, tickets::views(db, ""));
    EXPECT_EQ(views.unanswered, 1);
    DW_TRY(const tickets::Unsolved unsolved, tickets::unsolved(db));
    EXPECT_EQ(unsolved.count, 3);
    EXPECT_EQ(unsolved.unanswered, 1);
    EXPECT_EQ(unsolved.joined, 1);
    DW_TRY(const int64_t late, tickets::waiting_since(db, t0 + hour));
    EXPECT_EQ(late, 1);
    DW_TRY(const auto waiters, tickets::waiters_among(db, {{1}, {2}, {3}, {4}, {99}}));
    EXPECT_EQ(waiters.size(), 1U);
    EXPECT_EQ(waiters.empty() ? TicketId{} : waiters[0].id, TicketId{3});
    DW_TRY(const auto both, tickets::by_ids(db, {{3}, {99}, {1}}));
    EXPECT_EQ(both.size(), 2U);
    EXPECT_EQ(both.empty() ? "" : both[0].title, "three") << "in the order that was asked for";
    return {};
  });
}

TEST_P(StoreContract, search_knows_both_numbers_and_the_requester) {
  auto b = setup();
  fill(*b);
  for (const bool is_indexed : {false, true}) {
    if (is_indexed) index_all(*b);
    const auto found = [&](const std::string& text) { return found_by(*b, text); };
    EXPECT_EQ(found("3453"), "three ") << "the desk's";
    EXPECT_EQ(found("#2"), "two ") << "ours";
    EXPECT_EQ(found("lindq"), "four three two one ");
    EXPECT_EQ(found("vera.lindqvist@acme"), "four three two one ");
    EXPECT_EQ(found("thr"), "three ");
    EXPECT_EQ(found("?!"), "");
  }
}

/// Both engines cut a text at what is no letter or digit of any script, and know no phrases: what
/// is typed together may stand apart.
TEST_P(StoreContract, search_cuts_words_as_the_index_does) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(open_as(db, {.title = "Printer\u2014paper jam", .after = minute}));
    DW_CHECK(open_as(db, {.title = "\u00c4rger mit dem Drucker", .after = minute}));
    return open_as(db, {.title = "jam, then paper", .after = 2 * minute});
  });
  for (const bool is_indexed : {false, true}) {
    SCOPED_TRACE(is_indexed ? "indexed" : "not indexed yet");
    if (is_indexed) index_all(*b);
    const auto found = [&](const std::string& text) { return found_by(*b, text); };
    const std::string printer = "Printer\u2014paper jam ", anger = "\u00c4rger mit dem Drucker ";
    EXPECT_EQ(found("printer\u2014paper"), printer);
    EXPECT_EQ(found("paper\u2014jam"), "jam, then paper " + printer) << "no phrase";
    EXPECT_EQ(found("rinter"), "") << "the end of a word is no word";
    EXPECT_EQ(found("print jam"), "") << "only the last may be begun";
    EXPECT_EQ(found("jam p"), "jam, then paper " + printer);
    EXPECT_EQ(found("\u00e4rg"), anger) << "in any case";
    EXPECT_EQ(found("drucker \u00c4rger"), anger);
    EXPECT_EQ(found("\u2014"), "") << "no word at all";
    EXPECT_EQ(found("\u2014 jam"), "jam, then paper " + printer);
  }
}

/// PostgreSQL's parser keeps a host, a path or a number with a point in one piece, and whoever
/// looks for a part of it finds nothing: it gets words alone.
TEST_P(StoreContract, search_finds_the_parts_of_hosts_paths_and_versions) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(open_as(db, {.title = "srv-db1.shop.internal is down", .after = minute}));
    DW_CHECK(open_as(db, {.title = "see /var/log/syslog.1 and C:\\Temp\\crash.dmp"}));
    DW_CHECK(open_as(db, {.title = "https://shop.test/cart?id=77&lang=de#top fails"}));
    return open_as(db, {.title = "since 4.12.0-rc2 it can't print, says ana.lopez@mail.test"});
  });
  for (const bool is_indexed : {false, true}) {
    SCOPED_TRACE(is_indexed ? "indexed" : "not indexed yet");
    if (is_indexed) index_all(*b);
    const auto found = [&](const std::string& text) { return found_by(*b, text); };
    const auto finds = [&](const std::string& text, const std::string& start) {
      return found(text).starts_with(start);
    };
    EXPECT_TRUE(finds("srv-db1", "srv")) << found("srv-db1");
    EXPECT_TRUE(finds("db1.shop", "srv"));
    EXPECT_TRUE(finds("shop internal", "srv"));
    EXPECT_TRUE(finds("syslog", "see"));
    EXPECT_TRUE(finds("/var/log", "see"));
    EXPECT_TRUE(finds("crash", "see"));
    EXPECT_TRUE(finds("cart", "https"));
    EXPECT_TRUE(finds("id 77", "https"));
    EXPECT_TRUE(finds("4.12", "since"));
    EXPECT_TRUE(finds("rc2", "since"));
    EXPECT_TRUE(finds("can't", "since"));
    EXPECT_TRUE(finds("lopez@mail", "since"));
  }
}

TEST_P(StoreContract, a_first_page_counts_as_far_as_somebody_reads) {
  auto b = setup();
  fill(*b);
  b->read([](ReadDb& db) -> Result<void> {
    TicketFilter two_a_page{.plain = {.page = {.limit = 2}}};
    DW_TRY(const CountedTickets first, tickets::filtered(db, two_a_page));
    EXPECT_EQ(first.items.size(), 2U);
    EXPECT_EQ(first.total, 4);
    two_a_page.plain.page.cursor = first.next_cursor;
    DW_TRY(const CountedTickets second, tickets::filtered(db, two_a_page));
    EXPECT_EQ(second.items.size(), 2U);
    EXPECT_EQ(second.total, std::nullopt);
    TicketFilter unsolved{.plain = {.page = {.limit = 1}}, .is_unsolved = true};
    DW_TRY(const CountedTickets waiting,
           tickets::longest_waiting(db, unsolved, all_hours, t0 + hour));
    EXPECT_EQ(waiting.items.size(), 1U);
    EXPECT_EQ(waiting.total, 3) << "the others are counted too";
    return {};
  });
  const auto count = static_cast<int>(tickets::counted_max) - 4;
  const auto open_more = [&](int more) {
    b->write([&](Db& db) -> Result<void> {
      for (int i = 0; i < more; ++i) DW_CHECK(open_as(db, {.title = "more"}));
      return {};
    });
  };
  const auto total = [&](const std::string& text) {
    std::optional<int64_t> out;
    b->read([&](ReadDb& db) -> Result<void> {
      DW_TRY(const CountedTickets page, tickets::filtered(db, {.plain = {.text = text}}));
      out = page.total;
      return {};
    });
    return out;
  };
  open_more(count);
  EXPECT_EQ(total(""), tickets::counted_max);
  EXPECT_EQ(total("more"), count);
  open_more(1);
  EXPECT_EQ(total(""), std::nullopt);
  EXPECT_EQ(total("acme"), std::nullopt) << "in every address";
}

TEST_P(StoreContract, views_are_counted_and_people_named) {
  auto b = setup();
  fill(*b);
  b->read([](ReadDb& db) -> Result<void> {
    DW_TRY(const TicketViews views, tickets::views(db, "Greta"));
    EXPECT_EQ(views.unsolved, 3);
    EXPECT_EQ(views.unanswered, 2);
    EXPECT_EQ(views.mine, 1);
    EXPECT_EQ(views.unassigned, 2);
    EXPECT_EQ(views.pending, 0);
    DW_TRY(const tickets::Unsolved unsolved, tickets::unsolved(db));
    EXPECT_EQ(unsolved.count, 3);
    EXPECT_EQ(unsolved.unanswered, 2);
    EXPECT_EQ(unsolved.joined, 0);
    DW_TRY(const int64_t late, tickets::waiting_since(db, t0 + minute));
    EXPECT_EQ(late, 1);
    DW_TRY(const std::vector<std::string> people, tickets::assignees(db, 10));
    EXPECT_EQ(people, (std::vector<std::string>{"Greta", "Hugo"}));
    return {};
  });
}

TEST_P(StoreContract, what_changed_is_written_down_with_what_was_before) {
  auto b = setup();
  fill(*b);
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(tickets::change(db, {1}, {.priority = Priority::low, .assignee = "Greta"}, t0 + hour));
    return tickets::change(db, {1}, {.tags = std::vector<std::string>{}}, t0 + 2 * hour);
  });
  b->read([](ReadDb& db) -> Result<void> {
    DW_TRY(const std::vector<TicketChange> changes, tickets::changes_of(db, {1}));
    EXPECT_EQ(changes.size(), 2U) << "what stays the same is no change";
    EXPECT_EQ(changes.at(0).field, "priority");
    EXPECT_EQ(changes.at(0).new_value, "low");
    EXPECT_EQ(changes.at(1).field, "tags");
    EXPECT_EQ(changes.at(1).old_value, "other, vpn");
    return {};
  });
}

TEST_P(StoreContract, hours_of_the_past_are_counted) {
  auto b = setup();
  fill(*b);
  b->read([](ReadDb& db) -> Result<void> {
    const TimePoint first = std::chrono::floor<std::chrono::hours>(t0);
    const OfficeTime half = [](TimePoint from, TimePoint until) { return (until - from) / 2; };
    DW_TRY(const DeskHours hours, tickets::hours(db, first, first + 3 * hour, half));
    EXPECT_EQ(hours.hours.size(), 3U);
    int64_t opened = 0, solved = 0, answered = 0;
    std::vector<int64_t> replies, office;
    for (const DeskHour& one : hours.hours) {
      opened += one.opened;
      solved += one.solved;
      answered += one.answered;
      replies.insert(replies.end(), one.reply_seconds.begin(), one.reply_seconds.end());
      office.insert(office.end(), one.office_seconds.begin(), one.office_seconds.end());
    }
    EXPECT_EQ(opened, 4);
    EXPECT_EQ(solved, 1);
    EXPECT_EQ(answered, 2) << "one was replied to, one was solved without a reply";
    EXPECT_EQ(replies, (std::vector<int64_t>{240}));
    EXPECT_EQ(office, (std::vector<int64_t>{120}));
    DW_TRY(const auto oldest, tickets::oldest(db));
    EXPECT_EQ(oldest, t0);
    return {};
  });
}

TEST_P(StoreContract, deliveries_of_one_reason_are_one_group) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    for (int i = 1; i <= 4; ++i) {
      Delivery one{.ticket = {i},
                   .lane = fmt::format("ticket:{}", i),
                   .target = i == 4 ? "desk:zendesk" : "slack",
                   .payload = DeskComment{.ticket = {i}, .body = "x"}};
      one.state = i == 3 ? DeliveryState::unsure : DeliveryState::dead;
      one.reason = fmt::format("message {} refused", i * 1000);
      one.created_at = t0 + i * minute;
      DW_CHECK(deliveries::add(db, one));
    }
    return {};
  });
  b->read([](ReadDb& db) -> Result<void> {
    DW_TRY(const DeliveryGroups groups, deliveries::groups(db, t0));
    EXPECT_EQ(groups.items.size(), 3U);
    EXPECT_EQ(groups.dead, 3);
    EXPECT_EQ(groups.unsure, 1);
    const DeliveryGroup& first = groups.items.at(0);
    EXPECT_EQ(first.count, 2);
    EXPECT_EQ(first.first_at, t0 + minute);
    EXPECT_EQ(first.tickets, (std::vector<TicketId>{{2}, {1}}));
    DW_TRY(const auto pending, deliveries::pending_by_target(db, 10));
    EXPECT_TRUE(pending.empty());
    return {};
  });
}

}  // namespace
}  // namespace dw
