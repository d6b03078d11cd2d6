"""Defects of the engine that the simulator has to notice: name, file, what is there, what a
careless person would write. What needs an instant too rare for a minute of runs has a test of its
own: contract/engine_test.cc, a lane is held from each take.
"""

OUTBOX, INBOX = "src/engine/outbox.cc", "src/engine/inbox.cc"
LANES, SQL = "src/store/lane_rows.cc", "src/store/sql/delivery.sql"

DEFECTS = (
    ("finishes before it performs", OUTBOX,
     "  std::vector<Outcome> outcomes = co_await perform(lane);\n",
     "  Lane sent = lane;\n"
     "  std::vector<Outcome> early(lane.batch.size());\n"
     "  const bool is_held = co_await conclude(lane, std::move(early));\n"
     "  std::vector<Outcome> outcomes = co_await perform(sent);\n"
     "  if (!outcomes.empty()) co_return is_held;\n"),
    ("forgets the fence", SQL,
     "WHERE name = $1 AND generation = $2 RETURNING held_until",
     "WHERE name = $1 AND $2 = $2 RETURNING held_until"),
    ("generations begin anew with a lane's row", SQL,
     "VALUES ($1, $2, abs(random() % 4611686018427387904))", "VALUES ($1, $2, 0)"),
    ("claims what another holds", SQL,
     "WHERE due_at <= $1 AND held_until < $1 AND holder <> $3\nORDER BY due_at LIMIT $2;",
     "WHERE due_at <= $1 AND holder <> $3\nORDER BY due_at LIMIT $2;"),
    ("takes from itself when the clock jumps", SQL,
     "WHERE due_at <= $1 AND held_until < $1 AND holder <> $3\nORDER BY due_at LIMIT $2;",
     "WHERE due_at <= $1 AND held_until < $1 AND $3 = $3\nORDER BY due_at LIMIT $2;"),
    ("writes down no doubt", SQL,
     "UPDATE delivery SET in_doubt = 1, attempts", "UPDATE delivery SET in_doubt = 0, attempts"),
    ("sends what is in doubt without asking", OUTBOX,
     "if (lane.batch.front().is_in_doubt) {", "if (lane.batch.front().attempts < 0) {"),
    ("does not look at its lease before it sends", OUTBOX,
     "if (lane.hold.is_held()) outcomes = co_await perform(lane);",
     "outcomes = co_await perform(lane);"),
    ("loses answers", OUTBOX,
     "if (!is_end) continue;",
     "if (!is_end || outcomes[i].kind != Outcome::Kind::refused) continue;"),
    ("plans a repeat again", INBOX,
     "  if (!recorded.is_first) {\n    return Accepted{",
     "  if (event.key.empty()) {\n    return Accepted{"),
    ("says success when the store could not commit", INBOX,
     "    co_return written.error();\n", "    co_return accepted;\n"),
    ("never gives a lane back", LANES,
     "DW_CHECK(db_.send(stmt::release_lane, {claim.lane, due}));", "if (due) return {};"),
    ("sends the youngest first", SQL,
     "ORDER BY id LIMIT $2;\n\n-- name: begin_try",
     "ORDER BY id DESC LIMIT $2;\n\n-- name: begin_try"),
    ("forgets when a lane is due", LANES,
     "    due = head.front().next_attempt_at.value_or(now);\n",
     "    if (!head.front().next_attempt_at) due = now;\n"),
    ("keeps the doubt that a person has decided", SQL,
     "in_doubt = CASE WHEN state = 1 THEN 0 ELSE in_doubt END", "in_doubt = in_doubt"),
    ("works on any number of lanes", OUTBOX,
     "const size_t room = settings_.lanes_max - worked_.size();",
     "const size_t room = settings_.lanes_max;"),
    ("goes on behind a delivery that waits", LANES,
     "    if (!is_due) break;\n", "    if (!is_due) continue;\n"),
)
