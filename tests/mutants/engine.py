"""Defects of the engine that the simulator has to notice: name, file, what is there, what a
careless person would write. What needs an instant too rare for a minute of runs has a test of its
own: contract/engine_test.cc, a lane is held from each take.
"""

OUTBOX, INBOX = "src/engine/outbox.cc", "src/engine/inbox.cc"
LANES, SQL = "src/records/lanes.cc", "src/records/lanes.sql"

DEFECTS = (
    ("finishes before it performs", OUTBOX,
     "  if (lane.hold.is_held()) outcomes = co_await perform(lane);\n",
     "  const std::vector<Delivery> batch = lane.batch;\n"
     "  std::vector<Outcome> early(batch.size());\n"
     "  const bool is_held = co_await set_state(lane, std::move(early));\n"
     "  std::vector<Delivery> next = std::move(lane.batch);\n"
     "  lane.batch = batch;\n"
     "  outcomes = co_await perform(lane);\n"
     "  lane.batch = std::move(next);\n"
     "  if (outcomes) co_return is_held;\n"),
    ("forgets the fence", SQL,
     "SELECT 1 FROM lane WHERE name = $1 AND generation = $2;",
     "SELECT 1 FROM lane WHERE name = $1 AND $2 = $2;"),
    ("claims what another holds", SQL,
     "(held_until < $1 OR holder = $3)\n  AND name NOT IN",
     "(held_until >= 0 OR holder = $3)\n  AND name NOT IN"),
    ("takes from itself what it works", SQL,
     "  AND name NOT IN (SELECT value FROM json_each($4))", "  AND $4 = $4"),
    ("writes down no doubt", SQL,
     "UPDATE delivery SET in_doubt = 1, attempts", "UPDATE delivery SET in_doubt = 0, attempts"),
    ("sends what is in doubt without asking", OUTBOX,
     "if (lane.batch.front().is_in_doubt) {", "if (lane.batch.front().attempts < 0) {"),
    ("loses answers", OUTBOX,
     "state == DeliveryState::unsure) continue;",
     "state == DeliveryState::unsure || state == DeliveryState::done) continue;"),
    ("plans a repeat again", INBOX,
     "  if (!recorded.is_first) {\n    return Accepted{",
     "  if (event.key.empty()) {\n    return Accepted{"),
    ("says success when the store could not commit", INBOX,
     "    co_return written.error();\n", "    co_return accepted;\n"),
    ("sends the youngest first", SQL,
     "(state = 0 OR holds_lane = 1) ORDER BY lane, id LIMIT $2;",
     "(state = 0 OR holds_lane = 1) ORDER BY lane DESC, id DESC LIMIT $2;"),
    ("forgets when a lane is due", LANES,
     "if (head->state == DeliveryState::pending) due = head->next_attempt_at.value_or(now);",
     "if (head->state == DeliveryState::pending && !head->next_attempt_at) due = now;"),
    ("keeps the doubt that a person has to decide", OUTBOX,
     "finished.is_in_doubt = !outcome.is_unknowable;", "finished.is_in_doubt = true;"),
    ("works on any number of lanes", OUTBOX,
     "const size_t room = settings_.lanes_max - worked_.size();",
     "const size_t room = settings_.lanes_max;"),
    ("goes on behind a delivery that waits", LANES,
     "    if (!is_due) break;\n", "    if (!is_due) continue;\n"),
)
